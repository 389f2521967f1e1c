/**
 * How an order ended, by who shipped, charged and was written to, against what the merchant meant. It
 * is as meant, or an exception that a person sees stands open on it.
 */
import { z } from 'zod';
import type { Sql } from '../../store/database';
import type { Lived, ShopWorld } from './live';
import { moneyMeant, unitsMeant } from './meant';
import { COST_MINOR } from './plan';

export interface Verdict {
  readonly number: number;
  readonly orderId: string | null;
  /** In words, each; none: as meant. */
  readonly differences: readonly string[];
  readonly exceptions: readonly { readonly code: string; readonly detail: string }[];
  readonly story: readonly string[];
}

const Counts = z.array(z.object({ of: z.string(), sum: z.number() }));
const asMap = (rows: unknown) => new Map(Counts.parse(rows).map(({ of, sum }) => [of, sum]));

/** By SKU: what left the warehouse, and what the merchant sent by hand. */
async function unitsGone({ theirs }: ShopWorld, { planned, byHand }: Lived) {
  const { rows } = await theirs.query(
    `select sku as of, sum(units)::int as sum from (
       select l ->> 'sku' as sku, (l ->> 'quantity')::int as units
         from wms.shipments s join wms.fulfilment_requests r on r.id = s.parent_id,
              jsonb_array_elements(s.details -> 'lines') l
        where r.reference = $1
       union all
       select l ->> 'sku', (l ->> 'quantity')::int
         from commerce.fulfillments f, jsonb_array_elements(f.details -> 'lines') l
        where f.id = any ($2::text[])) gone group by 1`,
    [String(planned.number), [...byHand]],
  );
  return asMap(rows);
}

async function moneyKept({ theirs }: ShopWorld, number: number): Promise<number> {
  const { rows } = await theirs.query<{ sum: number }>(
    `select coalesce(sum(case details ->> 'kind' when 'REFUND' then -amount_minor
              else amount_minor end), 0)::int as sum
       from commerce.transactions where order_id = 'gid://shopify/Order/' || $1
        and status = 'SUCCESS' and details ->> 'kind' in ('CAPTURE', 'SALE', 'REFUND')`,
    [String(number)],
  );
  return rows[0]?.sum ?? 0;
}

/** Where each of its parcels went, and when. */
async function parcels({ theirs }: ShopWorld, number: number) {
  const { rows } = await theirs.query<{ street: string; atMs: number }>(
    `select r.details -> 'shipTo' ->> 'address1' as street,
            extract(epoch from s.created_at)::float8 * 1000 as "atMs"
       from wms.shipments s join wms.fulfilment_requests r on r.id = s.parent_id
      where r.reference = $1`,
    [String(number)],
  );
  return rows;
}

async function booked(ours: Sql, orderId: string): Promise<ReadonlyMap<string, number>> {
  const { rows } = await ours.query(
    `select account as of, sum(case side when 'debit' then l.amount_minor
              else -l.amount_minor end)::int as sum
       from journal j join journal_line l using (journal_id) where j.order_id = $1 group by 1`,
    [orderId],
  );
  return asMap(rows);
}

/** Accounts that are empty when an order has ended. */
const NOTHING_LEFT_ON = ['CL', 'AR', 'REFP'];

export async function judge(world: ShopWorld, lived: Lived): Promise<Verdict> {
  const { planned, meant, story } = lived;
  const { number } = planned;
  const { rows } = await world.ours.query<{ orderId: string; stage: string }>(
    `select order_id as "orderId", stage from sales_order
      where channel_instance = 'shopify-us' and order_no = $1`,
    [String(number)],
  );
  const [order] = rows;
  const differences: string[] = [];
  const expect = (what: string, is: unknown, shouldBe: unknown) => {
    if (is !== shouldBe) differences.push(`${what}: ${String(is)}, meant ${String(shouldBe)}`);
  };
  const gone = await unitsGone(world, lived);
  const wanted = unitsMeant(meant);
  for (const sku of new Set([...gone.keys(), ...wanted.keys()])) {
    expect(`units of ${sku}`, gone.get(sku) ?? 0, wanted.get(sku) ?? 0);
  }
  expect('money kept', await moneyKept(world, number), moneyMeant(meant));
  for (const { street, atMs } of await parcels(world, number)) {
    const said = lived.streets.findLast((one) => one.fromMs <= atMs);
    if (said) expect('sent to', street, said.street);
  }
  if (order) {
    const books = await booked(world.ours, order.orderId);
    for (const account of NOTHING_LEFT_ON) expect(`on ${account}`, books.get(account) ?? 0, 0);
    expect('on CLR', books.get('CLR') ?? 0, moneyMeant(meant));
    const cost = [...wanted].reduce((sum, [sku, units]) => sum + units * (COST_MINOR[sku] ?? 0), 0);
    expect('off stock at cost', -(books.get('INV') ?? 0), cost);
    const isEnded = order.stage === 'closed' || order.stage === 'rejected';
    if (meant.isPaidFor || meant.isCancelled) expect('ended', isEnded, true);
  } else if (!meant.isCancelled) {
    differences.push('it is not here');
  }
  return {
    number,
    orderId: order?.orderId ?? null,
    differences,
    exceptions: await openAbout(world.ours, number, order?.orderId ?? null),
    story,
  };
}

/** What stands open on the order, or on an event that tells of it. */
async function openAbout(ours: Sql, number: number, orderId: string | null) {
  const { rows } = await ours.query<{ code: string; detail: string }>(
    `select e.code, e.detail from exception e left join inbox i using (event_no)
      where e.state <> 'resolved' and (e.order_id = $1
        or (e.order_id is null and convert_from(i.raw, 'UTF8') like '%' || $2 || '%'))`,
    [orderId, String(number)],
  );
  return rows;
}
