/** A settlement as its row says it is. */
import type { ExceptionBrief } from '../../schema/exception';

export type SettlementState =
  'received' | 'unreadable' | 'untied' | 'tied' | 'posted' | 'rejected' | 'closed';

export interface SettlementSnapshot {
  readonly settlementId: string;
  readonly workflowId: string;
  readonly source: string;
  readonly account: string;
  readonly entity: string;
  readonly reference: string;
  readonly fileId: string;
  readonly state: SettlementState;
  readonly currency: string | null;
  /** Business date on which the vendor pays. */
  readonly payoutDate: string | null;
  readonly periodStart: string | null;
  readonly periodEnd: string | null;
  readonly declaredNetMinor: number | null;
  readonly linesNetMinor: number | null;
  readonly lineCount: number;
  readonly businessDate: string | null;
  readonly bankMinor: number;
  readonly failedMinor: number;
  readonly recheckAt: string | null;
  readonly rechecks: number;
  readonly correlationId: string;
  /** RFC 3339. */
  readonly receivedAt: string;
  readonly postedAt: string | null;
  readonly exceptions: readonly ExceptionBrief[];
}
