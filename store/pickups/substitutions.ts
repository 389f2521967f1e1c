/** Lines of a pickup that something else is given for. One writer: moments/pickup. */
import type { PickupLineSnapshot } from '../../canonical/rules/pickup/snapshot';
import type { Write } from '../writes';

/** As these lines are from now on, a new one too; what left of them stays as it is. */
export function linesWrite(pickupId: string, lines: readonly PickupLineSnapshot[]): Write {
  return {
    name: 'keep-pickup-lines',
    text: `insert into pickup_line as l (pickup_id, line_no, sku, requested, ready, rejected)
           select $1, r."lineNo", r.sku, r.requested, r.ready, r.rejected
             from jsonb_to_recordset($2)
               as r("lineNo" int, sku text, requested int, ready int, rejected int)
           on conflict (pickup_id, line_no) do update set sku = excluded.sku,
             requested = excluded.requested, ready = excluded.ready, rejected = excluded.rejected`,
    values: [pickupId, JSON.stringify(lines)],
  };
}
