/** Channel instances: one shop or seller account, who moves its money, where its things go. */
import type { ChannelInstance } from './ids';
import { ChannelInstance as ChannelInstanceSchema } from './ids';

/** `psp`: we call the processor. `channel`: we ask the channel, which authorized already. */
export const MONEY_MODES = ['psp', 'channel'] as const;
export type MoneyMode = (typeof MONEY_MODES)[number];

export interface ChannelSetup {
  readonly channelInstance: ChannelInstance;
  /** The vendor folder that reads its webhooks; null where it submits canonical orders itself. */
  readonly connector: 'shopify' | null;
  readonly moneyMode: MoneyMode;
  /** The account whose queue takes its captures: the processor's, or the channel's own. */
  readonly moneyAccount: string;
  /** An own shop: a SKU equal to an item's counts as mapped. */
  readonly isOwnShop: boolean;
  readonly entity: string;
  readonly erpInstance: string;
  readonly warehouse: string;
  /** An order that no node holds whole may go out in several parcels. Off: it waits. */
  readonly splitShipments?: boolean;
  readonly taxAccount: string;
  readonly notifier: string;
}

const own = {
  isOwnShop: true,
  entity: 'us-01',
  erpInstance: 'netsuite-us',
  warehouse: 'wms-main',
  taxAccount: 'avatax-us',
  notifier: 'notify-main',
} as const;

/** The set-up of this installation; a new shop is a new row. */
const CHANNELS: readonly ChannelSetup[] = [
  {
    ...own,
    channelInstance: ChannelInstanceSchema.parse('shopify-us'),
    connector: 'shopify',
    moneyMode: 'channel',
    moneyAccount: 'shopify-us',
  },
  {
    ...own,
    channelInstance: ChannelInstanceSchema.parse('web-us'),
    connector: null,
    moneyMode: 'psp',
    moneyAccount: 'stripe-us',
  },
];

export function channelSetup(channelInstance: string): ChannelSetup | undefined {
  return CHANNELS.find((channel) => channel.channelInstance === channelInstance);
}

export function channelSetups(): readonly ChannelSetup[] {
  return CHANNELS;
}
