/** What is set aside for returns of a month's sales, set to what finance expects back by now (rule 16). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installation, useInstallation } from '../../canonical/installation';
import { comesBackUntil, lastDayOf } from '../../canonical/rules/return/expected-back';
import { DEFAULT_POLICIES } from '../../canonical/schema/policies';
import { periodToTrueUp, trueUpPeriod } from '../../moments/money/true-up-period';
import { only } from '../../store/database';
import { requireStrictBook } from './audited';
import { ReturnBench } from './bench';
import { putItemCost, type Refused } from './bench-parts';

let bench: ReturnBench;
const shipped = installation();
beforeAll(async () => {
  bench = await ReturnBench.open({ LAMP: 10_000 });
  await putItemCost(bench.db, 'LAMP', 6_000);
  useInstallation({
    ...shipped,
    channels: shipped.channels.map((one) => ({
      ...one,
      policies: { ...one.policies, expectedReturnPermille: 30 },
    })),
  });
});
afterAll(() => bench.close());

interface Money {
  readonly minorUnits: number;
}
interface Reserves {
  readonly items: readonly { readonly cohort?: string; readonly rfl: Money; readonly rra: Money }[];
}

/** Of what the bench ships. */
const month = '2026-11';
const periodEnd = '2026-11-30';

const trueUp = <B = Reserves>(
  expectedReturnPermille: number,
  { key, ...more }: { readonly key?: string; readonly month?: string; readonly asOf?: string } = {},
) =>
  bench.send<B>(
    'finance',
    'POST',
    '/v1/return-reserves/true-up',
    {
      ...{ channelInstance: 'web-us', month, expectedReturnPermille, asOf: periodEnd },
      ...{ reason: 'the month is over', ...more },
    },
    key,
  );

const minor = ({ items }: Reserves) =>
  items.map(({ rfl, rra }) => ({ rfl: rfl.minorUnits, rra: rra.minorUnits }));

async function left() {
  const { body } = await bench.send<Reserves>('auditor', 'GET', '/v1/return-reserves?entity=us-01');
  return minor(body);
}

/** Debits less credits of everything that true-ups posted. */
async function postedBy16(): Promise<Record<string, number>> {
  const { rows } = await bench.db.query<{ account: string; minor: number }>(
    `select account, sum(case side when 'debit' then amount_minor else -amount_minor end)::int as minor
       from journal_line join journal using (journal_id) where rule = '16' group by account`,
  );
  return Object.fromEntries(rows.map((row) => [row.account, row.minor]));
}

test('ASC 606 example 22: of 100 sold 3 were expected, one is back, and only 2 are expected by now', async () => {
  const orderId = await bench.sold({
    lines: [{ sku: 'LAMP', quantity: 100, unitMinor: 10_000 }],
  });
  expect(await left()).toEqual([{ rfl: 30_000, rra: 18_000 }]);
  const one = [{ lineNo: 1, quantity: 1 }];
  const { rma } = await bench.request(orderId, one);
  await bench.receive(rma, one);
  await bench.inspect(rma, [{ lineNo: 1, quantity: 1, condition: 'new' }]);
  await bench.handle(rma).result();
  expect(await left()).toEqual([{ rfl: 20_000, rra: 12_000 }]);

  const made = await trueUp(20);
  expect([made.status, minor(made.body)]).toEqual([200, [{ rfl: -10_000, rra: -6_000 }]]);
  expect(await left()).toEqual([{ rfl: 10_000, rra: 6_000 }]);
  expect(await postedBy16()).toEqual({ RFL: 10_000, RET: -10_000, RRA: -6_000, COGS: 6_000 });
});

test('more is expected after all: set aside once more, and what was released counts', async () => {
  expect(minor((await trueUp(50)).body)).toEqual([{ rfl: 30_000, rra: 18_000 }]);
  expect(await left()).toEqual([{ rfl: 40_000, rra: 24_000 }]);
});

test('the same decision twice, and two at the same moment: the pool is set once', async () => {
  const [first, again] = [await trueUp(40, { key: 'close' }), await trueUp(40, { key: 'close' })];
  expect(again.body).toEqual(first.body);
  expect(await left()).toEqual([{ rfl: 30_000, rra: 18_000 }]);
  await Promise.all([trueUp(20), trueUp(20)]);
  expect(await left()).toEqual([{ rfl: 10_000, rra: 6_000 }]);
});

test('nothing more is expected: the pools are empty, and cannot be below', async () => {
  await trueUp(0);
  expect(await left()).toEqual([{ rfl: 0, rra: 0 }]);
});

test('a month without provisions, and books before the sales, are refused; only finance may', async () => {
  const none = await trueUp<Refused>(10, { month: '2020-01' });
  expect([none.status, none.body.code]).toEqual([409, 'nothing_set_aside']);
  expect((await trueUp(10, { asOf: '2020-01-31' })).status).toBe(422);
  const path = '/v1/return-reserves/true-up';
  expect((await bench.send('support', 'POST', path, {})).status).toBe(403);
});

describe('as a period ends, by itself', () => {
  test('what finance said holds, and each cohort is set once, also by two at a time', async () => {
    await trueUp(30);
    const both = await Promise.all([
      trueUpPeriod(bench.db, periodEnd, 20),
      trueUpPeriod(bench.db, periodEnd, 20),
    ]);
    expect(Math.max(...both)).toBe(1);
    expect(await trueUpPeriod(bench.db, periodEnd, 20)).toBe(0);
    expect(await left()).toEqual([{ rfl: 20_000, rra: 12_000 }]);
    const { rows } = await bench.db.query(
      'select expected_permille from reserve_true_up where not is_decided',
    );
    expect(rows).toEqual([{ expected_permille: 30 }]);
  });

  test('what can come back no more is released; not while a return is open', async () => {
    const { rows } = await bench.db.query<{ orderId: string }>(
      'select order_id as "orderId" from sales_order',
    );
    // As goodwill: by then the time to ask has passed for everybody.
    const asked = { isException: true, reason: 'changed-mind' };
    const { rma } = await bench.request(
      only(rows, 'sold').orderId,
      [{ lineNo: 1, quantity: 1 }],
      asked,
    );
    await trueUpPeriod(bench.db, '2027-01-31', 20);
    expect(await left()).toEqual([{ rfl: 20_000, rra: 12_000 }]);
    await bench.letPass(rma);
    await bench.handle(rma).result();
    await trueUpPeriod(bench.db, '2027-02-28', 20);
    expect(await left()).toEqual([{ rfl: 0, rra: 0 }]);
    expect(await trueUpPeriod(bench.db, '2026-10-31', 20)).toBe(0);
  });

  test.each([
    ['2026-12-02T23:59:59Z', '2026-10-31'],
    ['2026-12-03T00:00:00Z', '2026-11-30'],
    ['2027-01-01T12:00:00Z', '2026-11-30'],
    ['2028-03-05T12:00:00Z', '2028-02-29'],
  ])('at %s the last period that all is known of ended on %s', (now, end) => {
    expect(periodToTrueUp(new Date(now))).toBe(end);
  });

  test('the longest window of any reason counts', () => {
    expect(lastDayOf('2026-11')).toBe(periodEnd);
    expect(comesBackUntil(month, DEFAULT_POLICIES)).toBe('2027-01-29');
    const longer = { ...DEFAULT_POLICIES, returnWindowDaysFor: { defective: 365 } };
    expect(comesBackUntil(month, longer)).toBe('2027-12-30');
  });
});

test('hledger accepts the book of all that, strictly', (context) =>
  requireStrictBook(bench.db, (why) => context.skip(why)));
