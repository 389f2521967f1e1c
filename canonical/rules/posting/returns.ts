/** Journals of what is set aside for returns, and of what comes back (rules 4, 4a, 12–14c). */
import type { Disposition } from '../../schema/return';
import { permilleOf, refundOf, type Provision, type ReturnedPiece } from '../return/worth';
import { taxAccount } from './owed';
import {
  credit,
  debit,
  posting,
  type JournalLine,
  type Posting,
  type ShippedLine,
} from './posting';

/** What sales of a channel are expected to bring back; data of the installation. */
export interface ReturnExpectation {
  /** Of the units sold. */
  readonly ratePermille: number;
  readonly restockingFeePermille: number;
  readonly recoveryPerUnitMinor: number;
}

/** What is set aside for a line: refund liability, and the right to its goods. */
export interface SetAside {
  readonly provision: Provision;
  readonly rflMinor: number;
  readonly rraMinor: number;
}

export function setAsideFor(
  line: Pick<ShippedLine, 'quantity' | 'grossMinor' | 'discountMinor' | 'costMinor'>,
  cohort: string,
  { ratePermille, restockingFeePermille, recoveryPerUnitMinor }: ReturnExpectation,
): SetAside {
  const netMinor = line.grossMinor - line.discountMinor;
  const feeMinor = permilleOf(netMinor, restockingFeePermille);
  const recoveryMinor = Math.min(recoveryPerUnitMinor * line.quantity, line.costMinor);
  return {
    provision: { cohort, feePermille: restockingFeePermille, recoveryPerUnitMinor },
    rflMinor: permilleOf(netMinor - feeMinor, ratePermille),
    rraMinor: permilleOf(line.costMinor - recoveryMinor, ratePermille),
  };
}

/** Rules 4 and 4a: lines of the journal that books the sale. */
export function provisionLines(
  { lineNo, sku }: Pick<ShippedLine, 'lineNo' | 'sku'>,
  location: string,
  { provision, rflMinor, rraMinor }: SetAside,
): JournalLine[] {
  const at = { lineNo, sku, location };
  const { cohort } = provision;
  return [
    debit('RET', rflMinor, at),
    credit('RFL', rflMinor, { ...at, cohort }),
    debit('RRA', rraMinor, { ...at, cohort }),
    credit('COGS', rraMinor, at),
  ];
}

/** What is owed back for what was accepted, by the refund that pays it. */
export interface OwedBack {
  readonly tenderNo: number;
  readonly refundItem: string;
  readonly amountMinor: number;
}

/**
 * Rules 12, 12a, 12c for what was provided for, 12b for what was not, 14 for an advance (`hasGoods`
 * false): one journal of what is owed and of the goods.
 */
export function postAcceptance(accepted: {
  readonly location: string | null;
  readonly pieces: readonly ReturnedPiece[];
  readonly owed: readonly OwedBack[];
  /** Paid back before by others, and booked as a concession (8b) until now. */
  readonly concededMinor: number;
  readonly hasGoods: boolean;
}): Posting | null {
  const { location, pieces, owed, concededMinor, hasGoods } = accepted;
  const lines: JournalLine[] = [];
  for (const piece of pieces) {
    lines.push(...owedLines(piece, location));
    if (hasGoods) lines.push(...goodsLines(piece, location));
  }
  for (const { tenderNo, refundItem, amountMinor } of owed) {
    lines.push(credit('REFP', amountMinor, { tenderNo, item: refundItem }));
  }
  lines.push(credit('RET', concededMinor, location === null ? {} : { location }));
  return posting(ruleOf(pieces, hasGoods), lines);
}

function ruleOf(pieces: readonly ReturnedPiece[], hasGoods: boolean): string {
  if (!hasGoods) return '14';
  return pieces.some((piece) => piece.provision !== null) ? '12' : '12b';
}

const placeOf = ({ lineNo, sku }: ReturnedPiece, location: string | null) => ({
  lineNo,
  sku,
  ...(location !== null && { location }),
});

function owedLines(piece: ReturnedPiece, location: string | null): JournalLine[] {
  const at = placeOf(piece, location);
  const { provision, feeMinor, shippingMinor } = piece;
  const netMinor = piece.grossMinor - piece.discountMinor;
  const shared = [
    debit('SHIPREV', shippingMinor, at),
    ...piece.taxes.map((tax) =>
      debit(taxAccount(tax), tax.amountMinor, { ...at, taxCode: tax.taxCode }),
    ),
  ];
  if (provision === null) {
    return [debit('RET', netMinor, at), credit('REV-RESTOCK', feeMinor, at), ...shared];
  }
  const expectedFeeMinor = permilleOf(netMinor, provision.feePermille);
  const lessKept = expectedFeeMinor - feeMinor;
  return [
    debit('RFL', netMinor - expectedFeeMinor, { ...at, cohort: provision.cohort }),
    // Rule 12c: another fee than the one that was provided for.
    debit('RET', Math.max(0, lessKept), at),
    credit('RET', Math.max(0, -lessKept), at),
    ...shared,
  ];
}

/** Rules 12a, 12b: what the goods cost when they were sold. */
function goodsLines(piece: ReturnedPiece, location: string | null): JournalLine[] {
  const at = placeOf(piece, location);
  const { provision, costMinor, quantity } = piece;
  const inspected = debit('INV-QC', costMinor, at);
  if (provision === null) return [inspected, credit('COGS', costMinor, at)];
  const recoveryMinor = Math.min(provision.recoveryPerUnitMinor * quantity, costMinor);
  return [
    inspected,
    credit('RRA', costMinor - recoveryMinor, { ...at, cohort: provision.cohort }),
    credit('ACCRUED-RECOVERY', recoveryMinor, at),
  ];
}

/** Rule 14c: the goods of an advance have come. */
export function postGoodsAfterAdvance(
  location: string,
  pieces: readonly ReturnedPiece[],
): Posting | null {
  return posting(
    '14c',
    pieces.flatMap((piece) => goodsLines(piece, location)),
  );
}

/** Rule 14a: they never come. What was not provided for is in the cost of goods sold already. */
export function postNeverArrived(pieces: readonly ReturnedPiece[]): Posting | null {
  return posting(
    '14a',
    pieces.flatMap((piece) => {
      const { provision, costMinor, quantity, lineNo, sku } = piece;
      if (provision === null) return [];
      const at = { lineNo, sku };
      const rightMinor = costMinor - Math.min(provision.recoveryPerUnitMinor * quantity, costMinor);
      return [
        debit('COGS', rightMinor, at),
        credit('RRA', rightMinor, { ...at, cohort: provision.cohort }),
      ];
    }),
  );
}

/** Rule 14b: what rule 14 paid back is receivable again; the right to the goods stays as it was. */
export function postChargedAgain(again: {
  readonly orderId: string;
  readonly tenderNo: number;
  readonly pieces: readonly ReturnedPiece[];
}): Posting | null {
  const { orderId, tenderNo, pieces } = again;
  const undone = pieces.flatMap((piece) => owedLines(piece, null)).map(otherSide);
  const of = { tenderNo, item: `order:${orderId}` };
  return posting('14b', [debit('AR', refundOf(pieces), of), ...undone]);
}

const otherSide = (line: JournalLine): JournalLine => ({
  ...line,
  side: line.side === 'debit' ? 'credit' : 'debit',
});

export interface DisposedGoods {
  readonly lineNo: number;
  readonly sku: string;
  readonly costMinor: number;
  /** Where they go back to their vendor: the claim's reference. */
  readonly claim?: string;
}

/** Rules 13–13c: what becomes of goods, where they are. */
export function postDisposition(
  location: string,
  disposition: Disposition,
  goods: readonly DisposedGoods[],
  refurbishedValuePermille: number,
): Posting | null {
  return posting(
    RULE_OF[disposition],
    goods.flatMap(({ lineNo, sku, costMinor, claim }) => {
      const at = { lineNo, sku, location };
      const worthMinor =
        disposition === 'refurbish' ? permilleOf(costMinor, refurbishedValuePermille) : costMinor;
      return [
        debit(ACCOUNT_OF[disposition], worthMinor, claim === undefined ? at : { ...at, claim }),
        debit('WRITE-DOWN', costMinor - worthMinor, at),
        credit('INV-QC', costMinor, at),
      ];
    }),
  );
}

const RULE_OF: Readonly<Record<Disposition, string>> = {
  restock: '13',
  refurbish: '13a',
  scrap: '13b',
  'return-to-vendor': '13c',
};
const ACCOUNT_OF = {
  restock: 'INV',
  refurbish: 'INV',
  scrap: 'SCRAP',
  'return-to-vendor': 'VENDOR-REC',
} as const satisfies Record<Disposition, string>;
