/** Posting rules 17a to 24 by example: what each journal of a settlement debits and credits. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { installation, useInstallation } from '../../canonical/installation';
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

/** `rule Dr/Cr ACCOUNT minor` of each line that was posted for the settlement, sorted. */
async function posted(settlementId: string): Promise<string[]> {
  const { rows } = await world.db.query<{ line: string }>(
    `select j.rule || ' ' || case g.side when 'debit' then 'Dr ' else 'Cr ' end || g.account
              || ' ' || sum(g.amount_minor) as line
       from journal j join journal_line g using (journal_id) where j.source = $1
      group by j.journal_id, j.rule, g.side, g.account
`,
    [`settlement:${settlementId}`],
  );
  return rows.map(({ line }) => line).sort();
}

test('17a, 18 to 18e, 19, 24: a marketplace’s settlement', async () => {
  const order = ['Order', '111-1111111-1111111'] as const;
  const refund = ['Refund', '111-1111111-1111111'] as const;
  const other = ['other-transaction', ''] as const;
  const report = amazonReport([
    [...order, 'ItemPrice', 'Tax', '8.00'],
    [...order, 'ItemWithheldTax', 'MarketplaceFacilitatorTax-Principal', '-8.00'],
    [...order, 'ItemFees', 'Commission', '-15.00'],
    [...order, 'ItemFees', 'FBAPerUnitFulfillmentFee', '-3.50'],
    [...refund, 'ItemFees', 'Commission', '2.00'],
    [...other, 'FBA Inventory Reimbursement', 'REVERSAL_REIMBURSEMENT', '20.00'],
    [...other, 'other-transaction', 'Current Reserve Amount', '-30.00'],
    [...other, 'other-transaction', 'Previous Reserve Amount Balance', '50.00'],
    ['A new word', '', 'of a new type', 'that nobody knows', '1.25'],
  ]);
  const { body } = await world.handIn(report, 'amazon');
  await world.run(body.settlementId);
  expect(await posted(body.settlementId)).toEqual([
    '17a Cr CLR 800',
    '17a Cr MFT 800',
    '17a Dr CLR 800',
    '17a Dr MFT 800',
    '18 Cr CLR 1500',
    '18 Cr CLR 350',
    '18 Dr FEE-COMM 1500',
    '18 Dr FEE-FULFIL 350',
    '18a Cr FEE-COMM 200',
    '18a Dr CLR 200',
    '18d Cr REIMBURSEMENT 2000',
    '18d Dr CLR 2000',
    '18e Cr CLR 3000',
    '18e Cr RSV 5000',
    '18e Dr CLR 5000',
    '18e Dr RSV 3000',
    '19 Cr CLR 2475',
    '19 Dr CIT 2475',
    '24 Cr SUSP 125',
    '24 Dr CLR 125',
  ]);
});

test('20, 22, 22a: a processor’s, with a dispute and one that was won', async () => {
  const { charge } = await world.charged(10_000);
  const settlementId = await world.settled(
    stripeReport([
      { category: 'charge', gross: 10_000, fee: 320, charge },
      { category: 'dispute', gross: -4_000, fee: 1_500, charge: 'ch_disputed' },
      { category: 'dispute_reversal', gross: 4_000, charge: 'ch_disputed' },
    ]).text,
  );
  expect(await posted(settlementId)).toEqual([
    '19 Cr CLR 10000',
    '19 Dr CIT 8180',
    '19 Dr CLR 1820',
    '20 Cr CLR 320',
    '20 Dr FEE-PROC 320',
    '22 Cr CLR 1500',
    '22 Cr CLR 4000',
    '22 Dr DISP 4000',
    '22 Dr FEE-CB 1500',
    '22a Cr DISP 4000',
    '22a Dr CLR 4000',
  ]);
});

test('19b, 19a: a negative one is owed, and the bank takes it', async () => {
  const report = stripeReport([{ category: 'fee', gross: -700 }]);
  const settlementId = await world.settled(report.text);
  await world.bank({ bankRef: 'p-1', amountMinor: -700, text: report.payout });
  expect(await posted(settlementId)).toEqual([
    '19b Cr BANK 700',
    '19b Cr PAYOUT-DUE 700',
    '19b Dr CLR 700',
    '19b Dr PAYOUT-DUE 700',
    '20 Cr CLR 700',
    '20 Dr FEE-PROC 700',
  ]);
});

test('19, 19c, 19a: a payout that came back is not in transit, and is paid out anew', async () => {
  const { charge } = await world.charged(5_000);
  const first = await world.settled(
    stripeReport([{ category: 'charge', gross: 5_000, charge }]).text,
  );
  const again = stripeReport([{ category: 'payout_reversal', gross: 5_000 }]);
  const second = await world.settled(again.text);
  expect(await posted(second)).toEqual([
    '19 Cr CLR 5000',
    '19 Dr CIT 5000',
    '19c Cr CIT 5000',
    '19c Dr CLR 5000',
  ]);
  const { status, exceptions } = await world.read(first);
  expect([status, exceptions.map(({ code }) => code)]).toEqual([
    'bank-matched',
    ['settlement.payout-failed'],
  ]);
  expect((await world.read(second)).exceptions).toEqual([]);
  const inTransit = await world.open('CIT');
  expect([inTransit[`payout:${first}`], inTransit[`payout:${second}`]]).toEqual([undefined, 5_000]);
  await world.bank({ bankRef: 'p-2', amountMinor: 5_000, text: again.payout });
  expect(Object.keys(await world.open('CIT'))).not.toContain(`payout:${second}`);
  await world.resolve(first, 'settlement.payout-failed', 'retry');
  expect((await world.close(first)).outcome).toBe('closed');
});

test('19c: a line that means no payout, or may mean two, is in suspense', async () => {
  for (const text of [1, 2].map(() => stripeReport([{ category: 'fee', gross: 888 }]).text)) {
    await world.settled(text);
  }
  const report = stripeReport([
    { category: 'payout_reversal', gross: 888 },
    { category: 'payout_reversal', gross: 777 },
  ]);
  const settlementId = await world.settled(report.text);
  expect(await world.open('SUSP')).toMatchObject({
    [`settlement:${settlementId}:unknown`]: -1_665,
  });
});
