/** Which class a line is of: the first rule of its vendor that fits its words on its date. */
import type { ClassRule, SettlementClass, SettlementLine } from '../../ports/settlement';

const NAMES = ['transaction', 'type', 'description'] as const;
type Told = Pick<SettlementLine, 'words' | 'amountMinor' | 'occurredAt'>;

/**
 * A function, since the rules are sorted out once: those that name a line's words are looked up by
 * them, so that a file's length counts, and not the table's.
 */
export function classifierOf(rules: readonly ClassRule[]): (line: Told) => SettlementClass {
  const known = new Map<string, readonly ClassRule[]>();
  // Words that no rule asks for (a description that names its order) tell no lines apart.
  const asked = NAMES.filter((name) => rules.some(({ when }) => when[name] !== undefined));
  return (line) => {
    const key = asked.map((name) => line.words[name]).join('\u0000');
    let fitting = known.get(key);
    if (fitting === undefined) {
      fitting = rules.filter((rule) => hasWords(rule, line));
      // A vendor that puts a number into such a word would make this grow with the file.
      if (known.size < MAX_KNOWN_WORDS) known.set(key, fitting);
    }
    return fitting.find((rule) => isOn(rule, line))?.class ?? 'unknown';
  };
}
const MAX_KNOWN_WORDS = 2_000;

const fold = (text: string) => text.trim().toLowerCase();

function hasWords({ when }: ClassRule, { words }: Told): boolean {
  return NAMES.every((name) => {
    const wanted = when[name];
    return wanted === undefined || fold(wanted) === fold(words[name]);
  });
}

function isOn({ when, from, until }: ClassRule, { amountMinor, occurredAt }: Told): boolean {
  if (when.sign === 'positive' && amountMinor < 0) return false;
  if (when.sign === 'negative' && amountMinor >= 0) return false;
  // One without a date is under the rules that hold today: those that have no end.
  const day = occurredAt?.slice(0, 10) ?? null;
  if (day === null) return until === undefined;
  return (from === undefined || day >= from) && (until === undefined || day <= until);
}
