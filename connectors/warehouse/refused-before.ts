/**
 * What a warehouse of this vocabulary refuses before it acts: content (400, 404, 422), an id that was
 * used with another body (409), credentials (401, 403), rate (429).
 */
import type { RefusedBefore } from '../http';

export const REFUSED_BEFORE: RefusedBefore = {
  source: 'the vocabulary of this connector, README.md',
  statuses: new Set([400, 401, 403, 404, 409, 422, 429]),
};
