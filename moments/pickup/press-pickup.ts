/**
 * A press of a store, answered at once: one transaction that takes the order's row, then the pickup's,
 * applies the step, keeps the press as an event that is applied, and tells the flow what is due now
 * where that has changed. The same step told by an event reaches the same function by its flow.
 *
 * Statements of a press that moves no units or money of its order: eight at the most, in six round
 * trips (the begin, the lock and the pickup; the press; what the step reads, the order and whom to
 * tell; what it writes, with the signal; the commit), and the answer for the caller's key beside them.
 */
import { openReSourcing } from '../../canonical/rules/pickup/agenda';
import type { PickupSnapshot } from '../../canonical/rules/pickup/snapshot';
import type { Database, Sql } from '../../store/database';
import { recordDecision } from '../../store/access/decisions';
import { lockSubject } from '../../store/flows/subject';
import { storeApplied } from '../../store/inbox/applied';
import { take } from '../flow/flow-moment';
import { extendPickup } from './extend-pickup';
import { nameCollector } from './name-collector';
import { PICKUP_FRAME, type PickupInHand } from './pickup-moment';
import { factPressed, isDecision, type Decision, type Pressed } from './press-facts';
import { putBack } from './put-back';
import type { PickupVerdict, Refusal } from './said';

export interface Presser {
  /** The label of the key. */
  readonly by: string;
  readonly role: string;
  /** Is it the caller's to touch: of its store, of its channel? */
  readonly mayTouch: (pickup: PickupSnapshot) => boolean;
  /** Unique to caller and key: the same press twice is one. */
  readonly decisionId: string;
  readonly correlationId: string;
  /** RFC 3339: when it was pressed. */
  readonly at: string;
}

/** Thrown: nothing of the press is kept. */
export class PressRefused extends Error {
  override readonly name = 'PressRefused';
  constructor(
    readonly refusal: Refusal,
    readonly pickup: PickupSnapshot,
  ) {
    super(refusal.detail);
  }
}

/** Another store's, or another channel's: not a word is said of it. */
export class NotTheirPickup extends Error {
  override readonly name = 'NotTheirPickup';
}

/** Steps after which the flow has something else to wait for. */
const TELLS_FLOW: readonly Pressed['press'][] = [
  'ready',
  'hand-over',
  'reject',
  'substitute',
  'extend',
  'no-show',
];

/** Also whatever ends what others do about it: the flow's clock runs on from there. */
const isNewsToFlow = (before: PickupSnapshot, { press }: Pressed): boolean =>
  TELLS_FLOW.includes(press) ||
  before.exceptions.length > 0 ||
  openReSourcing(before) !== undefined;

/**
 * @param keep - what else belongs to the same transaction: the answer for the caller's key
 * @throws UnknownPickup, NotTheirPickup, PressRefused
 */
export function pressPickup(
  db: Database,
  { pickupId, ...of }: Presser & { readonly pickupId: string },
  pressed: Pressed,
  keep: (sql: Sql, after: PickupSnapshot) => Promise<void> = () => Promise.resolve(),
): Promise<PickupSnapshot> {
  return db.transaction(async (sql) => {
    const { inHand } = await take(PICKUP_FRAME, sql, { pickupId }, lockSubject);
    const { pickup } = inHand;
    if (!of.mayTouch(pickup)) throw new NotTheirPickup();
    const isNew = await apply(sql, inHand, of, pressed);
    const tellFlow = isNewsToFlow(pickup, pressed) ? 'tell-flow' : undefined;
    const after = isNew ? await inHand.settle(sql, tellFlow) : pickup;
    await keep(sql, after);
    return after;
  });
}

/** False where that press was applied before. */
async function apply(
  sql: Sql,
  inHand: PickupInHand,
  of: Omit<Presser, 'mayTouch'>,
  pressed: Pressed,
): Promise<boolean> {
  const { pickup } = inHand;
  if (isDecision(pressed)) {
    const isNew = await decided(sql, pickup, of, pressed);
    if (isNew) refuse(decide(inHand, of, pressed), pickup);
    return isNew;
  }
  const fact = factPressed(pressed, pickup, of.at);
  const { eventNo, isNew } = await storeApplied(sql, {
    source: `store:${pickup.storeId}`,
    eventId: of.decisionId,
    type: fact.type,
    body: fact.body,
    correlationId: of.correlationId,
    orderId: pickup.orderId,
    workflowId: pickup.workflowId,
  });
  if (isNew) refuse(await fact.apply(sql, inHand, { eventNo, by: of.by, isFact: false }), pickup);
  return isNew;
}

function decide(
  inHand: PickupInHand,
  of: Omit<Presser, 'mayTouch'>,
  pressed: Decision,
): PickupVerdict {
  switch (pressed.press) {
    case 'extend':
      return extendPickup(inHand, { ...of, ...pressed });
    case 'put-back':
      return putBack(inHand, of.at);
    case 'collector':
      return nameCollector(inHand, pressed.name);
  }
}

/**
 * Who held it longer, until when and why; who put goods back; that somebody was named: the audit
 * trail has it, and nobody's name but that of the key.
 */
function decided(
  sql: Sql,
  { pickupId, orderId }: PickupSnapshot,
  { by, role, decisionId, correlationId }: Omit<Presser, 'mayTouch'>,
  { press, ...said }: Decision,
): Promise<boolean> {
  const { reason, name, ...detail }: SaidOfDecision = said;
  return recordDecision(sql, {
    decisionId,
    actor: by,
    role,
    action: `pickup.${press}`,
    subject: pickupId,
    orderId,
    reason: reason ?? null,
    detail: name === undefined ? detail : { ...detail, isNamed: name !== null },
    correlationId,
  });
}

interface SaidOfDecision {
  readonly reason?: string | undefined;
  readonly name?: string | null;
}

function refuse(verdict: PickupVerdict, pickup: PickupSnapshot): void {
  if (verdict.outcome === 'refused') throw new PressRefused(verdict, pickup);
}
