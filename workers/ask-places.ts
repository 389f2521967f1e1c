/**
 * Asks a channel what its webhooks do not say: where an order is collected, before it is kept (one
 * that is taken as shipped by mistake goes to a warehouse), by what it was paid where by several, how far a collection has come there, and
 * what came back to it. While the channel does not answer, the event waits and is routed again; a
 * silent channel is asked by one event at a time.
 */
import type {
  ChannelFulfilment,
  CollectionProgress,
  ReturnedGoods,
  SalesChannel,
} from '../canonical/ports/channel';
import { collectedAt, type CollectedOrder } from '../canonical/rules/order/collected-at';
import { paidBy } from '../canonical/rules/order/paid-by';
import type { Order } from '../canonical/schema/order';

export type Shops = Readonly<
  Record<
    string,
    Pick<SalesChannel, 'placesOf' | 'tendersOf' | 'collectionProgress' | 'returnedGoods'>
  >
>;

export interface PlaceAsker {
  /** Throws where there is no answer. `attempts` counts how often the event was routed. */
  ask(account: string, order: Order, attempts: number): Promise<CollectedOrder>;
  /** By what it was paid, and how much by each. As `ask`. */
  askTenders(account: string, order: Order, attempts: number): Promise<CollectedOrder>;
  /** How far an order has come there; null where the channel does not know it. */
  progress(account: string, of: ChannelFulfilment): Promise<CollectionProgress | null>;
  /** What came back to it; null where it knows nothing of that. Throws where there is no answer. */
  returnedGoods(account: string, reverseOrderRef: string): Promise<ReturnedGoods | null>;
}

/** After a call without an answer, the channel's other events wait this long. */
const QUIET_AFTER_SILENCE_MS = 2_000;
/** A webhook may be faster than what the channel can read of its order. */
const ATTEMPTS_UNTIL_UNKNOWN = 4;

export class ChannelSilent extends Error {
  override readonly name = 'ChannelSilent';
}

export function createPlaceAsker(shops: Shops): PlaceAsker {
  const silentUntilMs = new Map<string, number>();
  const asked = async <T>(account: string, what: string, call: () => Promise<T>): Promise<T> => {
    if (Date.now() < (silentUntilMs.get(account) ?? 0)) {
      throw new ChannelSilent(`${account} did not say ${what}`);
    }
    return call().catch((error: unknown) => {
      silentUntilMs.set(account, Date.now() + QUIET_AFTER_SILENCE_MS);
      throw error;
    });
  };
  const askOf = async <T>(
    account: string,
    { channelOrderRef }: Order,
    attempts: number,
    what: Question,
    call: (shop: Shops[string], channelOrderRef: string) => Promise<T | null>,
  ) => {
    const shop = shops[account];
    if (!shop || !channelOrderRef) return cannotBeAsked(account, what);
    const answer = await asked(account, what.asked, () => call(shop, channelOrderRef));
    if (answer !== null) return { outcome: 'said' as const, answer };
    if (attempts < ATTEMPTS_UNTIL_UNKNOWN) {
      throw new ChannelSilent(`${account} does not know its order yet`);
    }
    return cannotBeAsked(account, what);
  };
  return {
    async returnedGoods(account, reverseOrderRef) {
      const shop = shops[account];
      return shop
        ? asked(account, 'what came back', () => shop.returnedGoods(reverseOrderRef))
        : null;
    },
    ask: (account, order, attempts) =>
      askOf(account, order, attempts, COLLECTED, (shop, ref) => shop.placesOf(ref)).then((said) =>
        said.outcome === 'said' ? collectedAt(order, said.answer) : said,
      ),
    askTenders: (account, order, attempts) =>
      askOf(account, order, attempts, PAID, (shop, ref) => shop.tendersOf(ref)).then((said) =>
        said.outcome === 'said' ? paidBy(order, said.answer) : said,
      ),
    async progress(account, of) {
      const shop = shops[account];
      if (!shop) return null;
      return asked(account, 'how far an order has come', () => shop.collectionProgress(of));
    },
  };
}

interface Question {
  readonly asked: string;
  /** Why it is asked. */
  readonly as: string;
}
const COLLECTED = {
  asked: 'where an order is collected',
  as: 'which may be one to be collected',
};
const PAID = {
  asked: 'by what an order was paid',
  as: 'which was paid by several means: submit it with its tenders',
};

function cannotBeAsked(account: string, { as }: Question) {
  const detail = `${account} does not know this order, ${as}`;
  return { outcome: 'unreadable' as const, problems: [{ pointer: '', detail }] };
}
