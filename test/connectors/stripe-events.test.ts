/** What Stripe's webhooks become. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { mapStripe } from '../../connectors/stripe/map-event';
import { hasOutside, outsideJson, NEEDS_OUTSIDE } from './fixtures';

const context = { account: 'stripe-us' };
const ORDER = 'ord_0123456789abcdefghij';
const AUTHORIZE = `authorize:${ORDER}:1:1`;
const CAPTURE = `capture:${ORDER}:1:2:1`;

const intent = {
  id: 'pi_1',
  object: 'payment_intent',
  amount: 5000,
  amount_capturable: 5000,
  amount_received: 0,
  currency: 'usd',
  status: 'requires_capture',
  latest_charge: 'ch_1',
  metadata: { throughline_key: AUTHORIZE, order_id: ORDER, throughline_amount: '5000' },
};
const charge = {
  id: 'ch_1',
  object: 'charge',
  amount: 5000,
  amount_captured: 3000,
  amount_refunded: 0,
  currency: 'usd',
  payment_intent: 'pi_1',
  metadata: intent.metadata,
};
const event = (type: string, object: object, idempotency_key: string | null = null, more = {}) =>
  mapStripe(
    type,
    { id: 'evt_1', type, created: 1, request: { idempotency_key }, data: { object, ...more } },
    context,
  );
const factOf = (result: ReturnType<typeof mapStripe>) =>
  result.outcome === 'mapped' ? result.events[0] : result;

describe('a Stripe event', () => {
  test('says that an amount was authorized, for the key that asked for it', () => {
    const type = 'payment_intent.amount_capturable_updated';
    expect(factOf(event(type, intent, AUTHORIZE))).toEqual({
      type: 'payment.authorized.v1',
      data: {
        reference: 'pi_1',
        effectKey: AUTHORIZE,
        orderId: ORDER,
        amount: { currency: 'USD', minorUnits: 5000 },
      },
    });
  });

  test('about what is left after a capture is not a second authorization', () => {
    const type = 'payment_intent.amount_capturable_updated';
    const result = event(type, { ...intent, amount_received: 3000 }, CAPTURE);
    expect(result.outcome).toBe('ignored');
  });

  test('of a second capture says what that capture came to, not the sum', () => {
    const metadata = { ...intent.metadata, throughline_key: CAPTURE, throughline_amount: '1000' };
    expect(factOf(event('charge.captured', { ...charge, metadata }, CAPTURE))).toMatchObject({
      type: 'payment.captured.v1',
      data: { reference: 'ch_1', effectKey: CAPTURE, amount: { minorUnits: 1000 } },
    });
    const more = { previous_attributes: { amount_captured: 2200 } };
    const bare = { ...charge, metadata: {} };
    expect(factOf(event('charge.captured', bare, CAPTURE, more))).toMatchObject({
      data: { effectKey: CAPTURE, amount: { minorUnits: 800 } },
    });
  });

  test('of an authorization that lapsed names no key of ours', () => {
    const result = factOf(event('payment_intent.canceled', { ...intent, status: 'canceled' }));
    expect(result).toMatchObject({ type: 'payment.voided.v1', data: { reference: 'pi_1' } });
    expect(result).not.toHaveProperty('data.effectKey', AUTHORIZE);
  });

  test('of a refund names the refund and its key', () => {
    const key = `refund:${ORDER}:1:1:1`;
    const refunds = { data: [{ id: 're_1', amount: 700 }] };
    expect(factOf(event('charge.refunded', { ...charge, refunds }, key))).toMatchObject({
      type: 'payment.refunded.v1',
      data: { reference: 're_1', effectKey: key, amount: { minorUnits: 700 } },
    });
  });

  const refund = { id: 're_1', object: 'refund', amount: 700, currency: 'usd', charge: 'ch_1' };

  test.each(['refund.created', 'refund.updated', 'charge.refund.updated'])(
    '%s of a refund that is pending is a refund, and no failure',
    (type) => {
      expect(factOf(event(type, { ...refund, status: 'pending' }))).toMatchObject({
        type: 'payment.refunded.v1',
        data: { reference: 're_1', paymentRef: 'ch_1', amount: { minorUnits: 700 } },
      });
    },
  );

  test.each([
    ['refund.failed', 'failed'],
    ['refund.updated', 'failed'],
    ['refund.updated', 'canceled'],
  ])('%s of a refund that is %s says that its money is back', (type, status) => {
    expect(factOf(event(type, { ...refund, status }))).toMatchObject({
      type: 'payment.refund-failed.v1',
      data: { reference: 're_1', paymentRef: 'ch_1', amount: { minorUnits: 700 } },
    });
  });

  test('a refund that was dead from the start was never made', () => {
    expect(event('refund.created', { ...refund, status: 'failed' }).outcome).toBe('ignored');
  });

  test('of another kind is ignored with a reason; a broken one names its field', () => {
    expect(event('customer.created', {})).toMatchObject({
      outcome: 'ignored',
      why: expect.stringContaining('customer.created'),
    });
    expect(event('charge.captured', { ...charge, amount_captured: 'all' })).toMatchObject({
      outcome: 'unreadable',
      problems: [{ pointer: '/data/object/amount_captured' }],
    });
    expect(mapStripe('charge.captured', 'text', context).outcome).toBe('unreadable');
  });
});

const Fixtures = z.looseObject({ resources: z.record(z.string(), z.unknown()) });

describe.runIf(hasOutside('stripe'))('outside objects of Stripe', NEEDS_OUTSIDE, () => {
  const resources = () => Fixtures.parse(outsideJson('stripe/fixtures3.json')).resources;

  test.each([
    ['payment_intent.succeeded', 'payment_intent', 'payment.captured.v1'],
    ['payment_intent.canceled', 'payment_intent', 'payment.voided.v1'],
    ['charge.captured', 'charge', 'payment.captured.v1'],
    ['charge.refunded', 'charge', 'payment.refunded.v1'],
    ['refund.created', 'refund', 'payment.refunded.v1'],
    ['refund.updated', 'refund', 'payment.refunded.v1'],
  ])('%s about the published %s maps to %s', (type, resource, mapped) => {
    const object = resources()[resource];
    const body = { id: 'evt_1', type, created: 1, data: { object } };
    expect(factOf(mapStripe(type, body, context))).toMatchObject({ type: mapped });
  });

  test('the published event is ignored with a reason', () => {
    const published = resources()['event'];
    expect(mapStripe('plan.created', published, context).outcome).toBe('ignored');
  });
});
