/**
 * Somebody has looked at what came: its condition, and what becomes of it. It is accepted at once,
 * unless somebody else has to say yes first.
 */
import { USUAL_DISPOSITION } from '../../canonical/rules/return/policy';
import type {
  InspectedLine,
  ReturnInspection,
  ReturnSnapshot,
} from '../../canonical/rules/return/snapshot';
import { sum } from '../../canonical/rules/money/money';
import type { InspectedLines } from '../../canonical/schema/return';
import type { Sql } from '../../store/database';
import { insertInspection } from '../../store/returns/returns';
import type { Decider } from '../exceptions/approve';
import type { TakenOrder } from '../order/order-moment';
import { acceptOrAsk } from './accept';
import type { ReturnProblem, Told } from './receive';

export interface Inspected {
  readonly inspectionId: string;
  readonly location: string;
  /** RFC 3339. */
  readonly inspectedAt: string;
  readonly lines: InspectedLines;
}

export async function inspect(
  sql: Sql,
  ret: ReturnSnapshot,
  taken: TakenOrder,
  inspected: Inspected,
  by: Decider & { readonly eventNo: number | null },
): Promise<Told> {
  if (ret.inspections.some((one) => one.inspectionRef === inspected.inspectionId)) {
    return { outcome: 'duplicate' };
  }
  const problems = problemsOf(ret, inspected);
  if (problems.length > 0) return { outcome: 'impossible', problems };
  const lines = inspected.lines.map(
    ({ lineNo, quantity, condition, disposition }): InspectedLine => ({
      lineNo,
      quantity,
      condition,
      disposition: disposition ?? USUAL_DISPOSITION[condition],
    }),
  );
  const inspection: ReturnInspection = {
    inspectionNo: ret.inspections.length + 1,
    inspectionRef: inspected.inspectionId,
    kind: 'inspected',
    state: 'open',
    locationId: inspected.location,
    lines,
    inspectedBy: by.actor,
    inspectedRole: by.role,
    inspectedAt: inspected.inspectedAt,
    refundMinor: null,
    approvalsNeeded: 0,
    isApproved: false,
    approvedBy: [],
  };
  const { location: locationId, inspectedAt } = inspected;
  const { inspectionNo, inspectionRef, kind, inspectedBy, inspectedRole } = inspection;
  const row = { inspectionNo, inspectionRef, kind, locationId, lines, inspectedAt };
  await insertInspection(sql, ret.rma, {
    ...row,
    inspectedBy,
    inspectedRole,
    eventNo: by.eventNo,
  });
  await acceptOrAsk(sql, ret, taken, inspection);
  return { outcome: 'recorded' };
}

/** Units that are at that place and that nobody has looked at: before a receipt there are none. */
function problemsOf(ret: ReturnSnapshot, { location, lines }: Inspected): ReturnProblem[] {
  if (ret.state === 'requested') {
    const detail = 'somebody has to say yes to the return first';
    return [{ pointer: '', code: 'not_approved', detail }];
  }
  if (ret.state !== 'approved') {
    const detail = `the return is ${ret.state}: nothing of it is looked at any more`;
    return [{ pointer: '', code: 'return_closed', detail }];
  }
  return [...new Set(lines.map(({ lineNo }) => lineNo))].flatMap((lineNo): ReturnProblem[] => {
    const index = lines.findIndex((line) => line.lineNo === lineNo);
    const asked = sum(lines.filter((one) => one.lineNo === lineNo).map((one) => one.quantity));
    const here = unitsToLookAt(ret, location, lineNo);
    if (asked <= here) return [];
    const detail = `${asked} of line ${lineNo}, of which ${here} are at ${location} to be looked at`;
    return [{ pointer: `/lines/${index}/quantity`, code: 'not_received', detail }];
  });
}

function unitsToLookAt(ret: ReturnSnapshot, location: string, lineNo: number): number {
  const at = (rows: readonly { readonly locationId: string | null; readonly lines: Units }[]) =>
    sum(
      rows
        .filter(({ locationId }) => locationId === location)
        .flatMap(({ lines }) => lines)
        .filter((line) => line.lineNo === lineNo)
        .map((line) => line.quantity),
    );
  const looked = ret.inspections.filter(({ kind }) => kind === 'inspected');
  return at(ret.receipts) - at(looked);
}
type Units = readonly { readonly lineNo: number; readonly quantity: number }[];
