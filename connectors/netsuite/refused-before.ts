/**
 * What NetSuite documents as refused before it acted: content (400, 404, 405), credentials (401, 403),
 * concurrency (429). A 5xx may come after the record was saved.
 */
import type { RefusedBefore } from '../http';

export const REFUSED_BEFORE: RefusedBefore = {
  source: 'https://docs.oracle.com/en/cloud/saas/netsuite/ns-online-help/section_156570709583.html',
  statuses: new Set([400, 401, 403, 404, 405, 429]),
};
