// What is compared with: whose records, and the span of time in which they were read (RFC 3339).

export interface Window {
  /** What is younger is on its way, and left out. */
  readonly cutoff: string;
  /** Records that nobody changed since are not read: older effects were compared before. */
  readonly since: string | null;
}

/** The records of an account, called by its name: `stripe-us`. */
export interface Against extends Window {
  readonly books: string;
}

/** Whether an effect that was called then must have its record among those that were read. */
export const isLookedFor = (calledAt: string, { cutoff, since }: Window): boolean =>
  calledAt <= cutoff && (since === null || calledAt >= since);
