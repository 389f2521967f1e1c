/** What each kind of tender means for money: who holds it, and what is lacking where nothing does. */
import type { ChannelSetup } from '../../schema/channel';
import type { TenderKind } from '../../schema/tender-kind';

/** The account of the books that a payment stands on until it is paid out or given back. */
type HeldOn = 'CLR' | 'GC';

type KindRule = { readonly heldOn: HeldOn } | { readonly lacks: string };

const RULES: Readonly<Record<TenderKind, KindRule>> = {
  card: { heldOn: 'CLR' },
  // Redeemed: our own debt to whoever held it becomes the price of goods (rule 9a).
  'gift-card': { heldOn: 'GC' },
  'store-credit': { heldOn: 'GC' },
  account: { lacks: 'an invoice on terms is paid later (rule 26), and no flow here follows that' },
  cash: { lacks: 'cash is taken at a till (rule 21), and no till sale is read here' },
  marketplace: {
    lacks: 'the marketplace charges and pays out (rule 17), and nothing here settles with one',
  },
};

const KINDS = Object.keys(RULES) as TenderKind[];

/** @throws RangeError for a kind that no order here can have */
export function heldOn(kind: TenderKind): HeldOn {
  const rule = RULES[kind];
  if ('heldOn' in rule) return rule.heldOn;
  throw new RangeError(`money of ${kind} moved: ${rule.lacks}`);
}

/** The kind that a mapping names; a gateway that is not mapped counts as a card. */
export const tenderKind = (tenderType: string | null): TenderKind =>
  KINDS.find((kind) => kind === tenderType) ?? 'card';

/** Who moves the money of a tender that came through this gateway. */
export function moneyAccountOf(setup: ChannelSetup, gateway: string): string {
  return setup.moneyAccounts[gateway] ?? setup.moneyAccount;
}

/** Why a channel's gateway cannot be of that kind; null where it can. */
export function kindProblem(setup: ChannelSetup, gateway: string, kind: TenderKind): string | null {
  const rule = RULES[kind];
  if ('lacks' in rule) return `${gateway} cannot be ${kind} here: ${rule.lacks}`;
  const name = moneyAccountOf(setup, gateway);
  const moves = setup.movedKinds[name] ?? [];
  if (moves.includes(kind)) return null;
  return (
    `${gateway} of ${setup.channelInstance} is moved by ${name}, which moves ` +
    `${moves.length > 0 ? moves.join(', ') : 'no money'} and not ${kind}: in the set-up, ` +
    `money.byGateway of the channel has to name an account that does`
  );
}

/** Mappings of gateways to a kind which their account does not move: the set-up has changed. */
export function wrongKinds(
  setup: ChannelSetup,
  tenders: readonly { readonly gateway: string; readonly tenderType: string }[],
): { readonly ref: string; readonly detail: string }[] {
  const types = new Map(tenders.map((one) => [one.gateway, one.tenderType]));
  return [...types].flatMap(([gateway, type]) => {
    const detail = type === '' ? null : kindProblem(setup, gateway, tenderKind(type));
    const ref = `tender/${setup.channelInstance}/${gateway}`;
    return detail === null ? [] : [{ ref, detail }];
  });
}
