/** What would have been done with an order of a channel in shadow. Pure. */
import { warehouseOf } from '../../canonical/installation';
import type { ChannelSetup } from '../../canonical/schema/channel';
import type { Order } from '../../canonical/schema/order';
import { MAX_KEPT, type ShadowFinding, type ShadowOutcome } from '../../canonical/schema/shadow';
import type { Acceptable, Verdict } from '../../canonical/rules/order/judgement';
import type { Missing } from '../../canonical/rules/order/problem';
import { missingOf, shortProblems } from '../../canonical/rules/order/verdicts';

export interface Judged {
  readonly outcome: ShadowOutcome;
  readonly finding: ShadowFinding;
}

const NOTHING = {
  total: null,
  isOnHold: false,
  groups: [],
  lines: [],
  exceptions: [],
  problems: [],
};

/** An event that is no order: that it was heard, and what it would have met. */
export const heard = (summary: string): Judged => ({
  outcome: 'heard',
  finding: { ...NOTHING, summary },
});

export const unreadableInShadow = (
  summary: string,
  problems: readonly { readonly pointer: string; readonly detail: string }[],
): Judged => ({
  outcome: 'unreadable',
  finding: {
    ...NOTHING,
    summary,
    problems: problems.slice(0, MAX_KEPT).map((one) => ({ ...one, code: 'unreadable' })),
  },
});

/** `isSold`: the channel has the money, so it would wait where another order would be refused. */
export function judgedInShadow({ order, setup, isSold }: Asked, verdict: Verdict): Judged {
  const finding = {
    ...NOTHING,
    total: order.totals.total,
    isOnHold: order.hold !== undefined,
  };
  switch (verdict.outcome) {
    case 'acceptable':
      return {
        outcome: 'accepted',
        finding: { ...finding, ...sourced(setup, verdict.acceptable) },
      };
    case 'missing':
      return waiting(finding, verdict.missing);
    case 'short':
      return isSold
        ? waiting(finding, verdict.missing)
        : refused(finding, shortProblems(verdict.shortages));
    case 'no-pickup':
      return isSold ? waiting(finding, verdict.missing) : refused(finding, [...verdict.problems]);
    case 'refused':
      return isSold
        ? waiting(finding, missingOf(verdict))
        : refused(finding, [...verdict.problems]);
  }
}

interface Asked {
  readonly order: Order;
  readonly setup: ChannelSetup;
  readonly isSold: boolean;
}
type Finding = Omit<ShadowFinding, 'summary'>;

function sourced(setup: ChannelSetup, { groups, allocations, lines }: Acceptable) {
  const skus = new Map(lines.map((line) => [line.lineNo, line.sku]));
  return {
    summary: `would be accepted and reserved at ${groups.map((one) => one.locationId).join(', ')}`,
    groups: groups.map(({ groupNo, kind, locationId }) => ({
      groupNo,
      location: locationId,
      warehouse: kind === 'pickup' ? null : warehouseOf(setup, locationId),
    })),
    lines: allocations.slice(0, MAX_KEPT).map(({ lineNo, groupNo, quantity }) => ({
      lineNo,
      groupNo,
      quantity,
      sku: skus.get(lineNo) ?? '',
    })),
  };
}

function waiting(finding: Finding, missing: readonly Missing[]): Judged {
  const codes = [...new Set(missing.map((one) => one.code))];
  const exceptions = missing.slice(0, MAX_KEPT).map(({ code, detail }) => ({ code, detail }));
  const summary = `would wait on ${codes.join(', ')}`;
  return { outcome: 'waiting', finding: { ...finding, summary, exceptions } };
}

function refused(finding: Finding, problems: ShadowFinding['problems']): Judged {
  const codes = [...new Set(problems.map((one) => one.code))];
  const summary = `would be refused: ${codes.join(', ')}`;
  return {
    outcome: 'refused',
    finding: { ...finding, summary, problems: problems.slice(0, MAX_KEPT) },
  };
}
