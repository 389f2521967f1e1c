/** What an account is to be told is told once; one refusal stops no neighbour; silence loses nothing. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createPublishingActivities } from '../../activities/delivery/deliver-outbox';
import type { Delivered, Deliveries } from '../../activities/delivery/parties';
import { VendorFault, type Refused } from '../../canonical/ports/fault';
import { enqueue } from '../../store/outbox/outbox';
import { beginDueMessages } from '../../store/outbox/outbox-delivery';
import { cloneDatabase, type TestDatabase } from '../postgres/database';

const DESTINATION = 'notification.notify-main';
const ACCOUNT = 'notify-main';
const WORKFLOW = { workflowId: `publishing/${DESTINATION}`, runId: 'run-1' };
const ASKER = { account: ACCOUNT, workflowId: WORKFLOW.workflowId };
const logger = new DefaultLogger('ERROR');

let database: TestDatabase;
beforeEach(async () => {
  database = await cloneDatabase();
});
afterEach(async () => {
  await database.drop();
});

type Behaviour = 'ok' | 'refuse' | 'down' | 'lose-answer';

function provider(behaviours: Readonly<Record<string, Behaviour[]>>) {
  const sent: string[] = [];
  const keyOf = (body: object) => ('key' in body ? String(body.key) : '');
  const deliveries: Deliveries = {
    sendMessage: {
      looksTwice: false,
      find: (body): Promise<Delivered | null> =>
        Promise.resolve(
          sent.includes(keyOf(body)) ? { outcome: 'sent', reference: keyOf(body) } : null,
        ),
      async call(body): Promise<Delivered | Refused> {
        const key = keyOf(body);
        const behaviour = behaviours[key]?.shift() ?? 'ok';
        if (behaviour === 'down') throw new VendorFault(ACCOUNT, 'unavailable', 'no connection');
        if (behaviour === 'refuse') {
          return { outcome: 'refused', vendorCode: 'BAD', detail: 'no such template' };
        }
        sent.push(key);
        if (behaviour === 'lose-answer') throw new VendorFault(ACCOUNT, 'ambiguous', 'reset');
        return { outcome: 'sent', reference: key };
      },
    },
  };
  return { deliveries, sent };
}

const tell = (...keys: string[]) =>
  enqueue(
    database.db,
    keys.map((key) => ({
      destination: DESTINATION,
      verb: 'sendMessage' as const,
      effectKey: key,
      orderId: `ord_${key}`,
      body: { key },
      correlationId: 'cor_1',
    })),
  );
const deliver = (deliveries: Deliveries, attempt = 1, lingerMs = 0) =>
  new MockActivityEnvironment({ attempt, workflowExecution: WORKFLOW }, { logger }).run(
    createPublishingActivities({
      db: database.db,
      log: pino({ enabled: false }),
      destination: DESTINATION,
      account: ACCOUNT,
      deliveries,
      concurrency: 2,
      lingerMs,
    }).deliverOutbox,
  );
const states = async () => {
  const { rows } = await database.db.query<{ state: string }>(
    'select state from outbox order by outbox_no',
  );
  return rows.map((row) => row.state);
};
const openCodes = async () => {
  const { rows } = await database.db.query<{ code: string }>(
    `select code from exception where state <> 'resolved'`,
  );
  return rows.map((row) => row.code);
};

describe('delivering the outbox', () => {
  test('a refused row is parked under an exception, its neighbours are sent', async () => {
    await tell('a', 'b', 'c');
    const { deliveries, sent } = provider({ b: ['refuse'] });
    expect(await deliver(deliveries)).toEqual({ sent: 2, parked: 1 });
    expect(sent.sort()).toEqual(['a', 'c']);
    expect(await states()).toEqual(['sent', 'parked', 'sent']);
    expect(await openCodes()).toEqual(['publishing.refused']);
  });

  test('an effect names the flow that makes it', async () => {
    await tell('a');
    await deliver(provider({}).deliveries);
    const { rows } = await database.db.query('select workflow_id from effect');
    expect(rows).toEqual([{ workflow_id: WORKFLOW.workflowId }]);
  });

  test('each retry after a refusal is a try of its own, however many there were', async () => {
    await tell('a');
    await database.db.query(
      `insert into effect (effect_key, system, verb, body, body_hash, state)
       select key, $1, 'sendMessage', '{}', '', case when key = 'a:8' then 'called' else 'refused' end
         from unnest(array['a', 'a:2', 'a:3', 'a:4', 'a:5', 'a:6', 'a:7', 'a:8']) as key`,
      [ACCOUNT],
    );
    expect(await beginDueMessages(database.db, DESTINATION, ASKER, 10)).toMatchObject([
      { effectKey: 'a', effect: { key: 'a:8', state: 'called-before' } },
    ]);
  });

  test('an answer that was lost is looked up, not sent again', async () => {
    await tell('a');
    const { deliveries, sent } = provider({ a: ['lose-answer'] });
    // It is asked for after a second.
    expect(await deliver(deliveries, 1, 1_200)).toEqual({ sent: 1, parked: 0 });
    expect(sent).toEqual(['a']);
  });

  test('a batch is begun in one statement and marked in one; what was never called leaves no effect', async () => {
    await tell('a', 'b', 'c', 'd', 'e', 'f');
    const down: Behaviour[] = ['down'];
    const { deliveries } = provider({ c: down });
    await expect(deliver(deliveries)).rejects.toMatchObject({ type: 'unavailable' });
    const { rows } = await database.db.query<{ effect_key: string; state: string }>(
      'select effect_key, state from effect order by effect_key',
    );
    const sent = (await states()).filter((state) => state === 'sent').length;
    expect(rows.map((row) => row.state)).toEqual(Array.from({ length: sent }, () => 'done'));
    expect(await deliver(deliveries)).toEqual({ sent: 6 - sent, parked: 0 });
  });

  test('an account that is down keeps its rows, says so once, and is forgiven by a success', async () => {
    await tell('a', 'b');
    const { deliveries } = provider({ a: ['down', 'down'], b: ['down', 'down'] });
    await expect(deliver(deliveries, 3)).rejects.toMatchObject({ type: 'unavailable' });
    await expect(deliver(deliveries, 4)).rejects.toMatchObject({ type: 'unavailable' });
    expect(await states()).toEqual(['pending', 'pending']);
    expect(await openCodes()).toEqual(['publishing.unavailable']);
    expect(await deliver(deliveries, 5)).toEqual({ sent: 2, parked: 0 });
    expect(await openCodes()).toEqual([]);
  });
});
