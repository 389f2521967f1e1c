/** Ways to be paid back that this order, or its channel, does not have. */
import type { RefundedTo, RefundTiming } from '../../canonical/schema/return';
import type { OrderLine } from '../../canonical/schema/order';
import type { TakenOrder } from '../order/order-moment';

export interface NotOffered {
  readonly pointer: string;
  readonly code:
    'gift_not_taken' | 'no_cash' | 'no_exchange' | 'currency_mismatch' | 'not_before_goods';
  readonly detail: string;
}

export function notOfferedOf(
  request: {
    readonly refundTiming?: RefundTiming | undefined;
    readonly refundTo?: RefundedTo | undefined;
    readonly asGift?: boolean | undefined;
    readonly exchange?: { readonly lines: readonly OrderLine[] } | undefined;
  },
  { order, setup }: TakenOrder,
): NotOffered | null {
  const { refundTo = 'tender', refundTiming = 'inspected', exchange } = request;
  const isAsCredit = request.refundTo === undefined || refundTo === 'store-credit';
  if (request.asGift === true && (!isAsCredit || exchange || refundTiming !== 'inspected')) {
    const detail =
      'what was given is paid back as store credit to who brings it, once it is here: its buyer would hear of all else';
    return { pointer: '/asGift', code: 'gift_not_taken', detail };
  }
  const isPlain = refundTo === 'tender' && !exchange;
  if (!isPlain && refundTiming !== 'inspected') {
    const detail = 'before the goods are here, only the payments that it is of are paid back';
    return { pointer: '/refundTiming', code: 'not_before_goods', detail };
  }
  const { channelInstance, moneyMode, policies } = setup;
  if (refundTo === 'cash' && policies.cashRefundUpToMinor === 0) {
    const detail = `what ${channelInstance} sells is not paid back in cash`;
    return { pointer: '/refundTo', code: 'no_cash', detail };
  }
  if (exchange && moneyMode !== 'psp') {
    const detail = `${channelInstance} moves its own money: it is exchanged there`;
    return { pointer: '/exchange', code: 'no_exchange', detail };
  }
  const currencies = (exchange?.lines ?? []).flatMap((line) => [
    line.unitPrice.currency,
    ...[...line.discounts, ...line.taxes].map((one) => one.amount.currency),
  ]);
  if (currencies.some((one) => one !== order.currency)) {
    const detail = `the order is in ${order.currency}, and so is what goes out for it`;
    return { pointer: '/exchange/lines', code: 'currency_mismatch', detail };
  }
  return null;
}
