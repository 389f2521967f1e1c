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
  readonly shipToRegion: string | null;
  readonly shipToPostalCode: string | null;
  readonly shipToCountry: string | null;
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

export interface TaxService {
  recordInvoice(invoice: TaxInvoice): Promise<Recorded | Refused>;
  findInvoice(invoice: TaxInvoice): Promise<Recorded | null>;
}
