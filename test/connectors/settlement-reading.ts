/** Reads a report whole, for tests: its settlements, whether each ties, and what it was refused for. */
import {
  UnreadableSettlement,
  type SettlementClass,
  type SettlementHead,
  type SettlementLine,
  type SettlementSource,
} from '../../canonical/ports/settlement';
import { sum } from '../../canonical/rules/money/money';

export interface ReadSettlement {
  readonly head: SettlementHead;
  readonly lines: readonly (SettlementLine & { readonly class: SettlementClass })[];
  readonly declaredNetMinor: number | null;
}

/** Bytes in pieces of a few, so that every row and character is cut somewhere. */
export async function* pieces(bytes: Uint8Array, size = bytes.length): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export async function readReport(
  source: SettlementSource,
  content: string | Uint8Array,
  pieceBytes?: number,
): Promise<ReadSettlement[]> {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const settlements: ReadSettlement[] = [];
  let open: { head: SettlementHead; lines: ReadSettlement['lines'][number][] } | null = null;
  for await (const part of source.read(pieces(bytes, pieceBytes))) {
    if (part.part === 'head') {
      if (open) throw new Error(`${part.reference} begins before another has ended`);
      open = { head: part, lines: [] };
    } else if (!open) {
      throw new Error(`a ${part.part} of no settlement`);
    } else if (part.part === 'line') {
      open.lines.push({ ...part, class: classOf(source, part) });
    } else {
      settlements.push({ ...open, declaredNetMinor: part.declaredNetMinor });
      open = null;
    }
  }
  if (open) throw new Error('a settlement without an end');
  return settlements;
}

/** By the source's own table; none of its rows has dates yet. */
function classOf({ classes }: SettlementSource, { words, amountMinor }: SettlementLine) {
  const is = (wanted: string | undefined, word: string): boolean =>
    wanted === undefined || wanted.toLowerCase() === word.toLowerCase();
  const rule = classes.find(
    ({ when }) =>
      is(when.transaction, words.transaction) &&
      is(when.type, words.type) &&
      is(when.description, words.description) &&
      (when.sign === undefined || (when.sign === 'negative') === amountMinor < 0),
  );
  return rule?.class ?? 'unknown';
}

/** What the lines come to, less what they say is paid out; zero where a settlement ties. */
export function differenceOf({ lines, declaredNetMinor }: ReadSettlement): number {
  const paidOut = lines.filter((line) => line.class === 'payout');
  const net =
    sum(lines.map((line) => line.amountMinor)) - sum(paidOut.map((line) => line.amountMinor));
  return net - (declaredNetMinor ?? -sum(paidOut.map((line) => line.amountMinor)));
}

/** The problems that a report is refused for, by code. */
export async function refusal(
  source: SettlementSource,
  content: string | Uint8Array,
): Promise<UnreadableSettlement> {
  try {
    await readReport(source, content);
  } catch (error) {
    if (error instanceof UnreadableSettlement) return error;
    throw error;
  }
  throw new Error('the report was read');
}

/** Whether somebody would know: it is refused, it does not tie, or a line is of no known class. */
export async function isCaught(source: SettlementSource, content: string): Promise<boolean> {
  try {
    const read = await readReport(source, content);
    return read.some(
      (one) => differenceOf(one) !== 0 || one.lines.some((line) => line.class === 'unknown'),
    );
  } catch (error) {
    if (error instanceof UnreadableSettlement) return true;
    throw error;
  }
}
