/** The flow of a settlement on a Temporal server: by itself from its bytes to the bank, and by people. */
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFlowActivities } from '../../activities/moments/every-flow';
import { createPeriodActivities } from '../../activities/moments/period';
import { createSettlementActivities } from '../../activities/moments/settlement';
import { FLOWS_TASK_QUEUE } from '../../canonical/flows/contract';
import { SETTLEMENT_SOURCES } from '../../connectors/settlement-sources';
import { resolveExceptions } from '../../store/exceptions/exceptions';
import { MOMENTS } from '../../workers/flows';
import type { settlement } from '../../workflows/settlement/settlement';
import {
  detailsOf,
  openFlowBench,
  until,
  untilAtRest,
  type FlowBench,
} from '../workflows/flow-bench';
import { acceptAll, hireSecond, monthOf, sendToErp } from '../close/close-world';
import { SettlementWorld, stripeReport } from './world';

const log = pino({ level: 'silent' });
let world: SettlementWorld;
let flows: FlowBench;
beforeAll(async () => {
  world = await SettlementWorld.open();
  const { db } = world;
  flows = await openFlowBench({
    db,
    activities: {
      [FLOWS_TASK_QUEUE]: {
        ...createFlowActivities(MOMENTS, { db, log }),
        ...createPeriodActivities({ db, log }),
        ...createSettlementActivities({ db, log, sources: SETTLEMENT_SOURCES }),
      },
    },
  });
});
afterAll(async () => {
  await flows.close();
  await world.stop();
});

async function started(text: string, payout: string) {
  const { body } = await world.handIn(text);
  await flows.start(`settlement/stripe/${payout}`, 'first');
  const handle = flows.environment.client.workflow.getHandle<typeof settlement>(
    `settlement/stripe/${payout}`,
  );
  return { settlementId: body.settlementId, handle };
}

const untilStatus = (settlementId: string, status: string) =>
  until(
    `${settlementId} is ${status}`,
    async () => (await world.read(settlementId)).status === status,
  );

test('reads, posts, waits for the bank, and ends when that shows it', async () => {
  const { charge } = await world.charged(7_000);
  const report = stripeReport([{ category: 'charge', gross: 7_000, fee: 233, charge }]);
  const { settlementId, handle } = await started(report.text, report.payout);
  await untilStatus(settlementId, 'paid');
  await untilAtRest(handle);
  expect(await detailsOf(handle)).toContain('Waits until the bank shows 67.67 USD');
  await world.bank({ bankRef: 'f-1', amountMinor: 6_767, text: report.payout });
  await flows.deliver();
  expect(await handle.result()).toEqual({ status: 'closed', lineCount: 3 });
  expect([await world.open('CLR'), await world.open('CIT')]).toEqual([{}, {}]);
});

test('parks where it does not tie, and goes on in place with other bytes', async () => {
  const { charge } = await world.charged(1_000);
  const rows = [{ category: 'charge', gross: 1_000, charge }];
  const wrong = stripeReport(rows, { paidMinor: 900 });
  const { settlementId, handle } = await started(wrong.text, wrong.payout);
  await untilStatus(settlementId, 'untied');
  await untilAtRest(handle);
  expect(await detailsOf(handle)).toContain('settlement.untied');
  await world.handIn(stripeReport(rows, { payout: wrong.payout }).text);
  await flows.deliver();
  await untilStatus(settlementId, 'paid');
  await world.bank({ bankRef: 'f-2', amountMinor: 1_000, text: wrong.payout });
  await flows.deliver();
  expect((await handle.result()).status).toBe('closed');
});

test('looks again by its clock for what was not known, and asks when the bank is late', async () => {
  const report = stripeReport([{ category: 'charge', gross: 500, charge: 'ch_nobody' }]);
  const { settlementId, handle } = await started(report.text, report.payout);
  await untilStatus(settlementId, 'paid');
  await flows.environment.sleep('8 days');
  await until('the bank is late', async () => {
    const codes = (await world.read(settlementId)).exceptions.map(({ code }) => code);
    return codes.includes('settlement.not-at-bank') && codes.includes('settlement.unmatched');
  });
  const { rows } = await world.db.query<{ rechecks: number }>(
    'select rechecks from settlement where settlement_id = $1',
    [settlementId],
  );
  expect(rows[0]?.rechecks).toBeGreaterThan(3);
  const unmatched = (await world.read(settlementId)).exceptions.find(
    ({ code }) => code === 'settlement.unmatched',
  );
  await untilAtRest(handle);
  const how = { resolution: 'override', by: 'a person' } as const;
  await world.db.transaction((sql) =>
    resolveExceptions(sql, { exceptionIds: [unmatched?.exceptionId ?? ''] }, how),
  );
  await flows.deliver();
  await until(
    'it is written off',
    async () => (await world.read(settlementId)).exceptions.length === 1,
  );
  await untilAtRest(handle);
  await world.bank({ bankRef: 'f-3', amountMinor: 500, text: report.payout });
  await flows.deliver();
  expect((await handle.result()).status).toBe('closed');
});

test('a month is closed by its flow when two people have signed, and again when it was opened', async () => {
  const second = await hireSecond(world.db);
  const march = monthOf(world, '2026-03');
  await sendToErp(world.db);
  await march.press('finance', 'close');
  await flows.start('close/us-01/2026-03', 'first');
  const handle = flows.environment.client.workflow.getHandle('close/us-01/2026-03');
  /** Each press reaches a flow at rest: the test server takes no signal within a task. */
  const signBoth = async () => {
    await until('it waits', async () => (await detailsOf(handle)).includes('finance prepares it'));
    await untilAtRest(handle);
    await march.press('finance', 'prepare', acceptAll(await march.read()));
    await flows.deliver();
    await until('it waits for another', async () =>
      (await detailsOf(handle)).includes('another person of finance approves it'),
    );
    await untilAtRest(handle);
    await march.press(second, 'approve');
    await flows.deliver();
  };
  await signBoth();
  expect(await handle.result()).toEqual({ status: 'closed' });
  expect((await march.read()).state).toBe('closed');

  await march.press('finance', 'reopen', { reason: 'a fee was told late' });
  await march.press(second, 'approve-reopening');
  await march.press('finance', 'close');
  await flows.deliver();
  await signBoth();
  await until('it is closed again', async () => (await march.read()).state === 'closed');
});
