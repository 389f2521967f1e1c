/**
 * What is looked at before a month is closed. Each check says what it found; one that failed holds
 * the close up until it passes, or, where it may be accepted, until whoever prepares the close says
 * why it is taken as it is, and whoever approves it has read that.
 */

export const CLOSE_CHECKS = [
  'earlier-periods',
  'trial-balance',
  'sources-in',
  'settlements-tied',
  'clearing-aged',
  'journals-batched',
  'erp-agrees',
  'stock-valued',
  'reserves-reviewed',
  'foreign-items',
  'exceptions-open',
] as const;
export type CloseCheck = (typeof CLOSE_CHECKS)[number];

interface CheckRule {
  readonly title: string;
  /** A person may take what failed as it is, with a reason. */
  readonly mayAccept: boolean;
}

const hard = (title: string): CheckRule => ({ title, mayAccept: false });
const soft = (title: string): CheckRule => ({ title, mayAccept: true });

export const CHECK_RULES: Readonly<Record<CloseCheck, CheckRule>> = {
  'earlier-periods': hard('Earlier months are closed'),
  'trial-balance': hard('Debits are credits'),
  'sources-in': soft('Every source has reported to the end of the month'),
  'settlements-tied': soft('Every settlement ties and is posted'),
  'clearing-aged': soft('Nothing on clearing is older than its limit without an owner'),
  'journals-batched': hard('Every journal is on its way to the ERP'),
  'erp-agrees': soft('The ERP has what the subledger has'),
  'stock-valued': soft('Stock is worth what the books say'),
  'reserves-reviewed': soft('What is set aside for returns was looked at (rule 16)'),
  'foreign-items': soft('Open items in foreign currency are revalued (rule 23)'),
  'exceptions-open': soft('No exception with money in the month is open'),
};

/** How a check came out. */
export interface Found {
  readonly state: 'passed' | 'failed' | 'not-applicable';
  /** In words, with its numbers: what is accepted is accepted at these. */
  readonly finding: string;
  /** How many things are wrong. */
  readonly count: number;
}

export interface CheckResult extends Found {
  readonly name: CloseCheck;
  /** RFC 3339. */
  readonly checkedAt: string;
}

/** Taken as it is, by whoever prepared the close. */
export interface Accepted {
  readonly check: CloseCheck;
  /** As it was read: what has changed since is not accepted. */
  readonly finding: string;
  readonly reason: string;
}

/** Those that hold the close up: failed, and not accepted as they are now. */
export function holdingUp(
  results: readonly CheckResult[],
  accepted: readonly Accepted[],
): CheckResult[] {
  return results.filter(
    ({ name, state, finding }) =>
      state === 'failed' &&
      !(
        CHECK_RULES[name].mayAccept &&
        accepted.some((one) => one.check === name && one.finding === finding)
      ),
  );
}

/**
 * Accounts whose items pass on, and after how many days on them an item is somebody's to look at. By
 * the slowest that is ordinary: Amazon settles every two weeks, a bank takes a week, a dispute is
 * decided within four months.
 */
export const CLEARING_LIMIT_DAYS = {
  CLR: 35,
  CIT: 7,
  RSV: 180,
  DISP: 120,
  SUSP: 0,
  REFP: 14,
  'PAYOUT-DUE': 7,
} as const;

/** The first days of the buckets that ages are shown in. */
export const AGE_BUCKETS = [0, 8, 31, 61, 91] as const;
