// I4 of voids: a processor has no record of one but the authorization, as cancelled.
import { isLookedFor, type Window } from './window';
import { isElsewhere, nameOfEffect, type OwnEffect } from '../own-effect';
import type { OutsideRecord } from '../../canonical/ports/records';
import { amountOf, money, nameOfOrder, type Difference, type OrderName } from '../report';

/** Voids: an authorization that was let go here is cancelled there, and the other way round. */
export function checkVoids(
  effects: ReadonlyMap<string, OwnEffect>,
  authorizations: readonly OutsideRecord[],
  liveReferences: ReadonlyMap<string, OrderName>,
  window: Window,
): Difference[] {
  const byId = new Map(authorizations.map((record) => [record.id, record]));
  const differences: Difference[] = [];
  for (const effect of effects.values()) {
    if (effect.verb !== 'void' || effect.state !== 'done' || isElsewhere(effect)) continue;
    const record = effect.reference === null ? undefined : byId.get(effect.reference);
    if (record?.state === 'canceled' || !isLookedFor(effect.calledAt, window)) continue;
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
    if (!order || record.state !== 'canceled' || record.updatedAt > window.cutoff) continue;
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
