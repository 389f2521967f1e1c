/** The faults of a report while it is read: as many are told as a person reads, and all are counted. */
import { UnreadableSettlement, type SettlementProblem } from '../canonical/ports/settlement';

/** Told by name; of the rest there is a count. */
const PROBLEMS_TOLD = 100;
const MAX_TOLD_CHARS = 60;

export interface Problems {
  add(code: SettlementProblem['code'], rowNo: number | null, detail: string): void;
  readonly count: number;
  /** Throws `UnreadableSettlement` where there is one. */
  refuse(): void;
}

export function collectProblems(): Problems {
  const told: SettlementProblem[] = [];
  let count = 0;
  return {
    add(code, rowNo, detail) {
      count += 1;
      if (told.length < PROBLEMS_TOLD) told.push({ code, rowNo, detail });
    },
    get count() {
      return count;
    },
    refuse() {
      if (count > 0) throw new UnreadableSettlement(told, count);
    },
  };
}

/** For what makes reading on pointless. */
export function unreadable(
  code: SettlementProblem['code'],
  detail: string,
  rowNo: number | null = null,
): UnreadableSettlement {
  return new UnreadableSettlement([{ code, rowNo, detail }]);
}

/** A file's own text in a message: short, on one line. */
export const quoted = (text: string): string =>
  JSON.stringify(text.length > MAX_TOLD_CHARS ? `${text.slice(0, MAX_TOLD_CHARS)}…` : text);
