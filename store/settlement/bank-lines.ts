/** Bookings of the bank, each once, and which payouts they are. */
import type {
  BankBooking,
  BankMatch,
  OpenPayout,
} from '../../canonical/rules/settlement/bank-match';
import type { Sql } from '../database';
import { newId } from '../ids';

/** Looked at together; older ones that fit nothing are a person's. */
const MAX_BOOKINGS = 2_000;
const MAX_PAYOUTS = 2_000;

export interface NewBankLine {
  /** The bank's own reference of this booking. */
  readonly bankRef: string;
  /** Above zero came in. */
  readonly amountMinor: number;
  readonly bookedOn: string;
  readonly text: string;
}

export interface BankLines {
  readonly bankAccount: string;
  readonly currency: string;
  readonly correlationId: string;
  readonly lines: readonly NewBankLine[];
}

export interface KeptBankLine {
  readonly bankRef: string;
  readonly bankLineId: string;
  readonly isNew: boolean;
}

/** One that is here stays as it is. */
export async function keepBankLines(sql: Sql, told: BankLines): Promise<KeptBankLine[]> {
  const rows = told.lines.map((line) => ({ ...line, bankLineId: newId('bln') }));
  await sql.query(
    `insert into bank_line (bank_line_id, bank_account, bank_ref, currency, amount_minor,
       booked_on, text, correlation_id)
     select l."bankLineId", $1, l."bankRef", $2, l."amountMinor", l."bookedOn", l.text, $3
       from jsonb_to_recordset($4::jsonb) as l("bankLineId" text, "bankRef" text,
              "amountMinor" bigint, "bookedOn" date, text text)
      order by l."bankRef"
     on conflict (bank_account, bank_ref) do nothing`,
    [told.bankAccount, told.currency, told.correlationId, JSON.stringify(rows)],
  );
  const kept = await sql.query<{ bank_ref: string; bank_line_id: string }>(
    `select bank_ref, bank_line_id from bank_line where bank_account = $1 and bank_ref = any($2)`,
    [told.bankAccount, told.lines.map((one) => one.bankRef)],
  );
  const ids = new Map(kept.rows.map((row) => [row.bank_ref, row.bank_line_id]));
  return rows.map(({ bankRef, bankLineId }) => ({
    bankRef,
    bankLineId: ids.get(bankRef) ?? bankLineId,
    isNew: ids.get(bankRef) === bankLineId,
  }));
}

/** Who matches bookings of a currency does so one after the other. */
export async function lockBank(sql: Sql, currency: string): Promise<void> {
  await sql.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [`bank:${currency}`]);
}

export async function openBookings(sql: Sql, currency: string): Promise<BankBooking[]> {
  const { rows } = await sql.query<BankBooking>(
    `select bank_line_id as "bankLineId", amount_minor - matched_minor as "leftMinor",
            booked_on as "bookedOn", text
       from bank_line where currency = $1 and matched_minor <> amount_minor
      order by booked_on desc, bank_line_id limit ${MAX_BOOKINGS}`,
    [currency],
  );
  return rows;
}

/** Locks them: a settlement's row is its flow's to change. */
export async function openPayouts(sql: Sql, currency: string): Promise<OpenPayout[]> {
  const { rows } = await sql.query<OpenPayout>(
    `select settlement_id as "settlementId", account, reference,
            declared_net_minor - bank_minor - failed_minor as "leftMinor",
            business_date as "dueOn"
       from settlement
      where state = 'posted' and currency = $1
        and declared_net_minor <> bank_minor + failed_minor
      order by settlement_id limit ${MAX_PAYOUTS} for no key update`,
    [currency],
  );
  return rows;
}

export async function recordBankMatch(sql: Sql, match: BankMatch): Promise<void> {
  await sql.query(
    `with m as (
       insert into bank_match (bank_line_id, settlement_id, amount_minor) values ($1, $2, $3)),
     l as (
       update bank_line set matched_minor = matched_minor + $3 where bank_line_id = $1)
     update settlement set bank_minor = bank_minor + $3 where settlement_id = $2`,
    [match.bankLineId, match.settlementId, match.amountMinor],
  );
}

/** Of a booking, what its journal says beside the settlement. */
export async function bookedOnOf(sql: Sql, bankLineId: string): Promise<string | null> {
  const { rows } = await sql.query<{ booked_on: string }>(
    `select booked_on from bank_line where bank_line_id = $1`,
    [bankLineId],
  );
  return rows[0]?.booked_on ?? null;
}
