/**
 * Units that a store cannot give, or has not picked in its time, go to another store or to the
 * customer's home: decided by a person, with the customer's consent to the place and the amount. The
 * order's side reserves, taxes and charges them there; here they are given up, and what the store
 * said of the goods corrects its stock.
 */
import { blocksRejection } from '../../canonical/flows/pickup';
import { NOT_PICKED_STEPS } from '../../canonical/flows/pickup-steps';
import type { NewTaxes } from '../../canonical/rules/order/re-source';
import type { PickupRejection, PickupSnapshot } from '../../canonical/rules/pickup/snapshot';
import {
  afterUnits,
  movesOf,
  movesUpTo,
  unitsMoved,
  type PickupMove,
} from '../../canonical/rules/pickup/units';
import { recordDecision } from '../../store/access/decisions';
import type { Database, Sql } from '../../store/database';
import { settleExceptions } from '../../store/exceptions/exceptions';
import { lockSubject } from '../../store/flows/subject';
import { decidedWrite, rejectionWrite, unitWrites } from '../../store/pickups/pickups';
import type { Write } from '../../store/writes';
import { take } from '../flow/flow-moment';
import { correctStock } from './correct-stock';
import { moveUnits, type Moved } from './order-side/move-units';
import type { NewPlace } from './order-side/new-place';
import { PICKUP_FRAME, type PickupInHand } from './pickup-moment';
import { NotTheirPickup, PressRefused, type Presser } from './press-pickup';
import { refused } from './said';

export interface ReSource {
  /** Of a rejection that nobody has decided about; null: what the store has not picked. */
  readonly rejectionNo: number | null;
  readonly to: NewPlace;
  readonly taxes?: readonly NewTaxes[] | undefined;
  readonly reason: string;
}

export interface ReSourced {
  readonly pickup: PickupSnapshot;
  readonly groupNo: number;
  readonly locationId: string;
  /** What the customer pays more, or less. */
  readonly deltaMinor: number;
}

/** @throws UnknownPickup, NotTheirPickup, PressRefused */
export function reSourceUnits(
  db: Database,
  { pickupId, ...of }: Presser & { readonly pickupId: string },
  asked: ReSource,
  keep: (sql: Sql, answer: ReSourced) => Promise<void> = () => Promise.resolve(),
): Promise<ReSourced> {
  return db.transaction(async (sql) => {
    const { inHand } = await take(PICKUP_FRAME, sql, { pickupId }, lockSubject);
    const { pickup } = inHand;
    if (!of.mayTouch(pickup)) throw new NotTheirPickup();
    await decide(sql, pickup, of, asked);
    const moved = await moveAway(sql, inHand, asked, of);
    if (moved.outcome === 'impossible') throw refuse(pickup, moved.reason);
    const after = await inHand.settle(sql, 'tell-flow');
    const { locationId, deltaMinor } = moved;
    const answer = { pickup: after, groupNo: moved.groupNo, locationId, deltaMinor };
    await keep(sql, answer);
    return answer;
  });
}

/** What else becomes true of the pickup with it. */
interface Also {
  readonly after: Partial<PickupSnapshot>;
  readonly writes: readonly Write[];
}

/**
 * As part of a moment that has the pickup in hand. `impossible`: nothing was written of it.
 * @throws PressRefused where there are no such units
 */
export async function moveAway(
  sql: Sql,
  inHand: PickupInHand,
  asked: Omit<ReSource, 'reason'>,
  of: Pick<Presser, 'by' | 'at' | 'decisionId'>,
  also: Also = { after: {}, writes: [] },
): Promise<Moved> {
  const { pickup } = inHand;
  const { rejection, moves, writes } = unitsOf(pickup, asked, of);
  const lines = unitsMoved(moves);
  const { decisionId } = of;
  const { groupNo } = pickup;
  const { to, taxes = [] } = asked;
  const order = await inHand.moveOrder();
  const elsewhere = { groupNo, lines, to, taxes, decisionId, consent: true } as const;
  const moved = await moveUnits(sql, order, elsewhere);
  if (moved.outcome === 'impossible') return moved;
  await correctStock(sql, inHand, rejection, lines);
  await become(sql, inHand, rejection, { moves, writes }, also);
  return moved;
}

const refuse = (pickup: PickupSnapshot, detail: string) =>
  new PressRefused(refused('pickup_state', detail), pickup);

interface UnitsToMove {
  /** As it is once it is decided. */
  readonly rejection: PickupRejection;
  readonly moves: readonly PickupMove[];
  readonly writes: readonly Write[];
}

function unitsOf(
  pickup: PickupSnapshot,
  { rejectionNo, to }: Pick<ReSource, 'rejectionNo' | 'to'>,
  { by, at }: Pick<Presser, 'by' | 'at'>,
): UnitsToMove {
  const { pickupId, lines, rejections } = pickup;
  const outcome = to.kind === 'ship' ? 'to-shipping' : 're-sourced';
  if (rejectionNo === null) {
    const unpicked = movesOf(lines, undefined, ['requested'], 'cancelled');
    if (unpicked.outcome === 'impossible') throw refuse(pickup, unpicked.reason);
    const { moves } = unpicked;
    const no = rejections.length + 1;
    const rejection: PickupRejection = {
      rejectionNo: no,
      reason: 'not-picked',
      lines: unitsMoved(moves),
      outcome,
    };
    const row = { ...rejection, actor: by, eventNo: null, rejectedAt: at };
    return { rejection, moves, writes: [rejectionWrite(pickupId, row)] };
  }
  const open = rejections.find((one) => one.rejectionNo === rejectionNo && one.outcome === null);
  if (!open) throw refuse(pickup, `there is no rejection ${rejectionNo} to decide about`);
  const moves = movesUpTo(lines, open.lines, 'rejected', 'cancelled');
  const writes = [decidedWrite(pickupId, rejectionNo, outcome)];
  return { rejection: { ...open, outcome }, moves, writes };
}

function decide(
  sql: Sql,
  { pickupId, orderId }: PickupSnapshot,
  { by, role, decisionId, correlationId }: Omit<Presser, 'mayTouch'>,
  { to, reason, rejectionNo }: ReSource,
): Promise<boolean> {
  return recordDecision(sql, {
    decisionId,
    actor: by,
    role,
    action: 'pickup.re-source',
    subject: pickupId,
    orderId,
    reason,
    detail: { to, rejectionNo },
    correlationId,
  });
}

async function become(
  sql: Sql,
  { pickup, becomes, exceptionsChanged }: PickupInHand,
  rejection: PickupRejection,
  { moves, writes }: Omit<UnitsToMove, 'rejection'>,
  also: Also,
): Promise<void> {
  const { pickupId, workflowId, rejections } = pickup;
  const { rejectionNo, reason } = rejection;
  const others = rejections.filter((one) => one.rejectionNo !== rejectionNo);
  const blocked =
    reason === 'not-picked'
      ? { steps: NOT_PICKED_STEPS }
      : { blocks: blocksRejection(rejectionNo).text };
  const how = { as: 'overridden', reason: 'the units were moved' } as const;
  await settleExceptions(sql, { workflowId, ...blocked }, how);
  exceptionsChanged();
  const lines = afterUnits(pickup.lines, moves);
  becomes({ ...pickup, ...also.after, lines, rejections: [...others, rejection] }, [
    ...unitWrites(pickupId, moves),
    ...writes,
    ...also.writes,
  ]);
}
