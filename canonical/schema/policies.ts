/** What would otherwise be guessed: the product's own answers, each overridable in the set-up. */
import type { TenderKind } from './tender-kind';

export interface Policies {
  /** An order that no node can fill whole may be filled from two. */
  readonly splitOverNodes: boolean;
  readonly pickupHeldDays: number;
  readonly pickupReminderDays: readonly number[];
  /** Of an authorization whose issuer does not say when it expires. */
  readonly authorizationLifeDays: number;
  /** A new authorization is asked this long before a release that would find it lapsed. */
  readonly authorizationRenewalDays: number;
  readonly refundOrder: readonly TenderKind[];
  /** In minor units of the entity's functional currency; above it one person approves. */
  readonly refundApprovalAboveMinor: number;
  /** Above it two people approve. */
  readonly refundSecondApprovalAboveMinor: number;
  readonly returnWindowDays: number;
  readonly backorderPromiseDays: number;
  readonly cancelUnfillableAfterDays: number;
}

export const DEFAULT_POLICIES: Policies = {
  splitOverNodes: false,
  pickupHeldDays: 7,
  pickupReminderDays: [3, 6],
  authorizationLifeDays: 7,
  authorizationRenewalDays: 1,
  refundOrder: ['card', 'gift-card', 'store-credit'],
  refundApprovalAboveMinor: 20_000,
  refundSecondApprovalAboveMinor: 100_000,
  returnWindowDays: 30,
  backorderPromiseDays: 30,
  cancelUnfillableAfterDays: 7,
};
