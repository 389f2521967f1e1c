import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ACCOUNTS,
  invoiceTotal,
  postCancellation,
  postCapture,
  postPrepayment,
  postRefund,
  postShipment,
  type Posting,
  type ShippedLine,
} from '../../canonical/rules/posting/posting';
import { postAdjustment, postGoodsReceipt } from '../../canonical/rules/posting/stock';

const minor = fc.integer({ min: 0, max: 1_000_000 });
const shippedLine: fc.Arbitrary<ShippedLine> = fc
  .record({
    grossMinor: minor,
    share: fc.integer({ min: 0, max: 100 }),
    shippingMinor: minor,
    taxMinor: minor,
    costMinor: minor,
  })
  .map(({ grossMinor, share, shippingMinor, taxMinor, costMinor }) => ({
    lineNo: 1,
    sku: 'A',
    quantity: 1,
    grossMinor,
    discountMinor: Math.floor((grossMinor * share) / 100),
    shippingMinor,
    taxes: [{ taxCode: 'T', amountMinor: taxMinor }],
    costMinor,
  }));

function totals(posting: Posting | null, side: 'debit' | 'credit'): number {
  return (posting?.lines ?? [])
    .filter((line) => line.side === side)
    .reduce((sum, line) => sum + line.amountMinor, 0);
}

const of = (posting: Posting | null) =>
  (posting?.lines ?? []).map((line) => `${line.side} ${line.account} ${line.amountMinor}`);

describe('a shipment (rules 3, 3a, 3b)', () => {
  it('balances, and its receivable is the invoice less what is paid already', () => {
    const shipment = fc.record({
      lines: fc.array(shippedLine, { minLength: 1, maxLength: 5 }),
      prepaidShare: fc.integer({ min: 0, max: 100 }),
      carrierCostMinor: minor,
    });
    fc.assert(
      fc.property(shipment, ({ lines, prepaidShare, carrierCostMinor }) => {
        const invoice = invoiceTotal(lines);
        const prepaidMinor = Math.floor((invoice * prepaidShare) / 100);
        const posting = postShipment({
          orderId: 'o',
          location: 'dc',
          prepaidMinor,
          carrierCostMinor,
          lines,
        });
        expect(totals(posting, 'debit')).toBe(totals(posting, 'credit'));
        const receivable = posting?.lines.find((line) => line.account === 'AR')?.amountMinor ?? 0;
        expect(receivable).toBe(invoice - prepaidMinor);
        expect(posting?.lines.every((line) => line.amountMinor > 0) ?? true).toBe(true);
      }),
    );
  });

  it('names the order on every line of an open-item account', () => {
    const posting = postShipment({
      orderId: 'ord_1',
      location: 'dc',
      prepaidMinor: 10,
      carrierCostMinor: 0,
      lines: [
        {
          lineNo: 1,
          sku: 'A',
          quantity: 1,
          grossMinor: 100,
          discountMinor: 0,
          shippingMinor: 0,
          taxes: [],
          costMinor: 60,
        },
      ],
    });
    for (const line of posting?.lines ?? []) {
      if (ACCOUNTS[line.account].openItem) expect(line.dimensions.item).toBe('order:ord_1');
    }
  });
});

describe('money and stock', () => {
  const money = {
    orderId: 'o',
    tenderNo: 1,
    kind: 'card' as const,
    clearingAccount: 'stripe-us',
    paymentRef: 'p',
    refundItem: 'r',
    amountMinor: 500,
  };
  const giftCard = { ...money, kind: 'gift-card' as const };
  const storeCredit = { ...money, kind: 'store-credit' as const };
  it.each([
    ['9a', postPrepayment(giftCard), ['debit GC 500', 'credit CL 500']],
    ['9a', postPrepayment(storeCredit), ['debit GC 500', 'credit CL 500']],
    ['9a', postCapture(giftCard), ['debit GC 500', 'credit AR 500']],
    ['8', postRefund(giftCard), ['debit REFP 500', 'credit GC 500']],
    ['2', postPrepayment(money), ['debit CLR 500', 'credit CL 500']],
    ['3c', postCapture(money), ['debit CLR 500', 'credit AR 500']],
    ['7', postCancellation({ ...money, rule: '7' }), ['debit CL 500', 'credit REFP 500']],
    ['6a', postCancellation({ ...money, rule: '6a' }), ['debit CL 500', 'credit REFP 500']],
    ['8', postRefund(money), ['debit REFP 500', 'credit CLR 500']],
  ] as const)('rule %s', (rule, posting, lines) => {
    expect(posting?.rule).toBe(rule);
    expect(of(posting)).toEqual(lines);
  });

  it('rules 25 and 25a follow the sign of the change', () => {
    const goods = (costMinor: number) => [{ sku: 'A', location: 'dc', costMinor }];
    expect(of(postGoodsReceipt(goods(70)))).toEqual(['debit INV 70', 'credit GRNI 70']);
    expect(of(postAdjustment(goods(70)))).toEqual(['debit INV 70', 'credit SHRINK 70']);
    expect(of(postAdjustment(goods(-70)))).toEqual(['debit SHRINK 70', 'credit INV 70']);
  });

  it('post nothing for an amount of nothing', () => {
    expect(postCapture({ ...money, amountMinor: 0 })).toBeNull();
  });
});
