/**
 * What a support person sees of an order in the Temporal UI: first what it waits for, until when,
 * who must act and with which call; then its units and its money. Markdown without tables. And the
 * search attributes, written only when the flow settles down to wait: each write is an event.
 */
import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { formatMoney } from '../../canonical/rules/money/money';
import type { OrderStatus } from '../../canonical/rules/order/state';
import type { ExceptionBrief } from '../../canonical/schema/exception';
import type { OrderBrief } from '../../canonical/flows/order';
import type { OrderFlow } from './flow-state';
import { shownNode, shownStatus, shownWaitingFor } from './messages';
import { summaryOf } from './steps';

/** Exceptions written out; an order that waits for more shows how many. */
const MAX_EXCEPTIONS_SHOWN = 10;

/** Says what the order waits for now; `ended` is the status it ends with. */
export function showState(flow: OrderFlow, ended?: OrderStatus): void {
  setCurrentDetails(describe(flow, ended));
  // A call that is under way passes in moments: not worth an event.
  if (ended === undefined && flow.call !== null) return;
  const order = flow.agenda?.order;
  const next = {
    status: ended ?? order?.status ?? flow.shown.status,
    node: order?.location ?? flow.shown.node,
    waitingFor: ended === undefined ? waitingFor(flow) : '',
  };
  const { shown } = flow;
  const changes = [
    ...(next.status === shown.status ? [] : [{ key: shownStatus, value: next.status }]),
    ...(next.node === shown.node ? [] : [{ key: shownNode, value: next.node }]),
    ...(next.waitingFor === shown.waitingFor
      ? []
      : [{ key: shownWaitingFor, value: next.waitingFor === '' ? null : next.waitingFor }]),
  ];
  flow.shown = next;
  if (changes.length > 0) upsertSearchAttributes(changes);
}

function openExceptions(flow: OrderFlow): readonly ExceptionBrief[] {
  return flow.agenda === null ? flow.acceptWaitsFor : flow.agenda.blockedBy;
}

function waitingFor(flow: OrderFlow): string {
  const [first] = openExceptions(flow);
  if (first) return first.code;
  const order = flow.agenda?.order;
  if (order?.isOnHold) return 'hold';
  return (order?.units.released ?? 0) > 0 ? 'shipment' : '';
}

function describe(flow: OrderFlow, ended: OrderStatus | undefined): string {
  const order = flow.agenda?.order ?? flow.input.accepted?.order;
  const waits = ended === undefined ? describeWaits(flow) : [`### Ended: ${ended}`];
  return [...waits, ...(order ? [...describeUnits(order), ...describeMoney(order)] : [])].join(
    '\n',
  );
}

function describeWaits(flow: OrderFlow): string[] {
  const exceptions = openExceptions(flow);
  if (exceptions.length > 0) {
    const more = exceptions.length - MAX_EXCEPTIONS_SHOWN;
    return [
      `### Waits for ${exceptions.length === 1 ? 'a person' : `${exceptions.length} things`}`,
      ...exceptions.slice(0, MAX_EXCEPTIONS_SHOWN).flatMap(describeException),
      ...(more > 0 ? [`- and ${more} more: \`GET /v1/exceptions?state=open\``] : []),
    ];
  }
  if (flow.call) return [`### Now: ${summaryOf(flow.call.step, flow.input)}`];
  const order = flow.agenda?.order;
  if (order?.isOnHold) {
    return [
      '### On hold',
      `Support lifts it: \`POST /v1/orders/${flow.input.orderId}/release-hold\``,
    ];
  }
  const released = order?.units.released ?? 0;
  if (released > 0) {
    const until = new Date(flow.overdueAtMs).toISOString();
    return [
      `### Waits for a shipment of ${released} from ${flow.input.warehouse}`,
      flow.overdue === 'running' ? `Until **${until}**; then fulfilment-operations must act.` : '',
    ];
  }
  return ['### In progress'];
}

/** A heading and one list: the UI (2.54) runs the lines of a list within a list together. */
function describeException(one: ExceptionBrief): string[] {
  return [
    `#### ${one.code}`,
    one.detail,
    '',
    `- **${one.owner}** must act until **${one.deadlineAt}**`,
    ...howToCure(one).map((line) => `- ${line}`),
    `- exception \`${one.exceptionId}\`: ${one.resolutions
      .map((resolution) => `\`POST /v1/exceptions/${one.exceptionId}/${resolution}\``)
      .join(' or ')}`,
    '',
  ];
}

/** The call that removes the cause; what waits for it then goes on by itself. */
function howToCure(exception: ExceptionBrief): string[] {
  const { cause } = exception;
  switch (cause?.kind) {
    case 'mapping':
      return [`\`PUT /v1/mappings/${cause.ref}\` and it goes on by itself`];
    case 'item':
      return [`\`PUT /v1/items/${cause.ref}\` and it goes on by itself`];
    case 'stock':
      return [`stock of \`${cause.ref}\` by an \`inventory.received.v1\` event`];
    case 'system':
      return [`${cause.ref} does not answer; it is tried again by itself`];
    case 'order':
    case 'effect':
    case 'event':
    case undefined:
      return [];
  }
}

function describeUnits(order: OrderBrief): string[] {
  const hidden = order.lineCount - order.lines.length;
  return [
    `### Lines (${order.status}${order.location === null ? '' : `, from ${order.location}`})`,
    ...order.lines.map((line) => {
      const parts = (['reserved', 'released', 'shipped', 'cancelled'] as const)
        .filter((place) => line[place] > 0)
        .map((place) => `${line[place]} ${place}`);
      return `- ${line.lineNo}. \`${line.sku}\`: ${line.ordered} ordered${
        parts.length > 0 ? `, ${parts.join(', ')}` : ''
      }`;
    }),
    ...(hidden > 0 ? [`- and ${hidden} more lines`] : []),
  ];
}

function describeMoney(order: OrderBrief): string[] {
  const money = (minor: number) => formatMoney(minor, order.currency);
  return [
    `### Money: ${money(order.totalMinor)}`,
    ...order.tenders.map(
      (tender) =>
        `- tender ${tender.tenderNo}, ${money(tender.amountMinor)}: **${tender.state}**` +
        (tender.capturedMinor > 0 ? `, captured ${money(tender.capturedMinor)}` : '') +
        (tender.refundedMinor > 0 ? `, refunded ${money(tender.refundedMinor)}` : ''),
    ),
  ];
}
