/** The audit explains every open item of a settlement to the cent, and names what nobody can. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { auditOf } from '../../audit/run';
import { SettlementWorld, stripeReport } from './world';

let world: SettlementWorld;
beforeAll(async () => {
  world = await SettlementWorld.open();
});
afterAll(() => world.stop());

async function differences(): Promise<string[]> {
  const report = await auditOf(world.db, [], 0, { isWhole: true });
  return report.differences
    .filter(({ code }) => code.startsWith('settle') || code === 'stray-item')
    .map(({ code, subject, amountMinor }) => `${code} ${subject} ${amountMinor ?? 0}`);
}

test('finds nothing in what is paid, short, unknown, held, owed and on its way', async () => {
  const [one, two] = [await world.charged(5_000), await world.charged(2_000)];
  const report = stripeReport([
    { category: 'charge', gross: 5_000, fee: 175, charge: one.charge },
    { category: 'charge', gross: 1_900, charge: two.charge },
    { category: 'charge', gross: 600, charge: 'ch_nobody' },
    { category: 'something_new', gross: -25 },
    { category: 'risk_reserved_funds', gross: -500 },
  ]);
  const settlementId = await world.settled(report.text);
  await world.settled(stripeReport([{ category: 'fee', gross: -300 }]).text);
  expect(await differences()).toEqual([]);
  await world.bank({ bankRef: 'a-1', amountMinor: report.netMinor, text: report.payout });
  await world.resolve(settlementId, 'settlement.unmatched', 'override');
  expect(await differences()).toEqual([]);
});

test('names a line that is gone, money in suspense without its exception, and a lost booking', async () => {
  const report = stripeReport([{ category: 'charge', gross: 700, charge: 'ch_elsewhere' }]);
  const id = await world.settled(report.text);
  await world.db.query(
    `with l as (delete from settlement_line where settlement_id = $1 and class = 'sale'),
          s as (update settlement set bank_minor = 1 where settlement_id = $1)
     update exception set state = 'resolved', is_applied = true
      where workflow_id = (select workflow_id from settlement where settlement_id = $1)`,
    [id],
  );
  expect((await differences()).sort()).toEqual(
    [
      `settlement-net ${id} -700`,
      `settlement-lines ${id} 0`,
      `settled-item CIT payout:${id} 1`,
      `settled-item SUSP settlement:${id}:unmatched -700`,
    ].sort(),
  );
});
