/**
 * Our books against the books of every outside system, by sums and not by keys: how much was
 * captured, how many parcels were told, an order an order. The audit compares key by key; what both
 * would miss together is seen here.
 */
import { z } from 'zod';
import type { Sql } from '../store/database';

export interface Difference {
  readonly invariant: string;
  readonly detail: string;
}

/** So many of it, so much together: cents, or units. */
interface Tally {
  readonly of: string;
  readonly count: number;
  readonly sum: number;
}

const Tallies = z.array(z.object({ of: z.string(), count: z.number(), sum: z.number() }));

interface Book {
  readonly what: string;
  readonly invariant: string;
  /** Which order, how many, how much: on our side, and in the other system's records. */
  readonly ours: string;
  readonly theirs: string;
}

/** A shop's transactions are for its own order: `gid://shopify/Order/…`. */
const shopOrder = `substring(order_id from '[^/]*$')`;
const ourShopOrder = `o.channel_order_ref`;
const transactions = (kinds: string) => `
  select ${shopOrder} as of, count(*)::int as count, sum(amount_minor)::int as sum
    from commerce.transactions where status = 'SUCCESS' and details ->> 'kind' in (${kinds})
   group by 1`;
const units = (lines: string) =>
  `(select coalesce(sum((line ->> 'quantity')::int), 0) from jsonb_array_elements(${lines}) line)`;
const ofMode = (mode: 'psp' | 'channel') =>
  `join sales_order o using (order_id) where o.money_mode = '${mode}' and`;

/** The invoice `i` of what a key tells of: a parcel, or a handover of a group. */
const isInvoiced = (key: string) => `
  case split_part(${key}, ':', 1)
    when 'fulfil' then i.source_kind = 'shipment' and i.source_no = split_part(${key}, ':', 3)::int
    else i.source_kind = 'handover' and i.group_no = split_part(${key}, ':', 3)::int
     and i.source_no = split_part(${key}, ':', 4)::int end`;

const taxIn = (lines: string) => `
  (select coalesce(sum((tax ->> 'amountMinor')::int), 0)
     from jsonb_array_elements(${lines}) line, jsonb_array_elements(line -> 'taxes') tax)`;

/** Where only the number counts. */
const countedOfEach = (records: string) =>
  `select order_id as of, count(*)::int as count, 0 as sum from ${records} group by 1`;
const sentOfEach = (verb: string) =>
  countedOfEach(`outbox where effect_key like '${verb}:%' and state = 'sent'`);

const BOOKS: readonly Book[] = [
  {
    what: 'captures of the processor',
    invariant: 'I2',
    ours: `select order_id as of, count(*)::int as count, sum(c.amount_minor)::int as sum
             from capture c ${ofMode('psp')} c.state = 'captured' group by 1`,
    theirs: `select order_id as of, count(*)::int as count, sum(amount_minor)::int as sum
               from payment.captures group by 1`,
  },
  {
    what: 'captures of the shop',
    invariant: 'I2',
    ours: `select ${ourShopOrder} as of, count(*)::int as count, sum(c.amount_minor)::int as sum
             from capture c ${ofMode('channel')} c.state = 'captured' group by 1`,
    theirs: transactions(`'CAPTURE'`),
  },
  {
    what: 'refunds of the processor',
    invariant: 'I2',
    // One that was made elsewhere may be of several that are owed.
    ours: `select order_id as of, count(distinct r.reference)::int as count,
                  sum(r.amount_minor)::int as sum
             from refund r ${ofMode('psp')} r.state = 'refunded' group by 1`,
    theirs: `select order_id as of, count(*)::int as count, sum(amount_minor)::int as sum
               from payment.refunds where status = 'succeeded' group by 1`,
  },
  {
    what: 'refunds of the shop',
    invariant: 'I2',
    ours: `select ${ourShopOrder} as of, count(distinct r.reference)::int as count,
                  sum(r.amount_minor)::int as sum
             from refund r ${ofMode('channel')} r.state = 'refunded' group by 1`,
    theirs: transactions(`'REFUND'`),
  },
  {
    what: 'authorizations at the processor that live on after their order ended',
    invariant: 'I2',
    ours: `select order_id as of, 0 as count, 0 as sum from sales_order where false`,
    theirs: `select order_id as of, count(*)::int as count, sum(amount_minor)::int as sum
               from payment.payment_intents
              where status = 'requires_capture' and order_id = any ($1::text[]) group by 1`,
  },
  {
    // What is left of one that was captured in part lapses there.
    what: 'authorizations of the shop that live on uncaptured after their order ended',
    invariant: 'I2',
    ours: `select order_id as of, 0 as count, 0 as sum from sales_order where false`,
    theirs: `select ${shopOrder} as of, count(*)::int as count, sum(amount_minor)::int as sum
               from commerce.transactions a
              where status = 'SUCCESS' and details ->> 'kind' = 'AUTHORIZATION'
                and details ->> 'closed' <> 'true' and ${shopOrder} = any ($2::text[])
                and not exists (select from commerce.transactions c
                                 where c.parent_id = a.id and c.status = 'SUCCESS'
                                   and c.details ->> 'kind' = 'CAPTURE') group by 1`,
  },
  {
    what: 'parcels of the warehouse',
    invariant: 'I3',
    ours: `select s.order_id as of, count(*)::int as count,
                  (select sum(l.shipped)::int from order_line l where l.order_id = s.order_id) as sum
             from shipment s group by 1`,
    theirs: `select order_id as of, count(*)::int as count,
                    sum(${units(`details -> 'lines'`)})::int as sum
               from wms.shipments group by 1`,
  },
  {
    what: 'requests of the warehouse',
    invariant: 'I4',
    ours: countedOfEach(`effect where verb = 'release' and state = 'done'`),
    theirs: countedOfEach('wms.fulfilment_requests'),
  },
  {
    what: 'fulfilments of the shop',
    invariant: 'I4',
    ours: `select ${ourShopOrder} as of, count(*)::int as count,
                  sum((select sum((line ->> 'quantity')::int)
                         from invoice i, jsonb_array_elements(i.lines) line
                        where i.order_id = x.order_id and ${isInvoiced('x.effect_key')}))::int as sum
             from outbox x join sales_order o using (order_id)
            where x.effect_key ~ '^(fulfil|handover):' and x.state = 'sent' group by 1`,
    theirs: `select ${shopOrder} as of, count(*)::int as count,
                    sum(${units(`details -> 'lines'`)})::int as sum
               from commerce.fulfillments where status = 'SUCCESS' group by 1`,
  },
  {
    what: 'messages to the buyer',
    invariant: 'I4',
    ours: sentOfEach('notify'),
    theirs: countedOfEach('notification.messages'),
  },
  {
    what: 'invoices and returns of the tax service',
    invariant: 'I4',
    ours: `select i.order_id as of, count(*)::int as count, sum(${taxIn('i.lines')})::int as sum
             from invoice i join outbox x
               on x.effect_key = 'tax-invoice:' || i.order_id || ':' || i.invoice_no
            where x.state = 'sent' group by 1
           union all
           select b.rma, count(*)::int, sum(-1 * b.tax)::int
             from (select i.rma, split_part(x.effect_key, ':', 4)::int as invoice_no,
                          ${taxIn(`(select coalesce(jsonb_agg(piece), '[]')
                            from jsonb_array_elements(i.worth) piece
                           where piece ->> 'invoiceNo' = split_part(x.effect_key, ':', 4))`)} as tax
                     from return_inspection i join outbox x
                       on x.effect_key like 'tax-invoice:' || i.rma || ':' || i.inspection_no || ':%'
                    where x.state = 'sent') b group by 1`,
    theirs: `select order_id as of, count(*)::int as count,
                    sum((details ->> 'taxMinor')::int)::int as sum
               from tax.transactions group by 1`,
  },
  {
    what: 'sales orders of the ERP',
    invariant: 'I4',
    ours: sentOfEach('sales-order'),
    theirs: countedOfEach('erp.sales_orders'),
  },
  {
    what: 'journals of the ERP',
    invariant: 'I10',
    ours: `select 'all' as of, count(*)::int as count,
                  coalesce(sum((select sum((line ->> 'amountMinor')::int)
                         from jsonb_array_elements(b.lines) line
                        where line ->> 'side' = 'debit')), 0)::int as sum
             from posting_batch b where b.state = 'posted'`,
    theirs: `select 'all' as of, count(*)::int as count, coalesce(sum(amount_minor), 0)::int as sum
               from erp.journal_entries`,
  },
];

interface Ended {
  readonly orderIds: readonly string[];
  readonly shopOrders: readonly string[];
}

async function endedOrders(ours: Sql): Promise<Ended> {
  const { rows } = await ours.query<{ id: string; shop: string | null }>(
    `select order_id as id, channel_order_ref as shop from sales_order
      where stage in ('closed', 'rejected')`,
  );
  return {
    orderIds: rows.map(({ id }) => id),
    shopOrders: rows.flatMap(({ shop }) => shop ?? []),
  };
}

/** Where the two differ; `of` is an order. */
export function compareTallies(
  { what, invariant }: Pick<Book, 'what' | 'invariant'>,
  ours: readonly Tally[],
  theirs: readonly Tally[],
): readonly Difference[] {
  const here = new Map(ours.map((tally) => [tally.of, tally]));
  const there = new Map(theirs.map((tally) => [tally.of, tally]));
  return [...new Set([...here.keys(), ...there.keys()])].flatMap((of) => {
    const left = here.get(of) ?? { count: 0, sum: 0 };
    const right = there.get(of) ?? { count: 0, sum: 0 };
    if (left.count === right.count && left.sum === right.sum) return [];
    const said = `${left.count} of ${left.sum} here, ${right.count} of ${right.sum} there`;
    return [{ invariant, detail: `${what}, ${of}: ${said}` }];
  });
}

/** @param theirs the stand-ins' own database */
export async function compareBooks(ours: Sql, theirs: Sql): Promise<readonly Difference[]> {
  const { orderIds, shopOrders } = await endedOrders(ours);
  const found: Difference[] = [];
  for (const book of BOOKS) {
    const here = Tallies.parse((await ours.query(book.ours)).rows);
    const given = book.theirs.includes('$1') ? [orderIds] : [];
    const shops = book.theirs.includes('$2') ? [shopOrders] : [];
    const text = book.theirs.replace('$2', '$1');
    const there = Tallies.parse((await theirs.query(text, [...given, ...shops])).rows);
    found.push(...compareTallies(book, here, there));
  }
  return found;
}
