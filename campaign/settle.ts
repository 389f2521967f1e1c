/**
 * I6: after the faults, every flow ends or waits under a name, within a stated time. What goes on by
 * itself must have gone on: the only waits that stand are those that a person ends.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Sql } from '../store/database';
import { WAIT_CODES } from '../canonical/schema/exception';
import type { Difference } from './books';

/** The longest pause between two tries of anything is a minute; then it may have to be done. */
export const SETTLE_MS = 240_000;
const LOOK_EVERY_MS = 1_000;

interface Unsettled {
  readonly what: string;
  readonly subject: string;
}

/** The waits of an order that a person ends: a hold, an exception that does not pass by itself. */
const STANDS = `(o.hold_reason is not null or exists (
  select from exception e where e.order_id = o.order_id and e.state <> 'resolved'
     and e.code <> all ($1::text[])))`;

/** A store still has to pick it, or holds it for whoever collects: its page lists it. */
const WITH_A_STORE = `exists (
  select from pickup p join pickup_line l using (pickup_id)
   where p.order_id = o.order_id and p.ended_at is null and l.requested + l.ready > 0)`;

/** Under which a return, or a pickup that is over, waits for a person. */
const exceptionOf = (workflowId: string) => `exists (
  select from exception e where e.workflow_id = ${workflowId} and e.state <> 'resolved')`;

const named = `o.channel_instance || '/' || o.order_no || ' (' || o.order_id || ')'`;

/** Each of it is on its way, or lost. */
const UNSETTLED = `
  select 'order ' || ${named} as subject, 'is ' || o.status || ' and waits under no name' as what
    from sales_order o where o.stage in ('received', 'accepted') and not ${STANDS} and not ${WITH_A_STORE}
  union all
  select 'pickup ' || p.pickup_id, 'is ' || p.state || ', and its deadline has passed'
    from pickup p where p.ended_at is null and p.deadline_at < now()
  union all
  select 'flow ' || f.workflow_id, 'is open, and nothing of its pickup is: it is ' || p.state
    from flow f join pickup p using (workflow_id)
   where f.state = 'open' and p.ended_at is not null and not ${exceptionOf('f.workflow_id')}
  union all
  select 'flow ' || f.workflow_id, 'is closed, and its pickup is ' || p.state
    from pickup p left join flow f on f.workflow_id = p.workflow_id and f.state = 'open'
   where p.ended_at is null and f.workflow_id is null
  union all
  select 'return ' || s.rma, 'is ' || s.state || ', and nothing is awaited of anybody'
    from sales_return s
   where s.state in ('requested', 'approved') and not ${exceptionOf('s.workflow_id')}
     and not exists (select from return_line l where l.rma = s.rma
       and (l.expected > l.received or l.received > l.inspected))
  union all
  select 'order ' || ${named}, 'waits still under ' || e.code || ' for ' || e.blocks
    from exception e join sales_order o using (order_id)
   where e.state <> 'resolved' and e.code = any ($1::text[])
  union all
  select 'order ' || ${named}, 'its capture ' || c.tender_no || ':' || c.invoice_no || ' is due'
    from capture c join sales_order o using (order_id)
   where c.state = 'due' and not exists (select from exception e
     where e.order_id = o.order_id and e.state <> 'resolved' and e.code like 'payment.%')
  union all
  select 'order ' || ${named}, 'its refund ' || r.tender_no || ':' || r.refund_no || ' is due'
    from refund r join sales_order o using (order_id)
   where r.state = 'due' and not exists (select from exception e
     where e.order_id = o.order_id and e.state <> 'resolved' and e.code ~ '^(refund|payment)[.]')
  union all
  select 'event ' || i.event_no || ' (' || i.topic || ' of ' || i.source || ')',
         'is ' || i.state || coalesce(': ' || i.note, '')
    from inbox i where i.state in ('received', 'waiting', 'routed')
  union all
  select 'dispatch ' || d.dispatch_no || ' to ' || d.workflow_id, 'is pending'
    from dispatch d where d.state = 'pending'
  union all
  select 'message ' || x.effect_key, 'is pending after ' || x.attempts || ' attempts'
    from outbox x where x.state = 'pending'
  union all
  select 'effect ' || f.effect_key, 'has no answer after ' || f.calls || ' calls'
    from effect f left join sales_order o using (order_id)
   where f.state = 'called' and not exists (select from exception e
     where e.order_id = f.order_id and e.state <> 'resolved')
     and not exists (select from outbox x where x.effect_key = f.effect_key and x.state = 'parked')
  union all
  select 'batch ' || b.batch_id, 'is not posted' from posting_batch b where b.state = 'formed'
  union all
  select 'journal ' || j.journal_id, 'is in no batch' from journal_to_batch j
  union all
  select 'flow ' || f.workflow_id, 'is open, and its order has ended'
    from flow f join sales_order o on o.workflow_id = f.workflow_id
   where f.state = 'open' and o.stage in ('closed', 'rejected')
  limit 200`;

async function unsettled(sql: Sql): Promise<readonly Unsettled[]> {
  const { rows } = await sql.query<Unsettled>(UNSETTLED, [WAIT_CODES]);
  return rows;
}

/** Until nothing is on its way; what still is when the time is over. */
export async function settled(sql: Sql, limitMs = SETTLE_MS): Promise<readonly Difference[]> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const left = await unsettled(sql);
    if (left.length === 0) return [];
    if (Date.now() > deadline) {
      const seconds = Math.round(limitMs / 1_000);
      return left.map(({ subject, what }) => ({
        invariant: 'I6',
        detail: `${subject}: ${what}, ${seconds} s after the faults stopped`,
      }));
    }
    await delay(LOOK_EVERY_MS);
  }
}

/** Orders that a person has to end, by what they wait for. */
export async function namedWaits(sql: Sql): Promise<number> {
  const { rows } = await sql.query<{ waits: number }>(
    `select count(*) as waits from sales_order o
      where o.stage in ('received', 'accepted') and ${STANDS}`,
    [WAIT_CODES],
  );
  return rows[0]?.waits ?? 0;
}
