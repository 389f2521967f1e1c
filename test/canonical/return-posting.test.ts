/** The journals of returns, rule by rule, by example and to the cent: 4, 4a, 8, 8a, 8b, 11 to 16. */
import { describe, expect, it } from 'vitest';
import {
  postAppeasement,
  postExchanged,
  postPaidInCash,
  postStoreCredit,
} from '../../canonical/rules/posting/paid-otherwise';
import {
  postConcession,
  postRefund,
  postShipment,
  type Posting,
  type ShippedLine,
} from '../../canonical/rules/posting/posting';
import { postConcessionUndone, postOwedAgain } from '../../canonical/rules/posting/refunds-undone';
import {
  postAcceptance,
  postChargedAgain,
  postDisposition,
  postGoodsAfterAdvance,
  postNeverArrived,
  provisionLines,
  setAsideFor,
} from '../../canonical/rules/posting/returns';
import { postTrueUp, trueUpOf } from '../../canonical/rules/posting/true-up';
import { piecesOf, refundOf, type ReturnedPiece } from '../../canonical/rules/return/worth';
import { DISPOSITIONS } from '../../canonical/schema/return';

const COHORT = 'us-01/web-us/2026-11';
const STORE = 'store-001';

const of = (posting: Posting | null) => ({
  rule: posting?.rule,
  lines: posting?.lines.map((line) => `${line.side} ${line.account} ${line.amountMinor}`),
});
const dimensionsOf = (posting: Posting | null, account: string) =>
  posting?.lines.filter((line) => line.account === account).map((line) => line.dimensions);

/** FASB staff Q&A 42: ten at 100.00 that cost 75.00; one in ten back, fee 10 %, 5.00 to have one. */
const FASB = { ratePermille: 100, restockingFeePermille: 100, recoveryPerUnitMinor: 500 };
const coats = (quantity: number, taxMinor = 0): ShippedLine => ({
  lineNo: 1,
  sku: 'COAT',
  quantity,
  grossMinor: 10_000 * quantity,
  discountMinor: 0,
  shippingMinor: 0,
  taxes: taxMinor === 0 ? [] : [{ taxCode: 'US-STATE', amountMinor: taxMinor }],
  costMinor: 7_500 * quantity,
});

/** One of a sale of ten, with what was set aside for it; `feePermille` is kept of it. */
function oneBack({ feePermille = 0, isProvided = true, taxMinor = 0 } = {}): ReturnedPiece[] {
  const line = coats(10, taxMinor);
  const provision = setAsideFor(line, COHORT, FASB).provision;
  const sold = isProvided ? { ...line, provision } : line;
  const invoices = [{ invoiceNo: 1, onDate: '2026-11-21', lines: [sold] }];
  const fee = (netMinor: number) => (netMinor * feePermille) / 1_000;
  return piecesOf(invoices, { lineNo: 1, quantity: 1 }, 0, fee) ?? [];
}

const accepted = (pieces: readonly ReturnedPiece[], more: object = {}) =>
  postAcceptance({
    location: STORE,
    pieces,
    owed: [{ tenderNo: 1, refundItem: 'refund:ord_1:1:1', amountMinor: refundOf(pieces) }],
    concededMinor: 0,
    hasGoods: true,
    ...more,
  });

describe('what is set aside when it is sold (rules 4, 4a)', () => {
  it('FASB staff Q&A 42: revenue 910.00, liability 90.00, right 70.00, cost 680.00', () => {
    const line = coats(10);
    const setAside = setAsideFor(line, COHORT, FASB);
    const provisions = provisionLines(line, 'dc-east', setAside);
    const sale = { orderId: 'ord_1', location: 'dc-east', prepaidMinor: 0, carrierCostMinor: 0 };
    const posted = postShipment({ ...sale, lines: [line], provisions });
    expect(of(posted).lines).toEqual([
      'debit AR 100000',
      'credit REV 100000',
      'debit COGS 75000',
      'credit INV 75000',
      'debit RET 9000',
      'credit RFL 9000',
      'debit RRA 7000',
      'credit COGS 7000',
    ]);
    expect(dimensionsOf(posted, 'RFL')).toMatchObject([{ cohort: COHORT }]);
    expect(dimensionsOf(posted, 'RRA')).toMatchObject([{ cohort: COHORT }]);
  });

  it('ASC 606 example 22: 9,700.00, liability 300.00, right 180.00', () => {
    const line = { quantity: 100, grossMinor: 1_000_000, discountMinor: 0, costMinor: 600_000 };
    const expectation = { ratePermille: 30, restockingFeePermille: 0, recoveryPerUnitMinor: 0 };
    expect(setAsideFor(line, COHORT, expectation)).toMatchObject({
      rflMinor: 30_000,
      rraMinor: 18_000,
    });
  });

  it('no right to goods is below nothing where having them back costs more than they did', () => {
    const line = { quantity: 1, grossMinor: 500, discountMinor: 0, costMinor: 300 };
    expect(setAsideFor(line, COHORT, FASB)).toMatchObject({ rraMinor: 0 });
  });
});

describe('what comes back (rules 12 to 12d)', () => {
  it('12, 12a: the vector of Q&A 42, one back with the fee that was expected', () => {
    const posted = accepted(oneBack({ feePermille: 100, taxMinor: 6_000 }));
    expect(of(posted)).toEqual({
      rule: '12',
      lines: [
        'debit RFL 9000',
        'debit TAX 600',
        'debit INV-QC 7500',
        'credit RRA 7000',
        'credit ACCRUED-RECOVERY 500',
        'credit REFP 9600',
      ],
    });
    expect(dimensionsOf(posted, 'RFL')).toMatchObject([{ cohort: COHORT, location: STORE }]);
    expect(dimensionsOf(posted, 'REFP')).toEqual([{ tenderNo: 1, item: 'refund:ord_1:1:1' }]);
  });

  it('12b: of a sale that set nothing aside, the fee is income and the goods leave the cost', () => {
    const posted = accepted(oneBack({ feePermille: 100, isProvided: false, taxMinor: 6_000 }));
    expect(of(posted)).toEqual({
      rule: '12b',
      lines: [
        'debit RET 10000',
        'credit REV-RESTOCK 1000',
        'debit TAX 600',
        'debit INV-QC 7500',
        'credit COGS 7500',
        'credit REFP 9600',
      ],
    });
  });

  it.each([
    ['none is kept', 0, 'debit RET 1000', 10_000],
    ['more is kept', 250, 'credit RET 1500', 7_500],
  ] as const)('12c: %s of it, the difference is a return', (_, feePermille, line, owedMinor) => {
    const { lines } = of(accepted(oneBack({ feePermille })));
    expect(lines).toEqual([
      'debit RFL 9000',
      line,
      'debit INV-QC 7500',
      'credit RRA 7000',
      'credit ACCRUED-RECOVERY 500',
      `credit REFP ${owedMinor}`,
    ]);
  });

  it('12d: what a marketplace taxed has no tax of ours to give back', () => {
    const pieces = oneBack({ taxMinor: 0 });
    expect(dimensionsOf(accepted(pieces), 'TAX')).toEqual([]);
  });

  it('what somebody else had paid back already is no concession any more', () => {
    const posted = accepted(oneBack(), { owed: [], concededMinor: 10_000 });
    expect(of(posted).lines).toContain('credit RET 10000');
    expect(dimensionsOf(posted, 'REFP')).toEqual([]);
  });
});

describe('what becomes of it, where it is (rules 13 to 13c)', () => {
  const goods = [{ lineNo: 1, sku: 'COAT', costMinor: 7_500, claim: 'RTV-rma_1-1-1' }];
  const plain = goods.map(({ claim: _, ...one }) => one);
  it.each([
    ['restock', '13', ['debit INV 7500', 'credit INV-QC 7500']],
    ['refurbish', '13a', ['debit INV 5250', 'debit WRITE-DOWN 2250', 'credit INV-QC 7500']],
    ['scrap', '13b', ['debit SCRAP 7500', 'credit INV-QC 7500']],
    ['return-to-vendor', '13c', ['debit VENDOR-REC 7500', 'credit INV-QC 7500']],
  ] as const)('%s', (disposition, rule, lines) => {
    const of13c = disposition === 'return-to-vendor';
    const posted = postDisposition(STORE, disposition, of13c ? goods : plain, 700);
    expect(of(posted)).toEqual({ rule, lines });
    const places = posted?.lines.map(({ dimensions }) => dimensions.location);
    expect(new Set(places)).toEqual(new Set([STORE]));
    const claimed = posted?.lines.filter(({ dimensions }) => dimensions.claim === 'RTV-rma_1-1-1');
    expect(claimed?.length).toBe(of13c ? 1 : 0);
  });

  it('there is no fifth: each disposition has its rule', () => {
    const rules = DISPOSITIONS.map((one) => postDisposition(STORE, one, plain, 700)?.rule);
    expect(rules).toEqual(['13', '13a', '13b', '13c']);
  });
});

describe('money before goods (rules 14 to 14c)', () => {
  it('14: paid back in advance, the right to the goods stays open', () => {
    const posted = accepted(oneBack({ taxMinor: 6_000 }), { location: null, hasGoods: false });
    expect(of(posted)).toEqual({
      rule: '14',
      lines: ['debit RFL 9000', 'debit RET 1000', 'debit TAX 600', 'credit REFP 10600'],
    });
  });

  it('14a: they never come', () => {
    expect(of(postNeverArrived(oneBack()))).toEqual({
      rule: '14a',
      lines: ['debit COGS 7000', 'credit RRA 7000'],
    });
    // Nothing was set aside for it: it is in the cost of goods sold already.
    expect(postNeverArrived(oneBack({ isProvided: false }))).toBeNull();
  });

  it('14b: charged again, and the sale is a sale that may come back as before', () => {
    const again = { orderId: 'ord_1', tenderNo: 2, pieces: oneBack({ taxMinor: 6_000 }) };
    const posted = postChargedAgain(again);
    expect(of(posted)).toEqual({
      rule: '14b',
      lines: ['debit AR 10600', 'credit RFL 9000', 'credit RET 1000', 'credit TAX 600'],
    });
    expect(dimensionsOf(posted, 'AR')).toEqual([{ tenderNo: 2, item: 'order:ord_1' }]);
    expect(dimensionsOf(posted, 'RFL')).toMatchObject([{ cohort: COHORT }]);
  });

  it('14c: they come after all', () => {
    expect(of(postGoodsAfterAdvance(STORE, oneBack()))).toEqual({
      rule: '14c',
      lines: ['debit INV-QC 7500', 'credit RRA 7000', 'credit ACCRUED-RECOVERY 500'],
    });
  });
});

describe('how it is paid (rules 8 to 8b, 15)', () => {
  const refund = { tenderNo: 1, refundItem: 'refund:ord_1:1:1', amountMinor: 9_600 };
  const held = { ...refund, clearingAccount: 'stripe-us', paymentRef: 'ch_1' };
  it.each([
    ['8', 'to a card', postRefund({ ...held, kind: 'card' }), 'CLR'],
    ['8', 'to a gift card', postRefund({ ...held, kind: 'gift-card' }), 'GC'],
    ['8', 'in cash', postPaidInCash(STORE, [refund]), 'TILL'],
    ['8', 'as store credit', postStoreCredit('crd_1', [refund], 0), 'GC'],
    ['15', 'with goods', postExchanged({ ...refund, orderId: 'ord_2' }), 'CL'],
  ] as const)('%s: %s', (rule, _, posted, account) => {
    expect(of(posted)).toEqual({ rule, lines: ['debit REFP 9600', `credit ${account} 9600`] });
    expect(dimensionsOf(posted, 'REFP')).toMatchObject([{ item: refund.refundItem }]);
  });

  it('8: what is added to store credit is a concession', () => {
    expect(of(postStoreCredit('crd_1', [refund], 960)).lines).toEqual([
      'debit REFP 9600',
      'debit RET 960',
      'credit GC 10560',
    ]);
  });

  it('8a: it comes back, and the same item of the clearing is open again', () => {
    const card = { ...held, kind: 'card' as const };
    const [made, undone] = [postRefund(card), postOwedAgain(card)];
    expect(of(undone)).toEqual({ rule: '8a', lines: ['debit CLR 9600', 'credit REFP 9600'] });
    expect(dimensionsOf(undone, 'CLR')).toEqual(dimensionsOf(made, 'CLR'));
    expect(dimensionsOf(undone, 'REFP')).toEqual(dimensionsOf(made, 'REFP'));
  });

  it('8b: money without goods, and undone', () => {
    expect(of(postAppeasement([refund], 0))).toEqual({
      rule: '8b',
      lines: ['debit RET 9600', 'credit REFP 9600'],
    });
    expect(of(postConcession(refund)).lines).toEqual(['debit RET 9600', 'credit REFP 9600']);
    expect(of(postConcessionUndone(refund)).lines).toEqual(['debit REFP 9600', 'credit RET 9600']);
  });
});

describe("a period's end (rule 16)", () => {
  /** Example 22 after one of its three came back: 200.00 and 120.00 are left. */
  const pool = {
    rflMinor: 20_000,
    rraMinor: 12_000,
    rflSetAsideMinor: 30_000,
    rraSetAsideMinor: 18_000,
  };
  it.each([
    ['fewer are expected', 20_000, 12_000, ['RFL', 'RET', 'COGS', 'RRA'], 10_000, 6_000],
    ['more are expected', 50_000, 30_000, ['RET', 'RFL', 'RRA', 'COGS'], 20_000, 12_000],
  ] as const)('%s', (_, rflAtRateMinor, rraAtRateMinor, accounts, rfl, rra) => {
    const change = trueUpOf({ ...pool, rflAtRateMinor, rraAtRateMinor });
    const [a, b, c, d] = accounts;
    expect(of(postTrueUp(COHORT, change))).toEqual({
      rule: '16',
      lines: [`debit ${a} ${rfl}`, `credit ${b} ${rfl}`, `debit ${c} ${rra}`, `credit ${d} ${rra}`],
    });
  });

  it('as many as were set aside: nothing posts', () => {
    const change = trueUpOf({ ...pool, rflAtRateMinor: 30_000, rraAtRateMinor: 18_000 });
    expect(postTrueUp(COHORT, change)).toBeNull();
  });

  it('more came back than is expected by now: the pool is empty, and not below', () => {
    const change = trueUpOf({ ...pool, rflAtRateMinor: 5_000, rraAtRateMinor: 3_000 });
    expect(change).toEqual({ rflMinor: -20_000, rraMinor: -12_000 });
  });
});
