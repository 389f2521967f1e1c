// I4, where the other system keeps our key: every effect once in its records, with its amount; and
// every record that carries a key of ours, or is for an order of ours, an effect of ours.
import { nameOfEffect, verbOf, type EffectVerb, type OwnEffect } from './own-effect';
import type { OutsideKind, OutsideRecord } from './outside-records';
import { amountOf, count, money, nameOfOrder, type Difference, type OrderName } from './report';

export interface Comparison {
  readonly kind: OutsideKind;
  readonly verb: EffectVerb;
  /** `payment`, as in “payment's records have no such capture”. */
  readonly system: string;
  readonly noun: string;
  /** `were captured`, `was requested`. */
  readonly done: string;
  /** Whether a record in this state stands for an effect that was made. */
  readonly isMade: (state: string) => boolean;
}

const always = () => true;
const REFUND_ENDS = new Set(['failed', 'canceled']);
const DECLINED = new Set(['requires_payment_method', 'requires_confirmation', 'requires_action']);

export const KEYED: readonly Comparison[] = [
  {
    kind: 'authorization',
    verb: 'authorize',
    system: 'payment',
    noun: 'authorization',
    done: 'authorized',
    isMade: (state) => !DECLINED.has(state),
  },
  {
    kind: 'capture',
    verb: 'capture',
    system: 'payment',
    noun: 'capture',
    done: 'captured',
    isMade: always,
  },
  {
    kind: 'refund',
    verb: 'refund',
    system: 'payment',
    noun: 'refund',
    done: 'refunded',
    isMade: (state) => !REFUND_ENDS.has(state),
  },
  {
    kind: 'fulfilment-request',
    verb: 'release',
    system: 'the warehouse',
    noun: 'fulfilment request',
    done: 'released',
    isMade: always,
  },
  {
    kind: 'recall',
    verb: 'recall',
    system: 'the warehouse',
    noun: 'recall',
    done: 'recalled',
    isMade: always,
  },
  {
    kind: 'sales-order',
    verb: 'sales-order',
    system: 'the ERP',
    noun: 'sales order',
    done: 'sent as a sales order',
    isMade: always,
  },
  {
    kind: 'journal-document',
    verb: 'journal',
    system: 'the ERP',
    noun: 'journal entry',
    done: 'posted',
    isMade: always,
  },
  {
    kind: 'tax-invoice',
    verb: 'tax-invoice',
    system: 'the tax service',
    noun: 'invoice',
    done: 'invoiced, before tax,',
    isMade: always,
  },
  {
    kind: 'message',
    verb: 'notify',
    system: 'the message provider',
    noun: 'message',
    done: 'sent',
    isMade: always,
  },
];

export interface ComparisonContext {
  /** RFC 3339: what is younger is on its way, and left out. */
  readonly cutoff: string;
  /** By our order id. */
  readonly orders: ReadonlyMap<string, OrderName>;
}

/** Money effects of a channel that moves money itself are compared with the channel's records. */
const isElsewhere = (effect: OwnEffect) =>
  effect.moneyMode === 'channel' &&
  ['authorize', 'capture', 'void', 'refund'].includes(effect.verb);

export function checkKeyedEffects(
  comparison: Comparison,
  effects: Iterable<OwnEffect>,
  theirs: readonly OutsideRecord[],
  context: ComparisonContext,
): Difference[] {
  const made = theirs.filter((record) => comparison.isMade(record.state));
  const byKey = new Map<string, OutsideRecord[]>();
  for (const record of made) {
    if (record.key === null) continue;
    const same = byKey.get(record.key);
    if (same) same.push(record);
    else byKey.set(record.key, [record]);
  }
  const known = new Map<string, OwnEffect>();
  const differences: Difference[] = [];
  for (const effect of effects) {
    if (effect.verb !== comparison.verb || isElsewhere(effect)) continue;
    known.set(effect.key, effect);
    const found = byKey.get(effect.key) ?? [];
    differences.push(...compare(comparison, effect, found, context.cutoff));
  }
  for (const record of made) {
    if (record.createdAt > context.cutoff) continue;
    differences.push(...unknownHere(comparison, record, known, context.orders));
  }
  return differences;
}

/** ISO instants of one form compare as text; Postgres gives three digits, and so do the others. */
const isYoung = (effect: OwnEffect, cutoff: string) => effect.calledAt > cutoff;

function compare(
  { system, noun, done }: Comparison,
  effect: OwnEffect,
  found: readonly OutsideRecord[],
  cutoff: string,
): Difference[] {
  const { key, amountMinor, currency, state } = effect;
  const name = nameOfEffect(key, effect.order);
  const what = amountMinor === null ? 'it was' : `${money(amountMinor, currency)} were`;
  const say = (code: string, detail: string): Difference => ({
    invariant: 'I4',
    code: `${noun}-${code}`,
    subject: key,
    ...amountOf(amountMinor, currency),
    detail: `${name}: ${detail}`,
  });
  const [first] = found;
  if (found.length > 1) {
    const ids = found.map((record) => record.id).join(', ');
    return [
      say(
        'twice',
        `${system}'s records have ${count(found.length, noun)} under ${key} (${ids}), where one was meant`,
      ),
    ];
  }
  if (!first) {
    return state === 'done' && !isYoung(effect, cutoff)
      ? [
          say(
            'missing',
            `${what} ${done} here under ${key}; ${system}'s records have no such ${noun}`,
          ),
        ]
      : [];
  }
  if (state === 'refused') {
    return [
      say(
        'refused-yet-made',
        `${key} was refused, as recorded here; ${system}'s records have the ${noun} all the same (${first.id})`,
      ),
    ];
  }
  return [
    ...otherAmount(say, { system, noun, done }, effect, first),
    ...otherParts(say, system, noun, effect, first),
  ];
}

type Say = (code: string, detail: string) => Difference;

function otherAmount(
  say: Say,
  { system, noun, done }: Pick<Comparison, 'system' | 'noun' | 'done'>,
  effect: OwnEffect,
  record: OutsideRecord,
): Difference[] {
  const { amountMinor, currency, key } = effect;
  if (amountMinor === null || record.amountMinor === null) return [];
  const isSame =
    amountMinor === record.amountMinor &&
    (currency === null || record.currency === null || currency === record.currency);
  if (isSame) return [];
  return [
    say(
      'amount',
      `${money(amountMinor, currency)} were ${done} here under ${key}; in ${system}'s records the ${noun} ${record.id} is ${money(record.amountMinor, record.currency)}`,
    ),
  ];
}

function otherParts(
  say: Say,
  system: string,
  noun: string,
  effect: OwnEffect,
  record: OutsideRecord,
): Difference[] {
  // A recall gives back what had not left: its answer, not its request, is what happened.
  if (effect.verb === 'recall' || effect.parts.length === 0) return [];
  const shown = (parts: OwnEffect['parts']) =>
    parts
      .filter((part) => part.quantity !== 0)
      .map(({ name, quantity }) => `${name} ${quantity}`)
      .sort();
  const ours = shown(effect.parts);
  const theirs = shown(record.parts);
  if (ours.join() === theirs.join()) return [];
  const odd = [
    ...ours.filter((part) => !theirs.includes(part)).map((part) => `${part} here`),
    ...theirs.filter((part) => !ours.includes(part)).map((part) => `${part} there`),
  ];
  const detail = odd.length > 0 ? odd.slice(0, PARTS_SHOWN).join('; ') : 'a line more or less';
  return [
    say(
      'lines',
      `the lines of ${effect.key} and of ${system}'s ${noun} ${record.id} differ: ${detail}`,
    ),
  ];
}
const PARTS_SHOWN = 5;

function unknownHere(
  { verb, system, noun }: Comparison,
  record: OutsideRecord,
  known: ReadonlyMap<string, OwnEffect>,
  orders: ReadonlyMap<string, OrderName>,
): Difference[] {
  const order = record.orderRef === null ? undefined : orders.get(record.orderRef);
  const isOurs = verbOf(record.key) === verb || order !== undefined;
  if (!isOurs || (record.key !== null && known.has(record.key))) return [];
  const { amountMinor, currency, key, id } = record;
  const under = key === null ? 'without a key' : `under ${key}`;
  const whose = order ? nameOfEffect(key ?? '', order) : (key ?? id);
  const worth = amountMinor === null ? '' : ` of ${money(amountMinor, currency)}`;
  return [
    {
      invariant: 'I4',
      code: `${noun}-unknown`,
      subject: key ?? id,
      ...amountOf(amountMinor, currency),
      detail: `${whose}: ${system}'s records have the ${noun} ${id}${worth} ${under}; no such effect was made here`,
    },
  ];
}

/** Voids: an authorization that was let go here is cancelled there, and the other way round. */
export function checkVoids(
  effects: ReadonlyMap<string, OwnEffect>,
  authorizations: readonly OutsideRecord[],
  liveReferences: ReadonlyMap<string, OrderName>,
  cutoff: string,
): Difference[] {
  const byId = new Map(authorizations.map((record) => [record.id, record]));
  const differences: Difference[] = [];
  for (const effect of effects.values()) {
    if (effect.verb !== 'void' || effect.state !== 'done' || isElsewhere(effect)) continue;
    const record = effect.reference === null ? undefined : byId.get(effect.reference);
    if (record?.state === 'canceled' || isYoung(effect, cutoff)) continue;
    const { key, amountMinor, currency, reference } = effect;
    const there = record
      ? `have it as ${record.state}`
      : `have no authorization ${reference ?? ''}`;
    differences.push({
      invariant: 'I4',
      code: 'void-missing',
      subject: key,
      ...amountOf(amountMinor, currency),
      detail: `${nameOfEffect(key, effect.order)}: the authorization of ${money(amountMinor, currency)} was voided here under ${key}; payment's records ${there}`,
    });
  }
  for (const record of authorizations) {
    const order = liveReferences.get(record.id);
    if (!order || record.state !== 'canceled' || record.updatedAt > cutoff) continue;
    const { amountMinor, currency } = record;
    differences.push({
      invariant: 'I4',
      code: 'void-unknown',
      subject: record.id,
      ...amountOf(amountMinor, currency),
      detail: `${nameOfOrder(order)}: payment's records have the authorization ${record.id} of ${money(amountMinor, currency)} as cancelled; here it is still live`,
    });
  }
  return differences;
}
