/**
 * From gross to net, by channel: gross sales and net sales, and what is left of them after what the
 * goods and the channel cost. Every report of ours uses these groups.
 */
import type { Account } from '../posting/posting';

export const MARGIN_GROUPS = {
  product: { title: 'Product', accounts: ['REV'] },
  shipping: { title: 'Shipping', accounts: ['SHIPREV'] },
  discounts: { title: 'Discounts', accounts: ['DISC'] },
  returns: { title: 'Returns', accounts: ['RET', 'REV-RESTOCK'] },
  goods: { title: 'Cost of goods', accounts: ['COGS', 'SCRAP', 'WRITE-DOWN', 'SHRINK'] },
  commission: { title: 'Commission', accounts: ['FEE-COMM', 'FEE-SUBSCRIPTION'] },
  payment: { title: 'Payment fees', accounts: ['FEE-PROC', 'FEE-CB', 'CB-LOSS'] },
  fulfilment: {
    title: 'Fulfilment',
    accounts: ['FEE-FULFIL', 'FEE-LABEL', 'FEE-STORAGE', 'FEE-FREIGHT'],
  },
  promotion: { title: 'Advertising', accounts: ['FEE-ADS'] },
  other: { title: 'Other', accounts: ['FEE-OTHER', 'SETTLE-ADJ', 'REIMBURSEMENT'] },
} as const satisfies Record<string, { title: string; accounts: readonly Account[] }>;
export type MarginGroup = keyof typeof MARGIN_GROUPS;

export const MARGIN_ACCOUNTS: readonly Account[] = Object.values(MARGIN_GROUPS).flatMap(
  ({ accounts }): readonly Account[] => accounts,
);
const NET_SALES: readonly MarginGroup[] = ['product', 'shipping', 'discounts', 'returns'];

export interface Earned {
  readonly account: Account;
  /** Credits less debits. */
  readonly earnedMinor: number;
}

export interface Margin {
  readonly groups: Readonly<Record<MarginGroup, number>>;
  readonly netSalesMinor: number;
  readonly marginMinor: number;
}

export function marginOf(earned: readonly Earned[]): Margin {
  const of = (accounts: readonly Account[]) =>
    earned.reduce((sum, one) => (accounts.includes(one.account) ? sum + one.earnedMinor : sum), 0);
  const names = Object.keys(MARGIN_GROUPS) as MarginGroup[];
  const groups = Object.fromEntries(
    names.map((name) => [name, of(MARGIN_GROUPS[name].accounts)]),
  ) as Record<MarginGroup, number>;
  return {
    groups,
    netSalesMinor: NET_SALES.reduce((sum, name) => sum + groups[name], 0),
    marginMinor: names.reduce((sum, name) => sum + groups[name], 0),
  };
}
