/** The audit sees content: each difference is made by hand in the other side's records, and named. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkShipments } from '../../audit/comparisons/shipments';
import { checkShop } from '../../audit/comparisons/shop';
import { checkShopOrders } from '../../audit/comparisons/shop-orders';
import type { OwnOrder } from '../../audit/own-order';
import { auditOf } from '../../audit/run';
import type { OutsideKind, OutsideRecord } from '../../canonical/ports/records';
import { formatDecimal } from '../../canonical/rules/money/money';
import { addressDigest } from '../../connectors/address-digest';
import { avataxRecords } from '../../connectors/avatax/records';
import type { Listed, RecordList } from '../../connectors/listed-records';
import { netsuiteRecords } from '../../connectors/netsuite/records';
import { shopifyRecords } from '../../connectors/shopify/records';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { stockShop } from '../store/fixture';
import { booksOf, changed, CUTOFF, effect, endedOrder, LATER, name, record } from './fixture';
import { agreeingBooks, shippedOrder } from './lived-order';

type Books = Partial<Record<OutsideKind, OutsideRecord[]>>;
interface Line {
  readonly lineNo: number;
  readonly sku: string;
  readonly quantity: number;
  readonly amountMinor: number;
  readonly netMinor: number;
  readonly taxes: readonly { amountMinor: number }[];
}

let test: TestDatabase;
let books: Books;
beforeAll(async () => {
  test = await cloneDatabase();
  await stockShop(test.db, { MUG: 100 });
  await shippedOrder(test.db);
  // The ERP and the tax service are told by deliveries that nobody here runs.
  await test.db.query(
    `update outbox set state = 'sent', sent_at = now() - interval '1 minute',
            destination = split_part(destination, '.', 1) || '.test'`,
  );
  books = { ...(await agreeingBooks(test.db)), ...(await documents()) };
});
afterAll(() => test.drop());

const listed = (of: Partial<Listed>): Listed => ({
  id: 'x',
  status: 'made',
  createdAt: '2026-11-21T02:30:00Z',
  updatedAt: '2026-11-21T02:30:00Z',
  ...of,
});
const partsBy = (list: RecordList | undefined, of: Partial<Listed>) =>
  list?.partsOf?.(listed(of)) ?? [];

/** What ERP and tax service have of the order's documents, in their own shapes and major units. */
async function documents(): Promise<Books> {
  const { rows } = await test.db.query<{
    key: string;
    verb: string;
    orderRef: string;
    body: { currency: string; lines: Line[] };
  }>(`select effect_key as key, verb, order_id as "orderRef", body from outbox order by outbox_no`);
  const made: Books = {};
  for (const { key, verb, orderRef, body } of rows) {
    const { currency, lines = [] } = body;
    const major = (minor: number) => Number(formatDecimal(minor, currency));
    const of = { id: key, key, orderRef, currency };
    if (verb === 'createSalesOrder') {
      const items = lines.map(({ sku, quantity, amountMinor }) => ({
        ...{ item: { refName: sku }, quantity, amount: major(amountMinor) },
      }));
      const parts = partsBy(netsuiteRecords['sales-order'], { currency, lines: items });
      made['sales-order'] = [record({ ...of, parts, amountMinor: sumOf(lines, 'amountMinor') })];
    } else if (verb === 'recordTaxInvoice') {
      const model = {
        lines: lines.map(({ lineNo, sku, quantity, netMinor }) => ({
          ...{ lineNumber: String(lineNo), itemCode: sku, quantity, tax: 0 },
          lineAmount: major(netMinor),
        })),
      };
      const parts = partsBy(avataxRecords['tax-invoice'], { currency, taxMinor: 0, model });
      made['tax-invoice'] = [record({ ...of, parts, amountMinor: sumOf(lines, 'netMinor') })];
    } else if (verb === 'sendMessage') {
      made.message = [
        ...(made.message ?? []),
        record({ ...of, amountMinor: null, currency: null }),
      ];
    }
  }
  return made;
}
const sumOf = (lines: readonly Line[], what: 'amountMinor' | 'netMinor') =>
  lines.reduce((sum, line) => sum + line[what], 0);

async function found(change: Books = {}) {
  return (await auditOf(test.db, booksOf({ ...books, ...change }), 0, { isWhole: true }))
    .differences;
}
/** The one record of a kind, with another value in one of its parts. */
function withPart(
  kind: OutsideKind,
  part: string,
  change: { readonly quantity?: number; readonly sku?: string },
): Books {
  const [first] = books[kind] ?? [];
  if (!first?.parts.some((one) => one.name === part)) throw new Error(`no ${part} of a ${kind}`);
  const parts = first.parts.map((one) => (one.name === part ? { ...one, ...change } : one));
  return { [kind]: [{ ...first, parts }] };
}

describe('the audit names, in the records of warehouse, ERP and tax service', () => {
  it('nothing where both sides say the same', async () => {
    expect(await found()).toEqual([]);
    expect(books['tax-invoice']?.[0]?.parts).toContainEqual({
      name: 'line 1',
      quantity: 2,
      sku: 'MUG',
    });
  });

  it.each<[string, OutsideKind, string, { quantity?: number; sku?: string }]>([
    ['another item asked of the warehouse', 'fulfilment-request', 'line 1', { sku: 'CAP' }],
    ['other units asked of the warehouse', 'fulfilment-request', 'line 1', { quantity: 4 }],
    ['another item in a parcel', 'shipment', 'line 1', { sku: 'CAP' }],
    ['other units in a parcel', 'shipment', 'line 1', { quantity: 3 }],
    ['other units of a sales order', 'sales-order', 'MUG', { quantity: 2 }],
    [
      'another amount of a sales order’s line',
      'sales-order',
      'MUG in money',
      { quantity: 300_300 },
    ],
    ['other units of a tax document', 'tax-invoice', 'line 1', { quantity: 1 }],
    ['another item of a tax document', 'tax-invoice', 'line 1', { sku: 'CAP' }],
    ['another amount of a tax document’s line', 'tax-invoice', 'line 1 net', { quantity: 23 }],
    ['another tax of a tax document’s line', 'tax-invoice', 'line 1 tax', { quantity: 1 }],
  ])('%s', async (_what, kind, part, change) => {
    const differences = await found(withPart(kind, part, change));
    expect(differences).toMatchObject([{ invariant: 'I4', code: `${kind}-lines` }]);
  });

  it('another address, without showing either', async () => {
    const [request] = books['fulfilment-request'] ?? [];
    if (!request) throw new Error('no request');
    const elsewhere = { ...request, addressDigest: addressDigest({ country: 'US', region: 'OH' }) };
    const differences = await found({ 'fulfilment-request': [elsewhere] });
    expect(differences.map(({ code }) => code)).toEqual(['fulfilment-request-address']);
    expect(JSON.stringify(differences)).not.toContain('OH');
  });

  it.each([
    ['JPY', 5, 5],
    ['KWD', 1.234, 1_234],
    ['MGA', 12.5, 1_250],
    ['CLF', 0.0001, 1],
  ])('amounts in %s by its own digits', (currency, amount, minor) => {
    const item = { item: { refName: 'MUG' }, quantity: 1, amount };
    expect(partsBy(netsuiteRecords['sales-order'], { currency, lines: [item] })).toContainEqual({
      name: 'MUG in money',
      quantity: minor,
    });
  });
});

describe('a parcel', () => {
  const WAREHOUSE = { books: 'wms-main', cutoff: CUTOFF, since: null };
  const shipped = (lines: OwnOrder['shipments'][number]['lines']) => ({
    ...{ shipmentRef: 'p-1', account: 'wms-main', shippedAt: '2026-11-21T10:00:00.000Z', lines },
  });
  const mug = { lineNo: 1, sku: 'MUG', quantity: 1 };
  const parcel = (parts: OutsideRecord['parts'], id = 'p-1') =>
    record({ id, orderRef: name.orderId, parts, amountMinor: null });
  const codes = (order: OwnOrder, theirs: OutsideRecord[]) =>
    checkShipments([order], theirs, ['wms-main'], WAREHOUSE).map(({ code }) => code);

  it('that was told again, or holds more than its order, is one parcel', () => {
    const variance = shipped([{ lineNo: 9, sku: 'CAP', quantity: 1 }]);
    const order = endedOrder({ shipments: [shipped([mug]), shipped([mug]), variance] });
    const whole = [
      { name: 'line 1', quantity: 2, sku: 'MUG' },
      { name: 'line 9', quantity: 1, sku: 'CAP' },
    ];
    expect(codes(order, [parcel(whole)])).toEqual([]);
    expect(codes(order, [parcel(whole.slice(0, 1))])).toEqual(['shipment-lines']);
  });

  it('that a person is asked about is in their hands; one that nobody knows is named', () => {
    const unknown = [parcel([{ name: 'line 1', quantity: 1, sku: 'MUG' }], 'p-2')];
    expect(codes(endedOrder(), unknown)).toEqual(['shipment-unknown']);
    expect(codes(endedOrder({ doubtedParcels: ['p-2'] }), unknown)).toEqual([]);
  });
});

describe('the order at its shop', () => {
  const SHOP = { books: 'shopify-us', cutoff: CUTOFF, since: null };
  const address = { name: 'A Buyer', address1: 'Main St 1', city: 'Ames', country: 'US' };
  const open = endedOrder({
    stage: 'accepted',
    status: 'accepted',
    addressDigest: addressDigest(address),
    lines: changed(endedOrder().lines, {
      ...{
        channelSku: 'MUG',
        channelLineRef: '77',
        ordered: 2,
        reserved: 2,
        shipped: 0,
        cancelled: 0,
      },
    }),
  });
  const [list] = [shopifyRecords['shop-order']];
  const shippingAddress = {
    ...{ name: 'A Buyer', address1: 'Main St 1', city: 'Ames', country_code: 'US' },
  };
  const line = { id: 'gid://shopify/LineItem/77', sku: 'MUG', quantity: 2 };
  const shopOrder = (lines: Listed['lines'], change: Partial<OutsideRecord> = {}) =>
    record({
      id: 'gid://shopify/Order/450',
      state: 'open',
      amountMinor: 4_000,
      parts: partsBy(list, { lines }),
      addressDigest: addressDigest(list?.addressOf?.(listed({ shippingAddress }))),
      ...change,
    });
  const codes = (theirs: OutsideRecord, order: OwnOrder = open) =>
    checkShopOrders([order], [theirs], SHOP).map(({ code }) => code);

  it('is the same where nothing was changed there, and where we took units off ourselves', () => {
    expect(codes(shopOrder([line]))).toEqual([]);
    const lines = changed(open.lines, { reserved: 1, cancelled: 1 });
    expect(codes(shopOrder([{ ...line, removed: 1 }]), { ...open, lines })).toEqual([]);
    expect(codes(shopOrder([line]), { ...open, lines })).toEqual([]);
    const unnamed = changed(open.lines, { channelLineRef: null });
    expect(codes(shopOrder([line]), { ...open, lines: unnamed })).toEqual([]);
  });

  it.each<[string, Listed['lines'], Partial<OutsideRecord>, string]>([
    [
      'a line that was added',
      [line, { id: '78', sku: 'CAP', quantity: 1 }],
      {},
      'shop-order-lines',
    ],
    ['more units', [{ ...line, quantity: 3 }], {}, 'shop-order-lines'],
    ['units that were taken off', [{ ...line, removed: 1 }], {}, 'shop-order-lines'],
    ['units that were refunded', [{ ...line, refunded: 1 }], {}, 'shop-order-lines'],
    ['another item', [{ ...line, sku: 'CAP' }], {}, 'shop-order-lines'],
    ['another total', [line], { amountMinor: 4_100 }, 'shop-order-amount'],
    ['another currency', [line], { currency: 'EUR' }, 'shop-order-amount'],
    ['another address', [line], { addressDigest: 'other' }, 'shop-order-address'],
  ])('has %s', (_what, lines, change, code) => {
    const theirs = shopOrder(lines, change);
    expect(codes(theirs)).toEqual([code]);
    const exceptions = [{ code: 'order.changed-at-channel', blocks: 'x', isOpen: true }];
    expect(codes(theirs, { ...open, exceptions })).toEqual([]);
    expect(codes({ ...theirs, updatedAt: LATER })).toEqual([]);
  });

  it('was told of other units than it has as fulfilled', () => {
    const parts = [{ name: 'line 77', quantity: 2 }];
    const told = effect({
      key: 'fulfil:ord_1:1',
      verb: 'fulfil',
      amountMinor: null,
      reference: 'f/1',
      parts,
    });
    const orderRef = 'gid://shopify/Order/450';
    const made = record({ id: 'f/1', orderRef, state: 'SUCCESS', amountMinor: null, parts });
    const check = (theirs: OutsideRecord) =>
      checkShop([told], { orders: [], transactions: [], fulfillments: [theirs] }, [], SHOP);
    expect(check(made)).toEqual([]);
    expect(check({ ...made, parts: [{ name: 'line 77', quantity: 1 }] })).toMatchObject([
      { code: 'shop-fulfilment-lines' },
    ]);
  });
});
