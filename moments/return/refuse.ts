/** Somebody said no to what was looked at: nothing is paid back, and the goods are the customer's. */
import { blocksAcceptance } from '../../canonical/flows/return-steps';
import type { ReturnSnapshot } from '../../canonical/rules/return/snapshot';
import type { Sql } from '../../store/database';
import { openException } from '../../store/exceptions/exceptions';
import { endInspection } from '../../store/returns/returns';
import { exceptionOfReturn } from './return-moment';

export async function refuseGoods(
  sql: Sql,
  ret: ReturnSnapshot,
  inspectionNo: number,
): Promise<void> {
  const inspection = ret.inspections.find((one) => one.inspectionNo === inspectionNo);
  if (inspection?.state !== 'open') return;
  const { inspectedAt, locationId } = inspection;
  const onDate = inspectedAt.slice(0, 'YYYY-MM-DD'.length);
  const end = { state: 'denied', onDate, worth: [], lines: [] } as const;
  await endInspection(sql, ret.rma, inspectionNo, end);
  // Of an advance there is nothing here to send back.
  if (locationId === null) return;
  await openException(sql, {
    code: 'return.to-send-back',
    detail: `goods of order ${ret.orderNo} at ${locationId} are not taken back: they are the customer's`,
    cause: { kind: 'order', ref: ret.orderId },
    blocks: blocksAcceptance(inspectionNo),
    ...exceptionOfReturn(ret),
  });
}
