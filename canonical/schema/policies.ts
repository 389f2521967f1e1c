/** What would otherwise be guessed: the product's own answers, each overridable in the set-up. */
import { CONDITIONS, RETURN_REASONS, type Condition, type ReturnReason } from './return';
import type { TenderKind } from './tender-kind';

export const PICKUP_CAPTURES = ['ready', 'handover'] as const;
export type PickupCaptureAt = (typeof PICKUP_CAPTURES)[number];

/** Where units go that a store has not picked in its time, where the buyer has agreed to it. */
export const NOT_PICKED_PLACES = ['store', 'home'] as const;
export type NotPickedPlace = (typeof NOT_PICKED_PLACES)[number];

export interface Policies {
  /** An order that no node can fill whole may be filled from two. */
  readonly splitOverNodes: boolean;
  readonly pickupHeldDays: number;
  /** When what a store holds is charged: as it lies ready, or as it is handed over. */
  readonly pickupCaptureAt: PickupCaptureAt;
  readonly pickupReminderDays: readonly number[];
  /** A store answers a pick request within this, and is ready within as long again. */
  readonly pickupPickMinutes: number;
  /** Tried in this order after that; none of them: a person decides. */
  readonly pickupNotPicked: readonly NotPickedPlace[];
  /** All extensions of a pickup together move its deadline no further than this. */
  readonly pickupMaxExtensionDays: number;
  /** Of an authorization whose issuer does not say when it expires. */
  readonly authorizationLifeDays: number;
  /** A new authorization is asked this long before a release that would find it lapsed. */
  readonly authorizationRenewalDays: number;
  readonly refundOrder: readonly TenderKind[];
  /** In minor units of the entity's functional currency; above it one person approves. */
  readonly refundApprovalAboveMinor: number;
  /** Above it two people approve. */
  readonly refundSecondApprovalAboveMinor: number;
  /** What finance gives up alone; above it one more person approves. */
  readonly writeOffAloneUpToMinor: number;
  readonly returnWindowDays: number;
  /** Where a reason has a window of its own. */
  readonly returnWindowDaysFor: Readonly<Partial<Record<ReturnReason, number>>>;
  /** For which reasons this channel takes goods back. */
  readonly returnReasons: readonly ReturnReason[];
  /** As what somebody did not want any more is paid back without a person's yes. */
  readonly returnConditions: readonly Condition[];
  /** A buyer with more returns than this within those days is looked at; never refused for it. */
  readonly returnReviewAbove: number;
  readonly returnReviewDays: number;
  /** What is expected back and has not come after this is not expected any more. */
  readonly returnReceiptDays: number;
  /** Kept of the price of what comes back used or opened, and not for a reason of ours. */
  readonly restockingFeePermille: number;
  /** Of its cost, what goods are worth that are made sellable again. */
  readonly refurbishedValuePermille: number;
  /** In minor units: what a counter may pay back in cash for what was paid otherwise; 0: nothing. */
  readonly cashRefundUpToMinor: number;
  /** Added to what is owed where it is taken as store credit. */
  readonly storeCreditBonusPermille: number;
  /** Of what is sold, expected back (rules 4, 4a); 0: nothing is set aside. */
  readonly expectedReturnPermille: number;
  /** In minor units: what it costs to have one unit back. */
  readonly returnRecoveryPerUnitMinor: number;
  readonly backorderPromiseDays: number;
  readonly cancelUnfillableAfterDays: number;
}

export const DEFAULT_POLICIES: Policies = {
  splitOverNodes: false,
  pickupHeldDays: 7,
  pickupCaptureAt: 'handover',
  pickupReminderDays: [3, 6],
  pickupPickMinutes: 120,
  pickupNotPicked: ['store', 'home'],
  pickupMaxExtensionDays: 14,
  authorizationLifeDays: 7,
  authorizationRenewalDays: 1,
  refundOrder: ['card', 'gift-card', 'store-credit'],
  refundApprovalAboveMinor: 20_000,
  refundSecondApprovalAboveMinor: 100_000,
  writeOffAloneUpToMinor: 50_000,
  returnWindowDays: 30,
  returnWindowDaysFor: {},
  returnReasons: RETURN_REASONS,
  returnConditions: CONDITIONS,
  returnReviewAbove: 10,
  returnReviewDays: 90,
  returnReceiptDays: 30,
  restockingFeePermille: 0,
  refurbishedValuePermille: 700,
  cashRefundUpToMinor: 0,
  storeCreditBonusPermille: 0,
  expectedReturnPermille: 0,
  returnRecoveryPerUnitMinor: 0,
  backorderPromiseDays: 30,
  cancelUnfillableAfterDays: 7,
};
