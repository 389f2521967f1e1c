/** Only what the vendor signed gets in, byte for byte; and the same event has the same identity. */
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inboundConnector } from '../../connectors/inbound';

const SECRET = 'whsec_for_tests_only';
const NOW_MS = Date.parse('2026-05-01T12:00:00Z');

function connector(name: string, account: string) {
  const found = inboundConnector(name, account);
  if (!found) throw new Error(`${name}/${account} is not set up`);
  return found;
}
const shopify = connector('shopify', 'shopify-us');
const stripe = connector('stripe', 'stripe-us');

const shopifyHmac = (body: Uint8Array, secret = SECRET) =>
  createHmac('sha256', secret).update(body).digest('base64');
const shopifyHeaders = (body: Uint8Array, secret = SECRET) => ({
  'x-shopify-hmac-sha256': shopifyHmac(body, secret),
  'x-shopify-shop-domain': 'shopify-us.myshopify.com',
});
function stripeHeaders(body: Uint8Array, atMs = NOW_MS, secret = SECRET) {
  const t = Math.floor(atMs / 1000);
  const v1 = createHmac('sha256', secret).update(`${t}.`).update(body).digest('hex');
  return { 'stripe-signature': `t=${t},v1=${v1}` };
}

const bytes = fc.uint8Array({ minLength: 1, maxLength: 300 });
const change = fc.record({ at: fc.nat(), bit: fc.integer({ min: 0, max: 7 }) });
function flipped(body: Uint8Array, { at, bit }: { at: number; bit: number }): Uint8Array {
  const copy = Uint8Array.from(body);
  const index = at % copy.length;
  copy[index] = (copy[index] ?? 0) ^ (1 << bit);
  return copy;
}

describe('a Shopify signature', () => {
  test('is good for exactly the bytes and the secret it was made with', () => {
    fc.assert(
      fc.property(bytes, change, (body, flip) => {
        const headers = shopifyHeaders(body);
        expect(shopify.verify(headers, body, SECRET)).toEqual({ verified: true });
        expect(shopify.verify(headers, flipped(body, flip), SECRET).verified).toBe(false);
        expect(shopify.verify(headers, body, `${SECRET}x`).verified).toBe(false);
      }),
    );
  });

  test('is believed where it names no shop: the secret is the account’s own', () => {
    const body = Buffer.from('{"id":1}');
    const headers = { ...shopifyHeaders(body), 'x-shopify-shop-domain': undefined };
    expect(shopify.verify(headers, body, SECRET)).toEqual({ verified: true });
  });

  test.each(['shopify-west.myshopify.com', 'myshopify.com', ''])(
    'is refused from the shop %s: a domain that is named has to be the account’s',
    (domain) => {
      const body = Buffer.from('{"id":1}');
      const headers = { ...shopifyHeaders(body), 'x-shopify-shop-domain': domain };
      expect(shopify.verify(headers, body, SECRET)).toMatchObject({
        verified: false,
        why: expect.stringContaining('X-Shopify-Shop-Domain'),
      });
    },
  );

  test('is refused where it is missing, empty, cut, padded or in another spelling', () => {
    const body = Buffer.from('{"id":1}');
    const good = shopifyHmac(body);
    const bad = ['', good.slice(0, -4), `${good}AAAA`, ` ${good}`, good.replace('=', ''), 'ä'];
    expect(shopify.verify({}, body, SECRET).verified).toBe(false);
    for (const hmac of bad) {
      const headers = { ...shopifyHeaders(body), 'x-shopify-hmac-sha256': hmac };
      expect(shopify.verify(headers, body, SECRET).verified).toBe(false);
    }
  });

  test('no text in its place is ever accepted', () => {
    fc.assert(
      fc.property(bytes, fc.string(), (body, text) => {
        fc.pre(text !== shopifyHmac(body));
        const headers = { ...shopifyHeaders(body), 'x-shopify-hmac-sha256': text };
        expect(shopify.verify(headers, body, SECRET).verified).toBe(false);
      }),
    );
  });
});

describe('a Stripe signature', () => {
  test('is good for exactly the bytes, the secret and the time it was made with', () => {
    fc.assert(
      fc.property(bytes, change, (body, flip) => {
        const headers = stripeHeaders(body);
        expect(stripe.verify(headers, body, SECRET, NOW_MS)).toEqual({ verified: true });
        expect(stripe.verify(headers, flipped(body, flip), SECRET, NOW_MS).verified).toBe(false);
        expect(stripe.verify(headers, body, `${SECRET}x`, NOW_MS).verified).toBe(false);
      }),
    );
  });

  test.each([
    [299, true],
    [300, true],
    [301, false],
    [-301, false],
  ])('made %i s ago is accepted: %s', (ageS, verified) => {
    const body = Buffer.from('{}');
    const headers = stripeHeaders(body, NOW_MS - ageS * 1000);
    expect(stripe.verify(headers, body, SECRET, NOW_MS).verified).toBe(verified);
  });

  test('may be any one of the list, while a secret is being rolled', () => {
    const body = Buffer.from('{}');
    const signed = stripeHeaders(body)['stripe-signature'];
    const both = signed.replace(',v1=', `,v1=${'0'.repeat(64)},v0=abc,v1=`);
    expect(stripe.verify({ 'stripe-signature': both }, body, SECRET, NOW_MS).verified).toBe(true);
  });

  test('a fresh time cannot be put in front of an old signature', () => {
    const body = Buffer.from('{}');
    const old = stripeHeaders(body, NOW_MS - 3_600_000)['stripe-signature'];
    const forged = old.replace(/^t=\d+/, `t=${NOW_MS / 1000}`);
    expect(stripe.verify({ 'stripe-signature': forged }, body, SECRET, NOW_MS).verified).toBe(
      false,
    );
  });

  test('no text in its place is ever accepted', () => {
    fc.assert(
      fc.property(bytes, fc.string(), (body, text) => {
        const headers = { 'stripe-signature': text };
        expect(stripe.verify(headers, body, SECRET, NOW_MS).verified).toBe(false);
      }),
    );
  });
});

describe('the identity of a webhook', () => {
  test('Shopify: the event id, whatever the delivery', () => {
    const body = Buffer.from('{"id":1}');
    const headers = (delivery: string) => ({
      'x-shopify-topic': 'orders/create',
      'x-shopify-event-id': 'evt-1',
      'x-shopify-webhook-id': delivery,
      'x-shopify-triggered-at': '2026-05-01T08:00:00.123-04:00',
    });
    const identity = shopify.identify(headers('a'), body);
    expect(identity).toEqual({
      source: 'shopify/shopify-us/orders/create',
      eventId: 'evt-1',
      topic: 'orders/create',
      occurredAt: '2026-05-01T12:00:00.123Z',
    });
    expect(shopify.identify(headers('b'), body)).toEqual(identity);
  });

  test('Shopify: one change in the shop has one id under all its topics, each an event of its own', () => {
    const of = (topic: string) => {
      const headers = { 'x-shopify-topic': topic, 'x-shopify-event-id': 'evt-1' };
      const { source, eventId } = shopify.identify(headers, Buffer.from('{"id":1}'));
      return `${source}#${eventId}`;
    };
    expect(of('orders/create')).toBe(of('orders/create'));
    expect(of('orders/cancelled')).not.toBe(of('orders/create'));
  });

  test('Shopify: without an event id, the hash of topic and bytes', () => {
    const headers = { 'x-shopify-topic': 'orders/create' };
    const { eventId } = shopify.identify(headers, Buffer.from('{"id":1}'));
    expect(eventId).toMatch(/^[0-9a-f]{64}$/);
    expect(shopify.identify(headers, Buffer.from('{"id":1}')).eventId).toBe(eventId);
    expect(shopify.identify(headers, Buffer.from('{"id":2}')).eventId).not.toBe(eventId);
    const other = { 'x-shopify-topic': 'orders/updated' };
    expect(shopify.identify(other, Buffer.from('{"id":1}')).eventId).not.toBe(eventId);
  });

  test('Stripe: the id and the time in the body', () => {
    const body = JSON.stringify({ id: 'evt_1', type: 'charge.captured', created: 1_777_636_800 });
    expect(stripe.identify({}, Buffer.from(body))).toEqual({
      source: 'stripe/stripe-us',
      eventId: 'evt_1',
      topic: 'charge.captured',
      occurredAt: '2026-05-01T12:00:00.000Z',
    });
  });

  test('no bytes make it throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (body) => {
        expect(stripe.identify({}, body).eventId).not.toBe('');
        expect(shopify.identify({}, body).eventId).not.toBe('');
      }),
    );
  });

  test('an account that is not set up has no connector', () => {
    expect(inboundConnector('shopify', 'shopify-de')).toBeUndefined();
    expect(inboundConnector('stripe', 'shopify-us')).toBeUndefined();
    expect(inboundConnector('__proto__', 'shopify-us')).toBeUndefined();
  });
});
