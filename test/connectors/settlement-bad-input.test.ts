import { deflateRawSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseDecimal, sum } from '../../canonical/rules/money/money';
import { amazonSettlements } from '../../connectors/amazon/settlement/source';
import { decodedText } from '../../connectors/report-text';
import { dateOf, instantOf, localDecimal } from '../../connectors/report-values';
import { shopifySettlements } from '../../connectors/shopify/settlement/source';
import { stripeSettlements } from '../../connectors/stripe/settlement/source';
import { hasOutside, outsideJson, outsideText, NEEDS_OUTSIDE } from './fixtures';
import { differenceOf, pieces, readReport, refusal } from './settlement-reading';

const COLUMNS =
  'settlement-id\tsettlement-start-date\tsettlement-end-date\tdeposit-date\ttotal-amount\tcurrency\t' +
  'transaction-type\torder-id\tmerchant-order-id\tamount-type\tamount-description\tamount\t' +
  'posted-date-time\tsku\tquantity-purchased';
const HEAD =
  '1001\t2026-06-01 00:00:00 UTC\t\t2026-06-15 00:00:00 UTC\t90.00\tUSD\t\t\t\t\t\t\t\t\t';
const line = (description: string, amount: string, orderId = '114-8829371-4410258') =>
  `1001\t\t\t\t\tUSD\tOrder\t${orderId}\t\tItemPrice\t${description}\t${amount}\t2026-06-02 10:00:00 UTC\tSOCK\t1`;
const amazon = (...rows: readonly string[]) => `${[COLUMNS, ...rows].join('\n')}\n`;
const WHOLE = amazon(HEAD, line('Principal', '100.00'), line('Commission', '-10.00'));

const STRIPE =
  'automatic_payout_id,balance_transaction_id,currency,gross,fee,net,reporting_category\n';

const codes = async (...given: Parameters<typeof refusal>) =>
  (await refusal(...given)).problems.map(({ code, rowNo }) => `${code} ${rowNo ?? ''}`.trim());

describe('a report that cannot be read', () => {
  it.each([
    ['nothing', '', ['empty']],
    ['a header alone, cut', COLUMNS.slice(0, 40), ['header 1']],
    ['another vendor’s columns', STRIPE, ['header 1']],
    ['a column twice', `${COLUMNS}\tAMOUNT\n`, ['header 1']],
    ['a row that ends in its middle', WHOLE.slice(0, -40), ['cut-off 4']],
    ['a row with too few cells', amazon(HEAD, '1001\tx', line('Tax', '1.00')), ['row 3']],
    ['a line before its total', amazon(line('Principal', '1.00')), ['row 2']],
    ['a settlement that comes back', amazon(HEAD, HEAD.replace('1001', '1002'), HEAD), ['row 4']],
    [
      'another currency in a line',
      amazon(HEAD, line('Tax', '1').replace('USD', 'EUR')),
      ['currency 3'],
    ],
    ['no currency', amazon(HEAD.replace('USD', 'XYZ')), ['currency 2']],
    ['an amount in words', amazon(HEAD, line('Tax', 'ten')), ['amount 3']],
    ['an amount that can be read in two ways', amazon(HEAD, line('Tax', '1.234')), ['amount 3']],
    ['more digits than the currency has', amazon(HEAD, line('Tax', '1.005,001')), ['amount 3']],
    ['no day of the year', amazon(HEAD, line('Tax', '1').replace('06-02', '02-30')), ['date 3']],
    [
      'several faults',
      amazon(HEAD, line('Tax', ''), line('Tax', '1'), line('Tax', 'x')),
      ['amount 3', 'amount 5'],
    ],
  ])('says what is wrong with %s', async (_what, text, expected) => {
    expect(await codes(amazonSettlements, text)).toEqual(expected);
  });

  it.each([
    ['gross less fee that is not net', 'po_1,txn_1,usd,10.00,0.30,9.80,charge', ['row 2']],
    ['no payout', ',txn_1,usd,10.00,0.30,9.70,charge', ['row 2']],
    ['a quotation mark that never closes', 'po_1,txn_1,usd,10.00,0.30,9.70,"charge', ['cut-off 2']],
    ['a quotation mark within a word', 'po_1,txn_1,usd,10.00,0.30,9.70,cha"r"ge', ['row 2']],
    [
      'a local decimal, where Stripe writes none',
      'po_1,txn_1,usd,"10,00",0,10.00,charge',
      ['amount 2'],
    ],
    ['another currency', 'po_1,a,usd,1,0,1,charge\npo_1,b,eur,1,0,1,charge', ['currency 3']],
  ])('of Stripe says what is wrong with %s', async (_what, rows, expected) => {
    expect(await codes(stripeSettlements, `${STRIPE}${rows}\n`)).toEqual(expected);
  });

  it('names what is packed, and asks for the text in it', async () => {
    const zip = Buffer.concat([Buffer.from('504b0304', 'hex'), deflateRawSync(WHOLE)]);
    expect(await codes(amazonSettlements, zip)).toEqual(['compressed']);
    expect(await codes(amazonSettlements, gzipSync(WHOLE))).toEqual(['compressed']);
  });

  it('tells a hundred faults and counts all', async () => {
    const error = await refusal(
      amazonSettlements,
      amazon(HEAD, ...Array.from({ length: 250 }, () => line('Tax', '?'))),
    );
    expect(error.problems).toHaveLength(100);
    expect(error.count).toBe(250);
    expect(error.problems[0]?.detail).toBe('"?" under amount is no amount of USD');
  });

  it('gives no part after the first fault', async () => {
    const parts: string[] = [];
    const text = amazon(HEAD, line('Principal', '100.00'), line('Tax', '?'), line('Tax', '1.00'));
    const reading = (async () => {
      for await (const part of amazonSettlements.read(pieces(Buffer.from(text))))
        parts.push(part.part);
    })();
    await expect(reading).rejects.toThrow('is no amount of USD');
    expect(parts).toEqual(['head', 'line']);
  });
});

describe('what sellers’ files are like', () => {
  it('an order id that is a shipment’s, or none, names no order', async () => {
    const merchants = line('Principal', '0.00', 'DS7K9LM2P').replace(
      '\t\tItemPrice',
      '\tW-7\tItemPrice',
    );
    const text = amazon(
      HEAD,
      line('Tax', '90.00', 'FBA15DXYZ'),
      line('Tax', '0.00', ''),
      merchants,
    );
    const [read] = await readReport(amazonSettlements, text);
    expect(read?.lines.map((one) => one.orderRef)).toEqual([null, null, 'W-7']);
    expect(read && differenceOf(read)).toBe(0);
  });

  it('a word that no rule names is kept as unknown', async () => {
    const text = amazon(HEAD, line('Moon surcharge', '90.00').replace('ItemPrice', 'Lunar'));
    const [read] = await readReport(amazonSettlements, text);
    expect(read?.lines.map(({ class: is, words }) => [is, words.description])).toEqual([
      ['unknown', 'Moon surcharge'],
    ]);
  });

  it('columns that nobody knows, in another order, change nothing', async () => {
    const turned = WHOLE.split('\n').map((row) =>
      row === '' ? '' : ['x', ...row.split('\t').reverse()].join('\t'),
    );
    const [read] = await readReport(
      amazonSettlements,
      turned.join('\r\n').replace('x\t', 'promotion-id\t'),
    );
    expect(read && [read.head.reference, read.declaredNetMinor, read.lines.length]).toEqual([
      '1001',
      9_000,
      2,
    ]);
    expect(read && differenceOf(read)).toBe(0);
  });

  it('a row that is there twice does not tie', async () => {
    const [read] = await readReport(
      amazonSettlements,
      amazon(HEAD, ...Array(2).fill(line('Tax', '90.00'))),
    );
    expect(read && differenceOf(read)).toBe(9_000);
  });

  const named = (sku: string) => amazon(HEAD, line('Principal', '90.00').replace('SOCK', sku));
  const japanese = named('靴下ソ').replaceAll('USD', 'JPY').replaceAll('90.00', '9,000');
  it.each([
    ['UTF-8', 'Löyly', Buffer.from(named('Löyly'))],
    ['UTF-8 with a mark', 'Löyly', Buffer.from(`\uFEFF${named('Löyly')}`)],
    ['UTF-16 with a mark', 'Löyly', Buffer.from(`\uFEFF${named('Löyly')}`, 'utf16le')],
    ['Latin-1', 'Löyly', Buffer.from(named('Löyly'), 'latin1')],
    ['Shift-JIS', '靴下ソ', shiftJis(japanese)],
  ])('text in %s is read as it was written, however it is cut', async (_name, sku, bytes) => {
    for (const size of [1, 3, 64, bytes.length]) {
      const [read] = await readReport(amazonSettlements, bytes, size);
      expect(read?.lines[0]?.sku).toBe(sku);
      expect(read && differenceOf(read)).toBe(0);
    }
  });

  it('bytes that are no text of their encoding are refused', async () => {
    const marked = Buffer.concat([Buffer.from('\uFEFFa'), Buffer.from([0xff, 0x41])]);
    expect(await codes(amazonSettlements, marked)).toEqual(['encoding']);
    expect(await codes(amazonSettlements, Buffer.from(`${COLUMNS}\u0000\n`))).toEqual(['encoding']);
    const cut = Buffer.from('\uFEFFLö').subarray(0, -1);
    expect(await codes(amazonSettlements, cut)).toEqual(['cut-off']);
  });

  it('plain text of a few bytes is read', async () => {
    const read = [];
    for await (const piece of decodedText(pieces(Buffer.from('é'), 1))) read.push(piece);
    expect(read.join('')).toBe('é');
  });
});

/** The bytes of a text in Shift-JIS: Node decodes it, and encodes by looking them up. */
function shiftJis(text: string): Buffer {
  const decoder = new TextDecoder('shift_jis');
  const bytesOf = new Map<string, number[]>();
  for (let lead = 0x81; lead <= 0xef; lead += 1) {
    for (let trail = 0x40; trail <= 0xfc; trail += 1) {
      bytesOf.set(decoder.decode(Buffer.from([lead, trail])), [lead, trail]);
    }
  }
  return Buffer.from([...text].flatMap((letter) => bytesOf.get(letter) ?? [letter.charCodeAt(0)]));
}

describe('decimals', () => {
  it.each([
    ['1,234.50', 'USD', 123_450],
    ['1.234,50', 'EUR', 123_450],
    ['1 234,50', 'SEK', 123_450],
    ["1'234'567.05", 'CHF', 123_456_705],
    ['95,00', 'EUR', 9_500],
    ['(95.00)', 'USD', -9_500],
    ['95,5-', 'EUR', -9_550],
    ['−3', 'USD', -300],
    ['1,234', 'JPY', 1_234],
    ['1234.00', 'JPY', 1_234],
    ['1,234', 'KWD', 1_234],
    ['1.234.567', 'IDR', 123_456_700],
    ['1,234', 'USD', null],
    ['1.234', 'USD', null],
    ['1.23.456,00', 'EUR', null],
    ['1,234.5.6', 'USD', null],
    ['0.001', 'USD', null],
    ['-(5)', 'USD', null],
    ['', 'USD', null],
  ])('%s of %s is %s', (text, code, minor) => {
    expect(localDecimal(text, code)).toBe(minor);
  });
});

describe('dates', () => {
  it.each([
    ['2026-06-16 00:00:00 UTC', '2026-06-16T00:00:00.000Z'],
    ['16.06.2026 23:59:59 UTC', '2026-06-16T23:59:59.000Z'],
    ['2026/06/16 08:00:00 JST', '2026-06-15T23:00:00.000Z'],
    ['2026-06-16T08:00:00-07:00', '2026-06-16T15:00:00.000Z'],
    ['2026-06-16', '2026-06-16T00:00:00.000Z'],
    ['06/16/2026', null],
    ['2026-02-30', null],
    ['2026-06-16 08:00:00 XYZ', null],
  ])('%s is %s', (text, expected) => {
    expect(instantOf(text)).toBe(expected);
  });

  it('a business date is the one that is written, in whatever zone', () => {
    expect(dateOf('2026/06/16 08:00:00 JST')).toBe('2026-06-16');
  });
});

describe.skipIf(!hasOutside('amazon/settlement-sample.txt'))(
  'a report from outside',
  NEEDS_OUTSIDE,
  () => {
    it('ties, and every line is of a class', async () => {
      const text = outsideText('amazon/settlement-sample.txt') ?? '';
      const read = await readReport(amazonSettlements, text, 100);
      expect(read.map((one) => [one.declaredNetMinor, differenceOf(one)])).toEqual([[58_289, 0]]);
      expect(read.flatMap((one) => one.lines).filter((one) => one.class === 'unknown')).toEqual([]);
    });
  },
);

describe.skipIf(!hasOutside('shopify/rest'))(
  'Shopify’s own samples of a payout',
  NEEDS_OUTSIDE,
  () => {
    const Payout = z.object({ payout: z.looseObject({ id: z.int() }) });
    const Transactions = z.object({ transactions: z.array(z.looseObject({ net: z.string() })) });

    it('are read, every line is of a class, and what does not come to the payout is caught', async () => {
      const { payout } = Payout.parse(outsideJson('shopify/rest/payout.json'));
      const { transactions } = Transactions.parse(
        outsideJson('shopify/rest/payouts_transactions.json'),
      );
      const lines = [payout, ...transactions].map((one) => `${JSON.stringify(one)}\n`).join('');
      const [read] = await readReport(shopifySettlements, lines);
      expect(read?.head).toMatchObject({ reference: String(payout.id), currency: 'USD' });
      expect(read?.lines.filter((one) => one.class === 'unknown')).toEqual([]);
      const net = sum(transactions.map((one) => parseDecimal(one.net, 'USD') ?? 0));
      expect(sum(read?.lines.map((one) => one.amountMinor) ?? [])).toBe(net);
      // The sample is made up: its transactions come to 81.38 where 41.90 is paid out.
      expect(read && differenceOf(read)).toBe(8_138 - 4_190);
    });
  },
);
