/** Events that came before what they are about: woken when it is here. */
import type { Database } from '../database';
import { resolveExceptions } from '../exceptions/exceptions';
import { returnsThatGoOn } from '../returns/waiting-returns';
import { EFFECT_OF_ECHO } from './echoes';

/** The order that the event in `i` is about, by primary key or by channel and number; null: none. */
const ORDER_OF = `case when i.body ->> 'orderId' is not null
       then (select o.order_id from sales_order o where o.order_id = i.body ->> 'orderId')
       else (select o.order_id from sales_order o
              where o.channel_instance = i.body ->> 'channelInstance'
                and o.order_no = i.body ->> 'orderNo') end`;

/** What the event in `i` waits for, where it is here: an echo's effect, else its order. */
const AWAITED_BY = `case when i.type like 'payment.%' then ${EFFECT_OF_ECHO} else ${ORDER_OF} end`;

/** The flow of `key/key-1`, which is what the exception in `e` is caused by. */
const FLOW_OF = `(select f.workflow_id from flow f
  where f.subject_kind = split_part(e.cause_ref, '/', 1)
    and f.subject_id = substr(e.cause_ref, strpos(e.cause_ref, '/') + 1) limit 1)`;

/**
 * Events whose order has come meanwhile are due at once, and echoes whose effect has its answer; so are those that were given up for it.
 * Gives how many there were and how many still wait: its cost is theirs, not that of the orders.
 */
export async function wakeWaiting(
  db: Database,
): Promise<{ readonly woken: number; readonly waiting: number }> {
  const waits = await db.query<{ waiting: number; woken: number }>({
    name: 'wake-waiting',
    text: `with waits as materialized (
             select event_no, ${AWAITED_BY} as came from inbox i
              where state in ('received', 'waiting') and next_at > now()
                and state = 'waiting' and body is not null),
           woken as (
             update inbox set next_at = now()
              where state = 'waiting'
                and event_no in (select event_no from waits where came is not null)
             returning 1)
           select (select count(*)::int from waits) as waiting,
                  (select count(*)::int from woken) as woken`,
  });
  const { rows } = await db.query<{ exception_id: string; came: string | null }>({
    name: 'arrived-after-all',
    text: `select e.exception_id, case when e.cause_kind = 'flow' then ${FLOW_OF}
                                       else ${ORDER_OF} end as came
             from exception e join inbox i using (event_no)
            where e.state <> 'resolved'
              and (e.cause_kind = 'flow' or e.cause_kind = 'order' and e.code = 'event.no-order')`,
  });
  const exceptionIds = [
    ...rows.filter((row) => row.came !== null).map((row) => row.exception_id),
    ...(await returnsThatGoOn(db)),
  ];
  if (exceptionIds.length > 0) {
    const how = { resolution: 'retry', by: 'system', reason: 'it came' } as const;
    await db.transaction((sql) => resolveExceptions(sql, { exceptionIds }, how));
  }
  const [{ waiting, woken } = { waiting: 0, woken: 0 }] = waits.rows;
  return {
    woken: woken + exceptionIds.length,
    waiting: waiting - woken + rows.length - exceptionIds.length,
  };
}
