// I4, where the other system keeps our key: every effect once in its records, with its amount; and
// every record that carries a key of ours, or is for an order of ours, an effect of ours.
import type { Comparison } from './keyed';
import { differenceOfParts } from './parts';
import { isLookedFor, type Against } from './window';
import { nameOfEffect, verbOf, type OwnEffect } from '../own-effect';
import type { OutsideRecord } from '../../canonical/ports/records';
import { amountOf, count, money, type Difference, type OrderName } from '../report';

export interface ComparisonContext extends Against {
  /** By our order id. */
  readonly orders: ReadonlyMap<string, OrderName>;
}

export function checkKeyedEffects(
  comparison: Comparison,
  effects: Iterable<OwnEffect>,
  theirs: readonly OutsideRecord[],
  context: ComparisonContext,
): Difference[] {
  const byKey = new Map<string, OutsideRecord[]>();
  for (const record of theirs) {
    if (record.key === null) continue;
    const same = byKey.get(record.key);
    if (same) same.push(record);
    else byKey.set(record.key, [record]);
  }
  const known = new Map<string, OwnEffect>();
  const differences: Difference[] = [];
  for (const effect of effects) {
    if (effect.verb !== comparison.verb) continue;
    known.set(effect.key, effect);
    const found = byKey.get(effect.key) ?? [];
    differences.push(...compare(comparison, effect, found, context));
  }
  for (const record of theirs) {
    if (record.createdAt > context.cutoff) continue;
    differences.push(...unknownHere(comparison, record, known, context));
  }
  return differences;
}

/** Refusals after which the other side keeps a record all the same: one that says it failed. */
const KEPT_REFUSALS: ReadonlySet<string> = new Set([
  'card_declined',
  'refund_failed',
  'requires_action',
  'requires_payment_method',
]);

function compare(
  comparison: Comparison,
  effect: OwnEffect,
  found: readonly OutsideRecord[],
  against: Against,
): Difference[] {
  const { kind, noun, done } = comparison;
  const { books } = against;
  const { key, amountMinor, currency, state } = effect;
  const name = nameOfEffect(key, effect.order);
  const what = amountMinor === null ? 'it was' : `${money(amountMinor, currency)} were`;
  const say = (code: string, detail: string): Difference => ({
    invariant: 'I4',
    code: `${kind}-${code}`,
    subject: key,
    ...amountOf(amountMinor, currency),
    detail: `${name}: ${detail}`,
  });
  const made = found.filter((record) => comparison.isMade(record.state));
  const [first] = made;
  if (made.length > 1) {
    const ids = made.map((record) => record.id).join(', ');
    const several = `${count(made.length, noun)} under ${key} (${ids})`;
    return [say('twice', `${books}'s records have ${several}, where one was meant`)];
  }
  if (state === 'refused' && first) {
    const there = `${books}'s records have the ${noun} all the same (${first.id})`;
    return [say('refused-yet-made', `${key} was refused, as recorded here; ${there}`)];
  }
  if (state === 'refused') {
    const isKept = effect.refusal !== null && KEPT_REFUSALS.has(effect.refusal);
    if (!isKept || found.length > 0 || !isLookedFor(effect.calledAt, against)) return [];
    const refused = `${what} refused under ${key} (${effect.refusal ?? ''})`;
    return [say('refusal-missing', `${refused}; ${books}'s records have no such ${noun}`)];
  }
  if (!first) {
    if (state === 'called' || !isLookedFor(effect.calledAt, against)) return [];
    const here = `${what} ${done} here under ${key}`;
    return [say('missing', `${here}; ${books}'s records have no such ${noun}`)];
  }
  return [
    ...otherAmount(say, { ...comparison, books }, effect, first),
    ...otherParts(say, { ...comparison, books }, effect, first),
    ...otherAddress(say, { ...comparison, books }, effect, first),
  ];
}

type Say = (code: string, detail: string) => Difference;
type Named = Comparison & Pick<Against, 'books'>;

function otherAmount(
  say: Say,
  { books, noun, done }: Named,
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
      `${money(amountMinor, currency)} were ${done} here under ${key}; in ${books}'s records the ${noun} ${record.id} is ${money(record.amountMinor, record.currency)}`,
    ),
  ];
}

function otherParts(
  say: Say,
  { books, noun }: Named,
  effect: OwnEffect,
  record: OutsideRecord,
): Difference[] {
  // A recall gives back what had not left: its answer, not its request, is what happened.
  if (effect.verb === 'recall' || effect.parts.length === 0) return [];
  const difference = differenceOfParts(effect.parts, record.parts);
  if (difference === null) return [];
  return [
    say(
      'lines',
      `the lines of ${effect.key} and of ${books}'s ${noun} ${record.id} differ: ${difference}`,
    ),
  ];
}

/** Where it goes is compared by digest: an address is never shown. */
function otherAddress(
  say: Say,
  { books, noun }: Named,
  { key, addressDigest: ours }: OwnEffect,
  { id, addressDigest: theirs }: OutsideRecord,
): Difference[] {
  if (!ours || !theirs || ours === theirs) return [];
  return [say('address', `${key} and ${books}'s ${noun} ${id} go to different addresses`)];
}

function unknownHere(
  { kind, verb, noun }: Comparison,
  record: OutsideRecord,
  known: ReadonlyMap<string, OwnEffect>,
  { books, orders }: ComparisonContext,
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
      code: `${kind}-unknown`,
      subject: key ?? id,
      ...amountOf(amountMinor, currency),
      detail: `${whose}: ${books}'s records have the ${noun} ${id}${worth} ${under}; no such effect was made here`,
    },
  ];
}
