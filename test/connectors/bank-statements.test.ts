import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  UnreadableStatement,
  type BankFormat,
  type BankStatement,
  type CsvColumns,
} from '../../canonical/ports/bank';
import { bankReader } from '../../connectors/bank-readers';
import {
  ACCOUNT,
  bai2File,
  camt053File,
  CSV_COLUMNS,
  csvFile,
  mt940File,
  type StatementFile,
} from './bank-statement-files';
import { pieces } from './settlement-reading';

async function read(
  format: BankFormat,
  text: string,
  columns: CsvColumns | null = null,
  pieceBytes?: number,
): Promise<BankStatement[]> {
  const statements: BankStatement[] = [];
  const reader = bankReader(format, columns);
  if (!reader) throw new RangeError(`${format} without columns`);
  const bytes = Buffer.from(text);
  for await (const one of reader.read(pieces(bytes, pieceBytes ?? bytes.length)))
    statements.push(one);
  return statements;
}

async function codes(...given: Parameters<typeof read>): Promise<string[]> {
  try {
    await read(...given);
    return [];
  } catch (error) {
    if (error instanceof UnreadableStatement) return error.problems.map(({ code }) => code);
    throw error;
  }
}

const FORMATS: readonly (readonly [BankFormat, fc.Arbitrary<StatementFile>])[] = [
  ['camt053', camt053File],
  ['mt940', mt940File],
  ['bai2', bai2File],
  ['csv', csvFile],
];

describe.each(FORMATS)('any statement in %s', (format, files) => {
  const columnsOf = ({ told }: StatementFile) =>
    format === 'csv' ? CSV_COLUMNS(told.currency) : null;

  it('is read as it was told', async () => {
    await fc.assert(
      fc.asyncProperty(files, fc.integer({ min: 1, max: 90 }), async (file, pieceBytes) => {
        const { currency, openingMinor, lines } = file.told;
        const [one, another] = await read(format, file.text, columnsOf(file), pieceBytes);
        expect(another).toBeUndefined();
        expect(one).toMatchObject({ account: ACCOUNT, currency, openingMinor });
        expect(
          one?.lines.map(({ amountMinor, endToEndIds, remittance, bookedOn }) => ({
            minor: amountMinor,
            endToEndId: endToEndIds.join(),
            // Lines of a field are put together with or without what was between them.
            text: remittance.replaceAll(' ', ''),
            bookedOn,
          })),
        ).toEqual(
          lines.map((line) => ({
            ...line,
            text: line.text.replaceAll(' ', ''),
            bookedOn: '2026-06-30',
          })),
        );
      }),
      { numRuns: 50 },
    );
  });

  it('is refused with any one amount changed', async () => {
    const by = fc.integer({ min: -9_999, max: 9_999 }).filter((minor) => minor !== 0);
    const longer = files.filter(({ told }) => told.lines.length > 1);
    await fc.assert(
      fc.asyncProperty(longer, fc.nat(), by, async (file, which, byMinor) => {
        const changed = file.changed(which, byMinor);
        // A transaction of nothing has a side that says nothing.
        expect(await codes(format, changed, columnsOf(file))).toEqual(['untied']);
      }),
      { numRuns: 50 },
    );
  });

  it('is refused where it ends too early', async () => {
    const [file] = fc.sample(
      files.filter(({ told }) => told.lines.length > 2),
      { seed: 1, numRuns: 1 },
    );
    if (!file || format === 'csv') return;
    for (const kept of [0.3, 0.6, 0.9]) {
      const cut = file.text.slice(0, Math.floor(file.text.length * kept));
      expect(await codes(format, cut, columnsOf(file)), `${kept} of ${cut}`).not.toEqual([]);
    }
  });
});

describe('statements', () => {
  it('of nothing are refused by name', async () => {
    expect(await codes('camt053', '')).toEqual(['empty']);
    expect(await codes('camt053', '<Document><BkToCstmrStmt/></Document>')).toEqual(['empty']);
    expect(await codes('mt940', '\r\n')).toEqual(['empty']);
    expect(await codes('bai2', 'PK\u0003\u0004')).toEqual(['compressed']);
    expect(await codes('csv', 'a;b\n1;2\n', CSV_COLUMNS('EUR'))).toEqual(['header']);
  });

  it('a document type in XML is refused before it says anything', async () => {
    const bomb = '<!DOCTYPE a [<!ENTITY b "bb">]><Document><Stmt><Id>&b;</Id></Stmt></Document>';
    expect(await codes('camt053', bomb)).toEqual(['header']);
  });

  it('several of one file are told one by one, each with its own account', async () => {
    const [file] = fc.sample(camt053File, { seed: 2, numRuns: 1 });
    const text = file?.text ?? '';
    const statement = /<Stmt>[\s\S]*<\/Stmt>/.exec(text)?.[0] ?? '';
    const second = statement.replace(ACCOUNT, 'DE02120300000000202051').replace('S-1', 'S-2');
    const read2 = await read('camt053', text.replace(statement, `${statement}${second}`));
    expect(read2.map(({ reference, account }) => [reference, account])).toEqual([
      ['S-1', ACCOUNT],
      ['S-2', 'DE02120300000000202051'],
    ]);
  });

  it('a reversal in MT940 moves the other way, and its day of entry may be of another year', async () => {
    const text =
      ':20:X\n:25:ACC\n:28C:1/1\n:60F:C251231EUR10,\n:61:2512310102RC4,NTRFNONREF//B1\n:86:back\n' +
      ':61:260102RD5,NTRF\n:62F:C260102EUR11,\n';
    const [one] = await read('mt940', text);
    expect(one?.lines.map((line) => [line.amountMinor, line.bookedOn, line.isReversal])).toEqual([
      [-400, '2026-01-02', true],
      [500, '2026-01-02', true],
    ]);
    expect(one?.lines[0]).toMatchObject({ bankRef: 'B1', endToEndIds: [], remittance: 'back' });
  });

  it('information of German and of Dutch banks gives the end-to-end id', async () => {
    const with86 = (text: string) =>
      `:20:X\n:25:A\n:28C:1\n:60F:C260101EUR0,\n:61:260101C1,NTRF\n:86:${text}\n:62F:C260101EUR1,\n`;
    const [german] = await read(
      'mt940',
      with86('166?20EREF+PO-77 ?21SVWZ+Stripe payout?32Stripe Pay?33ments'),
    );
    expect(german?.lines[0]).toMatchObject({
      endToEndIds: ['PO-77'],
      counterparty: 'Stripe Payments',
    });
    const [dutch] = await read('mt940', with86('/TRTP/SEPA/EREF/PO-78/NAME/Adyen/REMI/x/'));
    expect(dutch?.lines[0]).toMatchObject({ endToEndIds: ['PO-78'], counterparty: 'Adyen' });
  });

  it('a booking of several payments is one line with the id of each', async () => {
    const details = ['A', 'B', 'NOTPROVIDED']
      .map((id) => `<TxDtls><Refs><EndToEndId>${id}</EndToEndId></Refs></TxDtls>`)
      .join('');
    const balance = (code: string, minor: string) =>
      `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">${minor}</Amt>` +
      '<CdtDbtInd>CRDT</CdtDbtInd></Bal>';
    const text =
      '<Document><Stmt><Id>1</Id><Acct><Id><Othr><Id>77</Id></Othr></Id></Acct>' +
      `${balance('PRCD', '1.00')}${balance('CLBD', '3.50')}` +
      '<Ntry><Amt Ccy="EUR">2.50</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>' +
      `<BookgDt><DtTm>2026-06-30T23:30:00-05:00</DtTm></BookgDt><NtryDtls>${details}</NtryDtls></Ntry>` +
      '</Stmt></Document>';
    const [one] = await read('camt053', text);
    expect(one).toMatchObject({ account: '77', currency: 'EUR', closingMinor: 350 });
    expect(one?.lines).toMatchObject([{ endToEndIds: ['A', 'B'], bookedOn: '2026-06-30' }]);
  });

  it('a CSV with the newest line first is turned round', async () => {
    const columns = { ...CSV_COLUMNS('EUR'), amount: { debit: 'Soll', credit: 'Haben' } };
    const text =
      'Buchungstag;Soll;Haben;Verwendungszweck;Referenz;Saldo\n' +
      '02.07.2026;;10,00;in;;105,00\n1.7.2026;5,00;;out;;95,00\n';
    const [one] = await read('csv', text, columns);
    expect(one).toMatchObject({
      openingMinor: 10_000,
      closingMinor: 10_500,
      openedOn: '2026-07-01',
    });
    expect(one?.lines.map((line) => line.amountMinor)).toEqual([-500, 1_000]);
  });

  it('BAI2 whose trailer tells another total is refused', async () => {
    const [file] = fc.sample(bai2File, { seed: 3, numRuns: 1 });
    expect(await codes('bai2', (file?.text ?? '').replace('\n49,', '\n49,1'))).toEqual(['untied']);
  });
});
