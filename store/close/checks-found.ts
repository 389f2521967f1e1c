/** How a check says what it found, and what it is told of what is being closed. */
import type { Found } from '../../canonical/rules/close/checks';

/** What is being closed, and what the set-up says of it. */
export interface Closing {
  readonly entity: string;
  readonly firstDay: string;
  readonly lastDay: string;
  readonly functionalCurrency: string;
  /** Channels of the entity. */
  readonly channels: readonly string[];
  /** Accounts of the chart whose lines are money in their own currency. */
  readonly monetary: readonly string[];
}

/** Of a finding: names that are written out. */
const MAX_NAMED = 5;

export const passed = (finding: string): Found => ({ state: 'passed', finding, count: 0 });
export const failed = (count: number, finding: string): Found => ({
  state: 'failed',
  finding,
  count,
});
export const notApplicable = (finding: string): Found => ({
  state: 'not-applicable',
  finding,
  count: 0,
});

export function named(names: readonly string[]): string {
  const more = names.length - MAX_NAMED;
  return names.slice(0, MAX_NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
