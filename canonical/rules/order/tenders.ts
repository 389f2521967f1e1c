/** What an order says of its money, against who moves the money of its channel. */
import type { ChannelSetup, MoneyMode } from '../../schema/channel';
import type { Order } from '../../schema/order';
import type { Problem } from './problem';

type Received = NonNullable<Order['tenders'][number]['received']>['state'];

/** What a caller may say was received before the order came; it is looked for before goods leave. */
export const MAY_BE_CLAIMED: Readonly<Record<MoneyMode, readonly Received[]>> = {
  // The shop's checkout may have authorized at the processor; to capture is ours.
  psp: ['authorized'],
  // The channel authorizes, and may capture at once.
  channel: ['authorized', 'captured'],
};

/** `isClaim`: a caller says so, and not the channel itself under its signature. */
export function tenderProblems(order: Order, setup: ChannelSetup, isClaim: boolean): Problem[] {
  return order.tenders.flatMap((tender, index): Problem[] => {
    const refuse = (field: string, detail: string): Problem[] => [
      { pointer: `/tenders/${index}/${field}`, code: 'unsupported_tender', detail },
    ];
    const { received } = tender;
    if (tender.amount.minorUnits === 0) return [];
    if (isClaim && received && !MAY_BE_CLAIMED[setup.moneyMode].includes(received.state)) {
      const whose = `money of ${order.channelInstance} is ${received.state} from here`;
      return refuse('received/state', `${whose}, by its money mode ${setup.moneyMode}`);
    }
    if (setup.moneyMode === 'psp' && received && !received.reference) {
      return refuse('received', 'names no payment at the processor');
    }
    if (received) return [];
    if (setup.moneyMode === 'channel') {
      return refuse('received', `${order.channelInstance} has neither authorized nor captured it`);
    }
    return tender.paymentMethodRef
      ? []
      : refuse('paymentMethodRef', 'a means of payment to authorize on is needed');
  });
}
