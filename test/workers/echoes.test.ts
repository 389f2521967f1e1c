/** Other systems' words on effects of ours, also when they come before the answer that they echo. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FLOWS } from '../../canonical/flows/registry';
import { beginEffect, finishEffect, forgetEffects } from '../../store/effects/effects';
import { storeCanonicalEvents } from '../../store/inbox/inbox';
import { claimEvents } from '../../store/inbox/routing';
import { wakeWaiting } from '../../store/inbox/waiting-events';
import { STARTERS } from '../../workers/flows';
import { createPlaceAsker } from '../../workers/ask-places';
import { routeEvent } from '../../workers/route-event';
import { cloneDatabase, type TestDatabase } from '../postgres/database';

let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(async () => {
  await database.drop();
});

const MINUTE_MS = 60_000;

/** An echo without a key of ours that came an hour ago; gives its event id. */
async function echo(type: string, reference: string, effectKey?: string): Promise<string> {
  const { db } = database;
  const eventId = `${type}/${reference}`;
  const body = { reference, effectKey, amount: { currency: 'USD', minorUnits: 1_000 } };
  const raw = JSON.stringify(body);
  const row = { source: 'test', eventId, type, body, raw, correlationId: 'cor_1' };
  await storeCanonicalEvents(db, [{ ...row, occurredAt: null }]);
  await db.query(`update inbox set received_at = now() - interval '1 hour' where event_id = $1`, [
    eventId,
  ]);
  return eventId;
}

/** Called, so many hours ago, and not answered. */
const called = (key: string, verb: string, hours: number) =>
  database.db.query(
    `insert into effect (effect_key, system, verb, body, body_hash, first_called_at)
     values ($1, 'shopify-us', $2, '{}', 'h', now() - $3 * interval '1 hour')`,
    [key, verb, hours],
  );

async function route(): Promise<void> {
  const { db } = database;
  await wakeWaiting(db);
  const waits = { fulfilmentDeadlineMs: MINUTE_MS, eventWaitMs: MINUTE_MS };
  for (const row of await claimEvents(db, 50, MINUTE_MS)) {
    await routeEvent(
      { db, flows: FLOWS, starters: STARTERS, places: createPlaceAsker({}), ...waits },
      row,
    );
  }
}

async function stateOf(eventId: string): Promise<unknown> {
  const { rows } = await database.db.query('select state from inbox where event_id = $1', [
    eventId,
  ]);
  return rows[0]?.['state'];
}

test('an echo that comes before the answer it echoes waits for it, is woken by it, and is never dead', async () => {
  const { db } = database;
  await called('capture:z:1', 'capture', 2);
  const eventId = await echo('payment.captured.v1', 'tx_1');
  await route();
  await route();
  expect(await stateOf(eventId)).toBe('waiting');
  await finishEffect(db, 'capture:z:1', { state: 'done', reference: 'tx_1', answer: {} });
  await route();
  expect(await stateOf(eventId)).toBe('applied');
  expect((await db.query('select 1 from exception')).rows).toEqual([]);
});

test('money that no unanswered effect can be about is an exception after two minutes', async () => {
  // Called after the event had come: not what it echoes.
  await called('refund:z:1', 'refund', 0);
  const eventId = await echo('payment.refunded.v1', 'tx_2');
  await route();
  expect(await stateOf(eventId)).toBe('dead');
  const { rows } = await database.db.query('select code from exception');
  expect(rows).toEqual([{ code: 'event.no-rule' }]);
});

test('an authorization that was refused and is held after all is no echo: it waits for whose it is', async () => {
  const { db } = database;
  await beginEffect(db, { key: 'authorize:z:9', system: 'stripe-us', verb: 'authorize', body: {} });
  await finishEffect(db, 'authorize:z:9', { state: 'refused', reference: null, answer: {} });
  const eventId = await echo('payment.authorized.v1', 'pi_9', 'authorize:z:9');
  await db.query('update inbox set received_at = now() where event_id = $1', [eventId]);
  await route();
  expect(await stateOf(eventId)).toBe('waiting');
});

test('an effect that the other system has spoken of is not taken back', async () => {
  const { db } = database;
  await beginEffect(db, { key: 'void:z:1', system: 'stripe-us', verb: 'void', body: {} });
  await echo('payment.voided.v1', 'pi_1', 'void:z:1');
  await route();
  await forgetEffects(db, ['void:z:1']);
  const { rows } = await db.query(`select state from effect where effect_key = 'void:z:1'`);
  expect(rows).toEqual([{ state: 'called' }]);
});
