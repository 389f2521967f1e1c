/** Paid back before the goods are here, or without them (rules 14, 14a): from the approval on. */
import type { InspectedLine, ReturnInspection } from '../../canonical/rules/return/snapshot';
import type { Sql } from '../../store/database';
import { insertInspection } from '../../store/returns/returns';
import { takeOrder } from '../order/order-moment';
import { acceptOrAsk } from './accept';
import { takeReturn } from './return-moment';

/** Nothing where the goods are looked at first, or where somebody has to say yes before. */
export async function payInAdvance(sql: Sql, rma: string): Promise<void> {
  const ret = await takeReturn(sql, rma);
  if (ret.refundTiming === 'inspected' || ret.state !== 'approved') return;
  const inspectionNo = ret.inspections.length + 1;
  const lines = ret.lines.map(({ lineNo, expected }): InspectedLine => ({
    lineNo,
    quantity: expected,
    condition: null,
    disposition: null,
  }));
  const inspection: ReturnInspection = {
    inspectionNo,
    inspectionRef: ret.refundTiming,
    kind: ret.refundTiming,
    state: 'open',
    locationId: null,
    lines,
    inspectedBy: ret.askedBy,
    // Money without goods is support's to ask for.
    inspectedRole: 'support',
    inspectedAt: new Date().toISOString(),
    refundMinor: null,
    approvalsNeeded: 0,
    isApproved: false,
    approvedBy: [],
  };
  await insertInspection(sql, rma, { ...inspection, eventNo: null });
  await acceptOrAsk(sql, ret, await takeOrder(sql, ret.orderId), inspection);
}
