/**
 * Lines of a Shopify order that are not wanted any more, while the rest of it goes on: an order edit.
 * Beginning one and setting quantities changes nothing; the commit does, once: a line that has no
 * more units than it should keep is left alone.
 */
import type { Announced, RemovalAnnouncement, SalesChannel } from '../../canonical/ports/channel';
import type { Refused } from '../../canonical/ports/fault';
import { VendorFault } from '../../canonical/ports/fault';
import { cutText } from '../../canonical/rules/text';
import { refused } from '../answer';
import type { HttpDoor } from '../http';
import {
  BeginEditAnswer,
  CommitEditAnswer,
  OrderLinesAnswer,
  SetQuantityAnswer,
} from './admin-schema';
import { announced, isLine } from './fulfilment-orders';
import { ask, orderGid, refusalOf, SYSTEM } from './graphql';
import { BEGIN_EDIT, COMMIT_EDIT, ORDER_LINES, SET_QUANTITY } from './operations';

const MAX_STAFF_NOTE_CHARS = 255;

type Removals = Pick<SalesChannel, 'announceRemoval' | 'findRemoval'>;

export function shopifyRemovals(door: HttpDoor): Removals {
  return {
    announceRemoval: (request) => announceRemoval(door, request),
    findRemoval: (request) => findRemoval(door, request),
  };
}

/** Lines that still have more units than they should keep; null where the order is not there. */
async function tooLarge(door: HttpDoor, request: RemovalAnnouncement) {
  const id = orderGid(request.channelOrderRef);
  const { order } = await ask(door, 'order', ORDER_LINES, { id }, OrderLinesAnswer);
  if (!order) return null;
  if (order.cancelledAt) return [];
  return request.lines.flatMap(({ channelLineRef, leaves }) => {
    const line = order.lineItems.nodes.find((one) => isLine(one.id, channelLineRef));
    return line && line.currentQuantity > leaves ? [{ lineItemId: line.id, leaves }] : [];
  });
}

async function announceRemoval(
  door: HttpDoor,
  request: RemovalAnnouncement,
): Promise<Announced | Refused> {
  const orderId = orderGid(request.channelOrderRef);
  const lines = await tooLarge(door, request);
  if (!lines) return refused('unknown_order', 'the shop does not know this order');
  if (lines.length === 0) return announced(orderId);
  const begun = await ask(door, 'orderEditBegin', BEGIN_EDIT, { id: orderId }, BeginEditAnswer);
  const notBegun = refusalOf(begun.orderEditBegin.userErrors);
  if (notBegun) return notBegun;
  const id = begun.orderEditBegin.calculatedOrder?.id;
  if (!id) throw new VendorFault(SYSTEM, 'ambiguous', 'orderEditBegin: no edit in the answer');
  for (const { lineItemId, leaves: quantity } of lines) {
    const what = 'orderEditSetQuantity';
    const variables = { id, lineItemId, quantity };
    const answer = await ask(door, what, SET_QUANTITY, variables, SetQuantityAnswer);
    const refusal = refusalOf(answer[what].userErrors);
    if (refusal) return refusal;
  }
  const variables = { id, staffNote: cutText(request.reason, MAX_STAFF_NOTE_CHARS) };
  const what = 'orderEditCommit';
  const { orderEditCommit } = await ask(door, what, COMMIT_EDIT, variables, CommitEditAnswer);
  return refusalOf(orderEditCommit.userErrors) ?? announced(orderId);
}

async function findRemoval(door: HttpDoor, request: RemovalAnnouncement) {
  const lines = await tooLarge(door, request);
  return lines?.length === 0 ? announced(orderGid(request.channelOrderRef)) : null;
}
