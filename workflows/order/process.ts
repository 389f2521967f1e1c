/**
 * The order's process, from top to bottom: what is due once it is accepted, which facts move it on,
 * what it waits for, and which moment (one Postgres transaction) stands behind each.
 */
import {
  ORDER_SIGNALS,
  type AccessDue,
  type OrderAgenda,
  type OrderFlowInput,
  type OrderMoments,
  type PickupDue,
} from '../../canonical/flows/order';
import { ORDER_STEPS, SHIPPED_IN_TIME, type OrderStep } from '../../canonical/flows/order-steps';
import type { DueStep } from '../../canonical/flows/step';
import { openMomentDoor } from '../kernel/doors';
import type { DeadlineKind, DueMoment, Flow, FlowSpec } from '../kernel/flow';
import { describeOrder, describeOrderWait, toBeShipped, warehousesOf } from './details';

export type OrderFlow = Flow<OrderAgenda>;

/** Its own moments: tried at once, then for as long as it takes. */
export const runMoment = openMomentDoor<OrderMoments>();

export function orderProcess(input: OrderFlowInput): FlowSpec<OrderAgenda> {
  const { orderId } = input;
  return {
    subject: { orderId },
    steps: ORDER_STEPS,
    due: dueSteps,
    dueMoments: ({ pickups = [], access, money }) =>
      money.some((due) => due.step === 'authorize')
        ? []
        : [
            ...pickups.map((due) => startOfPickup(due, input)),
            ...(access ? [givenAccess(access)] : []),
          ],
    isUnwanted,
    facts: {
      [ORDER_SIGNALS.shipmentConfirmed]: (eventNo) =>
        runMoment((moments) => moments.recordShipment({ orderId, eventNo })),
      [ORDER_SIGNALS.fulfilmentRejected]: (eventNo) =>
        runMoment((moments) => moments.recordRejection({ orderId, eventNo })),
    },
    factTitles: {
      [ORDER_SIGNALS.shipmentConfirmed]: 'the warehouse has shipped',
      [ORDER_SIGNALS.fulfilmentRejected]: 'the warehouse has rejected a request',
    },
    ...(input.pagesUrl !== undefined && { pagesUrl: input.pagesUrl }),
    untakenFact: 'order.refused-by-rule',
    deadlines: [shippedInTime(input)],
    shown: (agenda) => {
      const order = agenda?.order ?? input.accepted?.order;
      return { status: order?.status ?? 'received', node: order?.location ?? '' };
    },
    describeWait: (flow) => describeOrderWait(flow),
    insteadOfCancelling: `an order is cancelled by \`POST /v1/orders/${orderId}/cancel\``,
    describe: (agenda) => describeOrder(agenda?.order ?? input.accepted?.order),
  };
}

/** A store is asked by a moment: its pickup's own flow goes on from there. */
function startOfPickup(
  { groupNo, storeId, units }: PickupDue,
  { orderId, pagesUrl }: OrderFlowInput,
): DueMoment<OrderAgenda> {
  const of = { orderId, groupNo, ...(pagesUrl !== undefined && { pagesUrl }) };
  return {
    name: `pickup:${groupNo}`,
    run: () => runMoment((moments) => moments.startPickup(of)),
    said: `${storeId} is to hold ${units} for pickup`,
  };
}

/** What nobody sends passes by a moment. */
function givenAccess({ orderId, units }: AccessDue): DueMoment<OrderAgenda> {
  return {
    name: 'access',
    run: () => runMoment((moments) => moments.giveAccess({ orderId })),
    said: `${units} that are never sent are the buyer's`,
  };
}

/** Authorizations first, then the release of each group, then what is due for what has moved. */
function dueSteps(agenda: OrderAgenda): OrderStep[] {
  const authorizations = agenda.money.filter((due) => due.step === 'authorize');
  const others = agenda.money.filter((due) => due.step !== 'authorize');
  const releases = agenda.releases.map((due): OrderStep => ({ step: 'release', ...due }));
  return [...authorizations, ...(authorizations.length === 0 ? releases : []), ...others];
}

/**
 * A promise or a release that a cancellation or a hold came before. What has moved is always paid
 * for or paid back.
 */
function isUnwanted({ order }: OrderAgenda, due: DueStep): boolean {
  if (isStep(due, 'release')) {
    return order.groups.some((one) => one.groupNo === due.groupNo && one.state === 'planned');
  }
  if (!isStep(due, 'authorize')) return false;
  return order.tenders.some((one) => one.tenderNo === due.tenderNo && one.state === 'pending');
}

function isStep<Name extends OrderStep['step']>(
  due: DueStep,
  name: Name,
): due is Extract<OrderStep, { step: Name }> {
  return due.step === name;
}

/** Goods that a warehouse has: from the first release on, somebody owns the wait after this. */
function shippedInTime({ fulfilmentDeadlineMs, orderId }: OrderFlowInput) {
  const deadline: DeadlineKind<OrderAgenda> = {
    durationMs: fulfilmentDeadlineMs,
    isOut: ({ order }) => toBeShipped(order) > 0,
    summary: (until) => `Shipped by ${until}, or it is overdue`,
    wait: ({ order }) => ({
      blocks: SHIPPED_IN_TIME,
      code: 'fulfilment.overdue',
      detail: `${toBeShipped(order)} released and not shipped by ${warehousesOf(order)} within the time allowed`,
      cause: { kind: 'order', ref: orderId },
    }),
  };
  return deadline;
}
