/** The audit as a test's last word. */
import { expect } from 'vitest';
import { runAudit } from '../../audit/run';

const MOST_READS = 3;

/** What a system tells again while it is read is on its way: then it is read once more. */
export async function expectCleanAudit(
  databaseUrl: string,
  untilQuiet: () => Promise<void>,
): Promise<void> {
  let found: unknown = null;
  for (let read = 1; read <= MOST_READS; read += 1) {
    await untilQuiet();
    const { differences, checked } = await runAudit({ databaseUrl, graceMs: 0, isWhole: true });
    expect(checked.length).toBeGreaterThan(0);
    if (differences.length === 0) return;
    found = differences;
  }
  expect(found).toEqual([]);
}
