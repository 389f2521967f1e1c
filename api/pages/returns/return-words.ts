/** Returns in words that need no manual: why, how it was found, what becomes of it, how it stands. */
import type { ReturnStatus } from '../../../canonical/flows/return';
import type { Condition, Disposition, ReturnReason } from '../../../canonical/schema/return';
import type { TenderKind } from '../../../canonical/schema/tender-kind';

export const REASON_WORDS: Readonly<Record<ReturnReason, string>> = {
  'changed-mind': 'Changed their mind',
  defective: 'It does not work',
  'damaged-in-transit': 'Damaged on its way',
  'wrong-item': 'Wrong item was sent',
  'not-as-described': 'Not as described',
  'arrived-late': 'Arrived too late',
};

export const CONDITION_WORDS: Readonly<Record<Condition, string>> = {
  new: 'New, unopened',
  opened: 'Opened, complete',
  used: 'Used',
  damaged: 'Damaged',
  defective: 'Does not work',
};

const DISPOSITION_WORDS: Readonly<Record<Disposition, string>> = {
  restock: 'back on the shelf',
  refurbish: 'to be refurbished',
  scrap: 'scrapped',
  'return-to-vendor': 'back to the vendor',
};

const TENDER_WORDS: Readonly<Record<TenderKind, string>> = {
  card: 'Card that paid',
  'gift-card': 'Gift card',
  'store-credit': 'Store credit',
  account: 'Account',
  cash: 'Cash',
  marketplace: 'By the marketplace',
};

const NAMES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  reason: { ...REASON_WORDS, unannounced: 'Nobody had announced it' },
  condition: CONDITION_WORDS,
  disposition: DISPOSITION_WORDS,
  tender: TENDER_WORDS,
};

/** Its words; what has none yet as it is. */
export const wordsOf = (
  what: 'reason' | 'condition' | 'disposition' | 'tender',
  name: string,
): string => NAMES[what]?.[name] ?? name;

interface Standing {
  readonly title: string;
  /** Who has to do something next. */
  readonly next: string;
}

export const STATUS_WORDS: Readonly<Record<ReturnStatus, Standing>> = {
  requested: { title: 'Asked for', next: 'payments' },
  approved: { title: 'Expected', next: 'the customer' },
  'in-transit': { title: 'On its way', next: 'the carrier' },
  received: { title: 'Here, to be looked at', next: 'who received it' },
  'awaiting-approval': { title: 'Waits for a yes', next: 'payments' },
  inspected: { title: 'Being refunded', next: 'nobody: it goes on by itself' },
  refunded: { title: 'Refunded', next: 'nobody: it closes by itself' },
  closed: { title: 'Closed', next: 'nobody' },
  denied: { title: 'Denied', next: 'nobody' },
  expired: { title: 'Expired: it never came', next: 'nobody' },
};

/** A refusal without the line's number, which nobody at a counter knows. */
export const refusalWords = (detail: string): string => detail.replace(/^\d+ of line \d+: /, '');
