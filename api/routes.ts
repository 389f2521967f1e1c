/** The table of routes: what is served, and what the OpenAPI document describes. */
import type { Route } from './http/route';
import { abandonExceptionRoute } from './routes/abandon-exception';
import { adjustInventoryRoute } from './routes/adjust-inventory';
import { assignExceptionRoute } from './routes/assign-exception';
import { cancelOrderRoute } from './routes/cancel-order';
import { exportJournalsRoute } from './routes/export-journals';
import { findOrderRoute } from './routes/find-order';
import { healthRoute, readinessRoute } from './routes/health';
import { holdOrderRoute } from './routes/hold-order';
import { listExceptionsRoute } from './routes/list-exceptions';
import { listJournalsRoute } from './routes/list-journals';
import { listMappingsRoute } from './routes/list-mappings';
import { overrideExceptionRoute } from './routes/override-exception';
import { putItemRoute } from './routes/put-item';
import { putLocationRoute } from './routes/put-location';
import { putMappingRoute } from './routes/put-mapping';
import { readAvailabilityRoute } from './routes/read-availability';
import { readExceptionRoute } from './routes/read-exception';
import { readInventoryRoute } from './routes/read-inventory';
import { readItemRoute } from './routes/read-item';
import { readJournalRoute } from './routes/read-journal';
import { readLocationRoute } from './routes/read-location';
import { readMappingRoute } from './routes/read-mapping';
import { readOrderRoute } from './routes/read-order';
import { releaseHoldRoute } from './routes/release-hold';
import { retryExceptionRoute } from './routes/retry-exception';
import { sendEventsRoute } from './routes/send-events';
import { submitOrderRoute } from './routes/submit-order';
import { traceRoute } from './routes/trace';
import { trialBalanceRoute } from './routes/trial-balance';
import { webhookRoute } from './routes/webhook';

/** In the order of the reference; a fixed path comes before one with a name in its place. */
export const routes: readonly Route[] = [
  submitOrderRoute,
  findOrderRoute,
  readOrderRoute,
  cancelOrderRoute,
  holdOrderRoute,
  releaseHoldRoute,
  sendEventsRoute,
  webhookRoute,
  readAvailabilityRoute,
  readInventoryRoute,
  adjustInventoryRoute,
  putItemRoute,
  readItemRoute,
  putLocationRoute,
  readLocationRoute,
  listMappingsRoute,
  putMappingRoute,
  readMappingRoute,
  listExceptionsRoute,
  readExceptionRoute,
  assignExceptionRoute,
  retryExceptionRoute,
  overrideExceptionRoute,
  abandonExceptionRoute,
  listJournalsRoute,
  exportJournalsRoute,
  readJournalRoute,
  trialBalanceRoute,
  traceRoute,
  healthRoute,
  readinessRoute,
];
