/** `GET /v1/trial-balance`: what each account adds up to; debits equal credits. */
import { z } from 'zod';
import { ACCOUNTS } from '../../canonical/rules/posting/posting';
import { Amount } from '../../canonical/schema/money';
import { readTrialBalance, type AccountBalance } from '../../store/ledger/balances';
import { withAmounts } from '../amounts';
import { ok, route } from '../http/route';
import { MAY } from '../roles';
import { DateRange, EntityAsked } from './journals';

const Row = z.strictObject({
  entity: z.string(),
  account: z.string(),
  title: z.string(),
  type: z.string(),
  currency: z.string(),
  debit: Amount,
  credit: Amount,
  balance: Amount.meta({ description: 'What is left on `side`; never negative' }),
  side: z.enum(['debit', 'credit']).nullable().meta({ description: 'Null: nothing is left' }),
});
const TrialBalance = z
  .strictObject({
    from: z.string().nullable(),
    to: z.string().nullable(),
    rows: z.array(Row),
    totals: z.array(
      z.strictObject({
        entity: z.string(),
        currency: z.string(),
        debit: Amount,
        credit: Amount,
        isBalanced: z.boolean(),
      }),
    ),
  })
  .meta({ id: 'TrialBalance' });

const CHART: Readonly<Record<string, { readonly type: string; readonly title: string }>> = ACCOUNTS;

function totalsOf(rows: readonly AccountBalance[]) {
  const totals = new Map<string, Omit<AccountBalance, 'account'>>();
  for (const { entity, currency, debitMinor, creditMinor } of rows) {
    const name = JSON.stringify([entity, currency]);
    const sum = totals.get(name) ?? { entity, currency, debitMinor: 0, creditMinor: 0 };
    totals.set(name, {
      ...sum,
      debitMinor: sum.debitMinor + debitMinor,
      creditMinor: sum.creditMinor + creditMinor,
    });
  }
  return [...totals.values()].map((sum) => ({
    ...withAmounts(sum, sum.currency),
    isBalanced: sum.debitMinor === sum.creditMinor,
  }));
}

/** A balance is an amount and the side that it is on. */
function balanceOf({ currency, debitMinor, creditMinor }: AccountBalance) {
  const difference = debitMinor - creditMinor;
  const side = difference > 0 ? ('debit' as const) : ('credit' as const);
  return {
    balance: { currency, minorUnits: Math.abs(difference) },
    side: difference === 0 ? null : side,
  };
}

export const trialBalanceRoute = route(
  {
    method: 'get',
    path: '/v1/trial-balance',
    tag: 'Subledger',
    summary: 'The trial balance',
    roles: MAY.readLedger,
    query: z.strictObject({
      entity: EntityAsked,
      ...DateRange,
    }),
    responses: { 200: { description: 'By entity, account and currency', schema: TrialBalance } },
  },
  async ({ query: { entity = null, from = null, to = null } }, { db }) => {
    const balances = await readTrialBalance(db, { entity, from, to });
    const rows = balances.map((row) => ({
      ...withAmounts(row, row.currency),
      ...balanceOf(row),
      title: CHART[row.account]?.title ?? row.account,
      type: CHART[row.account]?.type ?? 'unknown',
    }));
    return ok({ from, to, rows, totals: totalsOf(balances) });
  },
);
