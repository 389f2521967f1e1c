/** What is overdue becomes escalated once a step, is counted, shown by its flow and told once. */
import pino from 'pino';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createEscalationActivities } from '../../activities/escalation/escalate';
import { createMetrics } from '../../api/metrics';
import { installation, useInstallation } from '../../canonical/installation';
import type { Escalated } from '../../canonical/flows/escalation';
import type { ExceptionCode } from '../../canonical/schema/error-codes';
import { readException } from '../../store/exceptions/exception-queries';
import { briefsOf } from '../../store/exceptions/briefs';
import { openException, resolveExceptions } from '../../store/exceptions/exceptions';
import { cloneDatabase, type TestDatabase } from '../postgres/database';

const PAGES = 'https://retail.example';
const asSetUp = installation();
let database: TestDatabase;
beforeEach(async () => {
  database = await cloneDatabase();
});
afterEach(async () => {
  useInstallation(asSetUp);
  await database.drop();
});

const look = (): Promise<Escalated> =>
  new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') }).run(
    createEscalationActivities({
      db: database.db,
      log: pino({ level: 'silent' }),
      pagesUrl: PAGES,
    }).escalateOverdue,
  );

let opened = 0;
async function open(code: ExceptionCode, workflowId?: string): Promise<string> {
  const ref = workflowId ?? `ref-${(opened += 1)}`;
  const brief = await openException(database.db, {
    ...{ code, detail: 'a test', cause: { kind: 'effect', ref }, subject: ref, workflowId },
    ...{ blocks: `step:${ref}`, moneyMinor: 2_115, currency: 'USD' },
  });
  return brief.exceptionId;
}

/** As if it had been opened that much earlier. */
async function age(exceptionId: string, hours: number): Promise<void> {
  await database.db.query(
    `update exception set opened_at = opened_at - $2 * interval '1 hour',
            deadline_at = deadline_at - $2 * interval '1 hour' where exception_id = $1`,
    [exceptionId, hours],
  );
}

async function messages() {
  const { rows } = await database.db.query<{ key: string; destination: string; body: object }>(
    'select effect_key as key, destination, body from outbox order by outbox_no',
  );
  return rows;
}
const keyOf = (id: string, opening: number, step: number) =>
  `notify:${id}:exception-escalated:${opening}:${step}`;
const keys = async () => (await messages()).map(({ key }) => key);
const seen = async (id: string) => {
  const found = await readException(database.db, id);
  return { state: found?.state, step: found?.escalation?.step, told: found?.escalation?.toldTo };
};

test('nothing is escalated before its deadline, nor what was resolved in time', async () => {
  await open('payment.declined');
  const resolved = await open('payment.declined');
  await age(resolved, 5);
  const how = { resolution: 'retry', by: 'a person' } as const;
  await resolveExceptions(database.db, { exceptionIds: [resolved] }, how);
  expect(await look()).toEqual({ cases: {} });
  expect(await messages()).toEqual([]);
});

describe('past its deadline', () => {
  test('it is escalated, and its team told where to look, in ids and amounts only', async () => {
    const id = await open('payment.declined');
    await age(id, 4.1);
    expect(await look()).toEqual({ cases: { payments: 1 } });
    expect(await seen(id)).toEqual({ state: 'escalated', step: 1, told: 'payments' });
    const [message] = await messages();
    expect(message).toMatchObject({
      key: keyOf(id, 1, 1),
      destination: 'notification.notify-main',
      body: {
        ...{ channel: 'email', to: 'payments@retailer.example', template: 'exception-escalated' },
        variables: {
          ...{ exceptionId: id, code: 'payment.declined', step: '1', money: '21.15 USD' },
          url: `${PAGES}/exceptions/${id}`,
        },
      },
    });
  });

  test('each code has the deadline of its family', async () => {
    const ids = [await open('fulfilment.rejected'), await open('inventory.shortfall')];
    ids.push(await open('payment.declined'), await open('erp.refused'));
    for (const id of ids) await age(id, 2.1);
    expect(await look()).toEqual({ cases: { 'fulfilment-operations': 1, inventory: 1 } });
    for (const id of ids) await age(id, 2);
    expect((await look()).cases).toMatchObject({ payments: 1 });
    for (const id of ids) await age(id, 4);
    expect((await look()).cases).toMatchObject({ 'finance-systems': 1 });
  });

  test('once a step, however often it is looked at, and no more after the last', async () => {
    const id = await open('payment.declined');
    await age(id, 4.1);
    for (let looks = 0; looks < 3; looks += 1) await look();
    expect(await keys()).toEqual([keyOf(id, 1, 1)]);
    await age(id, 4);
    await Promise.all([look(), look()]);
    expect(await keys()).toEqual([keyOf(id, 1, 1), keyOf(id, 1, 2)]);
    await age(id, 40);
    await look();
    await look();
    expect(await keys()).toHaveLength(3);
    expect(await seen(id)).toMatchObject({ step: 3 });
  });

  test('steps that were missed are told as one', async () => {
    const id = await open('payment.declined');
    await age(id, 9);
    await look();
    expect(await keys()).toEqual([keyOf(id, 1, 2)]);
  });

  test('what comes back begins anew, with messages of its own', async () => {
    const workflowId = 'order/web-us/back';
    const id = await open('payment.declined', workflowId);
    await age(id, 4.1);
    await look();
    await database.db.query(
      `update exception set state = 'resolved', is_applied = true where exception_id = $1`,
      [id],
    );
    await open('payment.declined', workflowId);
    expect(await seen(id)).toEqual({ state: 'open', step: undefined, told: undefined });
    await age(id, 4.1);
    await look();
    expect(await keys()).toEqual([keyOf(id, 1, 1), keyOf(id, 2, 1)]);
  });

  test('its flow is told to show it', async () => {
    const workflowId = 'order/web-us/shown';
    await database.db.query(
      `insert into flow (workflow_id, flow_type, subject_kind, subject_id, input)
       values ($1, 'orderToCash', 'order', 'x', '{}')`,
      [workflowId],
    );
    const id = await open('payment.declined', workflowId);
    await age(id, 4.1);
    await look();
    const { rows } = await database.db.query('select workflow_id, name from dispatch');
    expect(rows).toEqual([{ workflow_id: workflowId, name: 'lookAgain' }]);
    expect(await briefsOf(database.db, workflowId)).toMatchObject([{ isEscalated: true }]);
  });

  test('a team without an address is escalated and counted, and nobody is written to', async () => {
    useInstallation({ ...asSetUp, teams: [] });
    const id = await open('payment.declined');
    await age(id, 4.1);
    await look();
    expect(await seen(id)).toEqual({ state: 'escalated', step: 1, told: null });
    expect(await messages()).toEqual([]);
    const { text } = await createMetrics(database.db).render();
    expect(text).toContain('throughline_exceptions_escalated{owner="payments"} 1');
    expect(text).toContain('throughline_escalations{owner="payments",step="1"} 1');
  });
});
