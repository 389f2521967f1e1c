/** `; did you mean "stripe-us"?` for a name that is one or two letters beside a known one. */

/** Letters that must be added, dropped or changed to make one word of the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      const changed = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(changed, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** Empty where nothing known is near; lists what there is where that is short. */
export function suggestion(name: string, known: readonly string[]): string {
  const near = known
    .map((one) => ({ one, far: distance(name.toLowerCase(), one.toLowerCase()) }))
    .sort((a, b) => a.far - b.far)[0];
  if (near && near.far <= Math.max(2, Math.floor(near.one.length / 3))) {
    return `; did you mean "${near.one}"?`;
  }
  return known.length > 0 && known.length <= MAX_LISTED ? `; there is ${known.join(', ')}` : '';
}

const MAX_LISTED = 12;
