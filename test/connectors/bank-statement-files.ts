/** Bank statements of any content in each format, and the same with one amount changed. */
import fc from 'fast-check';
import type { CsvColumns } from '../../canonical/ports/bank';
import { formatDecimal } from '../../canonical/rules/money/money';
import { changeable, csvText, currency, type Write } from './settlement-reports';

export interface StatementTold {
  readonly currency: string;
  readonly openingMinor: number;
  readonly lines: readonly {
    readonly minor: number;
    readonly endToEndId: string;
    readonly text: string;
  }[];
}
export interface StatementFile {
  readonly told: StatementTold;
  readonly text: string;
  changed(which: number, byMinor: number): string;
}

export const ACCOUNT = 'DE89370400440532013000';

const told: fc.Arbitrary<StatementTold> = fc.record({
  currency,
  openingMinor: fc.integer({ min: -90_000_000, max: 90_000_000 }),
  lines: fc.array(
    fc.record({
      minor: fc.integer({ min: -5_000_000, max: 5_000_000 }),
      endToEndId: fc.constantFrom('PO1', 'AMZN-28471003921', 'x-1'),
      text: fc.constantFrom('STRIPE PAYOUT', 'Amazon Payments', 'fee and a half'),
    }),
    { minLength: 1, maxLength: 10 },
  ),
});

const closingOf = ({ openingMinor, lines }: StatementTold): number =>
  lines.reduce((total, { minor }) => total + minor, openingMinor);
const side = (minor: number, [credit, debit]: readonly [string, string]): string =>
  minor < 0 ? debit : credit;

/** Text whose amounts stand in cells of their own: what is between them does not change. */
function written(
  statement: StatementTold,
  parts: readonly (
    string | { readonly minor: number; readonly write: (minor: number) => string }
  )[],
): StatementFile {
  const cells = parts.map((part) => (typeof part === 'string' ? part : part.write(part.minor)));
  const amounts = parts.flatMap((part, column) =>
    typeof part === 'string'
      ? []
      : [{ row: 0, column, write: ((by) => part.write(part.minor + by)) satisfies Write }],
  );
  const join = (rows: readonly string[][]) => (rows[0] ?? []).join('');
  return { told: statement, ...changeable([cells], amounts, join) };
}

export const camt053File = told.map((statement) => {
  const { currency: code, openingMinor, lines } = statement;
  const money = (minor: number) => ({
    minor,
    write: (value: number) =>
      `<Amt Ccy="${code}">${formatDecimal(Math.abs(value), code)}</Amt>` +
      `<CdtDbtInd>${side(value, ['CRDT', 'DBIT'])}</CdtDbtInd>`,
  });
  const balance = (kind: string, minor: number) => [
    `<Bal><Tp><CdOrPrtry><Cd>${kind}</Cd></CdOrPrtry></Tp>`,
    money(minor),
    '<Dt><Dt>2026-06-30</Dt></Dt></Bal>',
  ];
  return written(statement, [
    '<?xml version="1.0" encoding="UTF-8"?>\n',
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>',
    '<GrpHdr><MsgId>m1</MsgId></GrpHdr>',
    `<Stmt><Id>S-1</Id><Acct><Id><IBAN>${ACCOUNT}</IBAN></Id><Ccy>${code}</Ccy></Acct>`,
    ...balance('OPBD', openingMinor),
    ...balance('CLBD', closingOf(statement)),
    // What is available and what is not booked yet count for nothing.
    `<Bal><Tp><CdOrPrtry><Cd>CLAV</Cd></CdOrPrtry></Tp><Amt Ccy="${code}">1</Amt>`,
    '<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-06-30</Dt></Dt></Bal>',
    `<Ntry><Amt Ccy="${code}">7</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>PDNG</Sts></Ntry>`,
    ...lines.flatMap(({ minor, endToEndId, text }) => [
      '<Ntry>',
      money(minor),
      '<Sts>BOOK</Sts><BookgDt><Dt>2026-06-30</Dt></BookgDt><NtryDtls><TxDtls>',
      `<Refs><EndToEndId>${endToEndId}</EndToEndId></Refs>`,
      `<RmtInf><Ustrd>${text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\n`,
    ]),
    '</Stmt></BkToCstmrStmt></Document>',
  ]);
});

export const mt940File = told.map((statement) => {
  const { currency: code, openingMinor, lines } = statement;
  const comma = (value: number) => {
    const decimal = formatDecimal(Math.abs(value), code);
    return decimal.includes('.') ? decimal.replace('.', ',') : `${decimal},`;
  };
  const balance = (minor: number) => ({
    minor,
    write: (value: number) => `${side(value, ['C', 'D'])}260630${code}${comma(value)}`,
  });
  return written(statement, [
    '{1:F01BANKDEFFAXXX0000000000}{2:I940BANKDEFFXXXXN}{4:\r\n',
    `:20:STARTUMS\r\n:25:${ACCOUNT}\r\n:28C:S-1\r\n:60F:`,
    balance(openingMinor),
    ...lines.flatMap(({ minor, endToEndId, text }) => [
      '\r\n:61:2606300630',
      {
        minor,
        write: (value: number) => `${side(value, ['C', 'D'])}${comma(value)}`,
      },
      `NTRF${endToEndId}\r\n:86:166?00CREDIT?20${text.slice(0, 6)}?21${text.slice(6)}`,
    ]),
    '\r\n:62F:',
    balance(closingOf(statement)),
    '\r\n:86:the statement\r\n-}',
  ]);
});

export const bai2File = told.map((statement) => {
  const { currency: code, openingMinor, lines } = statement;
  const plain = (minor: number) => ({ minor, write: String });
  const closing = closingOf(statement);
  const moved = lines.reduce((total, { minor }) => total + Math.abs(minor), 0);
  return written(statement, [
    '01,BANK,US,260701,0600,1,80,,2/\n02,US,BANK,1,260630,,,2/\n',
    `03,${ACCOUNT},${code},010,`,
    plain(openingMinor),
    ',,,015,',
    plain(closing),
    ',,Z/\n88,100,0,0,/\n',
    ...lines.flatMap(({ minor, endToEndId, text }) => [
      '16,',
      // A change of sign changes the type of the transaction.
      { minor, write: (value: number) => `${side(value, ['165', '475'])},${Math.abs(value)}` },
      `,V,260630,,BR-1,${endToEndId},${text.slice(0, 6)}\n88,${text.slice(6).trim()}\n`,
    ]),
    '49,',
    plain(openingMinor + closing + moved),
    `,${lines.length + 3}/\n98,0,1,9/\n99,0,1,11/\n`,
  ]);
});

export const CSV_COLUMNS = (code: string): CsvColumns => ({
  bookedOn: 'Buchungstag',
  amount: 'Betrag',
  remittance: 'Verwendungszweck',
  endToEndId: 'Referenz',
  balance: 'Saldo',
  dateOrder: 'day-month-year',
  delimiter: ';',
  account: ACCOUNT,
  currency: code,
});

export const csvFile = told.map((statement): StatementFile => {
  const { currency: code, openingMinor, lines } = statement;
  const local = (minor: number) => formatDecimal(minor, code).replace('.', ',');
  const rows = [['Buchungstag', 'Betrag', 'Verwendungszweck', 'Referenz', 'Saldo']];
  const amounts: { row: number; column: number; write: Write }[] = [];
  let balance = openingMinor;
  for (const { minor, endToEndId, text } of lines) {
    balance += minor;
    const after = balance;
    // A single line's amount and balance stand against nothing else.
    if (lines.length > 1) {
      const isFirst = rows.length === 1;
      if (!isFirst) amounts.push({ row: rows.length, column: 1, write: (by) => local(minor + by) });
      amounts.push({ row: rows.length, column: 4, write: (by) => local(after + by) });
    }
    rows.push(['30.06.2026', local(minor), text, endToEndId, local(after)]);
  }
  const join = (all: readonly string[][]) =>
    csvText(all.map((row) => [row.join(';')])).replaceAll('"', '');
  return { told: statement, ...changeable(rows, amounts, join) };
});
