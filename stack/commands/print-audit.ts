// The audit's result for a person.
import type { AuditReport } from '../../audit/report';
import { oneLine } from '../../canonical/rules/text';

/** Prints what was checked and every difference. */
export function printAudit({ checked, differences }: AuditReport): void {
  for (const { invariant, what, count } of checked) {
    console.log(`${invariant.padEnd(4)}checked ${count} ${what}`);
  }
  for (const { invariant, detail } of differences) console.log(`${invariant}: ${oneLine(detail)}`);
  const count = differences.length;
  console.log(count === 0 ? 'No difference.' : `${count} difference${count === 1 ? '' : 's'}.`);
}
