/** Whom an accepted return is told: the tax service, by invoice, and the customer. */
import { effectKey } from '../../canonical/rules/order/effect-keys';
import { documentNumber } from '../../canonical/rules/order/shipment';
import { formatMoney } from '../../canonical/rules/money/money';
import type { ReturnSnapshot } from '../../canonical/rules/return/snapshot';
import type { ReturnedPiece } from '../../canonical/rules/return/worth';
import type { TaxInvoice } from '../../canonical/ports/tax';
import type { Sql } from '../../store/database';
import type { OutboxMessage } from '../../store/outbox/outbox';
import { toCustomer, whomToTell, type WhomToTell } from '../fulfilment/shipment-messages';
import type { TakenOrder } from '../order/order-moment';

interface Accepted {
  readonly inspectionNo: number;
  readonly onDate: string;
  readonly refundMinor: number;
  readonly pieces: readonly ReturnedPiece[];
}

export async function returnMessages(
  sql: Sql,
  ret: ReturnSnapshot,
  taken: TakenOrder,
  accepted: Accepted,
): Promise<OutboxMessage[]> {
  const { order } = taken;
  const whom = await whomToTell(sql, order.orderId);
  const invoices = new Map(accepted.pieces.map((one) => [one.invoiceNo, one.invoicedOn]));
  const subject = `${ret.rma}:${accepted.inspectionNo}`;
  return [
    ...[...invoices].map(([invoiceNo, taxDate]) =>
      toTaxService(ret, taken, whom, { ...accepted, invoiceNo, taxDate }),
    ),
    ...(ret.isGift
      ? []
      : toCustomer(taken, whom, 'return-accepted', subject, {
          orderNo: order.orderNo,
          amount: formatMoney(accepted.refundMinor, order.currency),
        })),
  ];
}

/** Charged again after all: the tax of those units is owed as of now. */
export async function chargedAgainMessages(
  sql: Sql,
  ret: ReturnSnapshot,
  taken: TakenOrder,
  { pieces, onDate }: Pick<Accepted, 'pieces' | 'onDate'>,
): Promise<OutboxMessage[]> {
  const whom = await whomToTell(sql, taken.order.orderId);
  const invoiceNos = [...new Set(pieces.map((one) => one.invoiceNo))];
  return invoiceNos.map((invoiceNo) =>
    documentOf(taken, whom, {
      key: effectKey.taxChargedAgain(ret.rma, invoiceNo),
      documentNo: `CHG-${ret.rma}-${invoiceNo}`,
      invoiceDate: onDate,
      pieces: pieces.filter((piece) => piece.invoiceNo === invoiceNo),
      sign: 1,
    }),
  );
}

function toTaxService(
  { rma }: ReturnSnapshot,
  taken: TakenOrder,
  whom: WhomToTell,
  of: Accepted & { readonly invoiceNo: number; readonly taxDate: string },
): OutboxMessage {
  return documentOf(taken, whom, {
    key: effectKey.taxReturn(rma, of.inspectionNo, of.invoiceNo),
    documentNo: `RET-${rma}-${of.inspectionNo}-${of.invoiceNo}`,
    invoiceDate: of.onDate,
    returnOf: { documentNo: documentNumber(taken.order, of.invoiceNo), taxDate: of.taxDate },
    pieces: of.pieces.filter((piece) => piece.invoiceNo === of.invoiceNo),
    sign: -1,
  });
}

type Document = Pick<TaxInvoice, 'key' | 'documentNo' | 'invoiceDate' | 'returnOf'> & {
  readonly pieces: readonly ReturnedPiece[];
  /** What comes back is below zero. */
  readonly sign: 1 | -1;
};

function documentOf(
  { order, setup }: TakenOrder,
  whom: WhomToTell,
  { pieces, sign, ...of }: Document,
): OutboxMessage {
  const { orderId, currency, correlationId } = order;
  const body: TaxInvoice = {
    ...of,
    orderId,
    entity: setup.entity,
    currency,
    shipToRegion: whom.shipTo?.region ?? null,
    shipToPostalCode: whom.shipTo?.postalCode ?? null,
    shipToCountry: whom.shipTo?.country ?? null,
    lines: pieces.map((piece) => ({
      lineNo: piece.lineNo,
      sku: piece.sku,
      quantity: piece.quantity,
      netMinor: signed(sign, piece.grossMinor - piece.discountMinor + piece.shippingMinor),
      taxes: piece.taxes
        .filter(({ owedBy }) => owedBy === undefined)
        .map(({ taxCode, amountMinor }) => ({ taxCode, amountMinor: signed(sign, amountMinor) })),
    })),
  };
  const destination = `tax.${setup.taxAccount}`;
  return {
    effectKey: of.key,
    orderId,
    correlationId,
    destination,
    verb: 'recordTaxInvoice',
    body,
  };
}

/** Nothing is nothing, and not minus nothing. */
const signed = (sign: 1 | -1, minor: number) => (sign === 1 ? minor : 0 - minor);
