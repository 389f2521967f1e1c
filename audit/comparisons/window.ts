// The span of time whose records were read, both ends RFC 3339.

export interface Window {
  /** What is younger is on its way, and left out. */
  readonly cutoff: string;
  /** Records that nobody changed since are not read: older effects were compared before. */
  readonly since: string | null;
}

/** Whether an effect that was called then must have its record among those that were read. */
export const isLookedFor = (calledAt: string, { cutoff, since }: Window): boolean =>
  calledAt <= cutoff && (since === null || calledAt >= since);
