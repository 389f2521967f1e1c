/** Channel instances: one shop or seller account, who moves its money, where its things go. */
import type { MessageTemplate } from '../ports/notification';
import type { ChannelInstance } from './ids';
import type { Policies } from './policies';
import type { TenderKind } from './tender-kind';

/** `psp`: we call the processor. `channel`: we ask the channel, which authorized already. */
export const MONEY_MODES = ['psp', 'channel'] as const;
export type MoneyMode = (typeof MONEY_MODES)[number];

/**
 * `off`: its orders wait, or are refused where the caller hears it; what is open goes on.
 * `shadow`: its orders are heard and understood, and nothing is done; what is open goes on.
 */
export const FLOW_SWITCHES = ['on', 'off', 'shadow'] as const;
export type FlowSwitch = (typeof FLOW_SWITCHES)[number];

/** A row of the installation's file with its references followed. */
export interface ChannelSetup {
  readonly channelInstance: ChannelInstance;
  /** The vendor folder that reads its webhooks; null where it submits canonical orders itself. */
  readonly connector: string | null;
  readonly moneyMode: MoneyMode;
  /** The account whose queue takes its captures: the processor's, or the channel's own. */
  readonly moneyAccount: string;
  /** Gateways, as the channel calls them, whose money another account moves. */
  readonly moneyAccounts: Readonly<Record<string, string>>;
  /** By each of these accounts: the kinds of tender whose money it moves. */
  readonly movedKinds: Readonly<Record<string, readonly TenderKind[]>>;
  /** An own shop: a SKU equal to an item's counts as mapped. */
  readonly isOwnShop: boolean;
  readonly brand: string | null;
  readonly region: string | null;
  readonly entity: string;
  /** Of its entity: two channels of one entity post to one ERP. */
  readonly erpInstance: string;
  /** The warehouse of every node that names none of its own. */
  readonly warehouse: string;
  readonly taxAccount: string;
  readonly notifier: string;
  /** What the channel's own mail tells its buyers, so that nobody is told twice. */
  readonly tellsBuyerOf: readonly MessageTemplate[];
  readonly orderFlow: FlowSwitch;
  /** For tests: its test orders are processed, in the books of an entity of their own. */
  readonly isTest: boolean;
  readonly policies: Policies;
}
