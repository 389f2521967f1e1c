/** An order's rows as the API shows them. */
import { channelSetup } from '../canonical/installation';
import type { Configuration } from '../canonical/schema/configuration';
import { tenderState } from '../canonical/rules/order/state';
import { ERROR_CODES } from '../canonical/schema/error-codes';
import type { DecisionRow, OrderRows } from '../store/orders/order-view';
import { withAmounts } from './amounts';
import type { OrderView } from './schema/order';

/** Where a person opens the order's flow; null where no UI is known. */
export function temporalUiUrl(configuration: Configuration, workflowId: string): string | null {
  const { TEMPORAL_UI_URL: base, TEMPORAL_NAMESPACE: namespace } = configuration;
  if (base === undefined) return null;
  const flow = `namespaces/${namespace}/workflows/${encodeURIComponent(workflowId)}`;
  return `${base.replace(/\/$/, '')}/${flow}`;
}

/** What people decide on exceptions takes effect with its record; the rest is asked of the flow. */
const ASKED_OF_FLOW: ReadonlySet<string> = new Set(['cancel', 'hold', 'release-hold']);

/** A code that may pass means that no answer came; any other code, that the answer was no. */
function outcomeOf({ action, answer, isMade }: DecisionRow): DecisionOutcome {
  if (isMade || !ASKED_OF_FLOW.has(action)) return 'accepted';
  if (answer === null || answer === 'failed') return 'unanswered';
  if (answer === 'refused') return 'refused';
  const code = Object.entries(ERROR_CODES).find(([name]) => name === answer)?.[1];
  if (code === undefined) return 'accepted';
  return code.retryable ? 'unanswered' : 'refused';
}
type DecisionOutcome = OrderView['decisions'][number]['outcome'];

function showDecision(decision: DecisionRow): OrderView['decisions'][number] {
  const { action, actor, role, reason, decidedAt } = decision;
  return { action, actor, role, reason, decidedAt, outcome: outcomeOf(decision) };
}

export function showOrder(rows: OrderRows, configuration: Configuration): OrderView {
  const { holdReason, ...head } = rows.order;
  const shown = <Row extends object>(row: Row) => withAmounts(row, head.currency);
  const invoiced = <Row extends OrderRows['shipments' | 'handovers'][number]>({
    lines,
    captures,
    ...passed
  }: Row) => ({
    ...shown(passed),
    lines: lines.map(({ taxes, ...line }) => ({ ...shown(line), taxes: taxes.map(shown) })),
    captures: captures.map(shown),
  });
  return {
    ...shown(head),
    isTest: channelSetup(head.channelInstance)?.isTest ?? false,
    temporalUiUrl: temporalUiUrl(configuration, head.workflowId),
    holds: holdReason === null ? [] : [{ reason: holdReason }],
    lines: rows.lines.map(shown),
    tenders: rows.tenders.map(({ lastAuthorization, authorizationRefs, ...tender }) => ({
      ...shown(tender),
      state: tenderState({ ...tender, lastAuthorization }),
      authorizationRefs: [...authorizationRefs],
    })),
    shipments: rows.shipments.map(invoiced),
    pickups: rows.pickups.map((pickup) => ({
      ...pickup,
      temporalUiUrl: temporalUiUrl(configuration, pickup.workflowId),
    })),
    handovers: rows.handovers.map(invoiced),
    refunds: rows.refunds.map(shown),
    decisions: rows.decisions.map(showDecision),
    exceptions: rows.exceptions.map((one) => ({ ...one, resolutions: [...one.resolutions] })),
  };
}
