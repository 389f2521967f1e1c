/** The table of routes: what is served, and what the OpenAPI document describes. */
import type { Route } from './http/route';
import { findOrderRoute } from './routes/find-order';
import { healthRoute, readinessRoute } from './routes/health';
import { readOrderRoute } from './routes/read-order';
import { sendEventsRoute } from './routes/send-events';
import { submitOrderRoute } from './routes/submit-order';
import { webhookRoute } from './routes/webhook';

export const routes: readonly Route[] = [
  submitOrderRoute,
  findOrderRoute,
  readOrderRoute,
  sendEventsRoute,
  webhookRoute,
  healthRoute,
  readinessRoute,
];
