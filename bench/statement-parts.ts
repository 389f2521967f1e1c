/** Which part of an order's way a statement belongs to, by what it names. The first match counts. */

const PARTS: readonly (readonly [part: string, pattern: RegExp])[] = [
  ['begin and commit', /^(begin|commit|rollback)\b/i],
  // They read their order too: once for the effect and for the moment that records its answer.
  ['effects: begun', /^with said as .*into effect/is],
  ['effects: recorded', /^with locked as .*update effect/is],
  [
    'moments: the order read',
    /"holdReason"|^select \S+ from (sales_order|flow) .*for no key|^with locked as/is,
  ],
  ['moments: what they write', /\bwrite_1 as/],
  ['accept', /assert_reserved|from mapping m|insert into idempotency|from api_key/i],
  ['ledger', /insert into journal|from journal_line where/i],
  ['posting', /\bposting_batch|from journal/i],
  ['delivery', /\boutbox\b/i],
  ['dispatch', /\b(dispatch|lease)\b/i],
  ['inbound', /\b(update|into) inbox\b|from inbox i? *where state/i],
  ['effects', /\b(into|update|from) effect\b/i],
  ['moments: what they write', /./],
];

export interface StatementCount {
  readonly text: string;
  readonly calls: number;
  readonly ms: number;
}

export function partOf(text: string): string {
  return PARTS.find(([, pattern]) => pattern.test(text))?.[0] ?? 'moments: what they write';
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
