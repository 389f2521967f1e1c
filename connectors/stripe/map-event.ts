/**
 * Stripe's webhook events in our words. Pure. They are echoes of effects that we made ourselves
 * (or news of one that Stripe ended on its own); the effect's key comes from the request that
 * caused the event (`request.idempotency_key`), else from the object's metadata.
 */
import type { z } from 'zod';
import type { CanonicalEvent } from '../../canonical/schema/event';
import { PaymentFact } from '../../canonical/schema/payment-fact';
import { OrderId } from '../../canonical/schema/ids';
import {
  fieldProblems,
  unreadable,
  type InboundContext,
  type InboundResult,
} from '../inbound-contract';
import { fromStripeAmount } from './amount';
import { LATEST_AMOUNT, LATEST_KEY, ORDER_ID } from './metadata';
import {
  chargeIdOf,
  chargeOf,
  isDead,
  StripeCharge,
  StripeEvent,
  StripeIntent,
  StripeRefund,
} from './schema';

type PaymentEventType = Extract<CanonicalEvent['type'], `payment.${string}`>;
type Verb = 'authorize' | 'capture' | 'void' | 'refund';

/** Where in a delivery its object is. */
const OBJECT = '/data/object';

interface Happened {
  readonly type: PaymentEventType;
  readonly verb: Verb;
  readonly reference: string;
  readonly paymentRef?: string | undefined;
  /** In Stripe's amounts; used where the metadata does not say what this effect came to. */
  readonly amount: number;
  readonly currency: string;
  readonly metadata: Readonly<Record<string, string>>;
}

function effectKeyOf(event: StripeEvent, happened: Happened): string | undefined {
  const candidates = [event.request?.idempotency_key, happened.metadata[LATEST_KEY]];
  return candidates.find((key) => key?.startsWith(`${happened.verb}:`)) ?? undefined;
}

/** The amount we wrote beside the key; else Stripe's, which may be the sum of several captures. */
function amountOf(happened: Happened, effectKey: string | undefined): number {
  const written = happened.metadata[LATEST_AMOUNT];
  const isOfThisEffect = effectKey !== undefined && happened.metadata[LATEST_KEY] === effectKey;
  return isOfThisEffect && written !== undefined && /^\d{1,12}$/.test(written)
    ? Number(written)
    : fromStripeAmount(happened.amount, happened.currency);
}

function factOf(event: StripeEvent, happened: Happened): InboundResult {
  const effectKey = effectKeyOf(event, happened);
  const currency = happened.currency.toUpperCase();
  const fact = PaymentFact.safeParse({
    reference: happened.reference,
    effectKey,
    orderId: OrderId.safeParse(happened.metadata[ORDER_ID]).data,
    paymentRef: happened.paymentRef,
    amount: { currency, minorUnits: amountOf(happened, effectKey) },
  });
  if (!fact.success) return unreadable(fieldProblems(fact.error, OBJECT));
  return { outcome: 'mapped', events: [{ type: happened.type, data: fact.data }] };
}

/** Null where the event says nothing that an effect of ours waits for. */
function fromIntent(event: StripeEvent, intent: StripeIntent): Happened | null {
  const about = { currency: intent.currency, metadata: intent.metadata ?? {} };
  const { id, amount, amount_received: received } = intent;
  switch (event.type) {
    case 'payment_intent.amount_capturable_updated':
      // Also sent when a part was captured; charge.captured speaks of that.
      if (received > 0) return null;
      return { ...about, type: 'payment.authorized.v1', verb: 'authorize', reference: id, amount };
    case 'payment_intent.succeeded': {
      const reference = chargeIdOf(intent) ?? id;
      return {
        ...about,
        type: 'payment.captured.v1',
        verb: 'capture',
        reference,
        amount: received,
      };
    }
    case 'payment_intent.canceled': {
      const left = amount - received;
      return { ...about, type: 'payment.voided.v1', verb: 'void', reference: id, amount: left };
    }
    default:
      return null;
  }
}

function fromCharge(event: StripeEvent, charge: StripeCharge): Happened | null {
  const about = { currency: charge.currency, metadata: charge.metadata ?? {} };
  const before = event.data.previous_attributes;
  switch (event.type) {
    case 'charge.captured': {
      const amount = charge.amount_captured - (before?.amount_captured ?? 0);
      const reference = charge.id;
      return { ...about, type: 'payment.captured.v1', verb: 'capture', reference, amount };
    }
    case 'charge.refunded': {
      // The newest comes first, where the charge carries its refunds at all.
      const newest = charge.refunds?.data[0];
      const amount = newest?.amount ?? charge.amount_refunded - (before?.amount_refunded ?? 0);
      const reference = newest?.id ?? charge.id;
      const refunded = { type: 'payment.refunded.v1', verb: 'refund' } as const;
      return { ...about, ...refunded, reference, paymentRef: charge.id, amount };
    }
    default:
      return null;
  }
}

/**
 * A pending refund is made: Stripe has taken it. Should it fail later, an update says so, and the
 * money is back. One that was dead from the start is told to whoever asked for it.
 */
function fromRefund(event: StripeEvent, refund: StripeRefund): Happened | null {
  const { id: reference, amount, currency, metadata } = refund;
  const paymentRef = chargeOf(refund);
  const about = { currency, metadata: metadata ?? {}, verb: 'refund' as const };
  const told = { ...about, reference, paymentRef, amount };
  if (!isDead(refund)) return { ...told, type: 'payment.refunded.v1' };
  return event.type === 'refund.created' ? null : { ...told, type: 'payment.refund-failed.v1' };
}

/** Webhooks of a refund itself; the older of two names of its update is still sent. */
const OF_REFUNDS: ReadonlySet<string> = new Set([
  'refund.created',
  'refund.updated',
  'refund.failed',
  'charge.refund.updated',
]);

/** What the object of an event is; nothing else is looked at. */
function happenedIn(event: StripeEvent, topic: string): Happened | InboundResult | null {
  if (topic.startsWith('payment_intent.')) return readObject(event, StripeIntent, fromIntent);
  if (topic === 'charge.captured' || topic === 'charge.refunded') {
    return readObject(event, StripeCharge, fromCharge);
  }
  return OF_REFUNDS.has(topic) ? readObject(event, StripeRefund, fromRefund) : null;
}

function readObject<S extends z.ZodType>(
  event: StripeEvent,
  schema: S,
  read: (event: StripeEvent, object: z.infer<S>) => Happened | null,
): Happened | InboundResult | null {
  const object = schema.safeParse(event.data.object);
  if (!object.success) return unreadable(fieldProblems(object.error, OBJECT));
  return read(event, object.data);
}

/** Maps one event; what no effect of ours waits for is ignored with a reason. */
export function mapStripe(topic: string, body: unknown, _context: InboundContext): InboundResult {
  const parsed = StripeEvent.safeParse(body);
  if (!parsed.success) return unreadable(fieldProblems(parsed.error));
  const happened = happenedIn(parsed.data, topic);
  if (happened === null) {
    return { outcome: 'ignored', why: `event ${topic}: nothing of ours waits for it` };
  }
  return 'outcome' in happened ? happened : factOf(parsed.data, happened);
}
