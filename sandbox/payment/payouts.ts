/**
 * Payouts, and the balance transactions that each pays: what was captured, refunded and disputed
 * since the one before, less Stripe's fees. They are made when the control route says so, from the
 * records that are there. https://docs.stripe.com/api/payouts
 */
import type { Pool } from 'pg';
import { z } from 'zod';
import { readCall } from '../control';
import { inTransaction, type Queryable } from '../database';
import { prefixedId } from '../identifiers';
import { LIST_LIMIT_MAX, recordTable, type SandboxRecord } from '../records';
import type { Answer, Call, Route } from '../system';
import { invalidRequest, noSuch } from './errors';
import { captures, charges, epochSeconds, refunds } from './ledger';

export const balanceTransactions = recordTable('payment', 'balance_transactions');
export const payouts = recordTable('payment', 'payouts');
export const disputes = recordTable('payment', 'disputes');

const PAGE_DEFAULT = 10;
const PAGE_MAX = 100;
/** 2.9 % and 30: what Stripe keeps of a card's charge in the US; of a dispute it keeps 15. */
const FEE_PER_MILLE = 29;
const FEE_FIXED = 30;
const DISPUTE_FEE = 1_500;
const PER_MILLE = 1_000;
const MS_PER_DAY = 86_400_000;
/** Payouts of one account are made one after another. */
const PAYOUT_LOCK = 7_402_119;

const payoutSchema = z.strictObject({
  /** What became of money before then; left out, all. Later money is in the next payout. */
  before: z.iso.datetime().optional(),
  status: z.enum(['in_transit', 'paid', 'failed']).default('paid'),
});
const disputeSchema = z.strictObject({
  charge: z.string(),
  amount: z.int().min(1).optional(),
  outcome: z.enum(['opened', 'won']).default('opened'),
});

/** What a record of money is on the balance. */
interface Moved {
  readonly table: ReturnType<typeof recordTable>;
  readonly category: string;
  readonly sign: 1 | -1;
  feeOf(amount: number): number;
}
const MOVED: readonly Moved[] = [
  {
    table: captures,
    category: 'charge',
    sign: 1,
    feeOf: (amount) => Math.round((amount * FEE_PER_MILLE) / PER_MILLE) + FEE_FIXED,
  },
  { table: refunds, category: 'refund', sign: -1, feeOf: () => 0 },
  { table: disputes, category: 'dispute', sign: -1, feeOf: () => DISPUTE_FEE },
];

async function bookMoved(db: Queryable, before: string | undefined): Promise<void> {
  for (const { table, category, sign, feeOf } of MOVED) {
    const booked = new Set(
      (await balanceTransactions.list(db, { throughlineKey: category })).map(
        (one) => one.reference,
      ),
    );
    for (const record of await table.list(db, {})) {
      const isLater = before !== undefined && record.createdAt >= before;
      if (booked.has(record.id) || isLater || record.amountMinor === null) continue;
      const isWon = category === 'dispute' && record.status === 'won';
      const amount = record.amountMinor * (isWon ? 1 : sign);
      const fee = isWon ? 0 : feeOf(record.amountMinor);
      await balanceTransactions.insert(db, {
        id: prefixedId('txn'),
        throughlineKey: category,
        reference: record.id,
        orderId: record.orderId,
        amountMinor: amount,
        currency: record.currency,
        status: 'available',
        details: {
          fee,
          category: isWon ? 'dispute_reversal' : category,
          chargeId: record.details['chargeId'] ?? record.reference,
          metadata: record.details['metadata'] ?? {},
        },
      });
    }
  }
}

const feeOf = (record: SandboxRecord): number => Number(record.details['fee'] ?? 0);
const netOf = (record: SandboxRecord): number => (record.amountMinor ?? 0) - feeOf(record);

/** One payout a currency; of nothing none is made. */
async function payOut(db: Queryable, status: string): Promise<SandboxRecord[]> {
  const all = await balanceTransactions.list(db, {});
  const open = all.filter((one) => one.status === 'available');
  const made: SandboxRecord[] = [];
  for (const currency of new Set(open.map((one) => one.currency ?? ''))) {
    const paid = open.filter((one) => one.currency === currency);
    const amount = paid.reduce((total, one) => total + netOf(one), 0);
    const arrival = new Date(Date.now() + MS_PER_DAY).toISOString();
    const payout = await payouts.insert(db, {
      id: prefixedId('po'),
      amountMinor: amount,
      currency,
      status,
      details: { arrivalDate: epochSeconds(arrival) },
    });
    const ids = paid.map((one) => one.id);
    await db.query(
      `UPDATE payment.balance_transactions SET status = 'paid', parent_id = $1 WHERE id = ANY($2)`,
      [payout.id, ids],
    );
    await balanceTransactions.insert(db, {
      id: prefixedId('txn'),
      parentId: payout.id,
      throughlineKey: 'payout',
      reference: payout.id,
      amountMinor: -amount,
      currency,
      status: 'paid',
      details: { fee: 0, category: 'payout', metadata: {} },
    });
    made.push(payout);
  }
  return made;
}

function payoutView({ id, amountMinor, currency, status, createdAt, details }: SandboxRecord) {
  return {
    ...{ id, object: 'payout', amount: amountMinor, currency, status },
    ...{ arrival_date: details['arrivalDate'], created: epochSeconds(createdAt) },
    ...{ automatic: true, livemode: false, method: 'standard', type: 'bank_account' },
    description: 'STRIPE PAYOUT',
    statement_descriptor: null,
  };
}

function transactionView(record: SandboxRecord, isExpanded: boolean) {
  const { details, reference, amountMinor, currency } = record;
  const category = String(details['category']);
  const object = category === 'dispute_reversal' ? 'dispute' : category;
  const source = {
    ...{ id: object === 'charge' ? details['chargeId'] : reference, object },
    ...{ amount: Math.abs(amountMinor ?? 0), currency, metadata: details['metadata'] },
    ...(object !== 'charge' && object !== 'payout' && { charge: details['chargeId'] }),
  };
  return {
    ...{ id: record.id, object: 'balance_transaction', amount: amountMinor, currency },
    ...{ fee: feeOf(record), net: netOf(record), created: epochSeconds(record.createdAt) },
    ...{ available_on: epochSeconds(record.createdAt), description: null, exchange_rate: null },
    ...{ reporting_category: category, status: record.status, type: category },
    source: isExpanded ? source : source.id,
  };
}

/** A page of them, each as it is shown. */
function listOf(
  call: Call,
  all: readonly SandboxRecord[],
  view: (record: SandboxRecord) => Record<string, unknown>,
): Answer {
  const limit = Number(call.url.searchParams.get('limit') ?? PAGE_DEFAULT);
  if (!Number.isInteger(limit) || limit < 1 || limit > PAGE_MAX) {
    return invalidRequest(`Invalid limit: must be between 1 and ${PAGE_MAX}.`, 'limit');
  }
  const after = call.url.searchParams.get('starting_after');
  const from = after === null ? 0 : all.findIndex((one) => one.id === after) + 1;
  const data = all.slice(from, from + limit).map(view);
  const has_more = all.length > from + limit;
  return { status: 200, body: { object: 'list', data, url: call.url.pathname, has_more } };
}

export function payoutRoutes(pool: Pool): Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/payouts',
      async run(call) {
        const since = Number(call.url.searchParams.get('created[gte]') ?? 0);
        const all = (await payouts.list(pool, { newestFirst: true, limit: LIST_LIMIT_MAX })).filter(
          (one) => epochSeconds(one.createdAt) >= since,
        );
        return listOf(call, all, payoutView);
      },
    },
    {
      method: 'GET',
      path: '/v1/payouts/{id}',
      async run(call) {
        const id = call.params['id'] ?? '';
        const found = await payouts.find(pool, id);
        return found ? { status: 200, body: payoutView(found) } : noSuch('payout', id, 'payout');
      },
    },
    {
      method: 'GET',
      path: '/v1/balance_transactions',
      async run(call) {
        const parentId = call.url.searchParams.get('payout') ?? undefined;
        const all = await balanceTransactions.list(pool, { parentId, newestFirst: true });
        const isExpanded = call.url.searchParams.get('expand[]') === 'data.source';
        return listOf(call, all, (one) => transactionView(one, isExpanded));
      },
    },
  ];
}

/** `POST /_sandbox/payouts` pays what is open; `POST /_sandbox/disputes` takes a charge back. */
export function payoutControls(pool: Pool): Route[] {
  return [
    {
      method: 'POST',
      path: '/_sandbox/payouts',
      async run(call) {
        const read = readCall(payoutSchema, call);
        if (!read.ok) return read.answer;
        const { before, status } = read.value;
        const made = await inTransaction(pool, async (db) => {
          await db.query('SELECT pg_advisory_xact_lock($1)', [PAYOUT_LOCK]);
          await bookMoved(db, before);
          return payOut(db, status);
        });
        return { status: 201, body: { payouts: made.map(payoutView) } };
      },
    },
    {
      method: 'POST',
      path: '/_sandbox/disputes',
      async run(call) {
        const read = readCall(disputeSchema, call);
        if (!read.ok) return read.answer;
        const { charge: chargeId, amount, outcome } = read.value;
        const charge = await charges.find(pool, chargeId);
        if (!charge) return noSuch('charge', chargeId, 'charge');
        const made = await disputes.insert(pool, {
          id: prefixedId('du'),
          parentId: charge.parentId,
          reference: chargeId,
          orderId: charge.orderId,
          amountMinor: amount ?? charge.amountMinor,
          currency: charge.currency,
          status: outcome,
          details: { chargeId },
        });
        return { status: 201, body: { id: made.id, amount: made.amountMinor } };
      },
    },
  ];
}
