/** The table of routes: what is served, and what the OpenAPI document describes. */
import type { Route } from './http/route';
import {
  abandonExceptionRoute,
  assignExceptionRoute,
  listExceptionsRoute,
  overrideExceptionRoute,
  readExceptionRoute,
  retryExceptionRoute,
} from './routes/exceptions';
import { healthRoute, readinessRoute } from './routes/health';
import { putItemRoute, readItemRoute } from './routes/items';
import { exportJournalsRoute, listJournalsRoute, readJournalRoute } from './routes/journals';
import { listKeysRoute, makeKeyRoute, revokeKeyRoute, rotateKeyRoute } from './routes/keys';
import { putLocationRoute, readLocationRoute } from './routes/locations';
import { listMappingsRoute, putMappingRoute, readMappingRoute } from './routes/mappings';
import { cancelOrderRoute, holdOrderRoute, releaseHoldRoute } from './routes/order-decisions';
import { findOrderRoute, readOrderRoute } from './routes/orders';
import { sendEventsRoute } from './routes/send-events';
import { adjustInventoryRoute, readAvailabilityRoute, readInventoryRoute } from './routes/stock';
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
  listKeysRoute,
  makeKeyRoute,
  rotateKeyRoute,
  revokeKeyRoute,
  healthRoute,
  readinessRoute,
];
