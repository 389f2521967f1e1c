/** An order's rows as the API shows them. */
import type { Configuration } from '../canonical/schema/configuration';
import type { ShippedLine } from '../canonical/rules/posting';
import { tenderState } from '../canonical/rules/order-state';
import type { Money } from '../canonical/schema/money';
import type { OrderRows } from '../store/order-view';
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
    decisions: [...decisions],
    exceptions: exceptions.map((one) => ({ ...one, resolutions: [...one.resolutions] })),
  };
}
