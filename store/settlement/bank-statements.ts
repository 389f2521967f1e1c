/** Statements of banks, each once by what it says, and which bookings each shows. */
import type { Sql } from '../database';

export interface NewStatement {
  readonly statementId: string;
  readonly bank: string;
  readonly bankAccount: string;
  readonly reference: string;
  readonly contentHash: string;
  readonly currency: string;
  readonly openedOn: string | null;
  readonly closedOn: string | null;
  readonly openingMinor: number;
  readonly closingMinor: number;
  readonly lineCount: number;
  readonly fileId: string;
}

/** Who keeps statements of an account does so one after the other. */
export async function lockBankAccount(sql: Sql, bankAccount: string): Promise<void> {
  await sql.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [
    `bank-account:${bankAccount}`,
  ]);
}

/** The one that says the same. */
export async function statementLike(
  sql: Sql,
  one: Pick<NewStatement, 'bankAccount' | 'reference' | 'contentHash'>,
): Promise<string | null> {
  const { rows } = await sql.query<{ statement_id: string }>(
    `select statement_id from bank_statement
      where bank_account = $1 and reference = $2 and content_hash = $3`,
    [one.bankAccount, one.reference, one.contentHash],
  );
  return rows[0]?.statement_id ?? null;
}

export async function insertStatement(sql: Sql, one: NewStatement): Promise<void> {
  await sql.query(
    `insert into bank_statement (statement_id, bank, bank_account, reference, content_hash,
       currency, opened_on, closed_on, opening_minor, closing_minor, line_count, file_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      ...[one.statementId, one.bank, one.bankAccount, one.reference, one.contentHash],
      ...[one.currency, one.openedOn, one.closedOn, one.openingMinor, one.closingMinor],
      ...[one.lineCount, one.fileId],
    ],
  );
}

/** In their order, from 1. */
export async function linkBookings(
  sql: Sql,
  statementId: string,
  bankLineIds: readonly string[],
): Promise<void> {
  await sql.query(
    `insert into bank_statement_line (statement_id, line_no, bank_line_id)
     select $1, l.no, l.id from unnest($2::text[]) with ordinality as l(id, no)`,
    [statementId, bankLineIds],
  );
}

export interface KnownBooking {
  readonly bankRef: string;
  readonly amountMinor: number;
  readonly bookedOn: string;
}

export async function bookingsCalled(
  sql: Sql,
  bankAccount: string,
  bankRefs: readonly string[],
): Promise<KnownBooking[]> {
  const { rows } = await sql.query<KnownBooking>(
    `select bank_ref as "bankRef", amount_minor as "amountMinor", booked_on as "bookedOn"
       from bank_line where bank_account = $1 and bank_ref = any($2)`,
    [bankAccount, bankRefs],
  );
  return rows;
}
