/** What is known when an order is judged, and every way it can be. */
import type { ErrorCode } from '../../schema/error-codes';
import type { NotSent } from '../../schema/not-sent';
import type { SourcingNode } from '../stock/sourcing';
import type { Missing, Problem } from './problem';
import type { GroupKind } from './snapshot';
import type { AllocatedLine } from './totals';

/** What master data says about the values in an order. */
export interface KnownValues {
  /** `kind/value` → target. */
  readonly mappings: ReadonlyMap<string, string>;
  readonly items: ReadonlyMap<string, string>;
  readonly nodes: readonly (Omit<SourcingNode, 'sellable'> & {
    readonly timeZone: string;
    readonly kind: 'dc' | 'store';
    readonly hasOpeningHours: boolean;
  })[];
  readonly stock: readonly {
    readonly sku: string;
    readonly locationId: string;
    readonly sellable: number;
  }[];
}

/** A line as it came: its SKU and tax codes are the channel's. */
export interface ReadLine extends AllocatedLine {
  readonly channelLineRef: string | null;
  readonly channelSku: string;
  readonly sku: string | null;
  readonly unitPriceMinor: number;
  /** Units that nothing here sends. */
  readonly notSent?: { readonly quantity: number; readonly why: NotSent };
}

/** Units of a line that we send, or a store of ours hands over. */
export const ownUnits = ({ quantity, notSent }: Pick<ReadLine, 'quantity' | 'notSent'>): number =>
  quantity - (notSent?.quantity ?? 0);

export interface AcceptableLine extends ReadLine {
  readonly sku: string;
  /** Where it is collected; null: it is shipped. */
  readonly storeId: string | null;
}
export interface AcceptableAllocation {
  readonly lineNo: number;
  readonly groupNo: number;
  readonly quantity: number;
}
export interface ReadTender {
  readonly tenderNo: number;
  readonly gateway: string;
  readonly tenderType: string | null;
  readonly amountMinor: number;
  readonly paymentMethodRef: string | null;
  readonly received: 'authorized' | 'captured' | null;
  /** Received as a caller says, and nobody else yet. */
  readonly claim: 'authorized' | 'captured' | null;
  readonly reference: string | null;
  readonly expiresAt: string | null;
}
export interface AcceptableTender extends ReadTender {
  readonly tenderType: string;
}
/** What an order says by itself, before master data was asked. */
export interface ReadOrder {
  readonly lines: readonly ReadLine[];
  readonly tenders: readonly ReadTender[];
}
export interface Acceptable extends ReadOrder {
  /** Of the first group: its time zone dates the order. */
  readonly location: { readonly locationId: string; readonly timeZone: string };
  readonly groups: readonly {
    readonly groupNo: number;
    readonly kind: GroupKind;
    readonly locationId: string;
  }[];
  readonly allocations: readonly AcceptableAllocation[];
  readonly lines: readonly AcceptableLine[];
  readonly tenders: readonly AcceptableTender[];
  /** Units by SKU and location, in that order: the order in which stock rows are locked. */
  readonly wanted: readonly {
    readonly sku: string;
    readonly locationId: string;
    readonly quantity: number;
  }[];
}

export interface Shortage {
  readonly lineNo: number;
  readonly sku: string;
  readonly wanted: number;
  /** The most that one shipping node could promise, or its store. */
  readonly available: number;
}

export type Verdict =
  | { readonly outcome: 'acceptable'; readonly acceptable: Acceptable }
  | { readonly outcome: 'refused'; readonly code: ErrorCode; readonly problems: Problem[] }
  | { readonly outcome: 'missing'; readonly missing: Missing[] }
  /** A store that its lines name hands nothing over. */
  | {
      readonly outcome: 'no-pickup';
      readonly problems: readonly Problem[];
      readonly missing: readonly Missing[];
    }
  | { readonly outcome: 'short'; readonly shortages: Shortage[]; readonly missing: Missing[] };
