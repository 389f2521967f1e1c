/** `GET /v1/trial-balance`: what each account adds up to; debits equal credits. */
import { z } from 'zod';
import { ACCOUNTS } from '../../canonical/rules/posting';
import { readTrialBalance, type AccountBalance } from '../../store/journal-queries';
import { readRoute } from '../http/route';
import { MAY } from '../roles';
import { DateRange } from '../schema/journal';

const Row = z.strictObject({
  entity: z.string(),
  account: z.string(),
  title: z.string(),
  type: z.string(),
  currency: z.string(),
  debitMinor: z.int(),
  creditMinor: z.int(),
  balanceMinor: z.int().meta({ description: 'Debits less credits' }),
});
const TrialBalance = z
  .strictObject({
    to: z.string().nullable(),
    rows: z.array(Row),
    totals: z.array(
      z.strictObject({
        entity: z.string(),
        currency: z.string(),
        debitMinor: z.int(),
        creditMinor: z.int(),
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
    ...sum,
    isBalanced: sum.debitMinor === sum.creditMinor,
  }));
}

export const trialBalanceRoute = readRoute(
  {
    path: '/v1/trial-balance',
    tag: 'Subledger',
    summary: 'The trial balance',
    roles: MAY.readLedger,
    query: z.strictObject({
      entity: z.string().max(40).optional().meta({ example: 'us-01' }),
      to: DateRange.to,
    }),
    responses: { 200: { description: 'By entity, account and currency', schema: TrialBalance } },
    errors: [],
  },
  async ({ query: { entity = null, to = null } }, { db }) => {
    const balances = await readTrialBalance(db, entity, to);
    const rows = balances.map((row) => ({
      ...row,
      title: CHART[row.account]?.title ?? row.account,
      type: CHART[row.account]?.type ?? 'unknown',
      balanceMinor: row.debitMinor - row.creditMinor,
    }));
    return { status: 200, body: { to, rows, totals: totalsOf(balances) } };
  },
);
