/**
 * I3 by whoever moves goods: what is on hand is what came, less what the warehouse's own records say
 * has left and what people at the counters said they gave or could not find, with what they took back.
 */
import { z } from 'zod';
import type { Sql } from '../store/database';
import type { Difference } from './books';

const Units = z.array(z.object({ sku: z.string(), units: z.number() }));

/** Goods of which a store said with its rejection that they are not there or not to be sold. */
const COUNTERS = `
  select sku, sum(units)::int as units from (
    select coalesce(o.sku, o.channel_sku) as sku, -(l ->> 'quantity')::int as units
      from pickup_handover h join pickup p using (pickup_id), jsonb_array_elements(h.lines) l,
           order_line o
     where o.order_id = p.order_id and o.line_no = (l ->> 'lineNo')::int
    union all
    select coalesce(o.sku, o.channel_sku), -(l ->> 'quantity')::int
      from pickup_rejection r join pickup p using (pickup_id), jsonb_array_elements(r.lines) l,
           order_line o
     where o.order_id = p.order_id and o.line_no = (l ->> 'lineNo')::int
       and r.reason in ('not-found', 'damaged') and r.outcome <> 'asked-again'
    union all
    select l ->> 'sku', (l ->> 'quantity')::int
      from return_receipt r, jsonb_array_elements(r.lines) l
    union all
    select coalesce(o.sku, o.channel_sku), -(l ->> 'quantity')::int
      from return_inspection i join sales_return s using (rma), jsonb_array_elements(i.lines) l,
           order_line o
     where o.order_id = s.order_id and o.line_no = (l ->> 'lineNo')::int
       and i.state = 'accepted' and l ->> 'disposition' in ('scrap', 'return-to-vendor')
  ) moved group by 1`;

/** @param openingStock of each SKU, over all places */
export async function checkStock(
  ours: Sql,
  theirs: Sql,
  openingStock: number,
): Promise<readonly Difference[]> {
  const here = await ours.query('select sku, sum(on_hand)::int as units from stock group by 1');
  const left = await theirs.query(
    `select line ->> 'sku' as sku, sum((line ->> 'quantity')::int)::int as units
       from wms.shipments, jsonb_array_elements(details -> 'lines') line group by 1`,
  );
  const unitsIn = (rows: unknown) =>
    new Map(Units.parse(rows).map(({ sku, units }) => [sku, units]));
  const shipped = unitsIn(left.rows);
  const atCounters = unitsIn((await ours.query(COUNTERS)).rows);
  return Units.parse(here.rows).flatMap(({ sku, units }) => {
    const expected = openingStock - (shipped.get(sku) ?? 0) + (atCounters.get(sku) ?? 0);
    if (units === expected) return [];
    const detail = `${sku}: ${units} on hand here, ${expected} by who shipped, gave and took them`;
    return [{ invariant: 'I3', detail }];
  });
}
