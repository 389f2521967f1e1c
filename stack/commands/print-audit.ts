// The audit's result for a person.
import type { Audit } from '../audit/run';

/** Prints what was checked and every difference. */
export function printAudit({ checked, differences }: Audit): void {
  for (const [what, count] of Object.entries(checked)) console.log(`checked ${count} ${what}`);
  for (const { invariant, message } of differences) console.log(`${invariant}: ${message}`);
  const count = differences.length;
  console.log(count === 0 ? 'No difference.' : `${count} difference${count === 1 ? '' : 's'}.`);
}
