/** A processor's payouts: tied, matched to the cent, booked, seen at the bank; and what is not known. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readAgenda } from '../../moments/order/order-flow';
import { SettlementWorld, stripeReport } from './world';

let world: SettlementWorld;
beforeAll(async () => {
  world = await SettlementWorld.open();
});
afterAll(() => world.stop());

describe('a payout of charges that are known', () => {
  test('settles each at gross, books its fees, and closes when the bank shows it', async () => {
    const one = await world.charged(10_000);
    const two = await world.charged(4_000);
    const report = stripeReport([
      { category: 'charge', gross: 10_000, fee: 320, charge: one.charge },
      { category: 'charge', gross: 4_000, fee: 146, charge: two.charge },
    ]);
    const settlementId = await world.settled(report.text);
    const net = 10_000 + 4_000 - 320 - 146;
    expect(await world.booked(settlementId)).toEqual({ CIT: net, CLR: -14_000, 'FEE-PROC': 466 });
    expect(await world.open('CLR')).toEqual({});
    const paid = await world.read(settlementId);
    expect([paid.status, paid.declaredNet?.minorUnits, paid.exceptions]).toEqual(['paid', net, []]);
    expect(paid.grossToNet.map((row) => [row.class, row.amount.minorUnits])).toEqual([
      ['sale', 14_000],
      ['processing-fee', -466],
      ['payout', -net],
    ]);
    expect((await world.close(settlementId)).outcome).toBe('open');

    await world.bank({ bankRef: 'b-1', amountMinor: net, text: `STRIPE ${report.payout}` });
    const atBank = await world.read(settlementId);
    expect(atBank.status).toBe('bank-matched');
    expect(atBank.bank.bookings.map((row) => row.amount.minorUnits)).toEqual([net]);
    expect(await world.open('CIT')).toEqual({});
    expect((await world.close(settlementId)).outcome).toBe('closed');
    expect((await world.read(settlementId)).status).toBe('closed');
  });

  test('every line leads to its order and to a journal', async () => {
    const { charge, orderId } = await world.charged(2_500);
    const report = stripeReport([{ category: 'charge', gross: 2_500, fee: 103, charge }]);
    const settlementId = await world.settled(report.text);
    const [sale, fee, payout] = await world.lines(settlementId);
    expect([sale?.state, sale?.orderId, sale?.item]).toEqual([
      'matched',
      orderId,
      `payment:${charge}`,
    ]);
    expect([fee?.state, payout?.state]).toEqual(['posted', 'payout']);
    const { journals } = await world.read(settlementId);
    const ofFees = journals.find(({ kind }) => kind === 'processing-fee');
    expect(fee?.journalId).toBe(ofFees?.journalId);
    expect(journals.map(({ kind, rule }) => [kind, rule])).toEqual(
      expect.arrayContaining([
        ['processing-fee', '20'],
        ['payout', '19'],
      ]),
    );
  });

  test('S36: a refund after the payout comes off the next one', async () => {
    const { charge } = await world.charged(3_000);
    const other = await world.charged(5_000);
    const first = stripeReport([{ category: 'charge', gross: 3_000, charge }]);
    await world.settled(first.text);
    const item = `payment:${charge}`;
    await world.db.query(
      `with j as (
         insert into journal (journal_id, moment_key, entity, business_date, rule, rule_version,
           currency, source, correlation_id, occurred_at, body_hash)
         values ('jrn_refund', 'refund', 'us-01', '2026-03-03', '8', 1, 'USD', 'test', 'cor', now(),
           '') returning journal_id)
       insert into journal_line (journal_id, line_no, account, side, amount_minor, currency,
         functional_minor, functional_currency, rate, dimensions, business_date)
       select journal_id, n, account, side, 3000, 'USD', 3000, 'USD', 1, dimensions, '2026-03-03'
         from j,
         (values (1, 'REFP', 'debit', '{"item": "refund:x"}'::jsonb),
                 (2, 'CLR', 'credit', jsonb_build_object('item', $1::text, 'clearingAccount',
                    'stripe-us'))) as l(n, account, side, dimensions)`,
      [item],
    );
    expect(await world.open('CLR')).toEqual({ [item]: -3_000, [`payment:${other.charge}`]: 5_000 });
    const next = stripeReport([
      { category: 'refund', gross: -3_000, charge },
      { category: 'charge', gross: 5_000, charge: other.charge },
    ]);
    const settlementId = await world.settled(next.text);
    expect(await world.open('CLR')).toEqual({});
    expect((await world.read(settlementId)).declaredNet?.minorUnits).toBe(2_000);
  });

  test('a negative one is owed until the bank takes it', async () => {
    const report = stripeReport([{ category: 'fee', gross: -700 }]);
    const settlementId = await world.settled(report.text);
    expect(await world.booked(settlementId)).toEqual({ 'FEE-PROC': 700, 'PAYOUT-DUE': -700 });
    await world.bank({ bankRef: 'b-2', amountMinor: -700, text: `STRIPE ${report.payout}` });
    expect(await world.booked(settlementId)).toEqual({ BANK: -700, 'FEE-PROC': 700 });
    expect((await world.close(settlementId)).outcome).toBe('closed');
  });

  test('reserves stay receivable until they are released', async () => {
    const { charge } = await world.charged(6_000);
    const held = stripeReport([
      { category: 'charge', gross: 6_000, charge },
      { category: 'risk_reserved_funds', gross: -1_000 },
    ]);
    await world.settled(held.text);
    expect(await world.open('RSV')).toEqual({ 'reserve:stripe-us': 1_000 });
    await world.settled(stripeReport([{ category: 'risk_reserved_funds', gross: 1_000 }]).text);
    expect([await world.open('RSV'), await world.open('CLR')]).toEqual([{}, {}]);
  });
});

describe('a report that is wrong', () => {
  test('posts nothing where its lines do not come to what it pays, until other bytes do', async () => {
    const { charge } = await world.charged(1_000);
    const rows = [{ category: 'charge', gross: 1_000, charge }];
    const wrong = stripeReport(rows, { paidMinor: 999 });
    const settlementId = await world.settled(wrong.text);
    const untied = await world.read(settlementId);
    expect([untied.status, untied.exceptions.map(({ code }) => code)]).toEqual([
      'untied',
      ['settlement.untied'],
    ]);
    expect(untied.exceptions[0]?.detail).toContain('0.01 USD off');
    expect(await world.booked(settlementId)).toEqual({});

    const right = await world.handIn(stripeReport(rows, { payout: wrong.payout }).text);
    expect(right.body).toEqual({ settlementId, status: 'replaced' });
    await world.resolve(settlementId, 'settlement.untied', 'retry');
    await world.run(settlementId);
    expect(await world.booked(settlementId)).toEqual({ CIT: 1_000, CLR: -1_000 });
    const third = await world.handIn(stripeReport(rows, { payout: wrong.payout }).text);
    expect([third.status, third.body]).toEqual([
      409,
      expect.objectContaining({ code: 'settlement_exists' }),
    ]);
  });

  test('is one where the same bytes come twice, also at once', async () => {
    const { text } = stripeReport([{ category: 'fee', gross: -100 }]);
    const answers = await Promise.all([world.handIn(text), world.handIn(text)]);
    const later = await world.handIn(text);
    const ids = new Set([...answers, later].map(({ body }) => body.settlementId));
    expect(ids.size).toBe(1);
    expect(later.body.status).toBe('duplicate');
  });

  test.each([
    ['of no bytes', new Uint8Array()],
    ['without a known column', new TextEncoder().encode('a,b\n1,2\n')],
    ['that is a zip', new Uint8Array([0x50, 0x4b, 3, 4, 20, 0, 0, 0])],
  ])('%s is kept, and waits for a person who may refuse it', async (_, bytes) => {
    const settlementId = await world.settled(bytes);
    const read = await world.read(settlementId);
    expect(read.exceptions.map(({ code }) => code)).toEqual(['settlement.unreadable']);
    await world.resolve(settlementId, 'settlement.unreadable', 'abandon');
    expect((await world.close(settlementId)).outcome).toBe('closed');
    expect(await world.booked(settlementId)).toEqual({});
  });
});

describe('what is not known', () => {
  test('is in suspense for exactly its amount, and is explained when its capture comes', async () => {
    const orderId = await world.shipped(8_000);
    const [due] = (await readAgenda(world.db, { orderId })).money;
    const charge = `ch_${due?.key ?? ''}`;
    const settlementId = await world.settled(
      stripeReport([{ category: 'charge', gross: 8_000, charge }]).text,
    );
    const early = await world.read(settlementId);
    expect(early.exceptions.map(({ code }) => code)).toEqual(['settlement.unmatched']);
    expect(await world.open('SUSP')).toEqual({ [`settlement:${settlementId}:unmatched`]: -8_000 });
    expect((await world.lines(settlementId, '?state=suspense')).length).toBe(1);

    expect(await world.capture(orderId)).toBe(charge);
    await world.recheck(settlementId);
    expect([await world.open('SUSP'), await world.open('CLR')]).toEqual([{}, {}]);
    expect((await world.read(settlementId)).exceptions).toEqual([]);
  });

  test('a charge that is paid twice settles once; the rest waits, and is written off by a person', async () => {
    const { charge } = await world.charged(2_000);
    await world.settled(stripeReport([{ category: 'charge', gross: 2_000, charge }]).text);
    const again = await world.settled(
      stripeReport([{ category: 'charge', gross: 2_000, charge }]).text,
    );
    expect(await world.open('SUSP')).toEqual({ [`settlement:${again}:unmatched`]: -2_000 });
    await world.resolve(again, 'settlement.unmatched', 'override');
    expect([await world.open('SUSP'), await world.open('CLR')]).toEqual([{}, {}]);
    expect((await world.booked(again))['SETTLE-ADJ']).toBe(-2_000);
  });

  test('a charge that is paid short stays open for what lacks, under its own exception', async () => {
    const { charge } = await world.charged(2_000);
    const settlementId = await world.settled(
      stripeReport([{ category: 'charge', gross: 1_950, charge }]).text,
    );
    const read = await world.read(settlementId);
    expect(read.exceptions.map(({ code }) => code)).toEqual(['settlement.paid-short']);
    expect(await world.open('CLR')).toEqual({ [`payment:${charge}`]: 50 });
    const rest = await world.settled(
      stripeReport([{ category: 'charge', gross: 50, charge }]).text,
    );
    await world.recheck(settlementId);
    expect([await world.open('CLR'), (await world.read(rest)).exceptions]).toEqual([{}, []]);
    expect((await world.read(settlementId)).exceptions).toEqual([]);
  });

  test('words that no rule names are in suspense, and nothing else of the report waits', async () => {
    const { charge } = await world.charged(900);
    const settlementId = await world.settled(
      stripeReport([
        { category: 'charge', gross: 900, charge },
        { category: 'something_new', gross: -40 },
      ]).text,
    );
    const read = await world.read(settlementId);
    expect(read.exceptions.map(({ code }) => code)).toEqual(['settlement.unknown']);
    expect(await world.open('SUSP')).toEqual({ [`settlement:${settlementId}:unknown`]: 40 });
    expect(await world.open('CLR')).toEqual({});
    await world.resolve(settlementId, 'settlement.unknown', 'override');
    expect(await world.open('SUSP')).toEqual({});
  });
});

describe('lines that no rule names are given a class by a person', () => {
  async function say(settlementId: string, classes: readonly object[]) {
    const { exceptions } = await world.read(settlementId);
    const exceptionId = exceptions.find(({ code }) => code === 'settlement.unknown')?.exceptionId;
    const json = { reason: 'told by the vendor', classes };
    const path = `/v1/exceptions/${exceptionId ?? ''}/override`;
    const answer = await world.send<{ code: string }>('finance', 'POST', path, { json });
    if (answer.status === 200) await world.apply(settlementId, exceptionId ?? '');
    return answer;
  }

  test('fees go to their account, money of ours to its item, the rest waits', async () => {
    const { charge, orderId } = await world.charged(900);
    const settlementId = await world.settled(
      stripeReport([
        { category: 'new_fee', gross: -40 },
        { category: 'new_sale', gross: 900, charge },
        { category: 'riddle', gross: -7 },
      ]).text,
    );
    const susp = `settlement:${settlementId}:unknown`;
    expect(await world.open('SUSP')).toEqual({ [susp]: -853 });
    const feeBefore = (await world.booked(settlementId))['FEE-OTHER'] ?? 0;
    await say(settlementId, [{ class: 'sale', words: { transaction: 'new_sale' } }]);
    expect(await world.open('SUSP')).toEqual({ [susp]: 47 });
    expect(await world.open('CLR')).toEqual({});
    await say(settlementId, [{ class: 'other-fee', lineNos: [1] }]);
    expect(await world.open('SUSP')).toEqual({ [susp]: 7 });
    expect((await world.booked(settlementId))['FEE-OTHER']).toBe(feeBefore + 40);
    const lines = await world.lines(settlementId);
    expect(lines.map(({ class: one, state }) => [one, state])).toMatchObject([
      ['other-fee', 'posted'],
      ['sale', 'matched'],
      ['unknown', 'suspense'],
      ['payout', 'payout'],
    ]);
    // The way back from the line to its journal and its order, and what the vendor had called it.
    expect(lines[0]?.journalId).toMatch(/^jrn_/);
    expect([lines[0]?.transaction, lines[1]?.orderId]).toEqual(['new_fee', orderId]);
    const { exceptions } = await world.read(settlementId);
    expect(exceptions).toMatchObject([{ code: 'settlement.unknown' }]);
    const { body } = await say(settlementId, [{ class: 'other-fee', lineNos: [1] }]);
    expect(body.code).toBe('invalid_request');
    await world.resolve(settlementId, 'settlement.unknown', 'override');
    expect(await world.open('SUSP')).toEqual({});
  });

  test('above what one person may, nothing is posted until another says yes', async () => {
    const settlementId = await world.settled(
      stripeReport([{ category: 'big_fee', gross: -60_000 }]).text,
    );
    const { status } = await say(settlementId, [{ class: 'other-fee', lineNos: [1] }]);
    expect(status).toBe(202);
    const susp = `settlement:${settlementId}:unknown`;
    expect(await world.open('SUSP')).toEqual({ [susp]: 60_000 });
    await world.resolve(settlementId, 'settlement.unknown', 'override');
    expect(await world.open('SUSP')).toEqual({});
    expect((await world.booked(settlementId))['FEE-OTHER']).toBe(60_000);
  });
});

describe('the bank', () => {
  const fee = (minor: number) => stripeReport([{ category: 'fee', gross: minor }]);

  test('S44: one booking is several payouts, several are one; the same told twice is one', async () => {
    const [one, two, three] = [fee(1_111), fee(2_222), fee(3_333)];
    const ids = [];
    for (const { text } of [one, two, three]) ids.push(await world.settled(text));
    const both = { bankRef: 'b-10', amountMinor: 3_333, text: `${one.payout} + ${two.payout}` };
    await world.bank(both);
    await world.bank({ bankRef: 'b-11', amountMinor: 3_000, text: three.payout });
    const again = await world.bank(both, { bankRef: 'b-12', amountMinor: 333, text: three.payout });
    expect(again.body.lines.map(({ isNew }) => isNew)).toEqual([false, true]);
    for (const id of ids) expect((await world.read(id)).status).toBe('bank-matched');
    expect(await world.open('CIT')).toMatchObject({});
  });

  test('S45: what a processor says that it pays is no receipt of the bank', async () => {
    const report = fee(4_444);
    const settlementId = await world.settled(report.text);
    await world.bank({ bankRef: 'b-20', amountMinor: 4_443, text: 'somebody else' });
    await world.bank({ bankRef: 'b-21', amountMinor: 4_445, text: report.payout });
    expect((await world.read(settlementId)).status).toBe('paid');
    expect(await world.open('CIT')).toHaveProperty(`payout:${settlementId}`, 4_444);
  });
});
