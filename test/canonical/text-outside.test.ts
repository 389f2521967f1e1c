/** What others wrote stays text where it is read by programs of others. */
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { csvRow, csvTable } from '../../canonical/rules/csv';
import { oneLine } from '../../canonical/rules/text';

describe('a table for spreadsheets', () => {
  test.each([
    '=1+1',
    '+cmd|calc',
    '-2+3+cmd|calc',
    '@SUM(A1)',
    '\t=1+1',
    '\r=1',
    '\n=1',
    '  =1+1',
    '＝1+1',
    '-',
  ])('%j is text, not a formula', (text) => {
    const [[read]] = parse(csvRow([text]), { trim: false }) as [[string]];
    expect(read).toBe(`'${text}`);
  });

  test('a number is a number, also below zero; nothing is empty', () => {
    expect(csvRow(['-12.50', -3, '+4', 0, null, '2026-11-27'])).toBe(
      '-12.50,-3,+4,0,,2026-11-27\r\n',
    );
  });

  test('whatever is in a cell, it is that cell and no other', () => {
    const harmless = fc
      .string({ unit: 'grapheme' })
      .filter((text) => !/^\s*[=+\-@＝＋－＠]/.test(text));
    const cells = fc.array(
      harmless.filter((text) => !/^[\t\r\n]/.test(text)),
      { minLength: 2, maxLength: 2 },
    );
    fc.assert(
      fc.property(fc.array(cells, { minLength: 1, maxLength: 5 }), (rows) => {
        const read: unknown = parse(csvTable(['a', 'b'], rows), { record_delimiter: '\r\n' });
        expect(read).toEqual([['a', 'b'], ...rows]);
      }),
    );
  });
});

describe('a line of a log or a report', () => {
  test('has no second line and moves no cursor, whatever a name holds', () => {
    expect(oneLine('US-TAX\n## Approved\r\u001B[2Jx\u2028y\u202Ez')).toBe(
      'US-TAX\\u000a## Approved\\u000d\\u001b[2Jx\\u2028y\\u202ez',
    );
    expect(oneLine('Müller & Söhne 茶 🙂')).toBe('Müller & Söhne 茶 🙂');
  });
});
