/**
 * A template's rows as SQL that makes any number of orders of them: in every value, whatever names
 * the order gets the order's number appended; numbers that Postgres gives are counted on; times are
 * spread over the past as asked.
 */
import type { TemplateRow } from './template';

/** Orders whose journals are one batch for the ERP. */
export const ORDERS_A_BATCH = 500;

/** How old the copies are: the youngest, and one from the next. */
export interface Ages {
  readonly youngestSeconds: number;
  readonly apartSeconds: number;
}
/** A day's orders and older, a minute apart. */
export const PAST: Ages = { youngestSeconds: 86_400, apartSeconds: 60 };
/** Of what has not ended: as old as the template. */
export const NOW: Ages = { youngestSeconds: 0, apartSeconds: 0 };

/** Columns of numbers that Postgres gives, and the sequence they are of. */
const COUNTED: Readonly<Record<string, string>> = {
  event_no: 'event',
  source_event_no: 'event',
  confirmed_by: 'event',
  dispatch_no: 'dispatch',
  outbox_no: 'outbox',
  inventory_event_no: 'inventory',
  decision_no: 'decision',
  seq: 'seq',
};
/** A vendor's own numbers may be short: there the whole value is the name. */
const SHORT_NAMES = new Set(['id', 'parent_id', 'reference', 'document_no']);
const SHORT_NAME = /^[A-Z]*\d{1,6}$/;
/** Names that say nothing of the order: all of the value is one. */
const CODES = new Set(['public.pickup.code']);
const AMOUNTS = new Set(['amountMinor', 'functionalMinor', 'debit', 'credit']);
const BATCH_COLUMNS = new Set(['amount_minor', 'journal_count', 'functional_minor']);

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Numbers by sequence: those of the template, and where the copies' begin. */
export interface Counters {
  readonly values: ReadonlyMap<string, readonly number[]>;
  readonly starts: ReadonlyMap<string, number>;
}

/** The rows' counted numbers by sequence, each once. */
export function countedIn(rows: readonly TemplateRow[]): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const { table, columns, values } of rows) {
    columns.forEach(({ name }, index) => {
      const sequence = sequenceOf(table, name);
      const value = values[index];
      if (sequence === null || value === null || value === undefined) return;
      const all = found.get(sequence) ?? [];
      if (!all.includes(Number(value))) all.push(Number(value));
      found.set(sequence, all);
    });
  }
  return found;
}

/** `seq` is each table's own. */
export function sequenceOf(table: string, column: string): string | null {
  const sequence = COUNTED[column];
  return sequence === undefined ? null : sequence === 'seq' ? `seq:${table}` : sequence;
}

/**
 * `insert … select` for orders `$1` to `$2` of `$3`; n counts them. A batch's rows are written once
 * for its first order, with the amounts of all of them.
 */
export function insertOf(
  row: TemplateRow,
  tokens: readonly string[],
  counters: Counters,
  { youngestSeconds, apartSeconds }: Ages = PAST,
): string {
  const { table, columns, values } = row;
  const isOfBatch = values.some((value) => value?.includes('bat_')) && !isOfOneJournal(row);
  const pattern = new RegExp(`(${tokens.map(escaped).join('|')})`);
  const suffix = isOfBatch ? 'g' : 'n';
  const expressions = columns.map(({ name, type }, index) => {
    const value = values[index] ?? null;
    if (value === null) return 'null';
    const sequence = sequenceOf(table, name);
    if (sequence !== null) return counted(sequence, Number(value), counters);
    if (type === 'timestamp with time zone') return `${quoted(value)}::timestamptz - age`;
    if (type === 'date') return `(${quoted(value)}::date - age)::date`;
    if (isOfBatch && BATCH_COLUMNS.has(name)) return String(Number(value) * ORDERS_A_BATCH);
    const text = isOfBatch && type === 'jsonb' ? multiplied(value) : value;
    if (CODES.has(`${table}.${name}`)) return named(text, suffix);
    if (type === 'bytea') return `${quoted(text)}::bytea`;
    if (SHORT_NAMES.has(name) && SHORT_NAME.test(text)) return `${named(text, suffix)}`;
    const parts = text.split(pattern).filter((part) => part !== '');
    const said = parts.map((part) => (tokens.includes(part) ? named(part, suffix) : quoted(part)));
    return `(${said.length === 0 ? "''" : said.join(' || ')})::${type}`;
  });
  const names = columns.map(({ name }) => `"${name}"`).join(', ');
  const only = isOfBatch ? `where n % ${ORDERS_A_BATCH} = 0` : '';
  return `insert into ${table} (${names}) overriding system value
    select ${expressions.join(', ')}
      from (select n, n - n % ${ORDERS_A_BATCH} as g,
                   (($3::bigint - n) * ${apartSeconds} + ${youngestSeconds}) * interval '1 second' as age
              from generate_series($1::bigint, $2::bigint) n) o ${only}`;
}

const isOfOneJournal = ({ columns }: TemplateRow) =>
  columns.some(({ name }) => name === 'journal_id');

/** `ord_1a` of order 17 is `ord_1ax000017`; a number stays one: a vendor's JSON has it as a number. */
function named(token: string, suffix: 'n' | 'g'): string {
  const of = token.startsWith('bat_') ? 'g' : suffix;
  const mark = /^\d+$/.test(token) ? '' : 'x';
  return `${quoted(token + mark)} || lpad(${of}::text, 6, '0')`;
}

function counted(sequence: string, value: number, { values, starts }: Counters): string {
  const all = values.get(sequence) ?? [];
  const start = starts.get(sequence) ?? 0;
  return `${start} + n * ${all.length} + ${all.indexOf(value)}`;
}

/** The amounts of a batch's JSON, for all of its orders. */
function multiplied(json: string): string {
  return JSON.stringify(JSON.parse(json), (key, value: unknown) =>
    AMOUNTS.has(key) && typeof value === 'number'
      ? Math.round(value * ORDERS_A_BATCH * 100) / 100
      : value,
  );
}
