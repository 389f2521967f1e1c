/**
 * What a provider of this protocol refuses before it acts: content (400, 404, 422), a key that was used
 * for another message (409), credentials (401, 403), rate (429).
 */
import type { RefusedBefore } from '../http';

export const REFUSED_BEFORE: RefusedBefore = {
  source: 'the protocol of this connector, README.md',
  statuses: new Set([400, 401, 403, 404, 409, 422, 429]),
};
