/** What a submitted order comes with, and every way it can be answered. */
import type { Shortage } from '../../canonical/rules/order/judgement';
import type { Problem } from '../../canonical/rules/order/problem';
import type { ErrorCode } from '../../canonical/schema/error-codes';
import type { ExceptionBrief } from '../../canonical/schema/exception';
import type { ShadowFindingView } from '../../canonical/schema/shadow';
import type { OrderBrief, OrderFlowSettings } from '../../canonical/flows/order';

export interface Accepted {
  readonly outcome: 'accepted';
  readonly orderId: string;
  readonly workflowId: string;
  readonly order: OrderBrief;
}
export interface Waiting {
  readonly outcome: 'waiting';
  readonly orderId: string;
  readonly workflowId: string;
  readonly exceptions: readonly ExceptionBrief[];
}
/** Its channel is in shadow, or was when the order came: nothing is done. */
export interface InShadow {
  readonly outcome: 'in-shadow';
  /** It is in shadow now; else the order came before the channel was switched on. */
  readonly isNow: boolean;
  readonly finding: ShadowFindingView;
}
export interface SubmitContext extends OrderFlowSettings {
  readonly correlationId: string;
  readonly sourceEventNo: number | null;
  /** A channel has sold it already: it is never refused for what we lack, it waits. */
  readonly isSold: boolean;
  /** A caller says what was received, not the channel itself under its signature. */
  readonly isClaim?: boolean;
  /** RFC 3339 in UTC, by the channel's clock: of two of its words the later one counts. */
  readonly saidAt?: string | null;
  /** By tender: the item of refunds payable that pays it (rule 15); none: its money is where it was. */
  readonly paidFrom?: readonly string[];
  readonly idempotency?: {
    readonly scope: string;
    readonly key: string;
    readonly bodyHash: string;
    /** The HTTP answer that is kept beside the key, in the same transaction. */
    readonly answer: (outcome: Accepted | Waiting) => { status: number; body: unknown };
  };
}
export type SubmitOutcome =
  | Accepted
  | Waiting
  | InShadow
  | { readonly outcome: 'exists'; readonly orderId: string; readonly isSame: boolean }
  | {
      readonly outcome: 'refused';
      readonly code: ErrorCode;
      readonly problems: readonly Problem[];
      readonly available?: readonly Shortage[];
    }
  | { readonly outcome: 'replayed'; readonly status: number; readonly body: unknown }
  | { readonly outcome: 'key-reused' };
