/**
 * Stripe's webhook signature and identity.
 * https://docs.stripe.com/webhooks#verify-manually
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Verification, WebhookHeaders, WebhookIdentity } from '../inbound-contract';
import { headerOf } from '../inbound-contract';

/** As Stripe's own libraries: older or further ahead than this is refused. */
const TOLERANCE_MS = 300_000;
const MS_PER_SECOND = 1_000;
/** Stripe sends one for each live secret of the endpoint, two while one is rolled. */
const MAX_SIGNATURES = 10;
const UNNAMED_TOPIC = 'unknown';

function fieldsOf(header: string): { timestamp: string | null; signatures: string[] } {
  let timestamp: string | null = null;
  const signatures: string[] = [];
  for (const part of header.split(',')) {
    const at = part.indexOf('=');
    const name = part.slice(0, at).trim();
    const value = part.slice(at + 1).trim();
    if (name === 't') timestamp = value;
    if (name === 'v1' && signatures.length < MAX_SIGNATURES) signatures.push(value);
  }
  return { timestamp, signatures };
}

function isSignature(candidate: string, expected: Buffer): boolean {
  if (!/^[0-9a-f]{64}$/.test(candidate)) return false;
  return timingSafeEqual(Buffer.from(candidate, 'hex'), expected);
}

/** HMAC-SHA256 of `{t}.{raw body}`, hex, one of the `v1` list; and a time within the tolerance. */
export function verifyStripe(
  headers: WebhookHeaders,
  rawBody: Uint8Array,
  secret: string,
  nowMs: number,
): Verification {
  const header = headerOf(headers, 'stripe-signature');
  if (!header) return { verified: false, why: 'Stripe-Signature is missing' };
  const { timestamp, signatures } = fieldsOf(header);
  if (timestamp === null || !/^\d{1,12}$/.test(timestamp) || signatures.length === 0) {
    return { verified: false, why: 'Stripe-Signature has no t or no v1' };
  }
  const expected = createHmac('sha256', secret).update(`${timestamp}.`).update(rawBody).digest();
  if (!signatures.some((candidate) => isSignature(candidate, expected))) {
    return { verified: false, why: 'Stripe-Signature does not match the body' };
  }
  const ageMs = nowMs - Number(timestamp) * MS_PER_SECOND;
  if (Math.abs(ageMs) > TOLERANCE_MS) {
    return { verified: false, why: 'Stripe-Signature was made outside the tolerance of 300 s' };
  }
  return { verified: true };
}

const Envelope = z.looseObject({
  id: z.string().min(1).max(200),
  type: z.string().min(1).max(100),
  created: z.int().min(0).max(8_000_000_000).optional(),
});

function parse(rawBody: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(rawBody).toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Stripe's event id is in the body; a body without one is known by its hash. */
export function identifyStripe(
  account: string,
  _headers: WebhookHeaders,
  rawBody: Uint8Array,
): WebhookIdentity {
  const source = `stripe/${account}`;
  const envelope = Envelope.safeParse(parse(rawBody));
  if (!envelope.success) {
    const hash = createHash('sha256').update(`${UNNAMED_TOPIC}\n`).update(rawBody).digest('hex');
    return { source, eventId: hash, topic: UNNAMED_TOPIC, occurredAt: null };
  }
  const { id, type, created } = envelope.data;
  const occurredAt = created === undefined ? null : new Date(created * MS_PER_SECOND).toISOString();
  return { source, eventId: id, topic: type, occurredAt };
}
