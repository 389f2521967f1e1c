// I4, where a channel moves the money: a shop keeps no key of ours on captures, voids and
// fulfilments, so its transactions are compared by reference, order and amount, both ways.
import { isLookedFor, type Against } from './window';
import { differenceOfParts } from './parts';
import { nameOfEffect, type EffectVerb, type OwnEffect } from '../own-effect';
import { tail, type OutsideRecord } from '../../canonical/ports/records';
import { amountOf, money, nameOfOrder, type Difference, type OrderName } from '../report';

const SUCCESS = 'SUCCESS';
const CANCELLED = 'cancelled';

export interface KnownOrder extends OrderName {
  readonly channelOrderRef: string | null;
  /** Authorizations that nothing here has ended. */
  readonly liveAuthorizations: number;
  /** Names of records that no effect of ours made, and that are accounted for. */
  readonly accountedFor: readonly string[];
  /** Lines that nobody sends, as records name them: the shop fulfils those by itself. */
  readonly accessLines?: readonly string[];
}

interface ShopWord {
  readonly noun: string;
  readonly done: string;
  /** Of a transaction; null: another kind of record. */
  readonly type: string | null;
}
const WORDS: Partial<Record<EffectVerb, ShopWord>> = {
  capture: { noun: 'capture', done: 'were captured', type: 'CAPTURE' },
  void: { noun: 'void', done: 'were voided', type: 'VOID' },
  refund: { noun: 'refund', done: 'were refunded', type: 'REFUND' },
  fulfil: { noun: 'fulfilment', done: 'was told of the shipment', type: null },
};
const VERB_OF_TYPE: Readonly<Record<string, EffectVerb>> = {
  CAPTURE: 'capture',
  VOID: 'void',
  REFUND: 'refund',
};

export interface ShopRecords {
  readonly orders: readonly OutsideRecord[];
  readonly transactions: readonly OutsideRecord[];
  readonly fulfillments: readonly OutsideRecord[];
}

export function checkShop(
  effects: readonly OwnEffect[],
  theirs: ShopRecords,
  orders: readonly KnownOrder[],
  against: Against,
): Difference[] {
  const own = effects.filter((effect) => WORDS[effect.verb] !== undefined);
  const byId = new Map(
    [...theirs.transactions, ...theirs.fulfillments].map((record) => [record.id, record]),
  );
  const claimed = new Map<string, OwnEffect>();
  const differences: Difference[] = [];
  for (const effect of own) {
    if (effect.state !== 'done') continue;
    differences.push(...missingThere(effect, byId, claimed, against));
  }
  const byRef = new Map(orders.map((order) => [tail(order.channelOrderRef), order]));
  const open = own.filter((effect) => effect.state === 'called');
  for (const record of [...theirs.transactions, ...theirs.fulfillments]) {
    if (record.state !== SUCCESS || record.createdAt > against.cutoff || claimed.has(record.id))
      continue;
    const order = byRef.get(tail(record.orderRef));
    if (order) differences.push(...unknownHere(record, order, open, against));
  }
  return [...differences, ...cancellations(effects, theirs.orders, against)];
}

function missingThere(
  effect: OwnEffect,
  byId: ReadonlyMap<string, OutsideRecord>,
  claimed: Map<string, OwnEffect>,
  against: Against,
): Difference[] {
  const word = WORDS[effect.verb];
  if (!word) return [];
  const { key, amountMinor, currency, reference } = effect;
  const name = nameOfEffect(key, effect.order);
  const what = amountMinor === null ? 'the shop' : money(amountMinor, currency);
  const say = (code: string, detail: string): Difference[] => [
    {
      invariant: 'I4',
      code: `shop-${word.noun}-${code}`,
      subject: key,
      ...amountOf(amountMinor, currency),
      detail: `${name}: ${what} ${word.done} here under ${key}; ${detail}`,
    },
  ];
  const record = reference === null ? undefined : byId.get(reference);
  if (!record) {
    return !isLookedFor(effect.calledAt, against)
      ? []
      : say(
          'missing',
          `${against.books}'s records have no such ${word.noun} (${reference ?? 'no reference'})`,
        );
  }
  const other = claimed.get(record.id);
  if (other) return say('shared', `the shop's ${word.noun} ${record.id} is that of ${other.key}`);
  claimed.set(record.id, effect);
  if (record.state !== SUCCESS || (word.type !== null && record.type !== word.type)) {
    return say(
      'other',
      `in ${against.books}'s records ${record.id} is a ${record.type ?? word.noun} in state ${record.state}`,
    );
  }
  if (tail(record.orderRef) !== tail(effect.channelOrderRef)) {
    return say('order', `the shop has ${record.id} on another order (${tail(record.orderRef)})`);
  }
  const lines =
    effect.verb === 'fulfil' && effect.parts.length > 0
      ? differenceOfParts(effect.parts, record.parts)
      : null;
  if (lines !== null)
    return say('lines', `the shop's ${word.noun} ${record.id} is not of the same units: ${lines}`);
  const isSame =
    amountMinor === null || record.amountMinor === null || record.amountMinor === amountMinor;
  return isSame || effect.verb === 'void'
    ? []
    : say(
        'amount',
        `the shop's ${word.noun} ${record.id} is ${money(record.amountMinor, record.currency)}`,
      );
}

/** A record that no effect names may be one whose answer was lost: then that effect is still open. */
function unknownHere(
  record: OutsideRecord,
  order: KnownOrder,
  open: OwnEffect[],
  { books }: Against,
): Difference[] {
  const verb = record.type === null ? 'fulfil' : VERB_OF_TYPE[record.type];
  if (verb === undefined) return [];
  const position = open.findIndex(
    (effect) =>
      effect.verb === verb &&
      effect.order?.orderId === order.orderId &&
      (effect.amountMinor === record.amountMinor || verb === 'fulfil' || verb === 'void'),
  );
  if (position >= 0) {
    open.splice(position, 1);
    return [];
  }
  if (order.accountedFor.includes(record.id)) return [];
  const isOfAccess = record.parts.every(({ name }) => order.accessLines?.includes(name));
  if (verb === 'fulfil' && record.parts.length > 0 && isOfAccess) return [];
  // The shop itself lets an authorization go when its order is cancelled there.
  if (verb === 'void' && order.liveAuthorizations === 0) return [];
  const { amountMinor, currency, id } = record;
  const noun = WORDS[verb]?.noun ?? verb;
  const worth = amountMinor === null ? '' : ` of ${money(amountMinor, currency)}`;
  return [
    {
      invariant: 'I4',
      code: `shop-${noun}-unknown`,
      subject: id,
      ...amountOf(amountMinor, currency),
      detail: `${nameOfOrder(order)}: ${books}'s records have the ${noun} ${id}${worth}; no such effect was made here`,
      ...duplicateOf(record, order, verb),
    },
  ];
}

function duplicateOf(
  { id: reference, parentId, amountMinor, currency }: OutsideRecord,
  { orderId, channelInstance: account }: KnownOrder,
  verb: EffectVerb,
): Pick<Difference, 'duplicate'> {
  // A shop's account is called as its channel.
  const one = { orderId, account, reference };
  if (verb === 'fulfil') return { duplicate: { kind: 'fulfilment', ...one } };
  if (verb !== 'capture' || amountMinor === null || currency === null) return {};
  return {
    duplicate: { kind: 'capture', ...one, authorizationRef: parentId, amountMinor, currency },
  };
}

/** An order that we told the shop was cancelled is cancelled there. */
function cancellations(
  effects: readonly OwnEffect[],
  shopOrders: readonly OutsideRecord[],
  against: Against,
): Difference[] {
  const byRef = new Map(shopOrders.map((record) => [tail(record.id), record]));
  return effects
    .filter((effect) => effect.verb === 'cancel-at-channel' && effect.state === 'done')
    .filter((effect) => isLookedFor(effect.calledAt, against))
    .flatMap((effect): Difference[] => {
      const state = byRef.get(tail(effect.channelOrderRef))?.state;
      if (state === CANCELLED) return [];
      const there = state === undefined ? 'the shop has no such order' : `the shop has it ${state}`;
      return [
        {
          invariant: 'I4',
          code: 'shop-cancellation-missing',
          subject: effect.key,
          detail: `${nameOfEffect(effect.key, effect.order)}: the shop was told of its cancellation under ${effect.key}; ${there}`,
        },
      ];
    });
}
