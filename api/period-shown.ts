/** A period as the API shows it. */
import { CHECK_RULES, holdingUp } from '../canonical/rules/close/checks';
import { daysOf, monthOf, type PeriodSnapshot } from '../canonical/rules/close/period';
import type { Configuration } from '../canonical/schema/configuration';
import { temporalUiUrl } from './order-shown';
import type { PeriodView } from './schema/period';

/** One that nothing was done about yet: it is open. */
export function openPeriod(entity: string, month: string): PeriodView {
  return {
    ...{ entity, month, ...daysOf(month), state: 'open', closings: 0, closingSince: null },
    ...{ preparedBy: null, preparedAt: null, approvedBy: null, approvedAt: null, closedAt: null },
    ...{ accepted: [], reopening: null, checks: [], exceptions: [] },
    ...{ workflowId: null, temporalUiUrl: null },
  };
}

export function showPeriod(one: PeriodSnapshot, configuration: Configuration): PeriodView {
  const { entity, firstDay, lastDay, state, closings, closingSince, workflowId } = one;
  const { preparedBy, preparedAt, approvedBy, approvedAt, closedAt } = one;
  const { reopeningBy: askedBy, reopeningReason: reason } = one;
  const holding = holdingUp(one.checks, one.accepted).map(({ name }) => name);
  return {
    ...{ entity, month: monthOf(firstDay), firstDay, lastDay, state, closings, closingSince },
    ...{ preparedBy, preparedAt, approvedBy, approvedAt, closedAt, workflowId },
    accepted: [...one.accepted],
    reopening: askedBy === null || reason === null ? null : { askedBy, reason },
    checks: one.checks.map((check) => ({
      ...check,
      title: CHECK_RULES[check.name].title,
      mayAccept: CHECK_RULES[check.name].mayAccept,
      isHolding: state === 'closing' && holding.includes(check.name),
    })),
    exceptions: one.exceptions.map(({ cause: _, ...exception }) => ({
      ...exception,
      resolutions: [...exception.resolutions],
    })),
    temporalUiUrl: temporalUiUrl(configuration, workflowId),
  };
}
