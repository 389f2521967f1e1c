/**
 * What units that came back were sold for. A unit's share of its invoice's line is fixed: the first
 * that comes back has the first share, so that the shares of all add up to the line, to the cent.
 */
import type { ShippedLine } from '../posting/posting';
import { shareOfUnits, sum } from '../money/money';

/** What was set aside for a line when it was sold (rules 4, 4a), as of then. */
export interface Provision {
  readonly cohort: string;
  /** Of the price; expected to be kept. */
  readonly feePermille: number;
  readonly recoveryPerUnitMinor: number;
}
export interface InvoiceOfOrder {
  readonly invoiceNo: number;
  /** `YYYY-MM-DD`: by which day's rates it was taxed. */
  readonly onDate: string;
  readonly lines: readonly (ShippedLine & { readonly provision?: Provision })[];
}

/** Units of one line of one invoice. */
export interface ReturnedPiece extends ShippedLine {
  readonly invoiceNo: number;
  readonly invoicedOn: string;
  readonly provision: Provision | null;
  /** Kept of what it was sold for. */
  readonly feeMinor: number;
}

export interface UnitsBack {
  readonly lineNo: number;
  readonly quantity: number;
}

/**
 * Pieces by invoice, the oldest first. `returned`: units of a line that came back before.
 * Null where fewer were invoiced.
 */
export function piecesOf(
  invoices: readonly InvoiceOfOrder[],
  { lineNo, quantity }: UnitsBack,
  returned: number,
  feeOf: (netMinor: number, quantity: number) => number,
): ReturnedPiece[] | null {
  const pieces: ReturnedPiece[] = [];
  let before = returned;
  let left = quantity;
  for (const { lines, ...invoice } of invoices) {
    for (const line of lines) {
      if (line.lineNo !== lineNo || left === 0) continue;
      const gone = Math.min(before, line.quantity);
      before -= gone;
      const units = Math.min(left, line.quantity - gone);
      left -= units;
      if (units > 0) pieces.push(pieceOf(line, invoice, gone, units, feeOf));
    }
  }
  return left === 0 ? pieces : null;
}

function pieceOf(
  line: InvoiceOfOrder['lines'][number],
  { invoiceNo, onDate }: Omit<InvoiceOfOrder, 'lines'>,
  gone: number,
  units: number,
  feeOf: (netMinor: number, quantity: number) => number,
): ReturnedPiece {
  const share = (totalMinor: number) => shareOfUnits(totalMinor, line.quantity, gone, units);
  const grossMinor = share(line.grossMinor);
  const discountMinor = share(line.discountMinor);
  const netMinor = grossMinor - discountMinor;
  return {
    invoiceNo,
    invoicedOn: onDate,
    lineNo: line.lineNo,
    sku: line.sku,
    quantity: units,
    grossMinor,
    discountMinor,
    shippingMinor: share(line.shippingMinor),
    taxes: line.taxes.map((tax) => ({ ...tax, amountMinor: share(tax.amountMinor) })),
    ...(line.notSent && { notSent: line.notSent }),
    costMinor: share(line.costMinor),
    provision: line.provision ?? null,
    feeMinor: Math.min(feeOf(netMinor, units), netMinor),
  };
}

/** What goes back for them: all that they were sold for, less what is kept. */
export function refundOf(pieces: readonly ReturnedPiece[]): number {
  return sum(
    pieces.map(
      (piece) =>
        piece.grossMinor -
        piece.discountMinor +
        piece.shippingMinor +
        sum(piece.taxes.map((tax) => tax.amountMinor)) -
        piece.feeMinor,
    ),
  );
}

const PERMILLE = 1_000;

/** A part of an amount, to the nearest minor unit. */
export function permilleOf(amountMinor: number, permille: number): number {
  return Math.round((amountMinor * permille) / PERMILLE);
}
