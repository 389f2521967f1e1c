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
import { approveExceptionRoute, denyExceptionRoute } from './routes/exception-approvals';
import { healthRoute, readinessRoute } from './routes/health';
import { putItemRoute, readItemRoute } from './routes/items';
import { exportJournalsRoute, listJournalsRoute, readJournalRoute } from './routes/journals';
import { listKeysRoute, makeKeyRoute, revokeKeyRoute, rotateKeyRoute } from './routes/keys';
import { putLocationRoute, readLocationRoute } from './routes/locations';
import { listMappingsRoute, putMappingRoute, readMappingRoute } from './routes/mappings';
import { editOrderRoute } from './routes/edit-order';
import { orderAddressRoute } from './routes/order-address';
import { cancelOrderRoute, holdOrderRoute, releaseHoldRoute } from './routes/order-decisions';
import { findOrderRoute, readOrderRoute } from './routes/orders';
import {
  approveReturnRoute,
  denyReturnRoute,
  inspectReturnRoute,
  readReturnRoute,
  receiveReturnRoute,
  requestReturnRoute,
} from './routes/returns';
import { storeReturnsRoute, takeAtCounterRoute } from './routes/counter-returns';
import {
  bankLinesRoute,
  listSettlementLinesRoute,
  readSettlementRoute,
  receiveSettlementRoute,
} from './routes/settlements';
import { bankStatementsRoute } from './routes/bank-statements';
import { listSupplierClaimsRoute, returnQualityRoute } from './routes/return-reads';
import { listShadowFindingsRoute } from './routes/shadow-findings';
import { sendEventsRoute } from './routes/send-events';
import { adjustInventoryRoute, readAvailabilityRoute, readInventoryRoute } from './routes/stock';
import { readPickupRoute, storePickupsRoute } from './routes/pickup-reads';
import {
  acceptPickupRoute,
  arrivedPickupRoute,
  extendPickupRoute,
  handOverPickupRoute,
  nameCollectorRoute,
  noShowPickupRoute,
  putBackPickupRoute,
  readyPickupRoute,
  reSourcePickupRoute,
  rejectPickupRoute,
  substituteUnitsRoute,
} from './routes/pickups';
import {
  approvePeriodRoute,
  approveReopeningRoute,
  closePeriodRoute,
  listPeriodsRoute,
  preparePeriodRoute,
  readPeriodRoute,
  reopenPeriodRoute,
  sendBackPeriodRoute,
} from './routes/periods';
import { submitOrderRoute } from './routes/submit-order';
import { readReservesRoute, trueUpReservesRoute } from './routes/return-reserves';
import { appeaseRoute } from './routes/appeasement';
import { traceRoute } from './routes/trace';
import { trialBalanceRoute } from './routes/trial-balance';
import { webhookRoute } from './routes/webhook';

/** In the order of the reference; a fixed path comes before one with a name in its place. */
export const routes: readonly Route[] = [
  submitOrderRoute,
  findOrderRoute,
  readOrderRoute,
  cancelOrderRoute,
  editOrderRoute,
  orderAddressRoute,
  holdOrderRoute,
  releaseHoldRoute,
  appeaseRoute,
  storePickupsRoute,
  readPickupRoute,
  acceptPickupRoute,
  readyPickupRoute,
  arrivedPickupRoute,
  handOverPickupRoute,
  rejectPickupRoute,
  substituteUnitsRoute,
  extendPickupRoute,
  nameCollectorRoute,
  noShowPickupRoute,
  putBackPickupRoute,
  reSourcePickupRoute,
  listShadowFindingsRoute,
  requestReturnRoute,
  readReturnRoute,
  receiveReturnRoute,
  inspectReturnRoute,
  approveReturnRoute,
  denyReturnRoute,
  storeReturnsRoute,
  takeAtCounterRoute,
  receiveSettlementRoute,
  readSettlementRoute,
  listSettlementLinesRoute,
  bankLinesRoute,
  bankStatementsRoute,
  listSupplierClaimsRoute,
  returnQualityRoute,
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
  approveExceptionRoute,
  denyExceptionRoute,
  listJournalsRoute,
  exportJournalsRoute,
  readJournalRoute,
  trialBalanceRoute,
  listPeriodsRoute,
  readPeriodRoute,
  closePeriodRoute,
  preparePeriodRoute,
  approvePeriodRoute,
  sendBackPeriodRoute,
  reopenPeriodRoute,
  approveReopeningRoute,
  readReservesRoute,
  trueUpReservesRoute,
  traceRoute,
  listKeysRoute,
  makeKeyRoute,
  rotateKeyRoute,
  revokeKeyRoute,
  healthRoute,
  readinessRoute,
];
