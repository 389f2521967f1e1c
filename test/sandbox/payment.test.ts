/** The payment stand-in keeps Stripe's promises: authorizations, captures, keys, signatures. */
import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { at, call, recordsOf, startUnderTest, tokens, type Reply } from './fixture';
import type { SandboxUnderTest } from './fixture';

let under: SandboxUnderTest;
beforeAll(async () => {
  under = await startUnderTest();
});
afterAll(() => under.stop());
beforeEach(async () => {
  await call(under.url('payment', '/_sandbox/faults'), 'DELETE');
  await call(under.url('payment', '/_sandbox/script'), 'DELETE');
  under.receiver.answerWith(200);
});

function post(path: string, form: Record<string, string>, key?: string): Promise<Reply> {
  return call(under.url('payment', path), 'POST', new URLSearchParams(form), {
    authorization: `Bearer ${tokens.stripeSecret}`,
    ...(key === undefined ? {} : { 'idempotency-key': key }),
  });
}

function get(path: string): Promise<Reply> {
  const authorization = `Bearer ${tokens.stripeSecret}`;
  return call(under.url('payment', path), 'GET', undefined, { authorization });
}

const authorization = (extra: Record<string, string> = {}): Record<string, string> => ({
  amount: '2599',
  currency: 'usd',
  capture_method: 'manual',
  confirm: 'true',
  payment_method: 'pm_card_visa',
  'payment_method_options[card][request_multicapture]': 'if_available',
  ...extra,
});

async function authorized(extra: Record<string, string> = {}): Promise<string> {
  const reply = await post('/v1/payment_intents', authorization(extra), randomUUID());
  expect(reply.status).toBe(200);
  return String(reply.json['id']);
}

describe('authorization', () => {
  it('holds the amount and keeps our key, order and amount in its records', async () => {
    const key = `authorize:ord_1:1:${randomUUID()}`;
    const form = authorization({ 'metadata[throughline_key]': key });
    const reply = await post('/v1/payment_intents', form, key);
    expect(reply.json).toMatchObject({
      object: 'payment_intent',
      status: 'requires_capture',
      amount: 2599,
      amount_capturable: 2599,
      metadata: { throughline_key: key },
    });
    const kept = await recordsOf(under.url('payment', '/_sandbox/records/payment-intents'));
    expect(kept.filter((record) => record['throughlineKey'] === key)).toMatchObject([
      { id: reply.json['id'], orderId: 'ord_1', amountMinor: 2599, currency: 'usd' },
    ]);
  });

  it('declines the card that declines, and replays the decline for its key', async () => {
    const key = randomUUID();
    const form = authorization({ payment_method: 'pm_card_chargeDeclined' });
    const first = await post('/v1/payment_intents', form, key);
    const again = await post('/v1/payment_intents', form, key);
    expect(first.status).toBe(402);
    expect(at(first.json, 'error', 'code')).toBe('card_declined');
    expect(again.status).toBe(402);
    expect(again.text).toBe(first.text);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
  });

  it('refuses a wrong key, an unknown card, an unknown parameter and a missing one', async () => {
    const wrong = await call(under.url('payment', '/v1/payment_intents'), 'POST', '', {
      authorization: 'Bearer sk_wrong',
    });
    expect(wrong.status).toBe(401);
    expect(at(wrong.json, 'error', 'type')).toBe('invalid_request_error');
    const card = await post('/v1/payment_intents', authorization({ payment_method: 'pm_none' }));
    expect(at(card.json, 'error', 'code')).toBe('resource_missing');
    const unknown = await post('/v1/payment_intents', authorization({ colour: 'red' }));
    expect(at(unknown.json, 'error', 'code')).toBe('parameter_unknown');
    const missing = await post('/v1/payment_intents', { currency: 'usd' });
    expect(at(missing.json, 'error')).toMatchObject({ code: 'parameter_missing', param: 'amount' });
  });
});

describe('idempotency keys', () => {
  it('makes one effect for one key, and refuses the key with other parameters', async () => {
    const key = randomUUID();
    const first = await post('/v1/payment_intents', authorization(), key);
    const again = await post('/v1/payment_intents', authorization(), key);
    expect(again.text).toBe(first.text);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    const other = await post('/v1/payment_intents', authorization({ amount: '100' }), key);
    expect(other.status).toBe(400);
    expect(at(other.json, 'error', 'type')).toBe('idempotency_error');
    const kept = await recordsOf(under.url('payment', '/_sandbox/records/payment_intents'));
    expect(kept.filter((record) => record['throughlineKey'] === key)).toHaveLength(1);
  });

  it('answers 409 while the same key is in flight', async () => {
    await call(under.url('payment', '/_sandbox/script'), 'POST', { latencyMs: 300 });
    const key = randomUUID();
    const replies = await Promise.all([
      post('/v1/payment_intents', authorization(), key),
      post('/v1/payment_intents', authorization(), key),
    ]);
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 409]);
    const refused = replies.find(({ status }) => status === 409);
    expect(at(refused?.json, 'error', 'code')).toBe('idempotency_key_in_use');
  });

  it('forgets a key after a day', async () => {
    const key = randomUUID();
    const first = await post('/v1/payment_intents', authorization(), key);
    await under.pool.query(
      `UPDATE payment.idempotency_keys SET created_at = now() - interval '25 hours' WHERE key = $1`,
      [key],
    );
    const later = await post('/v1/payment_intents', authorization(), key);
    expect(later.json['id']).not.toBe(first.json['id']);
  });

  it('does not keep a request that never began', async () => {
    const key = randomUUID();
    const bad = await post('/v1/payment_intents', { currency: 'usd' }, key);
    expect(bad.status).toBe(400);
    const good = await post('/v1/payment_intents', authorization(), key);
    expect(good.status).toBe(200);
  });
});

describe('capture, cancel and refund', () => {
  it('captures once where multicapture is not available, and lets the rest go', async () => {
    const id = await authorized();
    const early = await post(`/v1/payment_intents/${id}/capture`, {
      amount_to_capture: '1000',
      final_capture: 'false',
    });
    expect(at(early.json, 'error', 'param')).toBe('final_capture');
    const form = { amount_to_capture: '1000' };
    const first = await post(`/v1/payment_intents/${id}/capture`, form, randomUUID());
    expect(first.json).toMatchObject({
      status: 'succeeded',
      amount_received: 1000,
      amount_capturable: 0,
    });
    const second = await post(`/v1/payment_intents/${id}/capture`, form, randomUUID());
    expect(second.status).toBe(400);
    expect(at(second.json, 'error', 'code')).toBe('payment_intent_unexpected_state');
  });

  it('captures in parts where multicapture is available, never above the authorization', async () => {
    const id = await authorized({ payment_method: 'pm_card_visa_multicapture' });
    const part = { amount_to_capture: '1500', final_capture: 'false' };
    const first = await post(`/v1/payment_intents/${id}/capture`, part, randomUUID());
    expect(first.json).toMatchObject({ status: 'requires_capture', amount_capturable: 1099 });
    const tooMuch = await post(`/v1/payment_intents/${id}/capture`, part, randomUUID());
    expect(at(tooMuch.json, 'error', 'code')).toBe('amount_too_large');
    const last = await post(`/v1/payment_intents/${id}/capture`, {}, randomUUID());
    expect(last.json).toMatchObject({ status: 'succeeded', amount_received: 2599 });
    const captures = await recordsOf(under.url('payment', '/_sandbox/records/captures'));
    const own = captures.filter((record) => record['parentId'] === id);
    expect(own.map((record) => record['amountMinor'])).toEqual([1500, 1099]);
  });

  it('fails a capture of an authorization that expired', async () => {
    const id = await authorized({ payment_method: 'pm_card_expiresBeforeCapture' });
    const reply = await post(`/v1/payment_intents/${id}/capture`, {}, randomUUID());
    expect(at(reply.json, 'error', 'code')).toBe('charge_expired_for_capture');
    expect((await get(`/v1/payment_intents/${id}`)).json['status']).toBe('canceled');
  });

  it('releases on cancel, and captures nothing afterwards', async () => {
    const id = await authorized();
    const reply = await post(`/v1/payment_intents/${id}/cancel`, {}, randomUUID());
    expect(reply.json).toMatchObject({ status: 'canceled', amount_capturable: 0 });
    const capture = await post(`/v1/payment_intents/${id}/capture`, {}, randomUUID());
    expect(capture.status).toBe(400);
  });

  it('refunds no more than was captured', async () => {
    const id = await authorized();
    const before = await post('/v1/refunds', { payment_intent: id });
    expect(before.status).toBe(400);
    await post(`/v1/payment_intents/${id}/capture`, { amount_to_capture: '2000' }, randomUUID());
    const some = await post('/v1/refunds', { payment_intent: id, amount: '1500' }, randomUUID());
    expect(some.json).toMatchObject({ object: 'refund', status: 'succeeded', amount: 1500 });
    const more = await post('/v1/refunds', { payment_intent: id, amount: '501' }, randomUUID());
    expect(more.status).toBe(400);
    const list = await get(`/v1/refunds?payment_intent=${id}`);
    expect(at(list.json, 'data', 0, 'amount')).toBe(1500);
  });

  it('finds an intent by its metadata', async () => {
    const key = `authorize:ord_2:1:${randomUUID()}`;
    const id = await authorized({ 'metadata[throughline_key]': key });
    const query = encodeURIComponent(`metadata['throughline_key']:'${key}'`);
    const found = await get(`/v1/payment_intents/search?query=${query}`);
    expect(found.json).toMatchObject({ object: 'search_result', has_more: false });
    expect(at(found.json, 'data', 0, 'id')).toBe(id);
    const bad = await get('/v1/payment_intents/search?query=nonsense');
    expect(bad.status).toBe(400);
  });
});

describe('webhooks', () => {
  const typeIs = (type: string, id: string) => (received: { body: string }) =>
    received.body.includes(`"${type}"`) && received.body.includes(id);

  it('signs time and body, and sends copies when told to', async () => {
    await call(under.url('payment', '/_sandbox/script'), 'POST', { webhooks: { copies: 2 } });
    const id = await authorized();
    const fits = typeIs('payment_intent.amount_capturable_updated', id);
    const [one, two] = await under.receiver.until(fits, 2);
    expect(one?.path).toBe('/v1/webhooks/stripe/stripe-us');
    expect(two?.body).toBe(one?.body);
    const [, time, signature] = /^t=(\d+),v1=(\w+)$/.exec(
      String(one?.headers['stripe-signature']),
    ) ?? ['', '', ''];
    const expected = createHmac('sha256', tokens.stripeWebhook)
      .update(`${time}.${one?.body}`)
      .digest('hex');
    expect(signature).toBe(expected);
  });

  it('sends again after our API answered with a failure', async () => {
    under.receiver.answerWith(503);
    const id = await authorized();
    const fits = typeIs('payment_intent.amount_capturable_updated', id);
    await under.receiver.until(fits, 1);
    under.receiver.answerWith(200);
    await under.receiver.until(fits, 2);
  });
});
