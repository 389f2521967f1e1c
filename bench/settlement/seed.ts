/** Payments that a processor holds: for each an order's capture in the ledger, as it was posted. */
import { Client } from 'pg';

const CHUNK = 50_000;

/** How the processor calls the n-th. */
export const chargeOf = (run: string, n: number) => `ch_${run}${String(n).padStart(8, '0')}`;
const AMOUNT = `(1000 + n % 9000)`;
export const amountOf = (n: number) => 1_000 + (n % 9_000);

/** Rows as the moments write them; triggers would say the same of each again. */
export async function seedPayments(url: string, run: string, count: number): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`set session_replication_role = replica`);
    for (let from = 1; from <= count; from += CHUNK) {
      const to = Math.min(from + CHUNK - 1, count);
      await client.query(
        `with n as (
           select n, 'jrn_${run}' || lpad(n::text, 12, '0') as journal_id,
                  'ord_${run}' || lpad(n::text, 12, '0') as order_id,
                  'payment:ch_${run}' || lpad(n::text, 8, '0') as item
             from generate_series($1::int, $2::int) n),
         j as (
           insert into journal (journal_id, moment_key, entity, channel_instance, business_date,
             rule, rule_version, currency, order_id, source, correlation_id, occurred_at, body_hash)
           select journal_id, 'seed:' || journal_id, 'us-01', 'web-us', current_date, '3c', 1, 'USD',
                  order_id, 'bench', 'cor_bench', now(), '' from n)
         insert into journal_line (journal_id, line_no, account, side, amount_minor, currency,
           functional_minor, functional_currency, rate, dimensions, business_date)
         select journal_id, l.no, l.account, l.side, ${AMOUNT}, 'USD', ${AMOUNT}, 'USD', 1,
                case l.account
                  when 'AR' then jsonb_build_object('item', 'order:' || order_id, 'tenderNo', 1)
                  else jsonb_build_object('item', item, 'tenderNo', 1,
                                          'clearingAccount', 'stripe-us') end, current_date
           from n, (values (1, 'CLR', 'debit'), (2, 'AR', 'credit')) as l(no, account, side)`,
        [from, to],
      );
    }
    await client.query('vacuum analyze journal, journal_line');
  } finally {
    await client.end();
  }
}

/** Stripe's report of one payout of payments `from` to `to`, their fees in one row. */
export function* reportOf(run: string, payout: string, from: number, to: number) {
  const at = '2026-03-02 12:00:00';
  const decimal = (minor: number) => (minor / 100).toFixed(2);
  yield (
    'automatic_payout_id,automatic_payout_effective_at,balance_transaction_id,created,' +
    'currency,gross,fee,net,reporting_category,charge_id\n'
  );
  let netMinor = 0;
  for (let n = from; n <= to; n += 1) {
    const gross = amountOf(n);
    netMinor += gross;
    const amount = decimal(gross);
    const charge = chargeOf(run, n);
    yield `${payout},${at},txn_${run}${n},${at},usd,${amount},0.00,${amount},charge,${charge}\n`;
  }
  const fee = decimal(to - from + 1);
  netMinor -= to - from + 1;
  yield `${payout},${at},txn_${run}fee${from},${at},usd,-${fee},0.00,-${fee},fee,\n`;
  const paid = decimal(-netMinor);
  yield `${payout},${at},txn_${run}po${from},${at},usd,${paid},0.00,${paid},payout,\n`;
}
