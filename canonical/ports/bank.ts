/**
 * What a bank statement says, whatever format it came in. A reader proves that it adds up before it
 * gives it: opening balance and lines come to the closing balance, or there is no statement.
 */
import type { SettlementProblem } from './settlement';

export const BANK_FORMATS = ['camt053', 'mt940', 'bai2', 'csv'] as const;
export type BankFormat = (typeof BANK_FORMATS)[number];

/** One booking of the bank. */
export interface BankLine {
  /** The place in the statement, from 1. */
  readonly lineNo: number;
  /** Above zero came in. In the statement's currency. */
  readonly amountMinor: number;
  /** Business dates of the bank. */
  readonly bookedOn: string;
  readonly valueOn: string | null;
  /** The bank's own reference of this booking. */
  readonly bankRef: string | null;
  /** What the payer named it by; a booking of several payments has one for each. */
  readonly endToEndIds: readonly string[];
  /** For people and for matching; it may name a person, so it reaches no log and no history. */
  readonly remittance: string;
  /** Who paid or was paid; personal as `remittance` is. */
  readonly counterparty: string | null;
  /** It takes an earlier booking back. */
  readonly isReversal: boolean;
}

export interface BankStatement {
  /** The bank's own number of this statement; with account and dates it is known again. */
  readonly reference: string;
  /** An IBAN, else the bank's own number of the account. */
  readonly account: string;
  readonly currency: string;
  /** Business dates of the two balances, where they are said. */
  readonly openedOn: string | null;
  readonly closedOn: string | null;
  readonly openingMinor: number;
  readonly closingMinor: number;
  readonly lines: readonly BankLine[];
}

export interface BankProblem extends Omit<SettlementProblem, 'code'> {
  /** `other-account`: none that is set up, or another than it was handed in for. */
  readonly code: SettlementProblem['code'] | 'untied';
}

/** A file is all in or not at all: the first hundred of its faults are told, and how many there are. */
export class UnreadableStatement extends Error {
  override readonly name = 'UnreadableStatement';
  constructor(
    readonly problems: readonly BankProblem[],
    readonly count: number = problems.length,
  ) {
    super(problems.map(({ detail }) => detail).join('\n'));
  }
}

/** Which column of a CSV statement is what, said in the set-up: banks have no common one. */
export interface CsvColumns {
  readonly bookedOn: string;
  /** One signed amount, or two columns of which one is filled. */
  readonly amount: string | { readonly debit: string; readonly credit: string };
  readonly valueOn?: string;
  readonly remittance?: string;
  readonly counterparty?: string;
  readonly bankRef?: string;
  readonly endToEndId?: string;
  /** The balance after each line: the opening and closing balance follow from it. */
  readonly balance: string;
  readonly dateOrder: 'year-month-day' | 'day-month-year' | 'month-day-year';
  readonly delimiter: ',' | ';' | '\t';
  /** What the file does not say. */
  readonly account: string;
  readonly currency: string;
}

/** A format's reader. A file may hold several statements; each is held whole, one at a time. */
export interface BankStatementReader {
  readonly format: BankFormat;
  /** Throws `UnreadableStatement`. */
  read(bytes: AsyncIterable<Uint8Array>): AsyncIterable<BankStatement>;
}
