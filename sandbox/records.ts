/**
 * What a stand-in believes happened. Every kind of record has the same outer columns, so that an
 * audit reads all of them alike; what is particular to a vendor is in `details`.
 */
import { z } from 'zod';
import type { Queryable } from './database';

export const LIST_LIMIT_MAX = 10_000;

/** A record as its stand-in keeps it. Amounts are integers in minor units of `currency`. */
export interface SandboxRecord {
  id: string;
  /** What it belongs to: a capture's payment intent, a shipment's fulfilment request. */
  parentId: string | null;
  /** The caller's key for the effect, where the vendor's protocol can carry one. */
  throughlineKey: string | null;
  reference: string | null;
  orderId: string | null;
  amountMinor: number | null;
  currency: string | null;
  status: string;
  details: Record<string, unknown>;
  /** RFC 3339, UTC. */
  createdAt: string;
  updatedAt: string;
}

export type NewRecord = Pick<SandboxRecord, 'id' | 'status'> &
  Partial<Omit<SandboxRecord, 'id' | 'status' | 'createdAt' | 'updatedAt'>>;

export type RecordChange = Partial<Pick<SandboxRecord, 'status' | 'amountMinor' | 'details'>>;

export interface ListFilter {
  reference?: string;
  orderId?: string;
  parentId?: string;
  throughlineKey?: string;
  /** RFC 3339: made or changed since. */
  updatedSince?: string;
  /** Of the details, only these; without it, all. */
  fields?: readonly string[];
  /** The id of a record: those that came after it. */
  after?: string;
  limit?: number;
  offset?: number;
  newestFirst?: boolean;
}

/** The statements over one kind of record. All throw only what Postgres throws. */
export interface RecordTable {
  readonly ddl: readonly string[];
  insert(db: Queryable, record: NewRecord): Promise<SandboxRecord>;
  find(db: Queryable, id: string): Promise<SandboxRecord | undefined>;
  /** The same, and no one else changes it until this transaction ends. */
  lock(db: Queryable, id: string): Promise<SandboxRecord | undefined>;
  update(db: Queryable, id: string, change: RecordChange): Promise<SandboxRecord>;
  list(db: Queryable, filter: ListFilter): Promise<SandboxRecord[]>;
}

const rowSchema = z.object({
  id: z.string(),
  parent_id: z.string().nullable(),
  throughline_key: z.string().nullable(),
  reference: z.string().nullable(),
  order_id: z.string().nullable(),
  amount_minor: z.coerce.number().int().nullable(),
  currency: z.string().nullable(),
  status: z.string(),
  details: z.record(z.string(), z.unknown()),
  created_at: z.date(),
  updated_at: z.date(),
});

function parseRow(row: unknown): SandboxRecord {
  const parsed = rowSchema.parse(row);
  return {
    id: parsed.id,
    parentId: parsed.parent_id,
    throughlineKey: parsed.throughline_key,
    reference: parsed.reference,
    orderId: parsed.order_id,
    amountMinor: parsed.amount_minor,
    currency: parsed.currency,
    status: parsed.status,
    details: parsed.details,
    createdAt: parsed.created_at.toISOString(),
    updatedAt: parsed.updated_at.toISOString(),
  };
}

function tableDdl(schema: string, name: string): string[] {
  const table = `${schema}.${name}`;
  return [
    `CREATE SCHEMA IF NOT EXISTS ${schema}`,
    `CREATE TABLE IF NOT EXISTS ${table} (
       seq bigint GENERATED ALWAYS AS IDENTITY,
       id text PRIMARY KEY,
       parent_id text,
       throughline_key text,
       reference text,
       order_id text,
       amount_minor bigint,
       currency text,
       status text NOT NULL,
       details jsonb NOT NULL DEFAULT '{}',
       created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
       updated_at timestamptz NOT NULL DEFAULT clock_timestamp())`,
    ...['seq', 'parent_id', 'throughline_key', 'reference', 'order_id'].map(
      (column) => `CREATE INDEX IF NOT EXISTS ${name}_${column} ON ${table} (${column})`,
    ),
  ];
}

const INSERT_COLUMNS =
  'id, parent_id, throughline_key, reference, order_id, amount_minor, currency, status, details';

/** The table `{schema}.{name}`. Both are constants of the code, never input. */
export function recordTable(schema: string, name: string): RecordTable {
  const table = `${schema}.${name}`;
  const one = (rows: unknown[]): SandboxRecord | undefined =>
    rows.length === 0 ? undefined : parseRow(rows[0]);
  return {
    ddl: tableDdl(schema, name),
    async insert(db, record) {
      const { rows } = await db.query(
        `INSERT INTO ${table} (${INSERT_COLUMNS})
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING *`,
        [
          record.id,
          record.parentId ?? null,
          record.throughlineKey ?? null,
          record.reference ?? null,
          record.orderId ?? null,
          record.amountMinor ?? null,
          record.currency ?? null,
          record.status,
          JSON.stringify(record.details ?? {}),
        ],
      );
      return parseRow(rows[0]);
    },
    async find(db, id) {
      return one((await db.query(`SELECT * FROM ${table} WHERE id = $1`, [id])).rows);
    },
    async lock(db, id) {
      return one((await db.query(`SELECT * FROM ${table} WHERE id = $1 FOR UPDATE`, [id])).rows);
    },
    async update(db, id, change) {
      const { rows } = await db.query(
        `UPDATE ${table} SET status = coalesce($2, status),
           amount_minor = coalesce($3, amount_minor),
           details = details || coalesce($4::jsonb, '{}'),
           updated_at = clock_timestamp()
         WHERE id = $1 RETURNING *`,
        [
          id,
          change.status ?? null,
          change.amountMinor ?? null,
          change.details ? JSON.stringify(change.details) : null,
        ],
      );
      return parseRow(rows[0]);
    },
    async list(db, filter) {
      const { rows } = await db.query(
        `SELECT id, parent_id, throughline_key, reference, order_id, amount_minor, currency, status,
                created_at, updated_at,
                CASE WHEN $9::text[] IS NULL THEN details ELSE coalesce(
                  (SELECT jsonb_object_agg(k, details -> k) FROM unnest($9::text[]) k
                    WHERE details ? k), '{}') END AS details
         FROM ${table}
         WHERE ($1::text IS NULL OR reference = $1) AND ($2::text IS NULL OR order_id = $2)
           AND ($3::text IS NULL OR parent_id = $3) AND ($4::text IS NULL OR throughline_key = $4)
           AND ($7::timestamptz IS NULL OR updated_at >= $7)
           AND ($8::text IS NULL OR seq > (SELECT seq FROM ${table} WHERE id = $8))
         ORDER BY seq ${filter.newestFirst ? 'DESC' : 'ASC'} LIMIT $5 OFFSET $6`,
        [
          filter.reference ?? null,
          filter.orderId ?? null,
          filter.parentId ?? null,
          filter.throughlineKey ?? null,
          Math.min(filter.limit ?? LIST_LIMIT_MAX, LIST_LIMIT_MAX),
          filter.offset ?? 0,
          filter.updatedSince ?? null,
          filter.after ?? null,
          filter.fields ?? null,
        ],
      );
      return rows.map(parseRow);
    },
  };
}

/** A record as `GET /_sandbox/records/{kind}` shows it: details beside the outer fields. */
export function shownRecord(record: SandboxRecord): Record<string, unknown> {
  const { details, ...outer } = record;
  return { ...details, ...outer };
}
