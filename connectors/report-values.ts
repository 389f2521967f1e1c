/** Amounts and instants as reports write them, exactly or not at all. */
import { minorDigits, parseDecimal } from '../canonical/rules/money/money';

/** Groups of three are written without a fraction only where money has none. */
const GROUP_DIGITS = 3;
const SIGNED = /^([-+\u2212]?)(\(?)\s*(\d[\d.,'\u2019\u00a0\u202f ]*?)\s*(\)?)(-?)$/;
const GROUPED = /^\d{1,3}(?:([.,'\u2019\u00a0\u202f ])\d{3})(?:\1\d{3})*$/;

/**
 * A decimal as people of any country write it: `1,234.50`, `1.234,50`, `1 234,50`, `(95,00)`, `95-`.
 * Null where it can be read in two ways: `1.234` of a currency with cents.
 */
export function localDecimal(text: string, currency: string): number | null {
  const match = SIGNED.exec(text.trim());
  if (!match) return null;
  const [, sign = '', open = '', body = '', close = '', after = ''] = match;
  if ((open === '(') !== (close === ')')) return null;
  const signs = [sign === '-' || sign === '\u2212', open === '(', after === '-'].filter(Boolean);
  if (signs.length > 1) return null;
  const plain = withPoint(body, minorDigits(currency));
  return plain === null ? null : parseDecimal(`${signs.length > 0 ? '-' : ''}${plain}`, currency);
}

function withPoint(body: string, digits: number): string | null {
  const marks = body.replace(/\d/g, '');
  if (marks === '') return body;
  const last = marks.at(-1) ?? '';
  const at = body.lastIndexOf(last);
  const fraction = body.length - at - 1;
  const isPoint = (last === '.' || last === ',') && body.indexOf(last) === at;
  if (!isPoint) return ungrouped(body);
  if (marks.length === 1 && fraction === GROUP_DIGITS && digits !== GROUP_DIGITS) {
    return digits === 0 ? ungrouped(body) : null;
  }
  const whole = ungrouped(body.slice(0, at));
  return whole === null ? null : `${whole}.${body.slice(at + 1)}`;
}

function ungrouped(body: string): string | null {
  if (/^\d+$/.test(body)) return body;
  return GROUPED.test(body) ? body.replace(/\D/g, '') : null;
}

/** Minutes east of UTC of the zones that reports name by letters. */
const ZONES: Readonly<Record<string, number>> = {
  UTC: 0,
  GMT: 0,
  Z: 0,
  JST: 540,
  PST: -480,
  PDT: -420,
  CET: 60,
  CEST: 120,
  BST: 60,
};
const MS_PER_MINUTE = 60_000;
const MINUTES_PER_HOUR = 60;
const TIME =
  '(?:[T ]+(\\d{2}):(\\d{2})(?::(\\d{2})(?:\\.\\d+)?)?)?\\s*(?:([A-Z]{1,4})|([+-])(\\d{2}):?(\\d{2}))?$';
const YEAR_FIRST = new RegExp(`^(\\d{4})([-/.])(\\d{2})\\2(\\d{2})${TIME}`);
/** With points: who writes the month first writes slashes, so those are not read. */
const DAY_FIRST = new RegExp(`^(\\d{2})\\.(\\d{2})\\.(\\d{4})${TIME}`);

/** An instant, RFC 3339 in UTC; what names no zone is UTC. Null where it is none. */
export function instantOf(text: string): string | null {
  const trimmed = text.trim();
  const first = YEAR_FIRST.exec(trimmed);
  if (first) return instant(first[1], first[3], first[4], first.slice(5));
  const last = DAY_FIRST.exec(trimmed);
  return last ? instant(last[3], last[2], last[1], last.slice(4)) : null;
}

function instant(
  year: string | undefined,
  month: string | undefined,
  day: string | undefined,
  [hour = '00', minute = '00', second = '00', zone = 'UTC', sign, hours, minutes]: readonly (
    string | undefined
  )[],
): string | null {
  const local = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`);
  // What is no day of that month would be taken for one of the next.
  if (local.getUTCDate() !== Number(day)) return null;
  const east = sign
    ? Number(`${sign}1`) * (Number(hours) * MINUTES_PER_HOUR + Number(minutes))
    : ZONES[zone];
  return east === undefined ? null : new Date(local.getTime() - east * MS_PER_MINUTE).toISOString();
}

/** The business date as it is written: no zone moves it. */
export function dateOf(text: string): string | null {
  const trimmed = text.trim();
  const zoneless = trimmed.replace(/\s*(?:[A-Z]{1,4}|[+-]\d{2}:?\d{2})$/, '');
  return instantOf(zoneless)?.slice(0, 10) ?? null;
}
