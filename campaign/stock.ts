/** I3 by the warehouse's own records: what is on hand is what came, less what it says has left. */
import { z } from 'zod';
import type { Sql } from '../store/database';
import type { Difference } from './books';

const Units = z.array(z.object({ sku: z.string(), units: z.number() }));

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
  const shipped = new Map(Units.parse(left.rows).map(({ sku, units }) => [sku, units]));
  return Units.parse(here.rows).flatMap(({ sku, units }) => {
    const expected = openingStock - (shipped.get(sku) ?? 0);
    if (units === expected) return [];
    const detail = `${sku}: ${units} on hand here, ${expected} by what the warehouse has shipped`;
    return [{ invariant: 'I3', detail }];
  });
}
