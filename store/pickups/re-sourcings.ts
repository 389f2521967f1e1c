/** Units that were not picked, on their way to another place by themselves. One writer: moments/pickup. */
import type { ReSourcing } from '../../canonical/rules/pickup/snapshot';
import type { Sql } from '../database';
import type { Write } from '../writes';

export function reSourcingWrite(pickupId: string, one: ReSourcing): Write {
  return {
    name: 'keep-re-sourcing',
    text: `insert into pickup_re_sourcing (pickup_id, re_sourcing_no, store_id, lines, tax_account,
             pick_by, state)
           values ($1, $2, $3, $4, $5, $6, $7)`,
    values: [
      pickupId,
      one.reSourcingNo,
      one.storeId,
      JSON.stringify(one.lines),
      one.account,
      one.pickBy,
      one.state,
    ],
  };
}

export function reSourcingEndWrite(
  pickupId: string,
  { reSourcingNo, state }: Pick<ReSourcing, 'reSourcingNo' | 'state'>,
): Write {
  return {
    name: 'end-re-sourcing',
    text: `update pickup_re_sourcing set state = $3, ended_at = now()
            where pickup_id = $1 and re_sourcing_no = $2`,
    values: [pickupId, reSourcingNo, state],
  };
}

/** What the buyer agreed to beforehand, as the order's channel calls the stores. */
export interface AgreedPlaces {
  readonly lineNo: number;
  readonly stores: readonly string[];
  readonly home: boolean;
}

/** Of the order's lines as it came; a line that was made here since has agreed to nothing. */
export async function agreedPlaces(
  sql: Sql,
  orderId: string,
  lineNos: readonly number[],
): Promise<AgreedPlaces[]> {
  const { rows } = await sql.query<AgreedPlaces & Record<string, unknown>>({
    name: 'agreed-places',
    text: `select n as "lineNo", coalesce(a.agreed -> 'stores', '[]') as stores,
                  coalesce((a.agreed ->> 'home')::boolean, false) as home
             from sales_order o cross join unnest($2::int[]) as n
             cross join lateral (select
               o.content -> 'lines' -> (n - 1) -> 'pickup' -> 'alternatives' as agreed) a
            where o.order_id = $1 order by n`,
    values: [orderId, lineNos],
  });
  return rows;
}
