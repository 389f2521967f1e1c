/** What we ask of a vendor that keeps its settlement reports for us to fetch. */

export interface ReportListed {
  /** The vendor's own id of the report, payout or batch. */
  readonly reportId: string;
  /** RFC 3339 in UTC. */
  readonly madeAt: string;
}

export interface SettlementReports {
  /** The source whose reader reads them. */
  readonly source: string;
  /** Those made since then, both included, in no order; throws a `VendorFault`. */
  listed(since: string): AsyncIterable<ReportListed>;
  /** The bytes as that reader takes them; of one report always the same. Throws a `VendorFault`. */
  bytes(reportId: string): AsyncIterable<Uint8Array>;
}
