/** An order's rows as the API shows them. */
import type { Configuration } from '../canonical/schema/configuration';
import type { ShippedLine } from '../canonical/rules/posting/posting';
import { tenderState } from '../canonical/rules/order/state';
import { ERROR_CODES } from '../canonical/schema/error-codes';
import type { Money } from '../canonical/schema/money';
import type { DecisionRow, OrderRows } from '../store/orders/order-view';
import type { OrderView } from './schema/order';

/** Where a person opens the order's flow; null where no UI is known. */
export function temporalUiUrl(configuration: Configuration, workflowId: string): string | null {
  const { TEMPORAL_UI_URL: base, TEMPORAL_NAMESPACE: namespace } = configuration;
  if (base === undefined) return null;
  const flow = `namespaces/${namespace}/workflows/${encodeURIComponent(workflowId)}`;
  return `${base.replace(/\/$/, '')}/${flow}`;
}

function showShippedLine(line: ShippedLine, amount: (minorUnits: number) => Money) {
  const { lineNo, sku, quantity, grossMinor, discountMinor, shippingMinor, costMinor } = line;
  return {
    lineNo,
    sku,
    quantity,
    gross: amount(grossMinor),
    discount: amount(discountMinor),
    shipping: amount(shippingMinor),
    taxes: line.taxes.map(({ taxCode, amountMinor }) => ({ taxCode, amount: amount(amountMinor) })),
    cost: amount(costMinor),
  };
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
  const { order, lines, tenders, shipments, refunds, decisions, exceptions } = rows;
  const { currency, holdReason, totalMinor, ...head } = order;
  const amount = (minorUnits: number) => ({ currency, minorUnits });
  return {
    ...head,
    currency,
    total: amount(totalMinor),
    temporalUiUrl: temporalUiUrl(configuration, order.workflowId),
    holds: holdReason === null ? [] : [{ reason: holdReason }],
    lines: lines.map(({ grossMinor, discountMinor, shippingMinor, taxMinor, ...line }) => ({
      ...line,
      gross: amount(grossMinor),
      discount: amount(discountMinor),
      shipping: amount(shippingMinor),
      tax: amount(taxMinor),
    })),
    tenders: tenders.map((tender) => ({
      tenderNo: tender.tenderNo,
      gateway: tender.gateway,
      tenderType: tender.tenderType,
      state: tenderState(tender),
      amount: amount(tender.amountMinor),
      authorized: amount(tender.authorizedMinor),
      captured: amount(tender.capturedMinor),
      refunded: amount(tender.refundedMinor),
      authorizationRefs: [...tender.authorizationRefs],
    })),
    shipments: shipments.map(({ invoiceMinor, captures, ...shipment }) => ({
      ...shipment,
      lines: shipment.lines.map((line) => showShippedLine(line, amount)),
      invoice: amount(invoiceMinor),
      captures: captures.map(({ amountMinor, ...capture }) => ({
        ...capture,
        amount: amount(amountMinor),
      })),
    })),
    refunds: refunds.map(({ amountMinor, ...refund }) => ({
      ...refund,
      amount: amount(amountMinor),
    })),
    decisions: decisions.map(showDecision),
    exceptions: exceptions.map((one) => ({ ...one, resolutions: [...one.resolutions] })),
  };
}
