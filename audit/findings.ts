// What parts of an audit found; a part that found a difference is read once more.
import {
  seenTwice,
  type AuditReport,
  type Checked,
  type Difference,
  type Invariant,
} from './report';

/** Differences that a report holds; one broken rule can break every order. */
const DIFFERENCES_MAX = 10_000;

/** Gathers what one part checked and found. */
export class Findings {
  private readonly counts = new Map<string, Checked>();
  private readonly found: Difference[] = [];

  checked(invariant: Invariant, what: string, count: number): void {
    const key = `${invariant} ${what}`;
    const before = this.counts.get(key)?.count ?? 0;
    this.counts.set(key, { invariant, what, count: before + count });
  }

  add(differences: readonly Difference[]): void {
    const room = DIFFERENCES_MAX - this.found.length;
    this.found.push(...differences.slice(0, Math.max(0, room)));
  }

  report(): AuditReport {
    return { checked: [...this.counts.values()], differences: this.found };
  }
}

/** One part of an audit: it can be read again. */
export type Part = (findings: Findings) => Promise<void>;

/** Parts as they are read; those with a difference are kept for a second reading. */
export class Readings {
  private readonly all = new Findings();
  private readonly again: { readonly part: Part; readonly first: readonly Difference[] }[] = [];

  async read(part: Part): Promise<void> {
    const findings = new Findings();
    await part(findings);
    const { checked, differences } = findings.report();
    for (const { invariant, what, count } of checked) this.all.checked(invariant, what, count);
    if (differences.length > 0) this.again.push({ part, first: differences });
  }

  get hasDifferences(): boolean {
    return this.again.length > 0;
  }

  /** The differences that are still there: what was on its way has arrived. */
  async readAgain(): Promise<AuditReport> {
    for (const { part, first } of this.again) {
      const findings = new Findings();
      await part(findings);
      this.all.add(seenTwice(first, findings.report().differences));
    }
    return this.all.report();
  }
}
