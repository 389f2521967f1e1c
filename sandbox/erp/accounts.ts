/** The chart of accounts that the ERP stand-in accepts: internal id and name. */
import { z } from 'zod';
import type { Queryable } from '../database';
import { recordTable } from '../records';

export const accounts = recordTable('erp', 'accounts');

const CHART: readonly (readonly [id: string, name: string])[] = [
  ['1010', 'BANK'],
  ['1050', 'TILL'],
  ['1200', 'CLR'],
  ['1210', 'AR'],
  ['1300', 'INV'],
  ['1310', 'INV-TRANSIT'],
  ['1320', 'INV-QC'],
  ['1330', 'RRA'],
  ['1340', 'VENDOR-REC'],
  ['2100', 'CL'],
  ['2150', 'GC'],
  ['2200', 'TAX'],
  ['2250', 'RFL'],
  ['2300', 'REFP'],
  ['2400', 'GRNI'],
  ['2440', 'ACCRUED-SUPPLY'],
  ['2450', 'ACCRUED-FREIGHT'],
  ['2460', 'ACCRUED-RECOVERY'],
  ['4000', 'REV'],
  ['4100', 'SHIPREV'],
  ['4200', 'REV-RESTOCK'],
  ['4900', 'DISC'],
  ['4910', 'RET'],
  ['5000', 'COGS'],
  ['5100', 'FEE-FREIGHT'],
  ['5200', 'SHRINK'],
  ['5210', 'SCRAP'],
  ['5220', 'WRITE-DOWN'],
  ['9999', 'SUSP'],
];

/** Seeds the chart; an account that a person added or changed stays as it is. */
export const accountsDdl: readonly string[] = CHART.map(
  ([id, name]) =>
    `INSERT INTO erp.accounts (id, reference, status)
     VALUES ('${id}', '${name}', 'active') ON CONFLICT (id) DO NOTHING`,
);

/** Which of these internal ids the chart does not have. */
export async function unknownAccounts(db: Queryable, ids: readonly string[]): Promise<Set<string>> {
  const { rows } = await db.query(
    `SELECT wanted.id FROM unnest($1::text[]) AS wanted (id)
     WHERE NOT EXISTS (
       SELECT FROM erp.accounts WHERE accounts.id = wanted.id AND status = 'active')`,
    [ids],
  );
  return new Set(rows.map((row) => z.object({ id: z.string() }).parse(row).id));
}
