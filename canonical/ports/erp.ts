/** What we ask of an ERP: canonical documents, each under an external id of ours. */
import type { Refused } from './fault';

export interface ErpSalesOrder {
  /** The external id, equal to the effect's key. */
  readonly key: string;
  readonly orderId: string;
  readonly orderNo: string;
  readonly channelInstance: string;
  readonly entity: string;
  readonly currency: string;
  /** `YYYY-MM-DD`. */
  readonly orderDate: string;
  readonly correlationId: string;
  readonly lines: readonly {
    readonly lineNo: number;
    readonly sku: string;
    readonly quantity: number;
    readonly amountMinor: number;
  }[];
}
export interface ErpJournalLine {
  /** The ERP's own account id. */
  readonly account: string;
  readonly side: 'debit' | 'credit';
  readonly amountMinor: number;
  readonly memo: string;
}
export interface ErpJournal {
  readonly key: string;
  readonly batchId: string;
  readonly entity: string;
  readonly currency: string;
  /** `YYYY-MM-DD`. */
  readonly businessDate: string;
  readonly memo: string;
  readonly lines: readonly ErpJournalLine[];
}
export interface Posted {
  readonly outcome: 'posted';
  /** The ERP's document number. */
  readonly documentNo: string;
}

export interface Erp {
  createSalesOrder(document: ErpSalesOrder): Promise<Posted | Refused>;
  findSalesOrder(key: string): Promise<Posted | null>;
  postJournal(document: ErpJournal): Promise<Posted | Refused>;
  findJournal(key: string): Promise<Posted | null>;
}
