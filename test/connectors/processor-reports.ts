/** Reports of Shopify Payments, Adyen, PayPal and processors of tills, of any content, as `settlement-reports.ts`. */
import fc from 'fast-check';
import { formatDecimal } from '../../canonical/rules/money/money';
import {
  amount,
  changeable,
  csvText,
  currency,
  type Report,
  type Write,
} from './settlement-reports';

const ADYEN_COLUMNS =
  'Company Account,Merchant Account,Psp Reference,Merchant Reference,Payment Method,Creation Date,TimeZone,Type,Modification Reference,Gross Currency,Gross Debit (GC),Gross Credit (GC),Exchange Rate,Net Currency,Net Debit (NC),Net Credit (NC),Commission (NC),Markup (NC),Scheme Fees (NC),Interchange (NC),Batch Number'.split(
    ',',
  );

export const adyenDetail: fc.Arbitrary<Report> = fc
  .record({
    currency,
    lines: fc.array(
      fc.record({
        type: fc.constantFrom('Settled', 'Refunded', 'Chargeback', 'Fee', 'DepositCorrection'),
        gross: amount,
        markup: fc.integer({ min: 0, max: 900 }),
        scheme: fc.integer({ min: 0, max: 90 }),
        foreign: fc.boolean(),
      }),
      { minLength: 1, maxLength: 12 },
    ),
  })
  .map(({ currency: code, lines }) => {
    const rows: string[][] = [[...ADYEN_COLUMNS]];
    const amounts: { row: number; column: number; write: Write }[] = [];
    let netMinor = 0;
    const add = (type: string, cells: Record<string, string>, sides: readonly Side[]) => {
      const all: Record<string, string> = {
        'Merchant Account': 'ShopPOS',
        'Psp Reference': 'PSP1',
        'Merchant Reference': '1001',
        'Creation Date': '2026-06-01 09:15:02',
        TimeZone: 'CEST',
        Type: type,
        'Net Currency': code,
        'Batch Number': '42',
        ...cells,
      };
      for (const { column, minor, code: of, isStrict } of sides) {
        // A zero is left empty, as Adyen does; a changed one is written.
        const write: Write = (by) => (minor + by === 0 ? '' : formatDecimal(minor + by, of));
        if (isStrict)
          amounts.push({ row: rows.length, column: ADYEN_COLUMNS.indexOf(column), write });
        all[column] = write(0);
      }
      rows.push(ADYEN_COLUMNS.map((name) => all[name] ?? ''));
    };
    for (const { type, gross, markup, scheme, foreign } of lines) {
      const hasGross = type !== 'Fee' && type !== 'DepositCorrection' && gross !== 0;
      const grossCode = foreign && code !== 'SEK' ? 'SEK' : code;
      const net = gross - markup - scheme;
      netMinor += net;
      // Fees stand against a gross in the same currency; a chargeback's is the difference itself.
      const isStrict = hasGross && grossCode === code && type !== 'Chargeback';
      add(type, { 'Gross Currency': hasGross ? grossCode : '' }, [
        ...(hasGross ? sidesOf('Gross', 'GC', gross, grossCode, isStrict) : []),
        ...sidesOf('Net', 'NC', net, code, true),
        { column: 'Markup (NC)', minor: markup, code, isStrict },
        { column: 'Scheme Fees (NC)', minor: scheme, code, isStrict },
      ]);
    }
    add('MerchantPayout', {}, sidesOf('Net', 'NC', -netMinor, code, true));
    const told = [{ reference: 'ShopPOS-42', currency: code, netMinor, rows: lines.length + 1 }];
    return { ...changeable(rows, amounts, csvText), settlements: told };
  });

interface Side {
  readonly column: string;
  readonly minor: number;
  readonly code: string;
  readonly isStrict: boolean;
}

/** The one column of a debit and a credit that is filled. */
const sidesOf = (
  name: string,
  of: string,
  minor: number,
  code: string,
  isStrict: boolean,
): readonly Side[] => [
  {
    column: `${name} ${minor < 0 ? 'Debit' : 'Credit'} (${of})`,
    minor: Math.abs(minor),
    code,
    isStrict,
  },
];

const PAYPAL_COLUMNS =
  'CH,Transaction ID,Invoice ID,PayPal Reference ID,PayPal Reference ID Type,Transaction Event Code,Transaction Initiation Date,Transaction Completion Date,Transaction  Debit or Credit,Gross Transaction Amount,Gross Transaction Currency,Fee Debit or Credit,Fee Amount,Fee Currency,Custom Field,Consumer ID'.split(
    ',',
  );

export const paypalReport: fc.Arbitrary<Report> = fc
  .array(
    fc.record({
      currency,
      begins: fc.integer({ min: 0, max: 90_000 }),
      lines: fc.array(
        fc.record({
          code: fc.constantFrom('T0006', 'T1107', 'T0400', 'T1201', 'T1110', 'T1111', 'T0106'),
          gross: amount,
          fee: fc.integer({ min: -900, max: 900 }),
        }),
        { minLength: 1, maxLength: 8 },
      ),
    }),
    { minLength: 1, maxLength: 2 },
  )
  .map((sections) => {
    const date = '2026/06/30 23:59:59 -0700';
    const rows: string[][] = [
      ['RH', '2026/07/01 02:44:19 -0700', 'A', 'ACCOUNT', '009', ''],
      ['FH', '01'],
    ];
    const amounts: { row: number; column: number; write: Write }[] = [];
    const changes = (column: number, minor: number) => {
      const write: Write = (by) => String(Math.abs(Math.abs(minor) + by));
      amounts.push({ row: rows.length, column, write });
      return write(0);
    };
    const told = sections.map(({ currency: code, begins, lines }, index) => {
      rows.push(['SH', '2026/06/30 00:00:00 -0700', date, `ACC${index}`, '']);
      rows.push([...PAYPAL_COLUMNS]);
      for (const { code: event, gross, fee } of lines) {
        const side = (minor: number) => (minor < 0 ? 'DR' : 'CR');
        rows.push([
          ...['SB', `TX${rows.length}`, '1001', '', '', event, date, date],
          ...[side(gross), changes(9, gross), code, side(fee), changes(12, fee), code, '', ''],
        ]);
      }
      const totalOf = (of: 'gross' | 'fee', sign: 1 | -1) =>
        lines.reduce((total, one) => total + Math.max(0, one[of] * sign), 0);
      const totals = [
        totalOf('gross', 1),
        totalOf('gross', -1),
        totalOf('fee', 1),
        totalOf('fee', -1),
      ];
      const ends = begins + lines.reduce((total, { gross, fee }) => total + gross + fee, 0);
      rows.push([
        ...['SF', code, ...totals.map((minor, at) => changes(2 + at, minor))],
        ...['CR', changes(7, begins), ends < 0 ? 'DR' : 'CR', changes(9, ends), 'CR', '0', '9'],
      ]);
      rows.push(['SC', String(lines.length)]);
      const netMinor = lines
        .filter(({ code: event }) => event === 'T0400')
        .reduce((total, { gross }) => total - gross, 0);
      const carried = begins === 0 && ends === 0 ? 0 : 1;
      return {
        reference: `ACC${index}-2026-06-30-${code}`,
        currency: code,
        netMinor,
        rows: lines.length + carried,
      };
    });
    rows.push(['RF', '1'], ['FF', '1']);
    return { ...changeable(rows, amounts, csvText), settlements: told };
  });

export const posBatch: fc.Arbitrary<Report> = fc
  .record({
    currency,
    lines: fc.array(
      fc.tuple(fc.constantFrom('SALES', 'REFUNDS', 'FEES', 'CHARGEBACKS', 'ADJUSTMENTS'), amount),
      { minLength: 1, maxLength: 8 },
    ),
  })
  .map(({ currency: code, lines }) => {
    const header = 'Batch,Merchant,Business Date,Currency,Record,Brand,Count,Amount,Reference';
    const rows: string[][] = [header.split(',')];
    const amounts: { row: number; column: number; write: Write }[] = [];
    const netMinor = lines.reduce((total, [, minor]) => total + minor, 0);
    const add = (record: string, minor: number, brand: string) => {
      const write: Write = (by) => formatDecimal(minor + by, code);
      amounts.push({ row: rows.length, column: 7, write });
      rows.push(['B-7', 'M-1', '2026-06-30', code, record, brand, '3', write(0), 'R-1']);
    };
    add('BATCH', netMinor, '');
    for (const [record, minor] of lines) add(record, minor, 'VISA');
    const told = [{ reference: 'B-7', currency: code, netMinor, rows: lines.length }];
    return { ...changeable(rows, amounts, csvText), settlements: told };
  });

const SHOPIFY_COLUMNS =
  'Transaction Date,Type,Order,Card Brand,Card Source,Payout Status,Payout Date,Payout ID,Available On,Amount,Fee,Net,Checkout,Payment Method Name,Presentment Amount,Presentment Currency,Currency,VAT'.split(
    ',',
  );

export const shopifyTransactions: fc.Arbitrary<Report> = fc
  .record({
    currency,
    lines: fc.array(
      fc.record({
        type: fc.constantFrom(
          'charge',
          'refund',
          'adjustment',
          'dispute',
          'reserve',
          'shipping_label',
        ),
        gross: amount,
        fee: fc.integer({ min: -900, max: 900 }),
      }),
      { minLength: 1, maxLength: 12 },
    ),
  })
  .map(({ currency: code, lines }) => {
    const rows: string[][] = [[...SHOPIFY_COLUMNS]];
    const amounts: { row: number; column: number; write: Write }[] = [];
    const netMinor = lines.reduce((total, { gross, fee }) => total + gross - fee, 0);
    const add = (type: string, gross: number, fee: number) => {
      const all: Record<string, string> = {
        'Transaction Date': '2026-08-30 16:59:53 +0400',
        Type: type,
        Order: '#3426',
        'Payout Status': 'paid',
        'Payout Date': '2026-09-01',
        'Payout ID': '148156579998',
        Currency: code,
      };
      for (const [column, minor] of [
        ['Amount', gross],
        ['Fee', fee],
        ['Net', gross - fee],
      ] as const) {
        const write: Write = (by) => formatDecimal(minor + by, code);
        amounts.push({ row: rows.length, column: SHOPIFY_COLUMNS.indexOf(column), write });
        all[column] = write(0);
      }
      rows.push(SHOPIFY_COLUMNS.map((name) => all[name] ?? ''));
    };
    for (const { type, gross, fee } of lines) add(type, gross, fee);
    add('payout', -netMinor, 0);
    const told = [{ reference: '148156579998', currency: code, netMinor, rows: lines.length + 1 }];
    return { ...changeable(rows, amounts, csvText), settlements: told };
  });
