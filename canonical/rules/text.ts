/** Text of others: stored, cut and compared without harm to any character of it. */

/** What neither UTF-8 nor Postgres can hold: U+0000, and half of a pair. */
const UNSTORABLE = /[\0\p{Surrogate}]/gu;
const REPLACEMENT = '\uFFFD';
const ENDS_IN_HALF = /[\uD800-\uDBFF]$/;

export const storable = (text: string): string => text.replace(UNSTORABLE, REPLACEMENT);

/** At most `maxUnits` UTF-16 units, and never half a character. */
export function cutText(text: string, maxUnits: number): string {
  return text.slice(0, maxUnits).replace(ENDS_IN_HALF, '');
}

/** Ends a line, moves a terminal's cursor, or turns the direction of what follows. */
const NOT_ON_A_LINE = /[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/gu;

/** Shown on one line of a report or a terminal: what would leave it is written as its number. */
export function oneLine(text: string): string {
  return text.replace(
    NOT_ON_A_LINE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
