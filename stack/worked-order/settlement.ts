/**
 * A day of the processor: it pays out what was charged and given back, its report comes in, and the
 * bank books the payout. Shown from gross to net, as finance sees it.
 */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { sum } from '../../canonical/rules/money/money';
import { pollUntil } from '../supervisor/poll';
import type { Api } from './api-client';

const STEP_DEADLINE_MS = 60_000;
/** Its payout is on the way to the bank. */
const BOOKED = ['posted', 'paid'];
const CLASS_WIDTH = 20;
const AMOUNT_WIDTH = 12;

export interface SettlementCallers {
  readonly finance: Api;
  /** Where pages are. */
  readonly consoleUrl: string;
  /** The sandbox's processor. */
  readonly payment: Api;
}

const Paid = z.object({
  payouts: z.array(z.object({ id: z.string(), amount: z.int(), currency: z.string() })),
});
const Transactions = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      parentId: z.string().nullable(),
      createdAt: z.string(),
      amountMinor: z.int(),
      currency: z.string(),
      fee: z.int(),
      category: z.string(),
      chargeId: z.string().nullish(),
    }),
  ),
});
type Transaction = z.infer<typeof Transactions>['items'][number];
const Received = z.object({ settlementId: z.string() });
const Amount = z.object({ minorUnits: z.int() });
const Settlement = z.object({
  status: z.string(),
  linesNet: Amount.nullable(),
  grossToNet: z.array(z.object({ class: z.string(), lines: z.int(), amount: Amount })),
  exceptions: z.array(z.object({ code: z.string() })),
});
type Settlement = z.infer<typeof Settlement>;

/** @returns what finance reads of it, a line at a time */
export async function paidOut({
  finance,
  payment,
  consoleUrl,
}: SettlementCallers): Promise<string[]> {
  const [payout] = Paid.parse(await payment.post('/_sandbox/payouts', {})).payouts;
  if (!payout) throw new Error('the processor has nothing to pay out');
  const { items } = Transactions.parse(await payment.get('/_sandbox/records/balance_transactions'));
  const report = reportOf(
    payout.id,
    items.filter((one) => one.parentId === payout.id),
  );
  const { settlementId } = Received.parse(
    await finance.postBytes('/v1/settlements/stripe', report),
  );
  await until(finance, settlementId, BOOKED);
  const bookedOn = new Date().toISOString().slice(0, 'yyyy-mm-dd'.length);
  const booking = {
    bankRef: `bank-${payout.id}`,
    amountMinor: payout.amount,
    bookedOn,
    text: `STRIPE PAYOUT ${payout.id}`,
  };
  await finance.post(
    '/v1/bank-lines',
    {
      bankAccount: 'US-OPERATING',
      currency: payout.currency.toUpperCase(),
      lines: [booking],
    },
    randomUUID(),
  );
  const settled = await until(finance, settlementId, ['closed']);
  const page = (path: string) => new URL(path, consoleUrl).href;
  return [
    ...grossToNet(settlementId, payout.id, settled),
    `  On pages, with the key of finance: ${page(`/finance/settlements/${settlementId}`)};`,
    `  a month is closed at ${page('/finance/periods')}`,
  ];
}

const decimal = (minor: number) => (minor / 100).toFixed(2);

/** Stripe's itemized payout reconciliation, as its dashboard exports it. */
function reportOf(payoutId: string, transactions: readonly Transaction[]): string {
  const head =
    'automatic_payout_id,automatic_payout_effective_at_utc,balance_transaction_id,created_utc,' +
    'currency,gross,fee,net,reporting_category,charge_id';
  const rows = transactions.map((one) => {
    const { id, createdAt, currency, amountMinor, fee, category, chargeId } = one;
    const at = createdAt.replace('T', ' ').slice(0, 'yyyy-mm-dd hh:mm:ss'.length);
    const amounts = [amountMinor, fee, amountMinor - fee].map(decimal);
    const charge = category === 'payout' ? '' : (chargeId ?? '');
    return [payoutId, at, id, at, currency, ...amounts, category, charge].join(',');
  });
  return [head, ...rows, ''].join('\n');
}

async function until(
  finance: Api,
  settlementId: string,
  wanted: readonly string[],
): Promise<Settlement> {
  let seen: Settlement | null = null;
  await pollUntil(
    `settlement ${settlementId} is ${wanted.join(' or ')}`,
    STEP_DEADLINE_MS,
    async () => {
      seen = Settlement.parse(await finance.get(`/v1/settlements/${settlementId}`));
      return wanted.includes(seen.status);
    },
  ).catch((error: unknown) => {
    throw new Error(`${String(error)}; it is ${JSON.stringify(seen)}`);
  });
  return Settlement.parse(seen);
}

function grossToNet(settlementId: string, payoutId: string, settlement: Settlement): string[] {
  const row = (name: string, minor: number, lines: string) =>
    `  ${name.padEnd(CLASS_WIDTH)}${decimal(minor).padStart(AMOUNT_WIDTH)}  ${lines}`;
  const classes = settlement.grossToNet.filter((one) => one.class !== 'payout');
  return [
    `\nThe processor pays out ${payoutId}; settlement ${settlementId} from gross to net, and at the bank:`,
    ...classes.map((one) => row(one.class, one.amount.minorUnits, `${one.lines} lines`)),
    row('at the bank', sum(classes.map((one) => one.amount.minorUnits)), 'to the cent'),
  ];
}
