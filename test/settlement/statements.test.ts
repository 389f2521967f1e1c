/** A bank's own files over the API: kept whole or not at all, each booking once, payouts matched. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SettlementWorld, stripeReport } from './world';

let world: SettlementWorld;
beforeAll(async () => {
  world = await SettlementWorld.open();
});
afterAll(() => world.stop());

interface Kept {
  readonly statements: readonly {
    readonly statementId: string;
    readonly bank: string;
    readonly lineCount: number;
    readonly isNew: boolean;
  }[];
  readonly code: string;
  readonly errors: readonly { readonly code: string }[];
}

const send = (format: string, raw: string | Uint8Array, query = '') =>
  world.send<Kept>('finance', 'POST', `/v1/bank-lines/${format}${query}`, { raw });

const bookings = async (): Promise<number> =>
  (await world.db.query<{ n: number }>('select count(*)::int as n from bank_line')).rows[0]?.n ?? 0;

const decimal = (minor: number) => (minor / 100).toFixed(2);

/** Of 100.00 and these lines; `off` makes its closing balance wrong. */
function camt(
  lines: readonly { readonly minor: number; readonly ref?: string; readonly text: string }[],
  of: { readonly account?: string; readonly off?: number; readonly id?: string } = {},
): string {
  const { account = '3300958879', off = 0, id = 'S-1' } = of;
  const money = (minor: number) =>
    `<Amt Ccy="USD">${decimal(Math.abs(minor))}</Amt>` +
    `<CdtDbtInd>${minor < 0 ? 'DBIT' : 'CRDT'}</CdtDbtInd>`;
  const balance = (code: string, minor: number) =>
    `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp>${money(minor)}` +
    '<Dt><Dt>2026-03-04</Dt></Dt></Bal>';
  const closing = lines.reduce((sum, { minor }) => sum + minor, 10_000) + off;
  const entries = lines.map(
    ({ minor, ref, text }) =>
      `<Ntry>${money(minor)}<Sts>BOOK</Sts><BookgDt><Dt>2026-03-04</Dt></BookgDt>` +
      (ref === undefined ? '' : `<AcctSvcrRef>${ref}</AcctSvcrRef>`) +
      `<NtryDtls><TxDtls><RmtInf><Ustrd>${text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>`,
  );
  return (
    '<Document><BkToCstmrStmt><Stmt>' +
    `<Id>${id}</Id><Acct><Id><Othr><Id>${account}</Id></Othr></Id><Ccy>USD</Ccy></Acct>` +
    `${balance('OPBD', 10_000)}${balance('CLBD', closing)}${entries.join('')}` +
    '</Stmt></BkToCstmrStmt></Document>'
  );
}

describe('a statement', () => {
  test('that shows a payout books it, and the settlement closes', async () => {
    const { charge } = await world.charged(5_000);
    const report = stripeReport([{ category: 'charge', gross: 5_000, fee: 175, charge }]);
    const settlementId = await world.settled(report.text);
    const { status, body } = await send('camt053', camt([{ minor: 4_825, text: report.payout }]));
    expect([status, body.statements]).toMatchObject([
      200,
      [{ bank: 'house-us', lineCount: 1, isNew: true }],
    ]);
    expect((await world.read(settlementId)).status).toBe('bank-matched');
    expect(await world.open('CIT')).toEqual({});
  });

  test('told twice is one, also in other bytes, and a booking of two statements is one', async () => {
    const lines = [
      { minor: 120, ref: 'B-1', text: 'rent back' },
      { minor: -30, text: 'fee' },
      { minor: -30, text: 'fee' },
    ];
    const before = await bookings();
    await send('camt053', camt(lines, { id: 'S-2' }));
    expect(await bookings()).toBe(before + 3);
    for (const again of [camt(lines, { id: 'S-2' }), `${camt(lines, { id: 'S-2' })}\n`]) {
      expect((await send('camt053', again)).body.statements[0]?.isNew).toBe(false);
    }
    const later = [...lines, { minor: 7, text: 'interest' }];
    expect((await send('camt053', camt(later, { id: 'S-3' }))).body.statements[0]?.isNew).toBe(
      true,
    );
    expect(await bookings()).toBe(before + 4);
  });

  test('whose bank uses a reference anew loses no money', async () => {
    const before = await bookings();
    await send('camt053', camt([{ minor: 11, ref: 'NONREF', text: 'a' }], { id: 'S-4' }));
    await send('camt053', camt([{ minor: 12, ref: 'NONREF', text: 'b' }], { id: 'S-5' }));
    expect(await bookings()).toBe(before + 2);
  });

  test('comes in MT940, BAI2 and CSV too, with the columns of the set-up', async () => {
    const mt940 = [
      ':20:X1',
      ':25:021000021/3300958879',
      ':28C:7/1',
      ':60F:C260303USD100,00',
      ':61:260304C1,00NTRFNONREF//MT-1',
      ':86:coupon',
      ':62F:C260304USD101,00',
      '',
    ].join('\r\n');
    const bai2 = [
      '01,BANK,US,260304,0600,1,,,2/',
      '02,US,BANK,1,260304,0600,USD,2/',
      '03,3300958879,USD,010,10000,,,015,10250,,/',
      '16,165,250,Z,BAI-1,,sweep/',
      '49,20500,3/',
      '98,20500,1,5/',
      '99,20500,1,7/',
    ].join('\n');
    const csv = 'date,amount,balance,text\n2026-03-04,3.00,103.00,cash\n';
    const before = await bookings();
    expect((await send('mt940', mt940)).body.statements).toMatchObject([{ lineCount: 1 }]);
    expect((await send('bai2', bai2)).body.statements).toMatchObject([{ lineCount: 1 }]);
    expect((await send('csv', csv, '?bank=house-us')).body.statements).toMatchObject([
      { bank: 'house-us', isNew: true },
    ]);
    expect(await bookings()).toBe(before + 3);
  });
});

describe('nothing is booked of', () => {
  const good = camt([{ minor: 500, text: 'good' }], { id: 'S-8' });
  const wrong: readonly (readonly [what: string, raw: string | Uint8Array, code: string])[] = [
    ['a statement that does not tie', camt([{ minor: 1, text: 'x' }], { off: 1 }), 'untied'],
    ['one of an account that is not set up', camt([], { account: '999' }), 'other-account'],
    ['one that is cut off', good.slice(0, -40), 'cut-off'],
    ['an empty file', '', 'empty'],
    ['a zip', Buffer.from('504b030414000000', 'hex'), 'compressed'],
    ['bytes that are no text', Buffer.concat([Buffer.from(good), Buffer.from([0])]), 'encoding'],
    // The first is whole: it is not kept either.
    [
      'a file whose second statement does not tie',
      good.replace(
        '</BkToCstmrStmt>',
        `${/<Stmt>.*<\/Stmt>/.exec(camt([], { off: 5 }))?.[0] ?? ''}</BkToCstmrStmt>`,
      ),
      'untied',
    ],
  ];
  test.each(wrong)('%s', async (_, raw, code) => {
    const before = await bookings();
    const { status, body } = await send('camt053', raw);
    expect([status, body.code]).toEqual([422, 'statement_refused']);
    expect(body.errors.map((one) => one.code)).toContain(code);
    expect(await bookings()).toBe(before);
  });

  test('a statement handed in for another bank, or for none that is there', async () => {
    expect((await send('camt053', good, '?bank=nowhere')).status).toBe(404);
    expect((await send('csv', 'a,b\n')).body.code).toBe('invalid_value');
  });
});
