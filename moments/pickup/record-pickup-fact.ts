/** What a store said by an event: applied by its flow's moments, each once. */
import type { CanonicalEvent } from '../../canonical/schema/event';
import type { OfPickup, PickupMoments } from '../../canonical/flows/pickup';
import type { Database, Sql } from '../../store/database';
import { openException } from '../../store/exceptions/exceptions';
import { markEventApplied, type Fact } from '../../store/inbox/facts';
import { recordFact } from '../flow/record-fact';
import { acceptPickup } from './accept-pickup';
import { customerArrived } from './customer-arrived';
import { noShow } from './expire-pickup';
import { handOver } from './hand-over';
import { PICKUP_FRAME, type PickupInHand } from './pickup-moment';
import { pickupReady } from './pickup-ready';
import { rejectUnits } from './reject-units';
import { substituteUnits } from './substitute-units';
import { refused, type PickupVerdict, type Refusal, type Said } from './said';

type PickupEvent = Extract<CanonicalEvent, { type: `pickup.${string}` }>;
type DataOf<T extends PickupEvent['type']> = Extract<PickupEvent, { type: T }>['data'];
type Apply<Data> = (sql: Sql, inHand: PickupInHand, said: Said<Data>) => Promise<PickupVerdict>;

const factOf =
  <T extends PickupEvent['type']>(type: T, apply: Apply<DataOf<T>>) =>
  (db: Database, of: OfPickup & { readonly eventNo: number }) =>
    recordFact<
      DataOf<T>,
      OfPickup,
      PickupInHand,
      Awaited<ReturnType<PickupMoments['recordReady']>>['agenda']
    >(PICKUP_FRAME, db, of, type, async (sql, inHand, fact) => {
      const verdict = isOwn(inHand, fact)
        ? await apply(sql, inHand, said(fact))
        : refused('pickup_units', `${fact.data.location} is not the store of that pickup`);
      if (verdict.outcome === 'refused') await setAside(sql, inHand, fact.eventNo, verdict);
      else await markEventApplied(sql, fact.eventNo);
      return 'applied';
    });

function said<Data>({ data, eventNo, source }: Fact<Data>): Said<Data> {
  return { data, eventNo, by: source, isFact: true };
}

const isOwn = ({ pickup }: PickupInHand, fact: Fact<{ readonly location: string }>) =>
  fact.data.location === pickup.storeId;

/**
 * A step that came late changes nothing. More units than there are has no rule. A store whose hours
 * are missing is a person's to mend: the flow parks the event until then.
 */
async function setAside(
  sql: Sql,
  { pickup, exceptionsChanged }: PickupInHand,
  eventNo: number,
  { code, detail }: Refusal,
): Promise<void> {
  if (code === 'no_hours') throw new RangeError(detail);
  if (code === 'pickup_state') {
    await markEventApplied(sql, eventNo, 'superseded', detail);
    return;
  }
  // It blocks no step of the flow: the event is what waits.
  const { pickupId: subject, orderId, correlationId } = pickup;
  await openException(sql, {
    code: 'event.no-rule',
    detail: `what ${pickup.storeId} said of pickup ${pickup.pickupId} was not recorded: ${detail}`,
    cause: { kind: 'event', ref: String(eventNo) },
    blocks: `event:${eventNo}`,
    severity: 'high',
    eventNo,
    subject,
    orderId,
    correlationId,
  });
  exceptionsChanged();
  await markEventApplied(sql, eventNo, 'dead', detail);
}

export const recordAccepted = factOf('pickup.accepted.v1', acceptPickup);
export const recordReady = factOf('pickup.ready.v1', pickupReady);
export const recordArrived = factOf('pickup.customer-arrived.v1', customerArrived);
export const recordHandedOver = factOf('pickup.handed-over.v1', handOver);
export const recordStoreRejection = factOf('pickup.rejected.v1', rejectUnits);
export const recordSubstitution = factOf('pickup.substituted.v1', substituteUnits);
export const recordNoShow = factOf('pickup.no-show.v1', noShow);
