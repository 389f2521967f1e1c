/** How pickups and returns ended, so that a plan whose every pickup was cancelled is seen. */
import type { Sql } from '../store/database';

export interface Ends {
  readonly pickups: number;
  readonly collected: number;
  readonly expired: number;
  readonly returns: number;
  /** Of which something was accepted. */
  readonly accepted: number;
  /** Refunds that somebody made past us. */
  readonly outside: number;
}

export async function countEnds(db: Sql): Promise<Ends> {
  const { rows } = await db.query<Ends & Record<string, unknown>>(
    `select (select count(*) from pickup)::int as pickups,
            (select count(distinct pickup_id) from pickup_handover)::int as collected,
            (select count(*) from pickup where state = 'expired')::int as expired,
            (select count(*) from sales_return)::int as returns,
            (select count(distinct rma) from return_line where accepted > 0)::int as accepted,
            (select count(*) from refund where is_outside)::int as outside`,
  );
  const [ends] = rows;
  if (!ends) throw new RangeError('countEnds: no row');
  return ends;
}
