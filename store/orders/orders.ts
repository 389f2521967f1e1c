/** Orders as rows: the lock, the snapshot a moment decides on, facts, the status projection. */
import { changesOf, type UnitMove } from '../../canonical/rules/order/after';
import { statusOf } from '../../canonical/rules/order/agenda';
import type { OrderSnapshot } from '../../canonical/rules/order/snapshot';
import { only, type Sql } from '../database';
import type { SubjectRow } from '../flows/subject';
import { briefOf, briefRows, type BriefRow } from '../exceptions/briefs';
import { writeTogether, type Write } from '../writes';

export type { Place, UnitMove } from '../../canonical/rules/order/after';

/** The row that every moment of an order locks first. */
export const orderRow = (orderId: string): SubjectRow => ({
  table: 'sales_order',
  key: 'order_id',
  id: orderId,
});

/** An order as it was read. */
export interface KnownOrder extends OrderSnapshot {
  /** Goes up with every moment: where it is the same, everything of the order is. */
  readonly version: number;
}

export type SnapshotRow = Omit<KnownOrder, 'exceptions'> & { exceptions: BriefRow[] };

const INSTANT = `'YYYY-MM-DD"T"HH24:MI:SS"Z"'`;

/** SQL for who placed the hold of order `o`, and when: a decision, or the channel with its order. */
const HELD_BY = `coalesce(
  (select jsonb_build_object('by', d.actor,
          'since', to_char(d.decided_at at time zone 'UTC', ${INSTANT}))
     from order_fact f
     join decision d on d.action = 'hold' and d.subject = f.order_id
      and d.decision_id = f.body -> 'about' ->> 'decisionId'
    where f.order_id = o.order_id and f.kind = 'held' order by f.fact_no desc limit 1),
  jsonb_build_object('by', o.channel_instance,
    'since', to_char(o.received_at at time zone 'UTC', ${INSTANT})))`;

/** SQL for everything of an order, whose id is the given expression; children as JSON, by number. */
export const snapshotOf = (orderId: string): string => `
  select o.order_id as "orderId", o.channel_instance as "channelInstance",
         o.order_no as "orderNo", o.workflow_id as "workflowId",
         o.channel_order_ref as "channelOrderRef", o.correlation_id as "correlationId",
         o.money_mode as "moneyMode", o.currency, o.total_minor as "totalMinor", o.stage, o.status, o.version,
         o.hold_reason as "holdReason", o.location_id as "locationId",
         case when o.hold_reason is not null then ${HELD_BY} end as held,
         coalesce((select p.time_zone from location p where p.location_id = o.location_id), 'UTC')
           as "timeZone",
    coalesce((select jsonb_agg(jsonb_build_object(
        'lineNo', l.line_no, 'sku', l.sku, 'channelSku', l.channel_sku,
        'channelLineRef', l.channel_line_ref, 'grossMinor', l.gross_minor, 'discountMinor', l.discount_minor,
        'shippingMinor', l.shipping_minor, 'taxes', l.taxes, 'ordered', l.ordered,
        'unallocated', l.unallocated, 'backordered', l.backordered, 'reserved', l.reserved,
        'released', l.released, 'shipped', l.shipped, 'pickedUp', l.picked_up,
        'cancelled', l.cancelled, 'returned', l.returned)
        || case when l.not_sent is null then '{}' else jsonb_build_object('notSent', l.not_sent) end
        || case when l.instead_of is null then '{}'
           else jsonb_build_object('insteadOf', l.instead_of) end
        || jsonb_build_object('allocations', coalesce((select jsonb_agg(jsonb_build_object(
            'groupNo', x.group_no, 'reserved', x.reserved, 'released', x.released,
            'shipped', x.shipped, 'pickedUp', x.picked_up, 'cancelled', x.cancelled)
            order by x.group_no)
          from allocation x where x.order_id = l.order_id and x.line_no = l.line_no), '[]'))
        order by l.line_no)
      from order_line l where l.order_id = o.order_id), '[]') as lines,
    coalesce((select jsonb_agg(jsonb_build_object(
        'tenderNo', t.tender_no, 'gateway', t.gateway, 'amountMinor', t.amount_minor,
        'kind', t.kind, 'moneyAccount', t.money_account,
        'capturedMinor', t.captured_minor, 'refundedMinor', t.refunded_minor,
        'prepaidMinor', t.prepaid_minor, 'prepaidUsedMinor', t.prepaid_used_minor,
        'paymentMethodRef', t.payment_method_ref, 'forReturn', t.for_return,
        'authorizations', coalesce((select jsonb_agg(jsonb_build_object(
            'authorizationNo', a.authorization_no, 'state', a.state, 'voidTry', a.void_try,
            'reference', a.reference, 'amountMinor', a.amount_minor,
            'capturedMinor', a.captured_minor, 'isMulticapture', a.is_multicapture,
            'isClaim', a.claim is not null,
            'isAsked', a.state in ('planned', 'live') and exists (select from effect e
               where e.state = 'called' and e.effect_key =
                 case a.state when 'planned' then 'authorize:' else 'void:' end
                 || a.order_id || ':' || a.tender_no || ':' || a.authorization_no
                 || case a.state when 'planned' then '' else ':' || a.void_try end))
            order by a.authorization_no)
          from payment_authorization a
         where a.order_id = t.order_id and a.tender_no = t.tender_no), '[]')) order by t.tender_no)
      from tender t where t.order_id = o.order_id), '[]') as tenders,
    coalesce((select jsonb_agg(jsonb_build_object(
        'tenderNo', c.tender_no, 'invoiceNo', c.invoice_no, 'amountMinor', c.amount_minor,
        'authorizationNo', c.authorization_no, 'isFinal', c.is_final, 'try', c.try,
        'state', c.state, 'reference', c.reference,
        'isAsked', c.state in ('due', 'given-up') and exists (select from effect e
           where e.state = 'called' and e.effect_key = 'capture:' || c.order_id || ':'
             || c.tender_no || ':' || c.invoice_no || ':' || c.try))
        || case when c.group_no is null then '{}' else jsonb_build_object('prepayment',
             jsonb_build_object('groupNo', c.group_no, 'usedMinor', c.used_minor)) end
        order by c.invoice_no, c.tender_no)
      from capture c where c.order_id = o.order_id), '[]') as captures,
    coalesce((select jsonb_agg(jsonb_build_object(
        'tenderNo', r.tender_no, 'refundNo', r.refund_no, 'rma', r.rma, 'paidBy', r.paid_by,
        'isOutside', r.is_outside, 'matchedMinor', r.matched_minor, 'amountMinor', r.amount_minor,
        'paymentRef', r.payment_ref, 'try', r.try, 'state', r.state,
        'reference', r.reference) order by r.refund_no)
      from refund r where r.order_id = o.order_id), '[]') as refunds,
    coalesce((select jsonb_agg(jsonb_build_object(
        'groupNo', g.group_no, 'kind', g.kind, 'locationId', g.location_id, 'account', g.warehouse_account,
        'try', g.try, 'state', g.state, 'requestKey', g.request_key,
        'isAsked', exists (select from effect e where e.effect_key =
             'release:' || g.order_id || ':' || g.group_no || ':' || g.try
             and e.state = 'called')) order by g.group_no)
      from fulfilment_group g where g.order_id = o.order_id), '[]') as groups,
    ${briefRows('o.workflow_id')} as exceptions
    from sales_order o where o.order_id = ${orderId}`;

/** Null where there is no such order. */
export async function loadOrder(sql: Sql, orderId: string): Promise<KnownOrder | null> {
  const { rows } = await sql.query<SnapshotRow>({
    name: 'load-order',
    text: snapshotOf('$1'),
    values: [orderId],
  });
  return knownOrder(rows[0]);
}

export function knownOrder(row: SnapshotRow | null | undefined): KnownOrder | null {
  return row ? { ...row, exceptions: row.exceptions.map(briefOf) } : null;
}

/** Money that moved on a tender; a tender's amounts are their sum. */
export interface MoneyMove {
  readonly tenderNo: number;
  readonly kind: 'prepaid' | 'captured' | 'refunded';
  readonly amountMinor: number;
}

export interface OrderFact {
  readonly kind: string;
  readonly eventNo?: number | null;
  readonly occurredAt: string;
  readonly moves?: readonly UnitMove[];
  readonly money?: readonly MoneyMove[];
  /** Units taken back. */
  readonly returned?: readonly { readonly lineNo: number; readonly quantity: number }[];
  /** Ids and amounts that tell a reader which one it was. */
  readonly about?: Readonly<Record<string, string | number | null>>;
}

/** Units that came back: within those that moved. */
export function returnedWrite(
  orderId: string,
  lines: readonly { readonly lineNo: number; readonly quantity: number }[],
): Write {
  return {
    name: 'add-returned',
    text: `update order_line l set returned = l.returned + d.units
             from (select "lineNo" as line_no, sum(quantity)::int as units
                     from jsonb_to_recordset($2) as q("lineNo" int, quantity int) group by 1) d
            where l.order_id = $1 and l.line_no = d.line_no`,
    values: [orderId, JSON.stringify(lines)],
  };
}

/** Appends what became true; numbered under the order's row lock. */
export function factWrite(orderId: string, fact: OrderFact): Write {
  const { kind, eventNo, occurredAt, moves, money, returned, about } = fact;
  return {
    name: 'append-fact',
    text: `insert into order_fact (order_id, fact_no, kind, body, event_no, occurred_at)
           select $1, coalesce(max(fact_no), 0) + 1, $2, $3, $4, $5
             from order_fact where order_id = $1`,
    values: [
      orderId,
      kind,
      JSON.stringify({ moves, money, returned, about }),
      eventNo ?? null,
      occurredAt,
    ],
  };
}

export const appendFact = (sql: Sql, orderId: string, fact: OrderFact): Promise<void> =>
  writeTogether(sql, [factWrite(orderId, fact)]);

/** Projects unit moves onto lines and allocations. */
export function moveWrites(orderId: string, moves: readonly UnitMove[]): Write[] {
  if (moves.length === 0) return [];
  const changes = changesOf(moves).map(({ place, by, ...of }) => ({ ...of, [place]: by }));
  return [
    {
      name: 'move-units',
      with: `
        m as materialized (
          select r."lineNo" as line_no, r."groupNo" as group_no,
                 coalesce(sum(r.unallocated), 0)::int as unallocated,
                 coalesce(sum(r.backordered), 0)::int as backordered,
                 coalesce(sum(r.reserved), 0)::int as reserved,
                 coalesce(sum(r.released), 0)::int as released,
                 coalesce(sum(r.shipped), 0)::int as shipped,
                 coalesce(sum(r."pickedUp"), 0)::int as picked_up,
                 coalesce(sum(r.cancelled), 0)::int as cancelled
            from jsonb_to_recordset($2::jsonb) as r("lineNo" int, "groupNo" int, unallocated int,
              backordered int, reserved int, released int, shipped int, "pickedUp" int,
              cancelled int)
           group by 1, 2),
        x as (
          update allocation x set reserved = x.reserved + m.reserved,
                 released = x.released + m.released, shipped = x.shipped + m.shipped,
                 picked_up = x.picked_up + m.picked_up, cancelled = x.cancelled + m.cancelled
            from m where x.order_id = $1 and x.line_no = m.line_no and x.group_no = m.group_no),
        t as (
          select line_no, sum(unallocated)::int as unallocated, sum(backordered)::int as backordered,
                 sum(reserved)::int as reserved, sum(released)::int as released,
                 sum(shipped)::int as shipped, sum(picked_up)::int as picked_up,
                 sum(cancelled)::int as cancelled
            from m group by 1)`,
      text: `
        update order_line l set unallocated = l.unallocated + t.unallocated,
               backordered = l.backordered + t.backordered, reserved = l.reserved + t.reserved,
               released = l.released + t.released, shipped = l.shipped + t.shipped,
               picked_up = l.picked_up + t.picked_up, cancelled = l.cancelled + t.cancelled
          from t where l.order_id = $1 and l.line_no = t.line_no`,
      values: [orderId, JSON.stringify(changes)],
    },
  ];
}

export const moveUnits = (sql: Sql, orderId: string, moves: readonly UnitMove[]): Promise<void> =>
  writeTogether(sql, moveWrites(orderId, moves));

/** Units of a group become a group of their own, at the same place; its number. */
export async function splitGroup(
  sql: Sql,
  orderId: string,
  from: { readonly groupNo: number; readonly lineNos: readonly number[] },
): Promise<number> {
  const { rows } = await sql.query<{ group_no: number }>({
    name: 'split-group',
    text: `
      with g as (
        insert into fulfilment_group (order_id, group_no, location_id, warehouse_account, state)
        select order_id,
               (select max(n.group_no) + 1 from fulfilment_group n where n.order_id = $1),
               location_id, warehouse_account, 'rejected'
          from fulfilment_group where order_id = $1 and group_no = $2
        returning group_no),
      x as (
        insert into allocation (order_id, line_no, group_no)
        select $1, line_no, g.group_no from g, unnest($3::int[]) as line_no)
      select group_no from g`,
    values: [orderId, from.groupNo, from.lineNos],
  });
  return only(rows, `group ${from.groupNo} of ${orderId}`).group_no;
}

/** Where the order stands, in its own row, which says with every moment that there was one. */
function standingWrite(before: OrderSnapshot, written: OrderSnapshot): Write {
  const { orderId, stage } = written;
  const status = statusOf(written);
  const isOut = (order: OrderSnapshot) => order.groups.some((one) => one.state === 'released');
  const isReleased = isOut(written) && !isOut(before);
  return {
    name: 'set-standing',
    text: `update sales_order set version = version + 1, status = $2, stage = $3,
                  released_at = case when $4::boolean then coalesce(released_at, now())
                                     else released_at end,
                  closed_at = case when $3 = 'closed' then coalesce(closed_at, now())
                                   else closed_at end
            where order_id = $1`,
    values: [orderId, status, stage, isReleased],
  };
}

/** What a moment wrote is known: its writes and the status they amount to, in one statement. */
export async function settleKnown(
  sql: Sql,
  before: OrderSnapshot,
  after: OrderSnapshot,
  writes: readonly Write[],
): Promise<OrderSnapshot> {
  await writeTogether(sql, [...writes, standingWrite(before, after)]);
  return { ...after, status: statusOf(after) };
}

/** Reads the order again, writes the status that its rows now amount to, gives it back as it is. */
export async function settleStatus(
  sql: Sql,
  orderId: string,
  before?: OrderSnapshot,
): Promise<OrderSnapshot> {
  const order = await loadOrder(sql, orderId);
  if (!order) throw new RangeError(`order ${orderId} is not here`);
  return settleKnown(sql, before ?? order, order, []);
}
