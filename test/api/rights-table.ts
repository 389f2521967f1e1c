/** Who may do what, about whose data: holders of keys, and the table of paths and facts. */
import type { Bindings, Role } from '../../canonical/schema/api-key';
import { STORE_ID } from './fixture';
import { DC, orderOf, SKU } from './world';

export const OWN = 'web-us';
export const OTHER = 'shopify-us';
export const WMS = '/wms/one';
export const NOBODYS = 'order-desk';

const every = { channels: ['*'], sources: ['*'], types: ['*'] };
const own = { ...every, channels: [OWN] };
export const HOLDERS = {
  shop: { role: 'channel', ...own },
  oms: { role: 'oms', ...own },
  everyOms: { role: 'oms', ...every },
  warehouse: { role: 'oms', ...every, sources: [WMS], types: ['warehouse'] },
  store: { role: 'store', ...every, channels: [] },
  support: { role: 'support', ...every },
  finance: { role: 'finance', ...every },
  operator: { role: 'operator', ...every },
  auditor: { role: 'auditor', ...every },
} as const satisfies Record<string, { role: Role } & Omit<Bindings, 'storeId'>>;
export type Holder = keyof typeof HOLDERS;
export const HOLDER_NAMES = Object.keys(HOLDERS) as Holder[];

const READERS = 'support finance operator auditor';
const OMS = 'oms everyOms warehouse';
const SELLERS = 'shop oms everyOms';
const RESOLVERS = 'support finance operator';
const ALL = HOLDER_NAMES.join(' ');

export type Whose = 'own' | 'other';
export interface Row {
  readonly does: string;
  readonly may: string;
  /** Who is bound, and what they hear about what is not theirs; left out: it is nobody's. */
  readonly bound?: readonly [holders: string, answer: number | 'none'];
  /** Others who are bound, and hear something else. */
  readonly alsoBound?: readonly [holders: string, answer: number];
  /** What is heard about one's own where that is no success: the state of the thing. */
  readonly own?: number;
  readonly path?: (whose: Whose) => string;
  readonly json?: (whose: Whose) => unknown;
}
export const orders: Record<Whose, string> = { own: '', other: '' };
export const channel = (whose: Whose) => (whose === 'own' ? OWN : OTHER);
export const location = (whose: Whose) => (whose === 'own' ? STORE_ID : DC);
const ofOrder = (rest: string) => (whose: Whose) => `/v1/orders/${orders[whose]}${rest}`;
export const returns: Record<Whose, string> = { own: '', other: '' };
const ofReturn = (rest: string) => (whose: Whose) => `/v1/returns/${returns[whose]}${rest}`;
export const units = () => [{ lineNo: 1, quantity: 1 }];
const reason = () => ({ reason: 'a reason' });
/** Ended, so that no press changes them. */
export const pickups: Record<Whose, string> = { own: '', other: '' };
export const STORES: Record<Whose, string> = { own: STORE_ID, other: 'store-002' };
const ofPickup = (rest: string) => (whose: Whose) => `/v1/pickups/${pickups[whose]}${rest}`;
const proof = { kind: 'id-card' };
const pressOf = (what: string, json: object, may = 'store support') => ({
  does: `POST /v1/pickups/{pickupId}/${what}`,
  may,
  bound: ['store', 403] as const,
  alsoBound: ['shop oms', 404] as const,
  own: 409,
  path: ofPickup(`/${what}`),
  json: () => json,
});
/** One more with each call: keys, ids and numbers that were not used before. */
export const nextNumber = (
  (last) => () =>
    (last += 1)
)(0);

export const TABLE: readonly Row[] = [
  {
    does: 'POST /v1/orders',
    may: SELLERS,
    bound: ['shop oms', 403],
    json: (whose) => ({ ...orderOf(`M-${nextNumber()}`), channelInstance: channel(whose) }),
  },
  {
    does: 'GET /v1/orders',
    may: `shop ${OMS} ${READERS}`,
    bound: ['shop oms', 'none'],
    path: (whose) => `/v1/orders?channelInstance=${channel(whose)}&orderNo=R-${whose}`,
  },
  {
    does: 'GET /v1/orders/{orderId}',
    may: `shop ${OMS} ${READERS}`,
    bound: ['shop oms', 404],
    path: ofOrder(''),
  },
  {
    does: 'GET /v1/shadow-findings',
    may: `shop ${OMS} ${READERS}`,
    bound: ['shop oms', 'none'],
    path: (whose) => `/v1/shadow-findings?channelInstance=${channel(whose)}`,
  },
  {
    does: 'POST /v1/returns',
    may: `${SELLERS} store support`,
    json: () => ({ orderId: orders.own, lines: units(), reason: 'defective' }),
  },
  {
    does: 'GET /v1/returns/{rma}',
    may: `shop ${OMS} store ${READERS}`,
    bound: ['shop oms', 404],
    path: ofReturn(''),
  },
  ...['/v1/supplier-claims', '/v1/return-quality'].map((path) => ({
    does: `GET ${path}`,
    may: READERS,
    path: () => path,
  })),
  ...['receive', 'inspect'].map((what) => ({
    does: `POST /v1/returns/{rma}/${what}`,
    may: `${OMS} store support`,
    path: ofReturn(`/${what}`),
    json: () => ({ location: STORE_ID, lines: units() }),
  })),
  {
    does: 'GET /v1/stores/{storeId}/returns',
    may: `store ${READERS}`,
    bound: ['store', 403],
    path: (whose) => `/v1/stores/${STORES[whose]}/returns`,
  },
  {
    does: 'POST /v1/stores/{storeId}/returns',
    may: 'store support',
    bound: ['store', 403],
    // Nothing of it has left.
    own: 409,
    path: (whose) => `/v1/stores/${STORES[whose]}/returns`,
    json: () => ({
      orderId: orders.own,
      reason: 'defective',
      lines: [{ lineNo: 1, quantity: 2, condition: 'new' }],
    }),
  },
  ...['approve', 'deny'].map((what) => ({
    does: `POST /v1/returns/{rma}/${what}`,
    may: 'support finance',
    path: ofReturn(`/${what}`),
    json: reason,
  })),
  ...['cancel', 'hold', 'release-hold'].map((what) => ({
    does: `POST /v1/orders/{orderId}/${what}`,
    may: `${SELLERS} support`,
    bound: ['shop oms', 404] as const,
    path: ofOrder(`/${what}`),
    json: reason,
  })),
  {
    does: 'POST /v1/orders/{orderId}/edit',
    may: `${SELLERS} support`,
    bound: ['shop oms', 404],
    path: ofOrder('/edit'),
    json: () => ({ reason: 'edited', lines: [{ lineNo: 1, quantity: 0 }] }),
  },
  {
    does: 'POST /v1/orders/{orderId}/address',
    may: `${SELLERS} support`,
    bound: ['shop oms', 404],
    path: ofOrder('/address'),
    json: () => ({ reason: 'moved', shipTo: { address1: '2 Oak Avenue', country: 'US' } }),
  },
  {
    does: 'GET /v1/stores/{storeId}/pickups',
    may: `store ${READERS}`,
    bound: ['store', 403],
    path: (whose) => `/v1/stores/${STORES[whose]}/pickups`,
  },
  {
    does: 'GET /v1/pickups/{pickupId}',
    may: `shop ${OMS} store ${READERS}`,
    bound: ['store', 403],
    alsoBound: ['shop oms', 404],
    path: ofPickup(''),
  },
  pressOf('accept', {}),
  pressOf('ready', {}),
  pressOf('arrived', {}),
  pressOf('hand-over', { proof }),
  pressOf('reject', { reason: 'damaged' }),
  pressOf('substitute', {
    lineNo: 1,
    quantity: 1,
    sku: SKU,
    unitPriceMinor: 1,
    consent: 'as-paid',
  }),
  pressOf('no-show', {}),
  pressOf('put-back', {}),
  pressOf('collector', { name: 'Sam Example' }, `${SELLERS} warehouse support`),
  pressOf('extend', { untilDate: '2027-01-01' }, `${SELLERS} warehouse store support`),
  pressOf(
    're-source',
    { to: { kind: 'ship' }, consent: true, reason: 'agreed' },
    `${SELLERS} warehouse support`,
  ),
  {
    does: 'GET /v1/availability',
    may: ALL,
    bound: ['store', 'none'],
    path: (whose) => `/v1/availability?sku=${SKU}&location=${location(whose)}`,
  },
  {
    does: 'GET /v1/availability',
    may: ALL,
    bound: ['shop oms', 422],
    path: (whose) => `/v1/availability?sku=${SKU}&channel=${channel(whose)}`,
  },
  { does: 'GET /v1/inventory/{sku}', may: ALL, path: () => `/v1/inventory/${SKU}` },
  { does: 'POST /v1/inventory/adjustments', may: 'operator' },
  { does: 'PUT /v1/items/{sku}', may: 'operator' },
  { does: 'GET /v1/items/{sku}', may: `${OMS} ${READERS}` },
  { does: 'PUT /v1/locations/{locationId}', may: 'operator' },
  { does: 'GET /v1/locations/{locationId}', may: `${OMS} ${READERS}` },
  { does: 'GET /v1/mappings/{kind}', may: `${OMS} ${READERS}`, path: () => '/v1/mappings/tender' },
  { does: 'PUT /v1/mappings/{kind}/{source}/{value}', may: 'operator' },
  {
    does: 'GET /v1/mappings/{kind}/{source}/{value}',
    may: `${OMS} ${READERS}`,
    bound: ['oms', 404],
    path: (whose) => `/v1/mappings/tender/${channel(whose)}/stripe`,
  },
  { does: 'GET /v1/exceptions', may: READERS },
  { does: 'GET /v1/exceptions/{exceptionId}', may: READERS },
  ...['assign', 'retry', 'override', 'abandon'].map((what) => ({
    does: `POST /v1/exceptions/{exceptionId}/${what}`,
    may: RESOLVERS,
  })),
  { does: 'POST /v1/exceptions/{exceptionId}/approve', may: 'support finance' },
  { does: 'POST /v1/exceptions/{exceptionId}/deny', may: RESOLVERS },
  { does: 'POST /v1/settlements/{source}', may: 'finance operator' },
  { does: 'GET /v1/settlements/{settlementId}', may: READERS },
  { does: 'GET /v1/settlements/{settlementId}/lines', may: READERS },
  { does: 'POST /v1/bank-lines', may: 'finance operator' },
  { does: 'POST /v1/bank-lines/{format}', may: 'finance operator' },
  { does: 'GET /v1/journals', may: READERS },
  { does: 'GET /v1/journals/export', may: READERS },
  { does: 'GET /v1/journals/{journalId}', may: READERS },
  { does: 'GET /v1/trial-balance', may: READERS },
  { does: 'GET /v1/periods', may: READERS },
  {
    does: 'GET /v1/periods/{entity}/{month}',
    may: READERS,
    path: () => '/v1/periods/us-01/2026-03',
  },
  ...['close', 'prepare', 'approve', 'send-back', 'reopen', 'approve-reopening'].map((what) => ({
    does: `POST /v1/periods/{entity}/{month}/${what}`,
    may: 'finance',
  })),
  { does: 'GET /v1/return-reserves', may: READERS },
  { does: 'POST /v1/return-reserves/true-up', may: 'finance' },
  { does: 'POST /v1/orders/{orderId}/appeasement', may: 'support' },
  { does: 'GET /v1/trace/{id}', may: READERS },
  { does: 'GET /v1/keys', may: 'operator' },
  { does: 'POST /v1/keys', may: 'operator' },
  { does: 'POST /v1/keys/{keyId}/rotate', may: 'operator' },
  { does: 'POST /v1/keys/{keyId}/revoke', may: 'operator' },
];

/** Whose word each kind of fact is: who may bring it about their own, and about another's. */
export const FACTS: Record<string, readonly [own: string, other: string]> = {
  'channel order': [`${SELLERS} operator`, 'everyOms operator'],
  'warehouse order': [`${OMS} operator`, 'everyOms warehouse operator'],
  'warehouse stock': [`${OMS} store operator`, `${OMS} operator`],
  'store pickup': ['oms everyOms store operator', 'oms everyOms operator'],
  'channel return': [`${SELLERS} operator`, 'everyOms operator'],
  'warehouse return': [`${OMS} store operator`, 'everyOms warehouse operator'],
  'processor effect': ['everyOms operator', 'everyOms operator'],
};
