/**
 * What AvaTax documents as refused before it acted: content and a code that exists (400, 404, 409),
 * credentials (401, 403), rate (429).
 */
import type { RefusedBefore } from '../http';

export const REFUSED_BEFORE: RefusedBefore = {
  source: 'https://developer.avalara.com/api-reference/avatax/rest/v2/ (errors)',
  statuses: new Set([400, 401, 403, 404, 409, 429]),
};
