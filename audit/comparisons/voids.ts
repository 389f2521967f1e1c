// I4 of voids: a processor has no record of one but the authorization, as cancelled.
import { isLookedFor, type Against } from './window';
import { nameOfEffect, type OwnEffect } from '../own-effect';
import type { OutsideRecord } from '../../canonical/ports/records';
import { amountOf, money, nameOfOrder, type Difference, type OrderName } from '../report';

/** Voids: an authorization that was let go here is cancelled there, and the other way round. */
export function checkVoids(
  effects: readonly OwnEffect[],
  authorizations: readonly OutsideRecord[],
  liveReferences: ReadonlyMap<string, OrderName>,
  against: Against,
): Difference[] {
  const byId = new Map(authorizations.map((record) => [record.id, record]));
  const differences: Difference[] = [];
  for (const effect of effects) {
    if (effect.verb !== 'void' || effect.state !== 'done') continue;
    const record = effect.reference === null ? undefined : byId.get(effect.reference);
    if (record?.state === 'canceled' || !isLookedFor(effect.calledAt, against)) continue;
    const { key, amountMinor, currency, reference } = effect;
    const there = record
      ? `have it as ${record.state}`
      : `have no authorization ${reference ?? ''}`;
    differences.push({
      invariant: 'I4',
      code: 'void-missing',
      subject: key,
      ...amountOf(amountMinor, currency),
      detail: `${nameOfEffect(key, effect.order)}: the authorization of ${money(amountMinor, currency)} was voided here under ${key}; ${against.books}'s records ${there}`,
    });
  }
  for (const record of authorizations) {
    const order = liveReferences.get(record.id);
    if (!order || record.state !== 'canceled' || record.updatedAt > against.cutoff) continue;
    const { amountMinor, currency } = record;
    differences.push({
      invariant: 'I4',
      code: 'void-unknown',
      subject: record.id,
      ...amountOf(amountMinor, currency),
      detail: `${nameOfOrder(order)}: ${against.books}'s records have the authorization ${record.id} of ${money(amountMinor, currency)} as cancelled; here it is still live`,
    });
  }
  return differences;
}
