/**
 * What support presses in the Temporal UI on a flow that works beside the orders: what it tells, or
 * posts, is told and posted once. On the dev server, in real time, over the real activities.
 */
import { randomUUID } from 'node:crypto';
import { Client, type WorkflowHandle } from '@temporalio/client';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createPublishingActivities } from '../../activities/delivery/deliver-outbox';
import { createPostingActivities } from '../../activities/delivery/post-batches';
import { createBatchActivities } from '../../activities/moments/batches';
import type { FlowContract } from '../../canonical/flows/contract';
import { POSTING_FLOW } from '../../canonical/flows/posting';
import { PUBLISHING_FLOW } from '../../canonical/flows/publishing';
import type { Erp } from '../../canonical/ports/erp';
import { postGoodsReceipt } from '../../canonical/rules/posting/stock';
import { findTemporal, NoTemporalError } from '../../stack/temporal/ladder';
import { postJournal } from '../../store/ledger/ledger';
import { enqueue } from '../../store/outbox/outbox';
import { workBeside } from '../../workers/flows';
import { startBeside } from '../../workers/starts';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { detailsOf, openDevServerBench, until, type FlowBench } from './flow-bench';

const TEST_LIMIT_MS = 120_000;
const ERP = 'netsuite-us';
const DESTINATION = 'notification.notify-main';
const PAGES = 'http://pages.test';
const log = pino({ enabled: false });

let database: TestDatabase;
let bench: FlowBench | undefined;
beforeAll(async () => {
  const env = { ...process.env, TEMPORAL_ADDRESS: undefined };
  const found = await findTemporal(env, () => undefined).catch((error: unknown) => {
    if (error instanceof NoTemporalError) return null;
    throw error;
  });
  if (found?.kind !== 'binary') return;
  database = await cloneDatabase();
  bench = await openDevServerBench(found.path, { db: database.db, activities: activities() });
}, TEST_LIMIT_MS);
beforeEach((context) => {
  if (bench === undefined) context.skip('no Temporal server can be had on this machine');
});
afterAll(async () => {
  if (bench === undefined) return;
  await bench.close();
  await database.drop();
});

/** Another system: what it made, and a door that a test keeps shut. */
function outside() {
  const made: string[] = [];
  let open: () => void = () => undefined;
  let passing: Promise<void> = Promise.resolve();
  return {
    made,
    asked: 0,
    shut(): void {
      passing = new Promise((resolve) => {
        open = resolve;
      });
    },
    open: () => open(),
    async make(key: string): Promise<void> {
      this.asked += 1;
      await passing;
      made.push(key);
    },
  };
}
const notifier = outside();
const ledger = outside();

const erp: Erp = {
  createSalesOrder: () => Promise.reject(new Error('not asked here')),
  findSalesOrder: () => Promise.resolve(null),
  findJournal: (key) =>
    Promise.resolve(ledger.made.includes(key) ? { outcome: 'posted', documentNo: key } : null),
  async postJournal({ key }) {
    await ledger.make(key);
    return { outcome: 'posted', documentNo: key };
  },
};

function activities() {
  const { db } = database;
  const keyOf = (body: object) => ('key' in body ? String(body.key) : '');
  const sendMessage = {
    looksTwice: false,
    find: (body: object) => {
      const reference = keyOf(body);
      const isSent = notifier.made.includes(reference);
      return Promise.resolve(isSent ? { outcome: 'sent' as const, reference } : null);
    },
    async call(body: object) {
      await notifier.make(keyOf(body));
      return { outcome: 'sent' as const, reference: keyOf(body) };
    },
  };
  return {
    flows: createBatchActivities({ db }),
    [`erp.${ERP}`]: createPostingActivities({ db, log, erpInstance: ERP, erp }),
    [DESTINATION]: createPublishingActivities({
      ...{ db, log, destination: DESTINATION, account: 'notify-main', concurrency: 1 },
      deliveries: { sendMessage },
    }),
  };
}

interface Beside {
  readonly contract: FlowContract;
  readonly system: ReturnType<typeof outside>;
  /** One thing to be told or posted. */
  prepare(): Promise<void>;
  readonly result: object;
  readonly isLeft: string;
}

const BESIDE: Readonly<Record<string, Beside>> = {
  publishing: {
    contract: PUBLISHING_FLOW,
    system: notifier,
    async prepare() {
      const key = randomUUID();
      const row = { destination: DESTINATION, verb: 'sendMessage', orderId: `ord_${key}` } as const;
      await enqueue(database.db, [
        { ...row, effectKey: key, body: { key }, correlationId: 'cor_1' },
      ]);
    },
    result: { sent: 1, parked: 0 },
    isLeft: `select from outbox where state <> 'sent'`,
  },
  posting: {
    contract: POSTING_FLOW,
    system: ledger,
    async prepare() {
      await database.db.query(
        `insert into mapping (kind, source, value, target, updated_by)
         select 'account', $1, account, '1200', 'test' from unnest(array['INV', 'GRNI']) as account
         on conflict do nothing`,
        [ERP],
      );
      await postJournal(database.db, {
        momentKey: `test:${randomUUID()}`,
        entity: 'us-01',
        channelInstance: 'web-us',
        businessDate: '2026-11-20',
        currency: 'USD',
        orderId: null,
        eventNo: null,
        source: 'test',
        correlationId: 'cor_1',
        occurredAt: '2026-11-20T12:00:00Z',
        posting: postGoodsReceipt([{ sku: 'MUG', location: 'dc-east', costMinor: 500 }]),
      });
    },
    result: { posted: 1, parked: 0 },
    isLeft: `select from posting_batch where state <> 'posted'`,
  },
};

/** Begun as the relay begins it, where it finds work that is due. */
async function begin({ contract }: Beside): Promise<WorkflowHandle> {
  if (bench === undefined) throw new Error('there is no bench');
  const { client } = bench.environment;
  const settings = {
    postingWindowMs: 0,
    escalationLookMs: 60_000,
    reconciliationLookMs: 1_000,
    watchdogLookMs: 60_000,
    pagesUrl: PAGES,
  };
  const work = workBeside(settings).find((one) => one.contract.type === contract.type);
  const [input] = (await work?.whatIsDue(database.db)) ?? [];
  if (input === undefined) throw new Error(`nothing is due for ${contract.type}`);
  // The workers' own connection, as the relay's.
  const starter = new Client({ connection: bench.environment.nativeConnection });
  await startBeside(starter, contract, input);
  return client.workflow.getHandle(contract.workflowId(input));
}

/** At the other system's door, which is shut. */
async function atTheDoor(beside: Beside): Promise<WorkflowHandle> {
  const { system } = beside;
  await beside.prepare();
  system.shut();
  const askedBefore = system.asked;
  const handle = await begin(beside);
  await until('the call', () => system.asked > askedBefore);
  return handle;
}

async function untilNothingIsLeft({ isLeft }: Beside): Promise<void> {
  await until('all of it told', async () => {
    const { rows } = await database.db.query(isLeft);
    return rows.length === 0;
  });
}

describe.each(Object.entries(BESIDE))('%s', (_, beside) => {
  const { system } = beside;
  const madeMore = (before: number) => system.made.length - before;
  const expectOnceEach = () => expect(new Set(system.made).size).toBe(system.made.length);

  test('goes on after Request Cancellation, and its page says so and where to decide', async () => {
    const before = system.made.length;
    const handle = await atTheDoor(beside);
    await handle.cancel();
    await until('the page says so', async () => {
      return (await detailsOf(handle)).includes('**Request Cancellation** changed nothing');
    });
    expect(await detailsOf(handle)).toContain(`(${PAGES}/exceptions)`);
    system.open();
    expect(await handle.result()).toEqual(beside.result);
    expect(madeMore(before)).toBe(1);
  });

  test('goes on after a Signal that it does not know', async () => {
    const before = system.made.length;
    const handle = await atTheDoor(beside);
    await handle.signal('make it so ](x)', {});
    system.open();
    expect(await handle.result()).toEqual(beside.result);
    expect(madeMore(before)).toBe(1);
  });

  test('makes nothing twice after Terminate in the middle of a call', async () => {
    const before = system.made.length;
    const handle = await atTheDoor(beside);
    await handle.terminate('pressed');
    system.open();
    await untilNothingIsLeft(beside);
    await beside.prepare();
    await (await begin(beside)).result();
    await untilNothingIsLeft(beside);
    expect(madeMore(before)).toBe(2);
    expectOnceEach();
  });

  test('makes nothing twice after a Reset to any of its events', async () => {
    const handle = await atTheDoor(beside);
    system.open();
    await handle.result();
    const before = system.made.length;
    const { runId } = await handle.describe();
    for (const eventId of await tasksOf(handle, runId)) {
      await reset(handle, runId, eventId);
      await handle.result();
    }
    expect(madeMore(before)).toBe(0);
    expectOnceEach();
  });
});

/** Events that the UI offers to reset to. */
async function tasksOf(handle: WorkflowHandle, runId: string) {
  const { events } = await handle.client.getHandle(handle.workflowId, runId).fetchHistory();
  const done = (events ?? []).filter((event) => event.workflowTaskCompletedEventAttributes);
  expect(done.length).toBeGreaterThan(0);
  return done.map((event) => event.eventId);
}

type EventId = Awaited<ReturnType<typeof tasksOf>>[number];

async function reset({ client, workflowId }: WorkflowHandle, runId: string, eventId: EventId) {
  await client.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId, runId },
    workflowTaskFinishEventId: eventId,
    requestId: randomUUID(),
    reason: 'pressed',
  });
}
