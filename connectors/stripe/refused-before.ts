/**
 * What Stripe documents as refused before it acted: content (400, 404), credentials (401, 403), rate
 * (429), and the decline itself (402). A 409 says that a call with this key runs, or ran otherwise; a
 * 5xx is indeterminate.
 */
import type { RefusedBefore } from '../http';

export const REFUSED_BEFORE: RefusedBefore = {
  source: 'https://docs.stripe.com/error-low-level, https://docs.stripe.com/api/errors',
  statuses: new Set([400, 401, 402, 403, 404, 429]),
};
