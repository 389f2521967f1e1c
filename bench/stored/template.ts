/** The rows of one order that was really lived: whatever names it, in any table of a database. */
import type { Client } from 'pg';

export interface TemplateRow {
  /** With its schema: `public.tender`. */
  readonly table: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** As text; null is null. */
  readonly values: readonly (string | null)[];
}

/** `tokens`: everything that names the order. */
export interface Template {
  readonly rows: readonly TemplateRow[];
  readonly tokens: readonly string[];
}

/** Columns whose values are names that lead on to other rows. */
const NAMES = [
  'order_id',
  'order_no',
  'channel_order_ref',
  'correlation_id',
  'event_id',
  'journal_id',
  'batch_id',
  'document_no',
  'reference',
  'shipment_ref',
  'tracking_number',
  'request_key',
  'effect_key',
  'idempotency_key',
  'id',
  'parent_id',
  'throughline_key',
];
/** Other tables that hold nothing of an order. */
const SKIPPED = /\.(pgmigrations|lease|stock|item|location|mapping|api_key|audit_run)$/;
const TOKEN_CHARACTERS_MIN = 7;
const ROUNDS_MAX = 6;

/** Parts of a name that are of one order only: long, with a digit, or letters of no word. */
function tokensIn(value: string): string[] {
  return value
    .split(/[:/#@\s]+/)
    .filter((part) => part.length >= TOKEN_CHARACTERS_MIN && /\d|[a-z][A-Z]/.test(part));
}

/** Every row that names the order, and every row that these rows name. */
export async function templateOf(client: Client, first: readonly string[]): Promise<Template> {
  const tables = await tablesOf(client);
  const tokens = new Set(first);
  let rows: TemplateRow[] = [];
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const before = tokens.size;
    rows = [];
    for (const table of tables) rows.push(...(await rowsNaming(client, table, [...tokens])));
    for (const { columns, values } of rows) {
      columns.forEach(({ name }, index) => {
        if (!NAMES.includes(name)) return;
        for (const token of tokensIn(values[index] ?? '')) tokens.add(token);
      });
    }
    if (tokens.size === before) break;
  }
  // The longest first: one may hold another.
  return { rows, tokens: [...tokens].sort((a, b) => b.length - a.length) };
}

type Table = Pick<TemplateRow, 'table' | 'columns'>;

async function tablesOf(client: Client): Promise<Table[]> {
  const { rows } = await client.query<{ table: string; columns: Table['columns'] }>(
    `select n.nspname || '.' || c.relname as table,
            jsonb_agg(jsonb_build_object('name', a.attname,
              'type', format_type(a.atttypid, a.atttypmod)) order by a.attnum) as columns
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
            join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema')
        and a.attgenerated = ''
      group by 1`,
  );
  return rows.filter(({ table }) => !SKIPPED.test(table));
}

async function rowsNaming(
  client: Client,
  { table, columns }: Table,
  tokens: readonly string[],
): Promise<TemplateRow[]> {
  const { rows } = await client.query<{ values: (string | null)[] }>(
    `select array[${columns.map(({ name }) => `t."${name}"::text`).join(', ')}] as values
       from ${table} t where t::text like any ($1::text[])`,
    [tokens.map((token) => `%${token}%`)],
  );
  return rows.map(({ values }) => ({ table, columns, values }));
}
