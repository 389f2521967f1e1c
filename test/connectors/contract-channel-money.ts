/** How a sales channel's money is captured and given back: how often, and in which currency. */
import { expect, test, type TestContext } from 'vitest';
import { z } from 'zod';
import type { CaptureRequest } from '../../canonical/ports/payment';
import { shopifyClient } from '../../connectors/shopify/client';
import { HEADERS_TIMEOUT_MS, newOrderId, subject } from './contract-subject';
import type { Target } from './contract-targets';

const Made = z.looseObject({
  order: z.looseObject({ id: z.union([z.string(), z.number()]).transform(String) }),
});

export function channelMoneyContract(target: () => Target): void {
  const shop = subject(target, ({ baseUrl, token }) =>
    shopifyClient({ baseUrl, accessToken: token, headersTimeoutMs: HEADERS_TIMEOUT_MS }),
  );

  async function sold(context: TestContext, more: object) {
    const lines = [{ sku: 'MUG', quantity: 3, price: '33.33' }];
    const plain = { lines, shipping: '0.00', taxRate: 0 };
    const made = await shop.sandbox(context).post('orders', { ...plain, ...more });
    return { ref: Made.parse(made).order.id, orderId: newOrderId() };
  }
  type Sold = Awaited<ReturnType<typeof sold>>;

  const captureOf = (from: Sold, invoiceNo: number, amountMinor: number): CaptureRequest => ({
    key: `capture:${from.orderId}:1:${invoiceNo}:1`,
    orderId: from.orderId,
    channelOrderRef: from.ref,
    ...{ tenderNo: 1, amountMinor, currency: 'USD' },
    ...{ authorizationRef: null, isFinal: false, knownRefs: [] },
  });

  test('says by what an order was paid, and how much by each', async (context) => {
    const order = await sold(context, { giftCard: { amount: '9.99' } });
    const { channel } = shop.client();
    expect(await channel.tendersOf(order.ref)).toMatchObject([
      { gateway: 'gift_card', amountMinor: 999, currency: 'USD', state: 'captured' },
      { gateway: 'shopify_payments', amountMinor: 9_000, currency: 'USD', state: 'authorized' },
    ]);
    expect(await channel.tendersOf('1')).toBeNull();
  });

  test('an authorization that says so is captured once: then it is spent, and says that', async (context) => {
    const order = await sold(context, { authorization: { multiCapturable: false } });
    const { money } = shop.client();
    const claim = { state: 'authorized', reference: null } as const;
    expect(await money.findClaimed({ ...captureOf(order, 1, 9_999), claim })).toMatchObject({
      isMulticapture: false,
    });
    const first = captureOf(order, 1, 1_000);
    expect(await money.capture(first)).toMatchObject({ outcome: 'captured', isSpent: true });
    expect(await money.findCapture(first)).toMatchObject({ isSpent: true });
    expect(await money.capture(captureOf(order, 2, 1_000))).toMatchObject({
      ...{ outcome: 'refused', vendorCode: 'authorization_spent', isAuthorizationGone: true },
    });
  });

  test('an order that is paid in another currency is captured and refunded in that one, to the cent', async (context) => {
    const control = shop.sandbox(context);
    const order = await sold(context, { presentment: { currency: 'JPY', rate: 151.237 } });
    const { orderId } = order;
    const { money } = shop.client();
    const known: string[] = [];
    for (const [invoiceNo, amountMinor] of [3_333, 3_333, 3_333].entries()) {
      const capture = { ...captureOf(order, invoiceNo + 1, amountMinor), knownRefs: [...known] };
      expect(await money.findCapture(capture)).toBeNull();
      const captured = await money.capture(capture);
      if (captured.outcome !== 'captured') throw new Error(captured.detail);
      expect(await money.findCapture(capture)).toMatchObject({ reference: captured.reference });
      known.push(captured.reference);
    }
    const refunds: string[] = [];
    for (const [no, amountMinor] of [1_000, 2_333].entries()) {
      const refund = {
        ...captureOf(order, 1, amountMinor),
        ...{ key: `refund:${orderId}:1:${no}:1`, captureRef: known[0] ?? '', knownRefs: refunds },
      };
      expect(await money.findRefund(refund)).toBeNull();
      const given = await money.refund(refund);
      if (given.outcome !== 'refunded') throw new Error(given.detail);
      expect(await money.findRefund(refund)).toMatchObject({ reference: given.reference });
      refunds.push(given.reference);
    }
    const all = await Promise.all(
      [...known, ...refunds].map((id) => control.recordOf('transactions', id)),
    );
    const Paid = z.looseObject({
      amountMinor: z.number(),
      presentment: z.looseObject({ amountMinor: z.number() }),
    });
    const seen = all.map((one) => Paid.parse(one));
    const total = (of: typeof seen, read: (one: (typeof seen)[number]) => number) =>
      of.reduce((sum, one) => sum + read(one), 0);
    const [captures, back] = [seen.slice(0, 3), seen.slice(3)];
    const yen = (one: (typeof seen)[number]) => one.presentment.amountMinor;
    // 99.99 USD at 151.237 are 15,122 yen; no yen more or less in three parts.
    expect(total(captures, yen)).toBe(15_122);
    expect(total(captures, (one) => one.amountMinor)).toBe(9_999);
    expect(total(back, yen)).toBe(captures[0] && yen(captures[0]));
  });
}
