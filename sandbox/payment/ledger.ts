/**
 * The payment stand-in's records and how they look on the wire. A capture is not an object of
 * Stripe's API (it is a change of the charge), but money moved, so it is a record of its own.
 */
import { recordTable, type SandboxRecord } from '../records';
import { z } from 'zod';

export const intents = recordTable('payment', 'payment_intents');
export const charges = recordTable('payment', 'charges');
export const captures = recordTable('payment', 'captures');
export const refunds = recordTable('payment', 'refunds');
export const cancellations = recordTable('payment', 'cancellations');

const metadataSchema = z.record(z.string(), z.string());

/** Details of a payment intent record. Amounts in minor units. */
export const intentDetails = z.object({
  captureMethod: z.string(),
  paymentMethod: z.string().nullable(),
  requestMulticapture: z.boolean(),
  multicapture: z.boolean(),
  metadata: metadataSchema,
  description: z.string().nullable(),
  amountCapturable: z.number(),
  amountReceived: z.number(),
  amountRefunded: z.number(),
  chargeId: z.string().nullable(),
  canceledAt: z.number().nullable(),
  cancellationReason: z.string().nullable(),
  lastPaymentError: z.record(z.string(), z.unknown()).nullable(),
});
export type IntentDetails = z.infer<typeof intentDetails>;

export interface Intent {
  record: SandboxRecord;
  details: IntentDetails;
}

export function asIntent(record: SandboxRecord): Intent {
  return { record, details: intentDetails.parse(record.details) };
}

const API_VERSION = '2026-06-30.preview';
/** A Visa authorization online lives seven days. */
const AUTHORIZATION_LIFE_S = 7 * 24 * 3_600;

export function epochSeconds(instant: string): number {
  return Math.floor(Date.parse(instant) / 1000);
}

export function intentView({ record, details }: Intent): Record<string, unknown> {
  return {
    id: record.id,
    object: 'payment_intent',
    amount: record.amountMinor,
    amount_capturable: details.amountCapturable,
    amount_received: details.amountReceived,
    canceled_at: details.canceledAt,
    cancellation_reason: details.cancellationReason,
    capture_method: details.captureMethod,
    client_secret: `${record.id}_secret_sandbox`,
    confirmation_method: 'automatic',
    created: epochSeconds(record.createdAt),
    currency: record.currency,
    customer: null,
    description: details.description,
    last_payment_error: details.lastPaymentError,
    latest_charge: details.chargeId,
    livemode: false,
    metadata: details.metadata,
    next_action: null,
    payment_method: details.paymentMethod,
    payment_method_options: {
      card: { request_multicapture: details.requestMulticapture ? 'if_available' : 'never' },
    },
    payment_method_types: ['card'],
    processing: null,
    status: record.status,
  };
}

/** The intent with `latest_charge` as an object, where the caller asked for it. */
export function expandedIntentView(
  intent: Intent,
  expand: readonly string[],
): Record<string, unknown> {
  const view = intentView(intent);
  const wanted = expand.includes('latest_charge') && intent.details.chargeId !== null;
  return wanted ? { ...view, latest_charge: chargeView(intent) } : view;
}

/** The charge of an intent, from the intent: the two never disagree here. */
export function chargeView({ record, details }: Intent): Record<string, unknown> {
  const captured = details.amountReceived > 0;
  return {
    id: details.chargeId,
    object: 'charge',
    amount: record.amountMinor,
    amount_captured: details.amountReceived,
    amount_refunded: details.amountRefunded,
    captured,
    created: epochSeconds(record.createdAt),
    currency: record.currency,
    disputed: false,
    livemode: false,
    metadata: details.metadata,
    paid: true,
    payment_intent: record.id,
    payment_method: details.paymentMethod,
    payment_method_details: {
      type: 'card',
      card: {
        amount_authorized: record.amountMinor,
        brand: 'visa',
        capture_before: epochSeconds(record.createdAt) + AUTHORIZATION_LIFE_S,
        exp_month: 12,
        exp_year: 2034,
        funding: 'credit',
        last4: '4242',
        multicapture: { status: details.multicapture ? 'available' : 'unavailable' },
        network: 'visa',
      },
    },
    refunded: captured && details.amountRefunded === details.amountReceived,
    status: 'succeeded',
  };
}

export function refundView(record: SandboxRecord): Record<string, unknown> {
  return {
    id: record.id,
    object: 'refund',
    amount: record.amountMinor,
    charge: record.details['chargeId'],
    created: epochSeconds(record.createdAt),
    currency: record.currency,
    metadata: record.details['metadata'],
    payment_intent: record.parentId,
    reason: record.details['reason'] ?? null,
    receipt_number: null,
    status: record.status,
  };
}

/** A webhook's body. */
export function eventView(
  id: string,
  type: string,
  object: Record<string, unknown>,
  idempotencyKey: string | null,
  before?: Record<string, unknown>,
): Record<string, unknown> {
  return {
    id,
    object: 'event',
    api_version: API_VERSION,
    created: Math.floor(Date.now() / 1000),
    data: { object, previous_attributes: before },
    livemode: false,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: idempotencyKey },
    type,
  };
}
