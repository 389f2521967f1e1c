import { describe, expect, it } from 'vitest';
import { checkOpenItems } from '../../audit/check-open-items';
import { checkOrderEffects } from '../../audit/invariants/order-effects';
import { checkProjections } from '../../audit/invariants/projections';
import { checkTenders } from '../../audit/invariants/tenders';
import type { OpenItem, OwnOrder, OwnRefund } from '../../audit/own-order';
import { changed, effect, endedOrder } from './fixture';

const codes = (differences: readonly { code: string }[]) => differences.map((one) => one.code);
const order = endedOrder();
const refund = (amountMinor: number, state: OwnRefund['state'] = 'due'): OwnRefund => ({
  tenderNo: 1,
  refundNo: 1,
  rma: null,
  paidBy: 'tender',
  isOutside: false,
  matchedMinor: 0,
  reference: null,
  paymentRef: 'ch_1',
  amountMinor,
  try: 1,
  state,
});
const open = (account: string, item: string, netMinor: number, clearing = ''): OpenItem => ({
  account,
  item,
  netMinor,
  clearingAccounts: [clearing],
});
const failed = { code: 'payment.capture-failed', blocks: 'capture:1:1', isOpen: false };

describe('an order that ended as it should', () => {
  it('has no difference', () => {
    expect([...checkTenders(order), ...checkProjections(order), ...checkOpenItems(order)]).toEqual(
      [],
    );
  });
});

describe('I2, units and cents', () => {
  const cases: [string, string, Partial<OwnOrder>][] = [
    [
      'more captured than the tender',
      'over-captured',
      { tenders: changed(order.tenders, { amountMinor: 1_999 }) },
    ],
    [
      'more refunded than captured',
      'over-refunded',
      { tenders: changed(order.tenders, { refundedMinor: 2_001 }) },
    ],
    [
      'more captured than authorized',
      'over-authorization',
      { authorizations: changed(order.authorizations, { amountMinor: 1_999 }) },
    ],
    [
      'a capture on a declined authorization',
      'captured-without-authorization',
      { authorizations: changed(order.authorizations, { state: 'declined' }) },
    ],
    [
      'a unit that is nowhere',
      'units-do-not-tie',
      { lines: changed(order.lines, { cancelled: 0 }) },
    ],
    ['lines that are not the order', 'lines-do-not-tie', { totalMinor: 4_001 }],
    [
      'a unit that still is reserved',
      'open-units',
      { lines: changed(order.lines, { cancelled: 0, reserved: 1 }) },
    ],
    [
      'a unit that left and was not billed',
      'units-not-billed',
      { lines: changed(order.lines, { cancelled: 0, shipped: 2 }) },
    ],
    [
      'a line billed above its worth',
      'line-not-billed',
      {
        invoices: changed(order.invoices, {
          lines: [{ lineNo: 1, quantity: 1, worthMinor: 4_001 }],
        }),
      },
    ],
    [
      'an authorization nobody voided',
      'still-authorized',
      { authorizations: changed(order.authorizations, { state: 'live', capturedMinor: 0 }) },
    ],
    [
      'a capture given up without an exception',
      'uncaptured',
      { captures: changed(order.captures, { state: 'given-up' }) },
    ],
    [
      'an invoice that nobody is asked to pay',
      'invoice-not-covered',
      { invoices: changed(order.invoices, { amountMinor: 2_500 }) },
    ],
    [
      'a capture that the tender does not show',
      'cents-do-not-tie',
      { tenders: changed(order.tenders, { capturedMinor: 1_500 }) },
    ],
    ['a refund that was never made', 'unrefunded', { refunds: [refund(500)] }],
  ];
  it.each(cases)('finds %s', (_what, code, change) => {
    expect(codes(checkTenders(endedOrder(change)))).toContain(code);
  });

  it('lets a receivable stand that an exception explains', () => {
    const given = endedOrder({
      captures: changed(order.captures, { state: 'given-up' }),
      tenders: changed(order.tenders, { capturedMinor: 0 }),
      exceptions: [failed],
    });
    expect(checkTenders(given)).toEqual([]);
  });

  it('says which order, which tender and how much', () => {
    const [first] = checkTenders(
      endedOrder({ tenders: changed(order.tenders, { amountMinor: 1_999 }) }),
    );
    expect(first).toMatchObject({ amountMinor: 1, currency: 'USD' });
    expect(first?.detail).toBe(
      'order web-us/1001 (ord_1), tender 1: 20.00 USD captured of 19.99 USD',
    );
  });
});

describe('I7, projections', () => {
  const cases: [string, string, Partial<OwnOrder>][] = [
    [
      'a quantity no fact explains',
      'units-shipped',
      { lines: changed(order.lines, { shipped: 2 }) },
    ],
    [
      'captured money no fact explains',
      'money-captured',
      { tenders: changed(order.tenders, { capturedMinor: 1 }) },
    ],
    [
      'refunded money no fact explains',
      'money-refunded',
      { tenders: changed(order.tenders, { refundedMinor: 1 }) },
    ],
    [
      'prepaid money no fact explains',
      'money-prepaid',
      { tenders: changed(order.tenders, { prepaidMinor: 1 }) },
    ],
    [
      'an authorization that is not its captures',
      'authorization-captured',
      { authorizations: changed(order.authorizations, { capturedMinor: 1 }) },
    ],
    ['a status that is not its quantities', 'status', { status: 'released' }],
  ];
  it.each(cases)('finds %s', (_what, code, change) => {
    expect(codes(checkProjections(endedOrder(change)))).toContain(code);
  });
});

describe('I10, open items of an order', () => {
  const cases: [string, string, Partial<OwnOrder>][] = [
    [
      'a receivable that nothing explains',
      'open-item',
      { openItems: [...order.openItems, open('AR', 'order:ord_1', 7)] },
    ],
    ['clearing that is not captured less refunded', 'open-item', { openItems: [] }],
    ['a refund that left nothing payable', 'open-item', { refunds: [refund(5)] }],
    [
      'an item of another order',
      'unexplained-item',
      { openItems: [...order.openItems, open('AR', 'order:ord_2', 7)] },
    ],
    [
      'a line that names no item',
      'no-item',
      { openItems: [...order.openItems, open('CL', '', 0)] },
    ],
    [
      'a refund that settled the item of the authorization, though the account nets',
      'unexplained-item',
      {
        refunds: [refund(500, 'refunded')],
        openItems: [...order.openItems, open('CLR', 'payment:pi_1', -500, 'stripe-us')],
      },
    ],
    [
      'a payment whose lines name two clearing accounts',
      'clearing-account',
      {
        openItems: changed(order.openItems.slice(1), {
          clearingAccounts: ['shopify-us', 'stripe-us'],
        }),
      },
    ],
    [
      'a payment whose lines name no clearing account',
      'clearing-account',
      { openItems: changed(order.openItems.slice(1), { clearingAccounts: [''] }) },
    ],
  ];
  it.each(cases)('finds %s', (_what, code, change) => {
    expect(codes(checkOpenItems(endedOrder(change)))).toContain(code);
  });

  it('lets a receivable stand while its capture is due', () => {
    const waiting = endedOrder({
      captures: changed(order.captures, { state: 'due' }),
      tenders: changed(order.tenders, { capturedMinor: 0 }),
      openItems: [open('AR', 'order:ord_1', 2_000)],
    });
    expect(checkOpenItems(waiting)).toEqual([]);
  });
});

describe('I4, an order beside its own effects', () => {
  const keys = ['authorize:ord_1:1:1', 'capture:ord_1:1:1:1'] as const;
  const effects = [
    effect({ key: keys[0], verb: 'authorize', amountMinor: 4_000 }),
    effect({ key: keys[1], verb: 'capture', amountMinor: 2_000 }),
  ];
  const byKey = (list: typeof effects) => new Map(list.map((one) => [one.key, one]));

  it('finds none where each is done', () => {
    expect(checkOrderEffects(order, byKey(effects))).toEqual([]);
  });
  it.each([
    ['no effect at all', effects.slice(0, 1)],
    [
      'one that was refused',
      [
        ...effects.slice(0, 1),
        effect({ ...effects[1], key: keys[1], verb: 'capture', state: 'refused' }),
      ],
    ],
    [
      'one of another amount',
      [
        ...effects.slice(0, 1),
        effect({ ...effects[1], key: keys[1], verb: 'capture', amountMinor: 1 }),
      ],
    ],
  ])('finds a capture with %s', (_what, list) => {
    expect(checkOrderEffects(order, byKey(list))).toMatchObject([
      { subject: keys[1], amountMinor: 2_000 },
    ]);
  });
});
