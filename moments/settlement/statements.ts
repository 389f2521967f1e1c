/**
 * A bank's file comes in, by whichever door: its bytes are kept as they are, then each statement in
 * it, each once by what it says, with its bookings; payouts among them are matched. It is all in or
 * not at all: a statement that does not add up, or is of another account, leaves none of the file.
 */
import { bankCalled, type BankSetup } from '../../canonical/installation';
import {
  UnreadableStatement,
  type BankLine,
  type BankProblem,
  type BankStatement,
  type BankStatementReader,
  type CsvColumns,
} from '../../canonical/ports/bank';
import type { Database, Sql } from '../../store/database';
import { contentHash, newId } from '../../store/ids';
import { keepBankLines, type NewBankLine } from '../../store/settlement/bank-lines';
import {
  bookingsCalled,
  insertStatement,
  linkBookings,
  lockBankAccount,
  statementLike,
} from '../../store/settlement/bank-statements';
import { noteArrival } from '../../store/settlement/feeds';
import { keepFile, keptBytes } from '../../store/settlement/kept-files';
import { matchBank } from './bank';

/** Of one file: its statements are held whole. */
export const MAX_STATEMENT_BYTES = 67_108_864;
const LINES_AT_ONCE = 5_000;
const HASH_CHARS = 16;

export interface StatementsReceived {
  readonly reader: BankStatementReader;
  /** Whose it has to be; null: any that is set up. */
  readonly bank: BankSetup | null;
  readonly bytes: AsyncIterable<Uint8Array>;
  /** The label of the key, or the folder that brought it. */
  readonly receivedBy: string;
  readonly correlationId: string;
}

export interface KeptStatement {
  readonly statementId: string;
  readonly bank: string;
  readonly statement: BankStatement;
  /** False where a file before said the same. */
  readonly isNew: boolean;
}

/**
 * The door that every statement comes through.
 * @throws UnreadableStatement, FileTooLarge, and what the sender of the bytes throws
 */
export async function receiveStatements(
  db: Database,
  told: StatementsReceived,
): Promise<KeptStatement[]> {
  const { reader, bank, receivedBy } = told;
  const of = { source: 'bank', account: bank?.bank ?? reader.format, receivedBy };
  const { fileId } = await keepFile(db, of, told.bytes, MAX_STATEMENT_BYTES);
  const statements: { readonly bank: BankSetup; readonly statement: BankStatement }[] = [];
  for await (const statement of reader.read(keptBytes(db, fileId))) {
    statements.push({ bank: bankOf(statement, bank), statement });
  }
  return db.transaction(async (sql) => {
    const kept: KeptStatement[] = [];
    for (const one of [...statements].sort(byAccount)) {
      kept.push(await keep(sql, { ...one, fileId, correlationId: told.correlationId }));
    }
    const currencies = new Set(statements.map(({ statement }) => statement.currency));
    for (const currency of [...currencies].sort()) await matchBank(sql, { currency });
    return kept;
  });
}

/** What its CSV files are read by; null where the set-up does not say. */
export function csvColumnsOf(bank: BankSetup | null): CsvColumns | null {
  const [account] = bank?.numbers ?? [];
  if (!bank?.csv || account === undefined) return null;
  return { ...bank.csv, account, currency: bank.currency };
}

/** Locks are taken in one order. */
const byAccount = (a: { bank: BankSetup }, b: { bank: BankSetup }) =>
  a.bank.bank.localeCompare(b.bank.bank);

/** @throws UnreadableStatement for one of an account that is not here, or not the one asked for */
function bankOf(statement: BankStatement, asked: BankSetup | null): BankSetup {
  const refused = (code: BankProblem['code'], detail: string) =>
    new UnreadableStatement([{ code, rowNo: null, detail }]);
  const { reference, account, currency } = statement;
  const found = bankCalled(account);
  if (found === undefined) {
    throw refused('other-account', `${reference}: no bank of the set-up has the number ${account}`);
  }
  if (asked !== null && asked.bank !== found.bank) {
    throw refused('other-account', `${reference}: it is of ${found.bank}, not of ${asked.bank}`);
  }
  if (found.currency !== currency) {
    throw refused(
      'currency',
      `${reference}: ${currency}, and ${found.bank} is in ${found.currency}`,
    );
  }
  return found;
}

interface Keeping {
  readonly bank: BankSetup;
  readonly statement: BankStatement;
  readonly fileId: string;
  readonly correlationId: string;
}

async function keep(sql: Sql, one: Keeping): Promise<KeptStatement> {
  const { bank, statement, fileId, correlationId } = one;
  const bankAccount = bank.numbers[0] ?? statement.account;
  await lockBankAccount(sql, bankAccount);
  const { lines, reference, currency, openedOn, closedOn, openingMinor, closingMinor } = statement;
  const said = { currency, openedOn, closedOn, openingMinor, closingMinor };
  const identity = { bankAccount, reference, contentHash: contentHash({ ...said, lines }) };
  const known = await statementLike(sql, identity);
  if (known !== null) {
    return { statementId: known, bank: bank.bank, statement, isNew: false };
  }
  const statementId = newId('bst');
  await insertStatement(sql, {
    ...{ statementId, bank: bank.bank, ...identity, ...said, fileId },
    lineCount: lines.length,
  });
  const bookings = await named(sql, bankAccount, lines);
  const ids: string[] = [];
  for (let at = 0; at < bookings.length; at += LINES_AT_ONCE) {
    const part = bookings.slice(at, at + LINES_AT_ONCE);
    const kept = await keepBankLines(sql, { bankAccount, currency, correlationId, lines: part });
    ids.push(...kept.map(({ bankLineId }) => bankLineId));
  }
  await linkBookings(sql, statementId, ids);
  await noteArrival(sql, bank.bank);
  return { statementId, bank: bank.bank, statement, isNew: true };
}

/**
 * Each booking under a name that another statement finds again: the bank's own, else what it says,
 * and how many before it in the statement say the same. A name that the bank gave to another
 * booking before is not trusted: money is never left out for it.
 */
async function named(
  sql: Sql,
  bankAccount: string,
  lines: readonly BankLine[],
): Promise<NewBankLine[]> {
  const seen = new Map<string, number>();
  const told = lines
    .filter(({ amountMinor }) => amountMinor !== 0)
    .map((line) => {
      const { bankRef, bookedOn, amountMinor } = line;
      const name = bankRef ?? `${bookedOn}/${amountMinor}/${saidBy(line)}`;
      const count = (seen.get(name) ?? 0) + 1;
      seen.set(name, count);
      const text = [line.remittance, ...line.endToEndIds, line.counterparty ?? ''];
      return {
        bankRef: count === 1 ? name : `${name}#${count}`,
        ...{ amountMinor, bookedOn, text: text.filter((one) => one !== '').join(' ') },
      };
    });
  const known = await bookingsCalled(
    sql,
    bankAccount,
    told.map(({ bankRef }) => bankRef),
  );
  const before = new Map(known.map((one) => [one.bankRef, one]));
  return told.map((line) => {
    const other = before.get(line.bankRef);
    const isOther =
      other !== undefined &&
      (other.amountMinor !== line.amountMinor || other.bookedOn !== line.bookedOn);
    const { bankRef, bookedOn, amountMinor } = line;
    return isOther ? { ...line, bankRef: `${bankRef}@${bookedOn}/${amountMinor}` } : line;
  });
}

const saidBy = ({ valueOn, endToEndIds, remittance, counterparty }: BankLine): string =>
  contentHash({ valueOn, endToEndIds, remittance, counterparty }).slice(0, HASH_CHARS);
