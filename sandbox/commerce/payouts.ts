/**
 * The shop's Shopify Payments: what was captured and refunded since the payout before, less fees, paid
 * out when the control route says so. A payout may be made without one of its lines, to disagree.
 */
import type { Pool } from 'pg';
import { z } from 'zod';
import { readCall } from '../control';
import { inTransaction, type Queryable } from '../database';
import { longNumber } from '../identifiers';
import { majorUnits } from '../money';
import { recordTable, type SandboxRecord } from '../records';
import type { Route } from '../system';
import { asTransaction, gid, numberOf, orders, transactions } from './shop';

export const balanceTransactions = recordTable('commerce', 'balance_transactions');
export const payouts = recordTable('commerce', 'payouts');

/** 2.9 % and 30: Shopify Payments of an online sale in the US. */
const FEE_PER_MILLE = 29;
const FEE_FIXED = 30;
const PER_MILLE = 1_000;
const PAGE_DEFAULT = 50;
const PAYOUT_LOCK = 7_402_120;
const PAID_IN = new Set(['CAPTURE', 'SALE']);

const payoutSchema = z.strictObject({
  status: z.enum(['SCHEDULED', 'IN_TRANSIT', 'PAID', 'FAILED']).default('PAID'),
});

async function bookMoved(db: Queryable): Promise<void> {
  const booked = new Set((await balanceTransactions.list(db, {})).map((one) => one.reference));
  for (const record of await transactions.list(db, {})) {
    const { details, amountMinor } = asTransaction(record);
    const isIn = PAID_IN.has(details.kind);
    if (booked.has(record.id) || record.status !== 'SUCCESS') continue;
    if (!isIn && details.kind !== 'REFUND') continue;
    await balanceTransactions.insert(db, {
      id: gid('ShopifyPaymentsBalanceTransaction', longNumber()),
      reference: record.id,
      orderId: record.orderId,
      amountMinor: isIn ? amountMinor : -amountMinor,
      currency: record.currency,
      status: 'pending',
      details: {
        type: isIn ? 'CHARGE' : 'REFUND',
        fee: isIn ? Math.round((amountMinor * FEE_PER_MILLE) / PER_MILLE) + FEE_FIXED : 0,
      },
    });
  }
}

const feeOf = ({ details }: SandboxRecord): number => Number(details['fee'] ?? 0);
const netOf = (record: SandboxRecord): number => (record.amountMinor ?? 0) - feeOf(record);

/** One payout a currency; of nothing none is made. */
async function payOut(db: Queryable, status: string): Promise<SandboxRecord[]> {
  const open = (await balanceTransactions.list(db, {})).filter((one) => one.status === 'pending');
  const made: SandboxRecord[] = [];
  for (const currency of new Set(open.map((one) => one.currency ?? ''))) {
    const paid = open.filter((one) => one.currency === currency);
    const amountMinor = paid.reduce((total, one) => total + netOf(one), 0);
    const payout = await payouts.insert(db, {
      ...{ id: gid('ShopifyPaymentsPayout', longNumber()), amountMinor, currency, status },
      details: {},
    });
    await db.query(
      `UPDATE commerce.balance_transactions SET status = 'paid', parent_id = $1 WHERE id = ANY($2)`,
      [payout.id, paid.map((one) => one.id)],
    );
    made.push(payout);
  }
  return made;
}

/** `POST /_sandbox/payouts` pays out what is open. */
export function payoutRoute(pool: Pool): Route {
  return {
    method: 'POST',
    path: '/_sandbox/payouts',
    async run(call) {
      const read = readCall(payoutSchema, call);
      if (!read.ok) return read.answer;
      const { status } = read.value;
      const made = await inTransaction(pool, async (db) => {
        await db.query('SELECT pg_advisory_xact_lock($1)', [PAYOUT_LOCK]);
        await bookMoved(db);
        return payOut(db, status);
      });
      const shown = made.map(({ id, amountMinor, currency }) => ({
        ...{ id: numberOf(id), amount: amountMinor, currency, status },
      }));
      return { status: 201, body: { payouts: shown } };
    },
  };
}

interface Paging {
  readonly first?: number;
  readonly after?: string | null;
  readonly query?: string;
}

const moneyOf = (minor: number, currency: string | null) => ({
  ...{ amount: majorUnits(minor, currency ?? 'USD'), currencyCode: currency ?? 'USD' },
});

/** A page whose cursors are ids. */
function pageOf(records: readonly SandboxRecord[], { first = PAGE_DEFAULT, after }: Paging) {
  const from = after ? records.findIndex((one) => one.id === after) + 1 : 0;
  const page = records.slice(from, from + first);
  const hasNextPage = records.length > from + first;
  const endCursor = page.at(-1)?.id ?? null;
  return {
    page,
    pageInfo: { hasNextPage, hasPreviousPage: from > 0, startCursor: null, endCursor },
  };
}

/** Of the searches that Shopify knows: `issued_at:>=`, `id:` and `payments_transfer_id:`. */
export function paymentsAccount(pool: Pool) {
  return {
    ...{ id: gid('ShopifyPaymentsAccount', 1), activated: true, defaultCurrency: 'USD' },
    async payouts(paging: Paging) {
      const since = /issued_at:>='?([^'\s]+)/.exec(paging.query ?? '')?.[1];
      const id = /(?:^|\s)id:(\d+)/.exec(paging.query ?? '')?.[1];
      const all = (await payouts.list(pool, {})).filter(
        (one) =>
          (since === undefined || Date.parse(one.createdAt) >= Date.parse(since)) &&
          (id === undefined || numberOf(one.id) === id),
      );
      const { page, pageInfo } = pageOf(all, paging);
      const nodes = page.map((one) => ({
        ...{ id: one.id, legacyResourceId: numberOf(one.id), issuedAt: one.createdAt },
        ...{ status: one.status, net: moneyOf(one.amountMinor ?? 0, one.currency) },
      }));
      return { nodes, pageInfo };
    },
    async balanceTransactions(paging: Paging) {
      const payoutId = /payments_transfer_id:(\d+)/.exec(paging.query ?? '')?.[1];
      const parentId = payoutId && gid('ShopifyPaymentsPayout', payoutId);
      const all = await balanceTransactions.list(pool, { parentId });
      const { page, pageInfo } = pageOf(all, paging);
      return { nodes: await Promise.all(page.map((one) => transactionView(pool, one))), pageInfo };
    },
  };
}

async function transactionView(pool: Pool, record: SandboxRecord) {
  const { id, currency, amountMinor, details, reference, orderId, createdAt } = record;
  const order = orderId === null ? undefined : await orders.find(pool, orderId);
  return {
    ...{ id, test: false, transactionDate: createdAt },
    ...{ type: details['type'], sourceType: details['type'] },
    sourceOrderTransactionId: numberOf(reference ?? ''),
    amount: moneyOf(amountMinor ?? 0, currency),
    fee: moneyOf(feeOf(record), currency),
    net: moneyOf(netOf(record), currency),
    associatedOrder: order ? { id: order.id, name: `#${order.reference ?? ''}` } : null,
  };
}
