/** What a store is told of a press or a search, in words that need no manual. */
import type { PickupState } from '../../../canonical/rules/pickup/state';
import type { BoardRow } from '../../../store/pickups/store-board';
import type { Problem } from '../../http/problem';

const CHANGED = 'This order has changed meanwhile, maybe by a colleague. See it as it is now.';

const WORDS: Readonly<Record<string, string>> = {
  pickup_state: CHANGED,
  idempotency_key_reused: CHANGED,
  idempotency_in_progress: 'It is being done already.',
  forbidden: 'Your key may not do this.',
  not_found: 'This order is not in your store any more.',
  rate_limited: 'Too much at once. Wait a little and try again.',
};

export function problemWords({ code, detail, errors }: Problem): string {
  const known = WORDS[code];
  if (known !== undefined) return known;
  const said = errors.length === 0 ? detail : errors.map((error) => error.detail).join('; ');
  return `${said.charAt(0).toUpperCase()}${said.slice(1)}.`.replace(/\.\.$/, '.');
}

const STATES: Readonly<Record<PickupState, string>> = {
  requested: 'is to be picked',
  picking: 'is being picked',
  ready: 'is ready',
  'customer-arrived': 'is ready, and the customer is here',
  'partly-handed-over': 'was handed over in part',
  'handed-over': 'was handed over',
  rejected: 'could not be given',
  expired: 'expired: it was not collected in time',
  cancelled: 'was cancelled',
};

export function foundWords({ orderNo, state }: BoardRow): string {
  return `Order ${orderNo} ${STATES[state]}.`;
}
