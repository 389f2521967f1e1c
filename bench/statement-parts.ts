/** Which part of an order's way a statement belongs to, by what it names. The first match counts. */

const PARTS: readonly (readonly [part: string, pattern: RegExp])[] = [
  ['frames', /^(begin|commit|rollback)\b/i],
  ['accept', /assert_reserved|from item |from mapping m|insert into idempotency|from api_key/i],
  ['posting', /\bposting_|\bjournals?_(?!line)|from journal/i],
  ['moments: ledger', /insert into journal/i],
  ['delivery', /\boutbox\b/i],
  ['dispatch', /\b(dispatch|lease)\b/i],
  ['inbound', /\b(update|into) inbox\b|from inbox i? *where state/i],
  ['effects', /^\s*(insert into|update|delete from|with .*update) effect\b/is],
  ['effects: what to ask', /"channelOrderRef",\s+t\.payment|as "shipTo"|select body from effect/i],
  ['moments', /./],
];

export interface StatementCount {
  readonly text: string;
  readonly calls: number;
  readonly ms: number;
}

export function partOf(text: string): string {
  return PARTS.find(([, pattern]) => pattern.test(text))?.[0] ?? 'moments';
}

export interface PartCount {
  readonly calls: number;
  readonly ms: number;
}

export function byPart(counts: readonly StatementCount[]): Readonly<Record<string, PartCount>> {
  const parts: Record<string, PartCount> = {};
  for (const { text, calls, ms } of counts) {
    const part = partOf(text);
    const before = parts[part] ?? { calls: 0, ms: 0 };
    parts[part] = { calls: before.calls + calls, ms: before.ms + ms };
  }
  return parts;
}
