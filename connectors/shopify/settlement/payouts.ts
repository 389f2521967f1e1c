/**
 * Payouts of Shopify Payments fetched from the Admin API: a payout and its balance transactions, an
 * object a line, in the words of the reader (REST's). What may change later, a payout's status, is
 * left out, so that a report is always the same bytes.
 * https://shopify.dev/docs/api/admin-graphql/2026-07/objects/ShopifyPaymentsAccount
 */
import { z } from 'zod';
import { VendorFault } from '../../../canonical/ports/fault';
import type { ReportListed, SettlementReports } from '../../../canonical/ports/settlement-reports';
import type { HttpDoor } from '../../http';
import { ask, SYSTEM } from '../graphql';

/** Shopify's largest page. */
const PAGE_NODES = 250;
const PAGES_MAX = 40_000;
/** Not to be paid any more: nothing is settled by them. */
const UNPAID = new Set(['CANCELED', 'FAILED']);
/** Its lines may still become more. */
const NOT_ISSUED = 'SCHEDULED';

const PAYOUTS = `query Payouts($after: String, $query: String!) {
  shopifyPaymentsAccount {
    payouts(first: ${PAGE_NODES}, after: $after, query: $query) {
      nodes { legacyResourceId issuedAt status net { amount currencyCode } }
      pageInfo { hasNextPage endCursor }
    }
  }
}`;

const BALANCE_TRANSACTIONS = `query PayoutTransactions($after: String, $query: String!) {
  shopifyPaymentsAccount {
    balanceTransactions(first: ${PAGE_NODES}, after: $after, query: $query) {
      nodes {
        id type transactionDate sourceType sourceOrderTransactionId
        amount { amount currencyCode } fee { amount } net { amount }
        associatedOrder { id }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}`;

const Number64 = z.union([z.string(), z.int()]).transform(String);
const Money = z.looseObject({ amount: z.string(), currencyCode: z.string() });
const Payout = z.looseObject({
  legacyResourceId: Number64,
  issuedAt: z.string(),
  status: z.string(),
  net: Money,
});
const Transaction = z.looseObject({
  id: z.string(),
  type: z.string(),
  transactionDate: z.string(),
  sourceType: z.string().nullish(),
  sourceOrderTransactionId: Number64.nullish(),
  amount: Money,
  fee: z.looseObject({ amount: z.string() }),
  net: z.looseObject({ amount: z.string() }),
  associatedOrder: z.looseObject({ id: z.string() }).nullish(),
});

function pageOf<S extends z.ZodType>(name: 'payouts' | 'balanceTransactions', node: S) {
  const page = z.looseObject({
    nodes: z.array(node),
    pageInfo: z.looseObject({ hasNextPage: z.boolean(), endCursor: z.string().nullish() }),
  });
  return z.looseObject({
    // A shop that takes its payments elsewhere has none.
    shopifyPaymentsAccount: z
      .looseObject({ [name]: page })
      .nullable()
      .transform((account) => (account === null ? null : page.parse(account[name]))),
  });
}

export const shopifyPayouts = (door: HttpDoor): SettlementReports => ({
  source: 'shopify',
  listed: (since) => listed(door, since),
  bytes: (reportId) => bytes(door, reportId),
});

async function* listed(door: HttpDoor, since: string): AsyncIterable<ReportListed> {
  const query = `issued_at:>='${since}'`;
  for await (const payout of pages(door, PAYOUTS, query, pageOf('payouts', Payout))) {
    if (UNPAID.has(payout.status) || payout.status === NOT_ISSUED) continue;
    yield { reportId: payout.legacyResourceId, madeAt: new Date(payout.issuedAt).toISOString() };
  }
}

async function* bytes(door: HttpDoor, payoutId: string): AsyncIterable<Uint8Array> {
  let found: z.infer<typeof Payout> | null = null;
  for await (const payout of pages(door, PAYOUTS, `id:${payoutId}`, pageOf('payouts', Payout))) {
    if (payout.legacyResourceId === payoutId) found = payout;
  }
  if (found === null)
    throw new VendorFault(SYSTEM, 'ambiguous', 'a payout that was listed is gone');
  const { net, issuedAt } = found;
  yield line({ id: payoutId, date: day(issuedAt), currency: net.currencyCode, amount: net.amount });
  const query = `payments_transfer_id:${payoutId}`;
  const schema = pageOf('balanceTransactions', Transaction);
  for await (const one of pages(door, BALANCE_TRANSACTIONS, query, schema)) {
    yield line({
      id: numberOf(one.id),
      type: one.type.toLowerCase(),
      currency: one.amount.currencyCode,
      amount: one.amount.amount,
      fee: one.fee.amount,
      net: one.net.amount,
      source_type: one.sourceType?.toLowerCase() ?? null,
      source_order_id: one.associatedOrder ? numberOf(one.associatedOrder.id) : null,
      source_order_transaction_id: one.sourceOrderTransactionId ?? null,
      processed_at: one.transactionDate,
    });
  }
}

const line = (object: unknown): Uint8Array => Buffer.from(`${JSON.stringify(object)}\n`);
const numberOf = (id: string): string => id.slice(id.lastIndexOf('/') + 1);
const day = (instant: string): string => instant.slice(0, 'yyyy-mm-dd'.length);

interface Page<T> {
  readonly shopifyPaymentsAccount: {
    readonly nodes: readonly T[];
    readonly pageInfo: {
      readonly hasNextPage: boolean;
      readonly endCursor?: string | null | undefined;
    };
  } | null;
}

async function* pages<T>(
  door: HttpDoor,
  text: string,
  query: string,
  schema: z.ZodType<Page<T>>,
): AsyncIterable<T> {
  let after: string | null = null;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const { shopifyPaymentsAccount: found }: Page<T> = await ask(
      door,
      'payouts',
      text,
      { query, after },
      schema,
    );
    if (found === null) return;
    yield* found.nodes;
    if (!found.pageInfo.hasNextPage) return;
    after = found.pageInfo.endCursor ?? null;
  }
  throw new VendorFault(SYSTEM, 'misconfigured', `a list of more than ${PAGES_MAX} pages`);
}
