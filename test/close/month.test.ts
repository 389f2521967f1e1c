/** A month that closes: by two people, once its checks hold; late facts, a reopening, closed again. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { resolveExceptions } from '../../store/exceptions/exceptions';
import { closeFlow } from '../../moments/close/close-flow';
import { credit, debit } from '../../canonical/rules/posting/posting';
import { SettlementWorld, stripeReport } from '../settlement/world';
import {
  acceptAll,
  datesOf,
  ENTITY,
  hireSecond,
  monthOf,
  post,
  sendToErp,
  sold,
} from './close-world';

let world: SettlementWorld;
let second: { readonly key: string };
beforeAll(async () => {
  world = await SettlementWorld.open();
  second = await hireSecond(world.db);
});
afterAll(() => world.stop());

/** A month's sale that was paid out and is at the bank. */
async function quietMonth(): Promise<void> {
  await sold(world.db, '2026-03-01', 5_000, 'ch_march');
  const report = stripeReport([{ category: 'charge', gross: 5_000, fee: 175, charge: 'ch_march' }]);
  await world.settled(report.text);
  await world.bank({ bankRef: 'march', amountMinor: report.netMinor, text: report.payout });
}

test('S43: the month closes by two people, takes no journal any more, and opens by two again', async () => {
  const march = monthOf(world, '2026-03');
  await quietMonth();
  const begun = await march.press('finance', 'close');
  expect([begun.status, begun.body.state]).toEqual([200, 'closing']);
  const failing = ({ checks }: typeof begun.body) =>
    checks.flatMap((one) => (one.isHolding ? [one.name] : []));
  expect(failing(begun.body)).toEqual(['journals-batched']);

  // What is on its way to nobody may not be taken as it is.
  const early = await march.press('finance', 'prepare');
  expect([early.status, JSON.stringify(early.body)]).toEqual([
    409,
    expect.stringContaining('journals-batched'),
  ]);
  await sendToErp(world.db);
  const prepared = await march.press('finance', 'prepare');
  expect([prepared.status, prepared.body.preparedBy]).toEqual([202, 'test finance']);

  const own = await march.press('finance', 'approve');
  expect([own.status, JSON.stringify(own.body)]).toEqual([
    403,
    expect.stringContaining('two people'),
  ]);
  const approved = await march.press(second, 'approve');
  expect([approved.status, approved.body.approvedBy]).toEqual([200, 'second finance']);
  await march.lock();
  expect((await march.end()).outcome).toBe('closed');
  expect((await march.read()).state).toBe('closed');

  // A late fact is in the books of the open month, and keeps its day.
  const late = await sold(world.db, '2026-03-20', 700, 'ch_late');
  const opened = { books: '2026-04-01', about: '2026-03-20', lines: '2026-04-01' };
  expect(await datesOf(world.db, late)).toEqual(opened);
  // The same told again is the same journal.
  await expect(
    world.db.query(
      `insert into journal (journal_id, moment_key, entity, business_date, rule, rule_version,
         currency, source, correlation_id, occurred_at, body_hash)
       values ('jrn_by_hand', 'by-hand', $1, '2026-03-31', '1', 1, 'USD', 'hand', 'cor', now(), '')`,
      [ENTITY],
    ),
  ).rejects.toMatchObject({ code: 'TL006', message: expect.stringContaining('2026-03-31') });

  const noReason = await march.press('finance', 'reopen');
  expect(noReason.status).toBe(422);
  const asked = await march.press('finance', 'reopen', { reason: 'a sale was told late' });
  expect([asked.status, asked.body.reopening]).toEqual([
    202,
    { askedBy: 'test finance', reason: 'a sale was told late' },
  ]);
  expect((await march.press('finance', 'approve-reopening')).status).toBe(403);
  const again = await march.press(second, 'approve-reopening');
  expect([again.status, again.body.state]).toEqual([200, 'reopened']);

  const corrected = await post(world.db, '2026-03-21', [
    debit('FEE-OTHER', 300, {}),
    credit('BANK', 300, {}),
  ]);
  expect(await datesOf(world.db, corrected)).toMatchObject({ books: '2026-03-21' });
  await sendToErp(world.db);
  expect((await march.press(second, 'close')).body.closings).toBe(2);
  expect((await march.press(second, 'prepare')).status).toBe(202);
  expect((await march.press('finance', 'approve')).status).toBe(200);
  await march.lock();
  expect((await march.read()).state).toBe('closed');
  const { rows } = await world.db.query(
    `select action, actor, reason from decision where subject = $1 order by decided_at`,
    [march.periodId],
  );
  expect(rows.map(({ action, actor }) => `${action} ${actor}`)).toEqual([
    'period.close test finance',
    'period.prepare test finance',
    'period.approve second finance',
    'period.reopen test finance',
    'period.approve-reopening second finance',
    'period.close second finance',
    'period.prepare second finance',
    'period.approve test finance',
  ]);
});

test('what changes after it was signed is not locked: somebody looks, and it goes on in place', async () => {
  const april = monthOf(world, '2026-04');
  await sendToErp(world.db);
  await april.press('finance', 'close');
  const found = (await april.read()).checks.filter((one) => one.isHolding);
  expect(found.map(({ name }) => name)).toEqual(['sources-in', 'clearing-aged']);
  const bare = await april.press('finance', 'prepare');
  expect(bare.status).toBe(409);
  const accept = {
    'sources-in': 'the processor pays it in May',
    'clearing-aged': 'the sale of March, told in April',
  };
  const prepared = await april.press('finance', 'prepare', { accept });
  expect([prepared.status, prepared.body.accepted[0]?.reason]).toEqual([
    202,
    'the processor pays it in May',
  ]);
  expect((await april.press(second, 'approve')).status).toBe(200);
  await sold(world.db, '2026-04-30', 900, 'ch_between');
  const { agenda } = await april.lock();
  expect(agenda).toMatchObject({ status: 'closing', due: null });
  expect(agenda.blockedBy.map(({ code, owner }) => [code, owner])).toEqual([
    ['close.changed', 'finance'],
  ]);
  await sendToErp(world.db);
  const exceptionId = agenda.blockedBy[0]?.exceptionId ?? '';
  await world.db.transaction((sql) =>
    resolveExceptions(
      sql,
      { exceptionIds: [exceptionId] },
      { resolution: 'retry', by: 'a person' },
    ),
  );
  const { periodId } = april;
  const applied = await closeFlow.applyResolution(world.db, { periodId, exceptionId });
  expect(applied.agenda.due).toBe('lock');
  await april.lock();
  expect((await april.read()).state).toBe('closed');
});

test('a month is closed after the one before it, and opened before it', async () => {
  const [march, may, june] = ['2026-03', '2026-05', '2026-06'].map((one) => monthOf(world, one));
  if (!march || !may || !june) throw new Error('no months');
  await sold(world.db, '2026-05-04', 100, 'ch_may');
  await sendToErp(world.db);
  const begun = await june.press('finance', 'close');
  const earlier = begun.body.checks.find(({ name }) => name === 'earlier-periods');
  expect([earlier?.state, earlier?.finding]).toEqual(['failed', 'not closed: 2026-05']);
  const reopened = await march.press('finance', 'reopen', { reason: 'too early' });
  expect([reopened.status, JSON.stringify(reopened.body)]).toEqual([
    409,
    expect.stringContaining('us-01/2026-04'),
  ]);
  const future = monthOf(world, '2999-12');
  expect((await future.press('finance', 'close')).status).toBe(409);
  expect((await may.press('finance', 'approve')).status).toBe(409);
});

test('whoever posts in a month while it is locked is waited for, and is in it', async () => {
  const may = monthOf(world, '2026-05');
  await may.press('finance', 'close');
  await may.press('finance', 'prepare', acceptAll(await may.read()));
  expect((await may.press(second, 'approve')).status).toBe(200);
  let locked: Promise<unknown> = Promise.resolve();
  await world.db.transaction(async (sql) => {
    await sql.query(`select accounting_date($1, '2026-05-31')`, [ENTITY]);
    let isLocked = false;
    locked = may.lock().then(() => (isLocked = true));
    const waits = async () =>
      (
        await world.db.query(
          `select 1 from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock'`,
        )
      ).rows.length > 0;
    while (!(await waits()));
    expect(isLocked).toBe(false);
  });
  await locked;
  expect((await may.read()).state).toBe('closed');
});
