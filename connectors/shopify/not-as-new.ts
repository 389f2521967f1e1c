/**
 * What keeps an order from beginning here: something has happened to it that its payload does not
 * tell whole, or it has amounts that nothing here books. None of it is guessed at; a person
 * reads the field. Of an order that is here already they are the shop's word on what was done.
 * https://shopify.dev/docs/api/admin-rest/latest/resources/order
 */
import type { OrderWord } from '../../canonical/rules/order/later-word';
import { toUtc, type FieldProblem, type IfUnknown, type InboundContext } from '../inbound-contract';
import { unitsGone, untoldDepartures } from './departed';
import type { ShopifyLineItem, ShopifyOrder, ShopifyShippingLine } from './order-schema';

const MONEY_GIVEN_BACK = new Set(['partially_refunded', 'refunded']);

export function wordOf(order: ShopifyOrder): OrderWord {
  return {
    updatedAt: toUtc(order.updated_at),
    isVoided: order.financial_status === 'voided',
    unitsGone: unitsGone(order),
    unitsNow: order.line_items.flatMap(
      ({ id, current_quantity: now, fulfillable_quantity: open }) =>
        typeof id === 'string' && typeof now === 'number'
          ? [{ channelLineRef: id, quantity: Math.max(now, open ?? 0) }]
          : [],
    ),
  };
}

/** Null: it may begin. */
export function notAsNew(
  topic: string,
  order: ShopifyOrder,
  { isTest = false }: Pick<InboundContext, 'isTest'>,
): IfUnknown | null {
  if (order.financial_status === 'voided') {
    return { outcome: 'ignored', why: '/financial_status: voided before it reached us' };
  }
  const isGivenBack = MONEY_GIVEN_BACK.has(order.financial_status ?? '');
  if (isGivenBack && topic === 'orders/updated') {
    // Its `orders/create` is still on the way, or came before this shop was ours.
    return { outcome: 'ignored', why: '/financial_status: an update about a refund' };
  }
  const problems = [
    ...(order.test && !isTest
      ? [{ pointer: '/test', detail: 'a test order: nothing of it is real, and this channel is' }]
      : []),
    ...(isGivenBack
      ? [
          {
            pointer: '/financial_status',
            detail: `${order.financial_status} before it reached us: its refunds are not known here`,
          },
        ]
      : []),
    ...order.line_items.flatMap(lineProblems),
    ...untoldDepartures(order),
    ...amountsWithoutPlace(order),
    ...(order.shipping_lines ?? []).flatMap(shippingProblems),
  ];
  return problems.length === 0 ? null : { outcome: 'unreadable', problems };
}

/** What was taken off before the order came, and what it was paid for with it, is not told whole. */
function lineProblems(line: ShopifyLineItem, index: number): FieldProblem[] {
  const now = line.current_quantity ?? line.quantity;
  if (now === line.quantity) return [];
  const detail = `${now} of ${line.quantity} are left of it: what was edited or refunded before is not known here; submit it as it is now, or correct it there`;
  return [{ pointer: `/line_items/${index}/current_quantity`, detail }];
}

const shippingProblems = (line: ShopifyShippingLine, index: number): FieldProblem[] =>
  line.is_removed === true
    ? [
        {
          pointer: `/shipping_lines/${index}/is_removed`,
          detail: 'an edit took it off before it reached us: submit the order as it is now',
        },
      ]
    : [];

/** Amounts that no posting rule has a place for. */
function amountsWithoutPlace(order: ShopifyOrder): FieldProblem[] {
  const stated: [string, string | null | undefined, string][] = [
    ['/total_tip_received', order.total_tip_received, 'a tip'],
    [
      '/original_total_duties_set',
      order.original_total_duties_set?.shop_money.amount,
      'import duties',
    ],
    [
      '/original_total_additional_fees_set',
      order.original_total_additional_fees_set?.shop_money.amount,
      'additional fees',
    ],
    [
      '/total_cash_rounding_payment_adjustment_set',
      order.total_cash_rounding_payment_adjustment_set?.shop_money.amount,
      'what cash was rounded by',
    ],
  ];
  return stated.flatMap(([pointer, amount, what]) =>
    amount !== null && amount !== undefined && Number(amount) !== 0
      ? [
          {
            pointer,
            detail: `${what} of ${amount}, which no posting rule books yet: submit it without, and book that by hand`,
          },
        ]
      : [],
  );
}
