/**
 * Test cards: some of Stripe's own (https://docs.stripe.com/testing), and some of the stand-in's for
 * what Stripe has no card for.
 */
import type { StripeError } from './errors';

export const CARDS: ReadonlySet<string> = new Set([
  'pm_card_visa',
  'pm_card_mastercard',
  'pm_card_amex',
  'pm_card_visa_multicapture',
  'pm_card_expiresBeforeCapture',
  'pm_card_authenticationRequired',
  'pm_card_processing',
  'pm_card_partial',
  'pm_card_usedOnce',
]);
export const DECLINES: Readonly<Record<string, { decline_code: string; message: string }>> = {
  pm_card_chargeDeclined: { decline_code: 'generic_decline', message: 'Your card was declined.' },
  pm_card_visa_chargeDeclined: {
    decline_code: 'generic_decline',
    message: 'Your card was declined.',
  },
  pm_card_chargeDeclinedInsufficientFunds: {
    decline_code: 'insufficient_funds',
    message: 'Your card has insufficient funds.',
  },
  pm_card_visa_chargeDeclinedInsufficientFunds: {
    decline_code: 'insufficient_funds',
    message: 'Your card has insufficient funds.',
  },
};

/** The bank asks its buyer to confirm: off session that is a decline, on session a challenge. */
export const TO_CONFIRM = 'pm_card_authenticationRequired';
export const confirmationNeeded: StripeError = {
  type: 'card_error',
  code: 'authentication_required',
  decline_code: 'authentication_required',
  message: 'Your card was declined. This transaction requires authentication.',
};
/** Not decided until somebody says so: `POST /_sandbox/payment_intents/{id}/confirm`. */
export const SLOW = 'pm_card_processing';
/** Half of what is asked for is held. */
export const PARTIAL = 'pm_card_partial';
/** Without a customer, as all are here: a second intent of the same order is refused. */
export const USED_ONCE = 'pm_card_usedOnce';
export const USED_MESSAGE =
  'The provided PaymentMethod was previously used with a PaymentIntent without Customer ' +
  'attachment, shared with a connected account without Customer attachment, or was detached ' +
  'from a Customer. It may not be used again. To use a PaymentMethod multiple times, you must ' +
  'attach it to a Customer first.';
