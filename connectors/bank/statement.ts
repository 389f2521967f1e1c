/** What all formats of bank statements share: how one is held, and that it adds up. */
import {
  UnreadableStatement,
  type BankLine,
  type BankProblem,
  type BankStatement,
} from '../../canonical/ports/bank';
import { UnreadableSettlement } from '../../canonical/ports/settlement';
import { formatMoney, parseDecimal, sum } from '../../canonical/rules/money/money';
import { unreadable } from '../report-problems';

/** A statement is held whole; a day of a busy account has some ten thousand lines. */
const BANK_LINES_MAX = 200_000;

/** A statement while it is read; what its format tells later is missing before. */
export interface Draft extends Pick<BankStatement, 'reference' | 'account' | 'currency'> {
  opening: Balance | null;
  closing: Balance | null;
  readonly lines: BankLine[];
}
export interface Balance {
  readonly minor: number;
  readonly on: string | null;
}

export function addLine(draft: Draft, line: Omit<BankLine, 'lineNo'>): void {
  if (draft.lines.length >= BANK_LINES_MAX) {
    throw unreadable('too-large', `${draft.reference}: more than ${BANK_LINES_MAX} lines`);
  }
  draft.lines.push({ lineNo: draft.lines.length + 1, ...line });
}

/** Statements as they end; each adds up, or the file is refused. @throws UnreadableStatement */
export async function* tiedStatements(drafts: AsyncIterable<Draft>): AsyncIterable<BankStatement> {
  try {
    let count = 0;
    for await (const draft of drafts) {
      count += 1;
      yield tied(draft);
    }
    if (count === 0) throw unreadable('empty', 'no statement is in the file');
  } catch (error) {
    if (!(error instanceof UnreadableSettlement)) throw error;
    throw new UnreadableStatement(error.problems, error.count);
  }
}

function tied({ opening, closing, lines, ...told }: Draft): BankStatement {
  if (opening === null || closing === null) {
    const which = opening === null ? 'opening' : 'closing';
    throw untied(`${told.reference}: no ${which} balance, so nothing says that no line is missing`);
  }
  const moved = sum(lines.map((line) => line.amountMinor));
  if (opening.minor + moved !== closing.minor) {
    const [opened, came, closed] = [opening.minor, moved, closing.minor].map((minor) =>
      formatMoney(minor, told.currency),
    );
    throw untied(`${told.reference}: ${opened} and lines of ${came} are not ${closed}`);
  }
  return {
    ...told,
    openedOn: opening.on,
    closedOn: closing.on,
    openingMinor: opening.minor,
    closingMinor: closing.minor,
    lines,
  };
}

export function untied(detail: string): UnreadableStatement {
  const problem: BankProblem = { code: 'untied', rowNo: null, detail };
  return new UnreadableStatement([problem]);
}

/** A decimal of the format's own; a comma is SWIFT's point. */
export function exactAmount(text: string, currency: string, rowNo: number | null): number {
  const minor = parseDecimal(text.replace(',', '.').replace(/\.$/, ''), currency);
  if (minor !== null) return minor;
  throw unreadable('amount', `${text.slice(0, 40)} is no amount of ${currency}`, rowNo);
}
