/**
 * The store gives another item for what it has not, and the customer agrees: the units keep their
 * place (to be picked, or ready), as that item; what the store could not give is kept as a rejection
 * that was decided at once, and corrects its stock. A customer who does not agree is a rejection. The
 * order's side reserves, prices, taxes and pays back; a shop whose own order still names what it sold
 * is a person's to change.
 */
import { blocksRejection } from '../../canonical/flows/pickup';
import { openMinutesAfter } from '../../canonical/rules/pickup/pick-by';
import type {
  PickupLineSnapshot,
  PickupRejection,
  PickupSnapshot,
} from '../../canonical/rules/pickup/snapshot';
import type { PickupPlace } from '../../canonical/rules/pickup/state';
import {
  afterUnits,
  movesOf,
  unitsMoved,
  type PickupMove,
} from '../../canonical/rules/pickup/units';
import type { PickupSubstituted } from '../../canonical/schema/pickup-events';
import type { Sql } from '../../store/database';
import { openException, settleExceptions } from '../../store/exceptions/exceptions';
import { decidedWrite, rejectionWrite } from '../../store/pickups/pickups';
import { linesWrite } from '../../store/pickups/substitutions';
import type { Write } from '../../store/writes';
import { correctStock } from './correct-stock';
import { giveInstead } from './order-side/give-instead';
import type { PickupInHand } from './pickup-moment';
import { rejectUnits } from './reject-units';
import { APPLIED, outOfOrder, refused, type PickupVerdict, type Said } from './said';

/** What is to be picked first, then what lies ready; else what the store had said it cannot give. */
const PLACES: readonly (readonly PickupPlace[])[] = [['requested', 'ready'], ['rejected']];

export async function substituteUnits(
  sql: Sql,
  inHand: PickupInHand,
  said: Said<PickupSubstituted>,
): Promise<PickupVerdict> {
  const { data } = said;
  const { lineNo, quantity, sku, consent, substitutedAt: at, reason } = data;
  const units = [{ lineNo, quantity }];
  if (consent === 'refused') {
    const { pickupId, location } = data;
    const rejected = { pickupId, location, reason, rejectedAt: at, lines: units };
    return rejectUnits(sql, inHand, { ...said, data: rejected });
  }
  const { pickup, becomes } = inHand;
  const refusal = outOfOrder(pickup, 'substitute');
  if (refusal) return refusal;
  const found = PLACES.map((from) => movesOf(pickup.lines, units, from, 'cancelled'));
  const wanted = found.find((one) => one.outcome === 'possible') ?? found[0];
  if (wanted?.outcome !== 'possible') return refused('pickup_units', wanted?.reason ?? '');
  const order = await inHand.moveOrder();
  const { groupNo } = pickup;
  const { eventNo, by } = said;
  const { unitPriceMinor, taxes } = data;
  const mayCostMore = consent === 'to-more';
  const other = { lineNo, quantity, sku, unitPriceMinor, taxes, mayCostMore };
  const given = await giveInstead(sql, order, { ...other, groupNo, occurredAt: at, eventNo });
  if (given.outcome === 'impossible') return refused('pickup_units', given.reason);
  const { moves } = wanted;
  const lines = linesAfter(pickup.lines, moves, { lineNo: given.lineNo, sku });
  const decided = await decideRejection(sql, inHand, lines, moves, { by, eventNo, at, reason });
  const isAskedAgain = moves.some(({ from }) => from === 'rejected');
  becomes(
    {
      ...pickup,
      lines,
      rejections: decided.rejections,
      ...(isAskedAgain && { pickBy: pickByFrom(inHand, at) }),
    },
    [linesWrite(pickup.pickupId, changed(pickup.lines, lines)), ...decided.writes],
  );
  if (given.channelLineRef !== null) await nameAtShop(sql, inHand, given.lineNo, { sku, quantity });
  return APPLIED;
}

/** Each unit where it was, as the other item: what had been rejected is to be picked. */
function linesAfter(
  lines: readonly PickupLineSnapshot[],
  moves: readonly PickupMove[],
  to: { readonly lineNo: number; readonly sku: string },
): PickupLineSnapshot[] {
  const [first] = moves;
  const was = lines.find((one) => one.lineNo === first?.lineNo);
  if (!was) return [...lines];
  const count = (from: PickupPlace) =>
    moves.reduce((units, move) => units + (move.from === from ? move.quantity : 0), 0);
  const rest = taken(was, moves);
  const isWhole = was.lineNo === to.lineNo;
  const base = isWhole ? rest : { ...NO_UNITS, lineNo: to.lineNo };
  const now = {
    ...base,
    sku: to.sku,
    requested: base.requested + count('requested') + count('rejected'),
    ready: base.ready + count('ready'),
  };
  const kept = lines.map((one) => (one === was ? (isWhole ? now : rest) : one));
  return isWhole ? kept : [...kept, now];
}

const NO_UNITS = {
  requested: 0,
  ready: 0,
  handedOver: 0,
  rejected: 0,
  expired: 0,
  cancelled: 0,
};

/** Without the units that something else is given for. */
function taken(line: PickupLineSnapshot, moves: readonly PickupMove[]): PickupLineSnapshot {
  const [after = line] = afterUnits([line], moves);
  return { ...after, cancelled: line.cancelled };
}

const changed = (before: readonly PickupLineSnapshot[], after: readonly PickupLineSnapshot[]) =>
  after.filter((line) => !before.includes(line));

interface SaidBy {
  readonly by: string;
  readonly eventNo: number;
  readonly at: string;
  readonly reason: string;
}

/**
 * What the store could not give is a rejection of its own, decided at once, and says what it says of
 * its stock. One that the units had been in before is over with the last of them.
 */
async function decideRejection(
  sql: Sql,
  inHand: PickupInHand,
  after: readonly PickupLineSnapshot[],
  moves: readonly PickupMove[],
  said: SaidBy,
): Promise<{ readonly rejections: readonly PickupRejection[]; readonly writes: readonly Write[] }> {
  const { pickup } = inHand;
  const { pickupId, rejections, workflowId } = pickup;
  const { by: actor, eventNo, at: rejectedAt } = said;
  const open = moves.some(({ from }) => from === 'rejected') ? openOf(pickup, moves) : undefined;
  const outcome = 'substituted' as const;
  const lines = unitsMoved(moves);
  const reason = open?.reason ?? said.reason;
  const own = { rejectionNo: rejections.length + 1, reason, lines, outcome };
  await correctStock(sql, inHand, own, lines);
  const write = rejectionWrite(pickupId, { ...own, actor, eventNo, rejectedAt });
  if (!open || isUndecided(open, after))
    return { rejections: [...rejections, own], writes: [write] };
  const { rejectionNo } = open;
  const how = { as: 'overridden', reason: 'something else is given' } as const;
  await settleExceptions(sql, { workflowId, blocks: blocksRejection(rejectionNo).text }, how);
  inHand.exceptionsChanged();
  const decided = rejections.map((one) => (one === open ? { ...one, outcome } : one));
  return {
    rejections: [...decided, own],
    writes: [decidedWrite(pickupId, rejectionNo, outcome), write],
  };
}

const isUndecided = ({ lines }: PickupRejection, after: readonly PickupLineSnapshot[]): boolean =>
  after.some((line) => line.rejected > 0 && lines.some(({ lineNo }) => lineNo === line.lineNo));

const openOf = ({ rejections }: PickupSnapshot, moves: readonly PickupMove[]) =>
  rejections.find(
    ({ outcome, lines }) =>
      outcome === null && lines.some(({ lineNo }) => lineNo === moves[0]?.lineNo),
  );

function pickByFrom({ pickup, setup }: PickupInHand, at: string): string {
  return openMinutesAfter(at, setup.policies.pickupPickMinutes, pickup.clock);
}

/** Its own order names what it sold: what is in it is the merchant's to edit, and nobody else's. */
async function nameAtShop(
  sql: Sql,
  { pickup, setup }: PickupInHand,
  lineNo: number,
  { sku, quantity }: { readonly sku: string; readonly quantity: number },
): Promise<void> {
  if (setup.connector === null) return;
  const { pickupId, orderId, correlationId, channelInstance, storeId } = pickup;
  const units = quantity === 1 ? '1 unit' : `${quantity} units`;
  await openException(sql, {
    code: 'pickup.substituted',
    detail: `${storeId} gives ${units} of ${sku} as line ${lineNo}; the order at ${channelInstance} names what it sold`,
    cause: { kind: 'order', ref: orderId },
    // No step waits for it.
    blocks: `substitute:${pickupId}:${lineNo}`,
    severity: 'low',
    subject: pickupId,
    orderId,
    correlationId,
  });
}
