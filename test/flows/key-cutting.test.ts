/** A flow that is not the order's lives on the kernel, the store and the relay as they are. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { until } from '../workflows/flow-bench';
import { openKeyBench, type KeyBench } from './key-cutting/bench';
import { KEY_SIGNALS } from './key-cutting/contract';
import { inboxStateOf } from './key-cutting/inbox';

let database: TestDatabase;
let bench: KeyBench;
beforeAll(async () => {
  database = await cloneDatabase();
  bench = await openKeyBench(database.db);
});
afterAll(async () => {
  await bench.close();
  await database.drop();
});

const HOUR_MS = 3_600_000;
/** More than the events after which a run hands over. */
const SIGNALS_OF_A_LONG_HISTORY = 2_050;
const SIGNALS_AT_ONCE = 50;

async function flowRow(workflowId: string) {
  const { rows } = await database.db.query(
    `select subject_kind, subject_id, state, outcome from flow where workflow_id = $1`,
    [workflowId],
  );
  return rows[0];
}

describe('a flow of another kind', () => {
  test('starts from its row, makes its effect once, takes its fact, and ends in Postgres', async () => {
    const key = await bench.start();
    await key.untilCut();
    await key.collect();
    expect(await key.handle.result()).toEqual({ collected: 1 });
    const { keyId } = key;
    expect(key.cutter()).toEqual({ calls: [`cut:${keyId}:1`], made: [`cut:${keyId}:1`] });
    const ended = { subject_kind: 'key', subject_id: keyId, state: 'ended', outcome: 'closed' };
    expect(await flowRow(key.workflowId)).toEqual(ended);
  });

  test('whose effect was made and not answered asks for it, and makes no second one', async () => {
    const key = await bench.start({ script: ['lost'] });
    await bench.flows.environment.sleep('1m');
    await key.untilCut();
    expect(key.cutter().calls).toHaveLength(1);
    await key.collect();
    await key.handle.result();
  });

  test('applies a fact once though it is signalled thrice', async () => {
    const key = await bench.start({ copies: 2 });
    await key.untilCut();
    const eventNo = await key.collect();
    await key.handle.signal(KEY_SIGNALS.collected, { eventNo });
    await key.untilApplied(eventNo);
    await key.handle.signal(KEY_SIGNALS.collected, { eventNo });
    await key.handle.signal(KEY_SIGNALS.collected, { eventNo: await key.collect() });
    expect(await key.handle.result()).toEqual({ collected: 2 });
    expect((await key.read()).collected).toBe(2);
  });
});

describe('what a person resolves', () => {
  test('a refusal, retried: the step is due again under its next try', async () => {
    const key = await bench.start({ script: ['refused'] });
    await key.untilOpen('fulfilment.rejected');
    await key.resolve('fulfilment.rejected', 'retry');
    await key.untilCut();
    const { keyId } = key;
    const calls = [`cut:${keyId}:1`, `cut:${keyId}:2`];
    expect(key.cutter()).toEqual({ calls, made: [`cut:${keyId}:2`] });
    await key.collect();
    expect(await key.handle.result()).toEqual({ collected: 1 });
  });

  test('a refusal, abandoned: it ends as given up', async () => {
    const key = await bench.start({ script: ['refused'] });
    await key.untilOpen('fulfilment.rejected');
    await key.resolve('fulfilment.rejected', 'abandon');
    expect(await key.handle.result()).toEqual({ collected: 0 });
    expect(await flowRow(key.workflowId)).toMatchObject({ outcome: 'given-up' });
  });

  test('a fact that its moment refuses waits under an exception, and is taken after it', async () => {
    const key = await bench.start({ script: ['refused'] });
    await key.untilOpen('fulfilment.rejected');
    await key.collect();
    await key.untilOpen('event.no-rule');
    await key.resolve('fulfilment.rejected', 'retry');
    await key.untilCut();
    await key.resolve('event.no-rule', 'retry');
    expect(await key.handle.result()).toEqual({ collected: 1 });
  });

  test('anything else: a fact that waited is taken with it, and its exception ends by itself', async () => {
    const key = await bench.start({ script: ['refused'], collectWithinMs: HOUR_MS });
    await key.untilOpen('fulfilment.rejected');
    await key.collect();
    await key.untilOpen('event.no-rule');
    await key.resolve('fulfilment.rejected', 'retry');
    await key.untilCut();
    await bench.flows.environment.sleep('61m');
    await key.untilOpen('fulfilment.overdue');
    await key.resolve('fulfilment.overdue', 'override');
    expect(await key.handle.result()).toEqual({ collected: 1 });
    expect(await key.openCodes()).toEqual([]);
  });

  test('a fact that its moment refuses, abandoned: the flow ends without it', async () => {
    const key = await bench.start({ script: ['refused'] });
    await key.untilOpen('fulfilment.rejected');
    const eventNo = await key.collect();
    await key.untilOpen('event.no-rule');
    await key.resolve('event.no-rule', 'abandon');
    await key.resolve('fulfilment.rejected', 'abandon');
    expect(await key.handle.result()).toEqual({ collected: 0 });
    expect(await inboxStateOf(database.db, eventNo)).toMatchObject({ state: 'ignored' });
  });
});

test('its deadline opens a wait with an owner, and its fact ends that', async () => {
  const key = await bench.start({ collectWithinMs: HOUR_MS });
  await key.untilCut();
  await bench.flows.environment.sleep('61m');
  await key.untilOpen('fulfilment.overdue');
  await key.collect();
  expect(await key.handle.result()).toEqual({ collected: 1 });
  expect(await key.openCodes()).toEqual([]);
});

test('a long history hands over to a new run with its facts, its step and its deadline', async () => {
  const { environment } = bench.flows;
  bench.cutter.isDown = true;
  const key = await bench.start({ copies: 2, collectWithinMs: HOUR_MS });
  const first = await key.collect();
  await key.untilOpen('event.no-rule');
  await environment.sleep('10m');
  await key.untilOpen('fulfilment.unavailable');
  const firstRun = await key.runId();
  for (let sent = 0; sent < SIGNALS_OF_A_LONG_HISTORY; sent += SIGNALS_AT_ONCE) {
    const signals = Array.from({ length: SIGNALS_AT_ONCE }, () => key.handle.signal('ofNoUse'));
    await Promise.all(signals);
  }
  await until('handed over', async () => (await key.runId()) !== firstRun);
  bench.cutter.isDown = false;
  await environment.sleep('5m');
  await key.untilCut();
  await until('the wait for the machine is over', async () => {
    const codes = await key.openCodes();
    return !codes.includes('fulfilment.unavailable');
  });
  await key.resolve('event.no-rule', 'retry');
  await key.untilApplied(first);
  // An hour after the first run began, not after this one did.
  await environment.sleep('46m');
  await key.untilOpen('fulfilment.overdue');
  await key.collect();
  expect(await key.handle.result()).toEqual({ collected: 2 });
  expect(key.cutter().made).toHaveLength(1);
  const shown = [...(await key.shownBy(firstRun)), ...(await key.shownBy(await key.runId()))];
  expect(shown.filter((one, index) => one === shown[index - 1])).toEqual([]);
});
