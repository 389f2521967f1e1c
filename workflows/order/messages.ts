/** What can be said to an order's flow, and what it shows of itself in the list of flows. */
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { defineSignal, defineUpdate } from '@temporalio/workflow';
import { SEARCH_ATTRIBUTES, type SearchAttributeName } from '../../canonical/flows/contract';
import { ORDER_SIGNALS, ORDER_UPDATES } from '../../canonical/flows/order';
import type {
  CancelRequest,
  CancelResult,
  FactSignal,
  HoldRequest,
  HoldResult,
  ResolutionSignal,
} from '../../canonical/flows/order';

export const shipmentConfirmed = defineSignal<[FactSignal]>(ORDER_SIGNALS.shipmentConfirmed);
export const fulfilmentRejected = defineSignal<[FactSignal]>(ORDER_SIGNALS.fulfilmentRejected);
export const cancelRequested = defineSignal<[FactSignal]>(ORDER_SIGNALS.cancelRequested);
export const exceptionResolved = defineSignal<[ResolutionSignal]>(ORDER_SIGNALS.exceptionResolved);

export const cancelOrder = defineUpdate<CancelResult, [CancelRequest]>(ORDER_UPDATES.cancelOrder);
export const holdOrder = defineUpdate<HoldResult, [HoldRequest]>(ORDER_UPDATES.holdOrder);
export const releaseHold = defineUpdate<HoldResult, [HoldRequest]>(ORDER_UPDATES.releaseHold);

const keyword = (name: SearchAttributeName) =>
  defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);

/** Channel and order number are set by whoever starts the flow and never change. */
export const shownStatus = keyword(SEARCH_ATTRIBUTES.status);
export const shownNode = keyword(SEARCH_ATTRIBUTES.node);
export const shownWaitingFor = keyword(SEARCH_ATTRIBUTES.waitingFor);
