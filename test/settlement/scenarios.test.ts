/** S37 to S40, S46: what went wrong with other people's settlements. */
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fetchAll } from '../../activities/settlement/fetch-reports';
import { installation, useInstallation } from '../../canonical/installation';
import { VendorFault } from '../../canonical/ports/fault';
import type { SettlementReports } from '../../canonical/ports/settlement-reports';
import { SETTLEMENT_SOURCES } from '../../connectors/settlement-sources';
import { amazonReport, SettlementWorld, stripeReport } from './world';

let world: SettlementWorld;
const before = installation();
beforeAll(async () => {
  useInstallation({
    ...before,
    settlements: [{ account: 'amazon-us', source: 'amazon', entity: 'us-01' }],
  });
  world = await SettlementWorld.open();
});
afterAll(async () => {
  useInstallation(before);
  await world.stop();
});

async function handedIn(text: string, source: string): Promise<string> {
  const { body } = await world.handIn(text, source);
  await world.run(body.settlementId);
  return body.settlementId;
}

const openOf = async (settlementId: string) =>
  (await world.read(settlementId)).exceptions.map(({ code }) => code);

test('S37: a fee that names a shipment, or nothing, is a fee all the same', async () => {
  const report = amazonReport(
    [
      ['Order', 'FBA15ABCDEFG', 'ItemFees', 'FBAPerUnitFulfillmentFee', '-3.50'],
      ['Order', '', 'ItemFees', 'Commission', '-15.00'],
    ],
    '900037',
  );
  const settlementId = await handedIn(report, 'amazon');
  expect(await openOf(settlementId)).toEqual([]);
  expect(await world.booked(settlementId)).toMatchObject({ 'FEE-COMM': 1_500, 'FEE-FULFIL': 350 });
});

test('S38: a sale without its order waits in suspense for its owner, and the rest is posted', async () => {
  const report = amazonReport(
    [
      ['Order', '', 'ItemPrice', 'Principal', '40.00'],
      ['Order', '111-2222222-3333333', 'ItemFees', 'Commission', '-6.00'],
    ],
    '900038',
  );
  const settlementId = await handedIn(report, 'amazon');
  expect(await openOf(settlementId)).toEqual(['settlement.unmatched']);
  expect(await world.booked(settlementId)).toMatchObject({ 'FEE-COMM': 600, SUSP: -4_000 });
});

test('S39: one line that nobody can place stops none of the others', async () => {
  const { charge } = await world.charged(2_000);
  const settlementId = await world.settled(
    stripeReport([
      { category: 'charge', gross: 700, charge: 'ch_of_a_product_that_is_gone' },
      { category: 'charge', gross: 2_000, fee: 88, charge },
    ]).text,
  );
  expect(await openOf(settlementId)).toEqual(['settlement.unmatched']);
  expect(await world.booked(settlementId)).toMatchObject({ CLR: -2_000, 'FEE-PROC': 88 });
});

test('S40: a source that asks for patience half way is asked on from there', async () => {
  const asked: string[] = [];
  let refusals = 1;
  const reports: SettlementReports = {
    source: 'stripe',
    async *listed() {
      yield* ['po_40a', 'po_40b', 'po_40c'].map((reportId, index) => ({
        reportId,
        madeAt: new Date(Date.now() + index * 60_000).toISOString(),
      }));
    },
    async *bytes(id) {
      asked.push(id);
      if (id === 'po_40b' && refusals > 0) {
        refusals -= 1;
        throw new VendorFault('stripe', 'unavailable', '429: too many requests');
      }
      const payout = { id, object: 'payout', amount: 0, currency: 'usd', automatic: true };
      yield Buffer.from(`${JSON.stringify({ ...payout, arrival_date: 1, created: 1 })}\n`);
    },
  };
  const log = pino({ level: 'silent' });
  const settings = {
    db: world.db,
    log,
    sources: SETTLEMENT_SOURCES,
    reports: { 'stripe-us': reports },
  };
  expect((await fetchAll(settings, Date.now())).failed).toEqual(['stripe-us']);
  await fetchAll(settings, Date.now());
  expect(asked.filter((id) => id === 'po_40a')).toHaveLength(1);
  const { rows } = await world.db.query<{ reference: string }>(
    `select reference from settlement where reference like 'po_40%' order by reference`,
  );
  expect(rows.map(({ reference }) => reference)).toEqual(['po_40a', 'po_40b', 'po_40c']);
});

test.each([
  ['more', 2_001],
  ['less', 1_999],
])(
  'S46: a charge that is paid out at %s than was captured is nobody’s rounding',
  async (_, gross) => {
    const { charge } = await world.charged(2_000);
    const settlementId = await world.settled(
      stripeReport([{ category: 'charge', gross, charge }]).text,
    );
    expect(await openOf(settlementId)).not.toEqual([]);
  },
);
