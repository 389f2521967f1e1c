/**
 * SWIFT MT940 customer statements, with or without their envelope; the information to the account
 * owner (:86:) free, with the `?20` parts of German banks, or with `/EREF/` as elsewhere.
 * A statement of several pages is one for each: their balances chain.
 */
import type { BankStatementReader } from '../../canonical/ports/bank';
import { isCurrency } from '../../canonical/rules/money/money';
import { quoted, unreadable } from '../report-problems';
import { decodedText } from '../report-text';
import { dateOf } from '../report-values';
import { addLine, exactAmount, tiedStatements, type Balance, type Draft } from './statement';

const BALANCE = /^([CD])(\d{6})([A-Z]{3})(\d{1,12},\d{0,6})$/;
const MOVEMENT =
  /^(\d{6})(\d{4})?(R?[CD])([A-Z])?(\d{1,12},\d{0,6})([A-Z][A-Z0-9]{3})(.{0,16}?)(?:\/\/(.*))?$/;
/** A field longer than this is none: 65 characters in six lines, with room for banks that add some. */
const MAX_FIELD_LINES = 40;
/** Two digits of a year: before it 20xx, from it on 19xx. */
const FIRST_OF_19XX = 80;
const MONTHS = 12;

export const mt940: BankStatementReader = {
  format: 'mt940',
  read: (bytes) => tiedStatements(drafts(bytes)),
};

interface Field {
  readonly tag: string;
  readonly lines: string[];
  readonly rowNo: number;
}

/** May follow the closing balance: what is available, and information on the whole statement. */
const AFTER_CLOSING = new Set(['64', '65', '86']);

async function* drafts(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Draft> {
  let draft: Writable | null = null;
  let before = '';
  for await (const field of fields(decodedText(bytes))) {
    const { tag, rowNo } = field;
    if (tag === '20') {
      if (draft) throw notClosed(draft, rowNo);
      draft = newDraft(field);
    } else if (draft) {
      take(draft, field, before);
    } else if (!AFTER_CLOSING.has(tag)) {
      throw unreadable('header', `:${tag}: comes before any :20:`, rowNo);
    }
    before = tag;
    if (!draft?.closing) continue;
    yield draft;
    draft = null;
  }
  if (draft) throw notClosed(draft, null);
}

type Writable = { -readonly [K in keyof Draft]: Draft[K] };

const newDraft = ({ lines: [reference = ''] }: Field): Writable => ({
  reference,
  account: '',
  currency: '',
  opening: null,
  closing: null,
  lines: [],
});

const notClosed = ({ reference }: Draft, rowNo: number | null) =>
  unreadable('cut-off', `${reference}: the statement has no closing balance`, rowNo);

function take(draft: Writable, field: Field, before: string): void {
  const [first = ''] = field.lines;
  switch (field.tag) {
    case '25':
      draft.account = first;
      return;
    case '28':
    case '28C':
      draft.reference = first;
      return;
    case '60F':
    case '60M': {
      const { currency, ...opening } = balanceOf(field);
      draft.currency = currency;
      draft.opening = opening;
      return;
    }
    case '61':
      return addMovement(draft, field);
    case '86':
      // Of the statement, where no movement comes before it.
      return before === '61' ? addInformation(draft, field.lines) : undefined;
    case '62F':
    case '62M': {
      const { currency, ...closing } = balanceOf(field);
      draft.closing = closing;
      if (currency === draft.currency) return;
      const detail = `${currency} in a statement in ${draft.currency}`;
      throw unreadable('currency', detail, field.rowNo);
    }
    default:
  }
}

/** Fields of a message: a tag, and lines up to the next or to the end of the envelope. */
async function* fields(text: AsyncIterable<string>): AsyncIterable<Field> {
  let field: Field | null = null;
  for await (const { line, rowNo } of linesOf(text)) {
    const tag = /^(?:\{.*\{4:)?:(\d{2}[A-Z]?):(.*)$/.exec(line);
    const isEnvelope = line.startsWith('{') || /^-\}?/.test(line) || line === '';
    if (tag || isEnvelope) {
      if (field) yield field;
      field = tag ? { tag: tag[1] ?? '', lines: [tag[2] ?? ''], rowNo } : null;
      continue;
    }
    if (!field) throw unreadable('header', `${quoted(line)} is no field of an MT940`, rowNo);
    if (field.lines.length >= MAX_FIELD_LINES) {
      const detail = `:${field.tag}: goes on for more than ${MAX_FIELD_LINES} lines`;
      throw unreadable('row', detail, rowNo);
    }
    field.lines.push(line);
  }
  if (field) yield field;
}

async function* linesOf(text: AsyncIterable<string>) {
  let rest = '';
  let rowNo = 0;
  for await (const piece of text) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield { line: line.trimEnd(), rowNo: (rowNo += 1) };
  }
  if (rest.trim() !== '') yield { line: rest.trimEnd(), rowNo: rowNo + 1 };
}

function balanceOf({
  tag,
  lines: [text = ''],
  rowNo,
}: Field): Balance & { readonly currency: string } {
  const match = BALANCE.exec(text);
  const [, side, day = '', currency = '', amount = ''] = match ?? [];
  if (!match) throw unreadable('row', `${quoted(text)} is no balance of :${tag}:`, rowNo);
  if (!isCurrency(currency)) throw unreadable('currency', `${currency} is no currency`, rowNo);
  const minor = exactAmount(amount, currency, rowNo);
  return { currency, on: dayOf(day, rowNo), minor: side === 'D' && minor !== 0 ? -minor : minor };
}

function dayOf(yymmdd: string, rowNo: number): string {
  const year = Number(yymmdd.slice(0, 2));
  const day = `${year < FIRST_OF_19XX ? 20 : 19}${yymmdd.slice(0, 2)}-${yymmdd.slice(2, 4)}-${yymmdd.slice(4)}`;
  if (dateOf(day) === null) throw unreadable('date', `${quoted(yymmdd)} is no date`, rowNo);
  return day;
}

function addMovement(draft: Draft, { lines: [text = '', ...supplement], rowNo }: Field): void {
  const match = MOVEMENT.exec(text);
  if (!match) throw unreadable('row', `${quoted(text)} is no line of :61:`, rowNo);
  const [, value = '', entry, mark = '', , amount = '', , ownerRef = '', bankRef] = match;
  const minor = exactAmount(amount, draft.currency, rowNo);
  const isReversal = mark.startsWith('R');
  // A reversed credit goes out, a reversed debit comes in.
  const comesIn = mark === 'C' || mark === 'RD';
  const valueOn = dayOf(value, rowNo);
  addLine(draft, {
    amountMinor: comesIn || minor === 0 ? minor : -minor,
    bookedOn: entry === undefined ? valueOn : entryDay(value, entry, rowNo),
    valueOn,
    bankRef: bankRef?.trim() || null,
    endToEndIds: ['', 'NONREF'].includes(ownerRef.trim()) ? [] : [ownerRef.trim()],
    remittance: supplement.join(' '),
    counterparty: null,
    isReversal,
  });
}

/** The day of entry has no year: it is the one that puts it next to the value date. */
function entryDay(value: string, entry: string, rowNo: number): string {
  const apart = Number(entry.slice(0, 2)) - Number(value.slice(2, 4));
  const years = apart > MONTHS / 2 ? -1 : apart < -MONTHS / 2 ? 1 : 0;
  const year = String((Number(value.slice(0, 2)) + years + 100) % 100).padStart(2, '0');
  return dayOf(`${year}${entry}`, rowNo);
}

/** Belongs to the movement before it. */
function addInformation(draft: Draft, lines: readonly string[]): void {
  const line = draft.lines.at(-1);
  if (!line) return;
  const text = lines.join('');
  const parts = [...text.matchAll(/\?(\d{2})([^?]*)/g)];
  const part = (from: number, to: number): string =>
    parts
      .filter(([, no]) => Number(no) >= from && Number(no) <= to)
      .map(([, , said]) => said)
      .join('');
  const said = parts.length > 0 ? `${part(20, 29)}${part(60, 63)}` : lines.join(' ');
  const endToEndId =
    /EREF\+(.+?)(?=(?:KREF|MREF|CRED|DEBT|SVWZ|ABWA|IBAN|BIC)\+|$)/.exec(said)?.[1] ??
    /\/EREF\/([^/]+)/.exec(text)?.[1];
  const named = /\/NAME\/([^/]+)/.exec(text)?.[1];
  draft.lines[draft.lines.length - 1] = {
    ...line,
    remittance: `${line.remittance} ${said}`.trim(),
    counterparty: (parts.length > 0 ? part(32, 33) : named)?.trim() || null,
    endToEndIds: [...new Set([...line.endToEndIds, ...(endToEndId ? [endToEndId.trim()] : [])])],
  };
}
