/** What we ask of a tax service: to keep the tax of an invoice as the channel computed it. */
import type { Refused } from './fault';

export interface TaxInvoice {
  readonly key: string;
  readonly orderId: string;
  readonly documentNo: string;
  readonly entity: string;
  readonly currency: string;
  /** `YYYY-MM-DD`, in the shipping location's time zone. */
  readonly invoiceDate: string;
  /** Goods of that invoice come back: every amount is below zero, and taxed as on its date. */
  readonly returnOf?: { readonly documentNo: string; readonly taxDate: string };
  readonly shipToRegion: string | null;
  readonly shipToPostalCode: string | null;
  readonly shipToCountry: string | null;
  /** Handed over in this location of ours: its address counts, and there is no other. */
  readonly storeId?: string;
  readonly lines: readonly {
    readonly lineNo: number;
    readonly sku: string;
    readonly quantity: number;
    /** List less discount, plus the line's share of the shipping charge. */
    readonly netMinor: number;
    readonly taxes: readonly { readonly taxCode: string; readonly amountMinor: number }[];
  }[];
}
export interface Recorded {
  readonly outcome: 'recorded';
  readonly reference: string;
}

/** What goods would be taxed with, were they invoiced there on that day; nothing is kept of it. */
export interface TaxQuestion {
  readonly orderId: string;
  readonly entity: string;
  readonly currency: string;
  /** `YYYY-MM-DD`, at the place. */
  readonly onDate: string;
  readonly shipToRegion: string | null;
  readonly shipToPostalCode: string | null;
  readonly shipToCountry: string | null;
  readonly storeId?: string;
  readonly lines: readonly {
    readonly lineNo: number;
    readonly sku: string;
    readonly quantity: number;
    readonly netMinor: number;
  }[];
}
export interface Quoted {
  readonly outcome: 'quoted';
  /** Each line that was asked for; `code`: the service's name of the tax, which is mapped. */
  readonly lines: readonly {
    readonly lineNo: number;
    readonly taxes: readonly { readonly code: string; readonly amountMinor: number }[];
  }[];
}

export interface TaxService {
  quote(question: TaxQuestion): Promise<Quoted | Refused>;
  recordInvoice(invoice: TaxInvoice): Promise<Recorded | Refused>;
  findInvoice(invoice: TaxInvoice): Promise<Recorded | null>;
}
