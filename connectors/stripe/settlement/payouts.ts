/**
 * Payouts fetched from Stripe's API: those that Stripe made by itself, since of the others it does
 * not say what they pay. A report is a payout and its balance transactions, an object a line, as
 * Stripe sent them but for what may change later. https://docs.stripe.com/api/payouts,
 * https://docs.stripe.com/api/balance_transactions/list
 */
import { z } from 'zod';
import { VendorFault } from '../../../canonical/ports/fault';
import type { ReportListed, SettlementReports } from '../../../canonical/ports/settlement-reports';
import { readAnswer } from '../../answer';
import { getJson, type HttpDoor } from '../../http';
import { SYSTEM } from '../calls';
import { StripeBalanceTransaction, StripePayout, StripePayoutListed } from './api-objects';

/** Stripe's largest page. */
const PAGE_OBJECTS = 100;
const PAGES_MAX = 100_000;
const MS_PER_SECOND = 1_000;
/** Not to be paid any more: nothing is settled by them. */
const UNPAID = new Set(['canceled', 'failed']);

export const stripePayouts = (door: HttpDoor): SettlementReports => ({
  source: 'stripe',
  listed: (since) => listed(door, since),
  bytes: (reportId) => bytes(door, reportId),
});

async function* listed(door: HttpDoor, since: string): AsyncIterable<ReportListed> {
  const from = Math.floor(Date.parse(since) / MS_PER_SECOND);
  for await (const payout of pages(
    door,
    `/v1/payouts?created%5Bgte%5D=${from}`,
    StripePayoutListed,
  )) {
    if (!payout.automatic || UNPAID.has(payout.status)) continue;
    const madeAt = new Date(payout.created * MS_PER_SECOND).toISOString();
    yield { reportId: payout.id, madeAt };
  }
}

async function* bytes(door: HttpDoor, payoutId: string): AsyncIterable<Uint8Array> {
  const id = encodeURIComponent(payoutId);
  const answer = await getJson(door, `/v1/payouts/${id}`);
  if (answer.status >= 400) {
    throw new VendorFault(SYSTEM, 'misconfigured', `a payout: status ${answer.status}`);
  }
  yield line(readAnswer(SYSTEM, 'a payout', StripePayout, answer.json));
  const path = `/v1/balance_transactions?payout=${id}&expand%5B%5D=data.source`;
  for await (const one of pages(door, path, StripeBalanceTransaction)) yield line(one);
}

/** What a schema does not name is left out: of a payout where it stands, which changes. */
const line = (object: unknown): Uint8Array => Buffer.from(`${JSON.stringify(object)}\n`);

async function* pages<T extends { readonly id: string }>(
  door: HttpDoor,
  path: string,
  schema: z.ZodType<T>,
): AsyncIterable<T> {
  const List = z.object({ data: z.array(schema), has_more: z.boolean() });
  let after = '';
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const answer = await getJson(door, `${path}&limit=${PAGE_OBJECTS}${after}`);
    if (answer.status >= 400) {
      throw new VendorFault(SYSTEM, 'misconfigured', `a list: status ${answer.status}`);
    }
    const { data, has_more } = readAnswer(SYSTEM, 'a list', List, answer.json);
    yield* data;
    const last = data.at(-1);
    if (!has_more || !last) return;
    after = `&starting_after=${encodeURIComponent(last.id)}`;
  }
  throw new VendorFault(SYSTEM, 'misconfigured', `a list of more than ${PAGES_MAX} pages`);
}
