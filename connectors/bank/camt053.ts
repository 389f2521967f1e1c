/**
 * ISO 20022 bank-to-customer statements, camt.053 of version 02 and up.
 * https://www.iso20022.org/iso-20022-message-definitions (Cash Management)
 */
import type { BankLine, BankStatementReader } from '../../canonical/ports/bank';
import { isCurrency } from '../../canonical/rules/money/money';
import { quoted, unreadable } from '../report-problems';
import { decodedText } from '../report-text';
import { dateOf } from '../report-values';
import { allAt, textAt, xmlParts, type Element } from '../report-xml';
import { addLine, exactAmount, tiedStatements, type Draft } from './statement';

/** Balances that bound the bookings; forward, available and interim ones say other things. */
const OPENING = new Set(['OPBD', 'PRCD']);
const CLOSING = 'CLBD';
/** Said where the payer gave none. */
const NOT_PROVIDED = 'NOTPROVIDED';

export const camt053: BankStatementReader = {
  format: 'camt053',
  read: (bytes) => tiedStatements(drafts(bytes)),
};

async function* drafts(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Draft> {
  let draft: Draft | null = null;
  let head: Element[] = [];
  for await (const part of xmlParts(decodedText(bytes), 'Stmt')) {
    if (part.is === 'begin') {
      head = [];
      draft = null;
    } else if (part.is === 'end') {
      yield draft ?? begun(head);
    } else if (part.element.name === 'Bal') {
      draft ??= begun(head);
      setBalance(draft, part.element);
    } else if (part.element.name === 'Ntry') {
      draft ??= begun(head);
      const line = lineOf(part.element, draft.currency);
      if (line !== null) addLine(draft, line);
    } else {
      head.push(part.element);
    }
  }
}

/** What comes before the balances says whose statement it is. */
function begun(head: readonly Element[]): Draft {
  const whole: Element = { name: 'Stmt', attributes: {}, children: head, text: '' };
  const reference = textAt(whole, 'Id');
  const account = textAt(whole, 'Acct', 'Id', 'IBAN') ?? textAt(whole, 'Acct', 'Id', 'Othr', 'Id');
  if (reference === null || account === null) {
    const what = reference === null ? 'no Id' : 'no account';
    throw unreadable('header', `a statement has ${what}`);
  }
  const currency = textAt(whole, 'Acct', 'Ccy') ?? '';
  return { reference, account, currency, opening: null, closing: null, lines: [] };
}

function setBalance(draft: Draft & { currency: string }, balance: Element): void {
  const code = textAt(balance, 'Tp', 'CdOrPrtry', 'Cd') ?? '';
  const isOpening = OPENING.has(code);
  if (!isOpening && code !== CLOSING) return;
  // Some banks leave the account's currency out; a balance always has one.
  if (draft.currency === '') draft.currency = currencyOf(balance);
  const on = dayOf(balance, 'Dt');
  const told = { minor: signedOf(balance, draft.currency), on };
  // Of several pages' openings the booked one of this statement.
  if (isOpening && (draft.opening === null || code === 'OPBD')) draft.opening = told;
  if (!isOpening) draft.closing = told;
}

const currencyOf = (element: Element): string => {
  const code = allAt(element, 'Amt')[0]?.attributes['Ccy'] ?? '';
  if (isCurrency(code)) return code;
  throw unreadable('currency', `${quoted(code)} is no currency`);
};

function signedOf(element: Element, currency: string): number {
  const code = currencyOf(element);
  if (code !== currency) {
    throw unreadable('currency', `${code} in a statement in ${currency}`);
  }
  const minor = exactAmount(textAt(element, 'Amt') ?? '', currency, null);
  const side = textAt(element, 'CdtDbtInd');
  if (side === 'CRDT') return minor;
  if (side === 'DBIT') return minor === 0 ? 0 : -minor;
  throw unreadable('row', `${quoted(side ?? '')} is neither CRDT nor DBIT`);
}

function dayOf(element: Element, name: string): string | null {
  const text = textAt(element, name, 'Dt') ?? textAt(element, name, 'DtTm');
  if (text === null) return null;
  // The bank's own date: its time of day moves it to no other.
  const day = dateOf(text.slice(0, 'yyyy-mm-dd'.length));
  if (day === null) throw unreadable('date', `${quoted(text)} is no date`);
  return day;
}

/** Null for what is not booked: balances do not count it. */
function lineOf(entry: Element, currency: string): Omit<BankLine, 'lineNo'> | null {
  const status = textAt(entry, 'Sts', 'Cd') ?? textAt(entry, 'Sts');
  if (status !== null && status !== 'BOOK') return null;
  const bookedOn = dayOf(entry, 'BookgDt') ?? dayOf(entry, 'ValDt');
  if (bookedOn === null) throw unreadable('date', 'an entry has no date');
  const details = allAt(entry, 'NtryDtls', 'TxDtls');
  const amountMinor = signedOf(entry, currency);
  const remittance = details.flatMap((one) => [
    ...allAt(one, 'RmtInf', 'Ustrd'),
    ...allAt(one, 'RmtInf', 'Strd', 'CdtrRefInf', 'Ref'),
  ]);
  return {
    amountMinor,
    bookedOn,
    valueOn: dayOf(entry, 'ValDt'),
    bankRef: textAt(entry, 'AcctSvcrRef') ?? textAt(entry, 'NtryRef'),
    endToEndIds: details.flatMap((one) => {
      const id = textAt(one, 'Refs', 'EndToEndId');
      return id === null || id === NOT_PROVIDED ? [] : [id];
    }),
    remittance:
      remittance.map((one) => one.text.trim()).join(' ') || (textAt(entry, 'AddtlNtryInf') ?? ''),
    counterparty: partyOf(details, amountMinor < 0 ? 'Cdtr' : 'Dbtr'),
    isReversal: ['true', '1'].includes(textAt(entry, 'RvslInd') ?? ''),
  };
}

/** The one on the other side of a booking of one payment; version 08 puts `Pty` between. */
function partyOf(details: readonly Element[], side: 'Cdtr' | 'Dbtr'): string | null {
  const [only, another] = details;
  if (only === undefined || another !== undefined) return null;
  return textAt(only, 'RltdPties', side, 'Nm') ?? textAt(only, 'RltdPties', side, 'Pty', 'Nm');
}
