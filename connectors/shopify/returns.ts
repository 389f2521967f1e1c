/**
 * Returns at Shopify. One that was asked for here is made there open, with our mark in the note of its
 * lines: by that it is found, for its mutation takes no key. Its money goes back by `refundCreate`,
 * which does. One that ends here is closed there. What came back to the shop is read at its reverse
 * fulfilment order, whose webhook names neither the order nor the return.
 */
import type {
  Announced,
  ReturnAnnouncement,
  ReturnClosure,
  ReturnedGoods,
  SalesChannel,
} from '../../canonical/ports/channel';
import type { Refused } from '../../canonical/ports/fault';
import { VendorFault } from '../../canonical/ports/fault';
import { parseDecimal } from '../../canonical/rules/money/money';
import { readRma } from '../../canonical/rules/return/mark';
import { refused } from '../answer';
import type { HttpDoor } from '../http';
import type { OrderTransaction } from './admin-schema';
import { announced, isLine } from './fulfilment-orders';
import { ask, orderGid, refusalOf, SYSTEM } from './graphql';
import { CLOSE_RETURN, CREATE_RETURN, ORDER_RETURNS, REVERSE_ORDER } from './return-operations';
import {
  CloseReturnAnswer,
  CreateReturnAnswer,
  OrderReturnsAnswer,
  ReverseOrderAnswer,
  type OrderReturns,
  type ShopReturn,
} from './return-schema';

const REASONS: Readonly<Record<ReturnAnnouncement['reason'], string>> = {
  'changed-mind': 'UNWANTED',
  defective: 'DEFECTIVE',
  'wrong-item': 'WRONG_ITEM',
  'not-as-described': 'NOT_AS_DESCRIBED',
  'damaged-in-transit': 'OTHER',
  'arrived-late': 'OTHER',
  unannounced: 'UNKNOWN',
};
/** Of a return that holds units of its fulfilment lines. */
const HOLDS: ReadonlySet<string> = new Set(['OPEN', 'CLOSED', 'REQUESTED']);

type Returns = Pick<
  SalesChannel,
  'returnedGoods' | 'announceReturn' | 'findReturn' | 'closeReturn' | 'findReturnClosed'
>;

export function shopifyReturns(door: HttpDoor): Returns {
  return {
    returnedGoods: (reverseOrderRef) => returnedGoods(door, reverseOrderRef),
    announceReturn: (request) => announceReturn(door, request),
    findReturn: (request) => findReturn(door, request),
    closeReturn: (request) => closeReturn(door, request),
    findReturnClosed: (request) => findReturnClosed(door, request),
  };
}

async function readReturns(door: HttpDoor, channelOrderRef: string): Promise<OrderReturns | null> {
  const id = orderGid(channelOrderRef);
  const { order } = await ask(door, 'order', ORDER_RETURNS, { id }, OrderReturnsAnswer);
  return order;
}

const unknownOrder = () => refused('unknown_order', 'the shop does not know this order');

const notesOf = ({ returnLineItems }: ShopReturn): string[] =>
  returnLineItems.nodes.map((line) => line.returnReasonNote ?? '');

function marked({ returns }: OrderReturns, { mark }: ReturnAnnouncement): Announced | null {
  const found = returns.nodes.find((one) => notesOf(one).includes(mark));
  return found ? announced(found.id) : null;
}

/** Units of a line by the fulfilment that sent them, less those that other returns there have. */
function takeSent(order: OrderReturns, channelLineRef: string, quantity: number) {
  const held = order.returns.nodes
    .filter(({ status }) => HOLDS.has(status))
    .flatMap((one) => one.returnLineItems.nodes);
  const heldOf = (id: string) =>
    held
      .filter((line) => line.fulfillmentLineItem?.id === id)
      .reduce((units, line) => units + line.quantity, 0);
  const taken: { fulfillmentLineItemId: string; quantity: number }[] = [];
  let left = quantity;
  for (const line of order.fulfillments.flatMap((one) => one.fulfillmentLineItems.nodes)) {
    const units = Math.min(left, (line.quantity ?? 0) - heldOf(line.id));
    if (units <= 0 || !isLine(line.lineItem.id, channelLineRef)) continue;
    taken.push({ fulfillmentLineItemId: line.id, quantity: units });
    left -= units;
  }
  return left === 0 ? taken : null;
}

async function announceReturn(
  door: HttpDoor,
  request: ReturnAnnouncement,
): Promise<Announced | Refused> {
  const order = await readReturns(door, request.channelOrderRef);
  if (!order) return unknownOrder();
  const before = marked(order, request);
  if (before) return before;
  const why = { returnReason: REASONS[request.reason], returnReasonNote: request.mark };
  const returnLineItems = [];
  for (const { channelLineRef, quantity } of request.lines) {
    const taken = takeSent(order, channelLineRef, quantity);
    if (!taken) {
      const detail = `line ${channelLineRef}: the shop has sent fewer than ${quantity} that are not back`;
      return refused('not_returnable', detail);
    }
    returnLineItems.push(...taken.map((one) => ({ ...one, ...why })));
  }
  const returnInput = { orderId: order.id, returnLineItems, notifyCustomer: false };
  const what = 'returnCreate';
  const answer = await ask(door, what, CREATE_RETURN, { returnInput }, CreateReturnAnswer);
  const refusal = refusalOf(answer.returnCreate.userErrors);
  if (refusal) return refusal;
  const made = answer.returnCreate.return;
  if (!made) throw new VendorFault(SYSTEM, 'ambiguous', `${what}: no return in the answer`);
  return announced(made.id);
}

async function findReturn(door: HttpDoor, request: ReturnAnnouncement): Promise<Announced | null> {
  const order = await readReturns(door, request.channelOrderRef);
  return order && marked(order, request);
}

/** The shop's returns that are this one: begun there, or told by us, once or receipt by receipt. */
const ofClosure = ({ returns }: OrderReturns, { rma, channelReturnRef }: ReturnClosure) =>
  returns.nodes.filter(
    (one) => one.id === channelReturnRef || notesOf(one).some((note) => readRma(note) === rma),
  );

async function closeReturn(door: HttpDoor, request: ReturnClosure): Promise<Announced | Refused> {
  const order = await readReturns(door, request.channelOrderRef);
  if (!order) return unknownOrder();
  const own = ofClosure(order, request);
  const what = 'returnClose';
  for (const { id } of own.filter(({ status }) => status === 'OPEN')) {
    const answer = await ask(door, what, CLOSE_RETURN, { id }, CloseReturnAnswer);
    const refusal = refusalOf(answer.returnClose.userErrors);
    if (refusal) return refusal;
  }
  return announced(own[0]?.id ?? order.id);
}

async function findReturnClosed(door: HttpDoor, request: ReturnClosure): Promise<Announced | null> {
  const order = await readReturns(door, request.channelOrderRef);
  if (!order) return null;
  const own = ofClosure(order, request);
  const [first] = own;
  return first && own.every(({ status }) => status !== 'OPEN') ? announced(first.id) : null;
}

const OUTCOMES: Readonly<Record<string, ReturnedGoods['dispositions'][number]['outcome']>> = {
  RESTOCKED: 'restocked',
  MISSING: 'missing',
};

const numberOf = (gid: string): string => gid.split('/').at(-1) ?? gid;

async function returnedGoods(door: HttpDoor, id: string): Promise<ReturnedGoods | null> {
  const what = 'reverseFulfillmentOrder';
  const answer = await ask(door, what, REVERSE_ORDER, { id }, ReverseOrderAnswer);
  const found = answer[what];
  const of = found?.order?.returns.nodes.find((one) =>
    one.reverseFulfillmentOrders.nodes.some((reverse) => reverse.id === found.id),
  );
  if (!found?.order || !of) return null;
  return {
    channelOrderRef: numberOf(found.order.id),
    channelReturnRef: of.id,
    dispositions: found.lineItems.nodes.flatMap(({ fulfillmentLineItem, dispositions }) =>
      dispositions.map(({ id: ref, type, quantity, createdAt, location }) => ({
        ref,
        channelLineRef: numberOf(fulfillmentLineItem?.lineItem.id ?? ''),
        quantity,
        outcome: OUTCOMES[type] ?? 'unsettled',
        place: location ? numberOf(location.id) : null,
        at: createdAt,
      })),
    ),
    refunds: of.transactions.nodes.flatMap(refundOf),
  };
}

function refundOf(one: OrderTransaction): ReturnedGoods['refunds'][number][] {
  const { amount, currencyCode: currency } = one.amountSet.shopMoney;
  const minorUnits = parseDecimal(amount, currency);
  const paymentRef = one.parentTransaction?.id;
  if (one.kind !== 'REFUND' || one.status !== 'SUCCESS') return [];
  if (minorUnits === null || paymentRef === undefined) return [];
  return [{ reference: one.id, paymentRef, amount: { currency, minorUnits } }];
}
