/**
 * Stripe's webhook events in our words. Pure. They are echoes of effects that we made ourselves
 * (or news of one that Stripe ended on its own); the effect's key comes from the request that
 * caused the event (`request.idempotency_key`), else from the object's metadata.
 */
import type { z } from 'zod';
import type { CanonicalEvent } from '../../canonical/schema/event';
import { PaymentFact } from '../../canonical/schema/event';
import { OrderId } from '../../canonical/schema/ids';
import type { FieldProblem, InboundContext, InboundResult } from '../inbound-contract';
import { fromStripeAmount } from './amount';
import { LATEST_AMOUNT, LATEST_KEY, ORDER_ID } from './metadata';
import type { StripeEvent } from './schema';
import {
  chargeIdOf,
  StripeCharge,
  StripeEvent as StripeEventSchema,
  StripeIntent,
  StripeRefund,
} from './schema';

type PaymentEventType = Extract<CanonicalEvent['type'], `payment.${string}`>;
type Verb = 'authorize' | 'capture' | 'void' | 'refund';

interface Happened {
  readonly type: PaymentEventType;
  readonly verb: Verb;
  readonly reference: string;
  /** In Stripe's amounts; used where the metadata does not say what this effect came to. */
  readonly amount: number;
  readonly currency: string;
  readonly metadata: Readonly<Record<string, string>>;
}

const MAX_PROBLEMS = 100;

function problemsOf(error: z.ZodError, prefix: string): InboundResult {
  const problems: FieldProblem[] = error.issues.slice(0, MAX_PROBLEMS).map((issue) => ({
    pointer: prefix + issue.path.map((part) => `/${String(part)}`).join(''),
    detail: issue.message,
  }));
  return { outcome: 'unreadable', problems };
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
    amount: { currency, minorUnits: amountOf(happened, effectKey) },
  });
  if (!fact.success) return problemsOf(fact.error, '/data/object');
  return { outcome: 'mapped', events: [{ type: happened.type, data: fact.data }] };
}

/** Null where the event says nothing that an effect of ours waits for. */
function fromIntent(event: StripeEvent, intent: StripeIntent): Happened | null {
  const { currency } = intent;
  const metadata = intent.metadata ?? {};
  switch (event.type) {
    case 'payment_intent.amount_capturable_updated':
      // Also sent when a part was captured; charge.captured speaks of that.
      if (intent.amount_received > 0) return null;
      return {
        type: 'payment.authorized.v1',
        verb: 'authorize',
        reference: intent.id,
        amount: intent.amount,
        currency,
        metadata,
      };
    case 'payment_intent.succeeded':
      return {
        type: 'payment.captured.v1',
        verb: 'capture',
        reference: chargeIdOf(intent) ?? intent.id,
        amount: intent.amount_received,
        currency,
        metadata,
      };
    case 'payment_intent.canceled':
      return {
        type: 'payment.voided.v1',
        verb: 'void',
        reference: intent.id,
        amount: intent.amount - intent.amount_received,
        currency,
        metadata,
      };
    default:
      return null;
  }
}

function fromCharge(event: StripeEvent, charge: StripeCharge): Happened | null {
  const { currency } = charge;
  const metadata = charge.metadata ?? {};
  const before = event.data.previous_attributes;
  switch (event.type) {
    case 'charge.captured':
      return {
        type: 'payment.captured.v1',
        verb: 'capture',
        reference: charge.id,
        amount: charge.amount_captured - (before?.amount_captured ?? 0),
        currency,
        metadata,
      };
    case 'charge.refunded': {
      // The newest comes first, where the charge carries its refunds at all.
      const newest = charge.refunds?.data[0];
      return {
        type: 'payment.refunded.v1',
        verb: 'refund',
        reference: newest?.id ?? charge.id,
        amount: newest?.amount ?? charge.amount_refunded - (before?.amount_refunded ?? 0),
        currency,
        metadata,
      };
    }
    default:
      return null;
  }
}

/** Maps one event; what no effect of ours waits for is ignored with a reason. */
export function mapStripe(topic: string, body: unknown, _context: InboundContext): InboundResult {
  const parsed = StripeEventSchema.safeParse(body);
  if (!parsed.success) return problemsOf(parsed.error, '');
  const event = parsed.data;
  const ignored: InboundResult = {
    outcome: 'ignored',
    why: `event ${topic}: nothing of ours waits for it`,
  };
  if (topic.startsWith('payment_intent.')) {
    const intent = StripeIntent.safeParse(event.data.object);
    if (!intent.success) return problemsOf(intent.error, '/data/object');
    const happened = fromIntent(event, intent.data);
    return happened ? factOf(event, happened) : ignored;
  }
  if (topic === 'charge.captured' || topic === 'charge.refunded') {
    const charge = StripeCharge.safeParse(event.data.object);
    if (!charge.success) return problemsOf(charge.error, '/data/object');
    const happened = fromCharge(event, charge.data);
    return happened ? factOf(event, happened) : ignored;
  }
  if (topic === 'refund.created') {
    const refund = StripeRefund.safeParse(event.data.object);
    if (!refund.success) return problemsOf(refund.error, '/data/object');
    const { id, amount, currency, metadata } = refund.data;
    return factOf(event, {
      type: 'payment.refunded.v1',
      verb: 'refund',
      reference: id,
      amount,
      currency,
      metadata: metadata ?? {},
    });
  }
  return ignored;
}
