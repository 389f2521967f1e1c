// Orders with all that belongs to them: one statement a page of ids.
import type { NotSent } from '../canonical/schema/not-sent';
import { addressDigest } from '../connectors/address-digest';
import type { Sql } from '../store/database';
import type { OwnCapture, OwnOrder, OwnInvoice } from './own-order';

/** Orders a statement; an order has up to 10,000 lines. */
const ORDERS_A_STATEMENT = 200;

interface InvoicedLine {
  readonly lineNo: number;
  readonly quantity: number;
  readonly grossMinor: number;
  readonly discountMinor: number;
  readonly shippingMinor: number;
  readonly taxes: readonly { readonly amountMinor: number }[];
  readonly notSent?: NotSent;
}
type OrderRow = Omit<OwnOrder, 'invoices' | 'facts' | 'captures' | 'addressDigest'> & {
  readonly shipTo: object | null;
  readonly captures: readonly (Omit<OwnCapture, 'prepayment'> & {
    readonly prepayment: OwnCapture['prepayment'] | null;
  })[];
  readonly invoices: readonly (Omit<OwnInvoice, 'lines'> & {
    readonly lines: readonly InvoicedLine[];
  })[];
  readonly facts: readonly {
    readonly moves: OwnOrder['facts'][number]['moves'] | null;
    readonly money: OwnOrder['facts'][number]['money'] | null;
    readonly returned: OwnOrder['facts'][number]['returned'] | null;
  }[];
};

/** Children of the order `o` as a JSON array. */
const children = (fields: string, from: string, order: string) =>
  `coalesce((select json_agg(json_build_object(${fields}) order by ${order})
      from ${from}), '[]')`;

const PAGE = `
  select o.order_id as "orderId", o.channel_instance as "channelInstance",
         o.order_no as "orderNo", o.channel_order_ref as "channelOrderRef", o.currency,
         o.money_mode as "moneyMode", o.total_minor as "totalMinor", o.stage, o.status,
         o.hold_reason is not null as "isOnHold", 
         -- A person may have sent it elsewhere than its channel says.
         case when o.told_ship_to is null then o.content -> 'shipTo' end as "shipTo",
    array(select d.body ->> 'shipmentId' from exception e join inbox d using (event_no)
           where e.order_id = o.order_id and (e.code = 'fulfilment.same-parcel'
              or e.code = 'fulfilment.wrong-item' and e.state <> 'resolved')) as "doubtedParcels",
    ${children(
      `'lineNo', l.line_no, 'channelSku', l.channel_sku, 'channelLineRef', l.channel_line_ref,
       'grossMinor', l.gross_minor, 'discountMinor', l.discount_minor,
       'shippingMinor', l.shipping_minor, 'taxMinor', l.tax_minor, 'ordered', l.ordered,
       'unallocated', l.unallocated, 'backordered', l.backordered, 'reserved', l.reserved,
       'released', l.released, 'shipped', l.shipped, 'pickedUp', l.picked_up,
       'cancelled', l.cancelled, 'returned', l.returned, 'notSent', l.not_sent,
       'allocated', (select json_build_object('reserved', coalesce(sum(g.reserved), 0),
          'released', coalesce(sum(g.released), 0),
          'pickedUp', coalesce(sum(g.picked_up), 0)) from allocation g
         where g.order_id = l.order_id and g.line_no = l.line_no)`,
      'order_line l where l.order_id = o.order_id',
      'l.line_no',
    )} as lines,
    ${children(
      `'tenderNo', t.tender_no, 'kind', t.kind, 'amountMinor', t.amount_minor, 'capturedMinor', t.captured_minor,
       'refundedMinor', t.refunded_minor, 'prepaidMinor', t.prepaid_minor,
       'prepaidUsedMinor', t.prepaid_used_minor, 'paidFrom', t.paid_from,
       'forReturn', t.for_return`,
      'tender t where t.order_id = o.order_id',
      't.tender_no',
    )} as tenders,
    ${children(
      `'tenderNo', a.tender_no, 'authorizationNo', a.authorization_no, 'state', a.state,
       'reference', a.reference, 'amountMinor', a.amount_minor,
       'capturedMinor', a.captured_minor, 'isTakenOver', a.is_taken_over`,
      'payment_authorization a where a.order_id = o.order_id',
      'a.tender_no, a.authorization_no',
    )} as authorizations,
    ${children(
      `'tenderNo', c.tender_no, 'invoiceNo', c.invoice_no, 'amountMinor', c.amount_minor,
       'authorizationNo', c.authorization_no, 'reference', c.reference, 'try', c.try,
       'state', c.state, 'prepayment', case when c.group_no is not null then
         json_build_object('groupNo', c.group_no, 'usedMinor', c.used_minor) end`,
      'capture c where c.order_id = o.order_id',
      'c.invoice_no, c.tender_no',
    )} as captures,
    ${children(
      `'tenderNo', r.tender_no, 'refundNo', r.refund_no, 'rma', r.rma, 'paidBy', r.paid_by,
       'isOutside', r.is_outside, 'matchedMinor', r.matched_minor, 'reference', r.reference,
       'amountMinor', r.amount_minor,
       'paymentRef', r.payment_ref, 'try', r.try, 'state', r.state`,
      'refund r where r.order_id = o.order_id',
      'r.tender_no, r.refund_no',
    )} as refunds,
    ${children(
      `'kind', d.kind, 'duplicateNo', d.duplicate_no, 'reference', d.reference,
       'tenderNo', coalesce(d.tender_no, 0), 'amountMinor', coalesce(d.amount_minor, 0),
       'undoneReference', d.undone_reference, 'undoneKey', d.undone_key,
       'isByHand', d.undone_at is null and exists (select from outbox x
          where x.effect_key = d.effect_key and x.state = 'abandoned')`,
      'channel_duplicate d where d.order_id = o.order_id',
      'd.duplicate_no',
    )} as duplicates,
    ${children(
      `'invoiceNo', i.invoice_no, 'amountMinor', i.amount_minor,
       'prepaidMinor', i.prepaid_minor, 'awaitedMinor', i.awaited_minor, 'lines', i.lines`,
      'invoice i where i.order_id = o.order_id',
      'i.invoice_no',
    )} as invoices,
    ${children(
      `'rma', i.rma, 'refundMinor', i.refund_minor`,
      `sales_return q join return_inspection i on i.rma = q.rma and i.state = 'accepted'
          and i.refund_minor is not null
        where q.order_id = o.order_id`,
      'i.rma, i.inspection_no',
    )} as returns,
    array(select q.channel_return_ref from sales_return q
           where q.order_id = o.order_id and q.channel_return_ref is not null) as "channelReturns",
    ${children(
      `'creditId', c.credit_id, 'amountMinor', c.amount_minor + c.bonus_minor`,
      'store_credit c where c.order_id = o.order_id',
      'c.credit_id',
    )} as credits,
    ${children(
      `'shipmentRef', s.shipment_ref, 'account', s.account, 'lines', s.lines,
       'shippedAt', to_char(s.shipped_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
      `(select p.shipment_no as place, p.shipment_ref, g.warehouse_account as account, i.lines,
               p.shipped_at
          from shipment p
          join invoice i on i.order_id = p.order_id and i.source_kind = 'shipment'
           and i.source_no = p.shipment_no
          left join fulfilment_group g on g.order_id = p.order_id and g.group_no = i.group_no
         where p.order_id = o.order_id
        union all
        select null, v.shipment_ref, null, json_build_array(json_build_object('lineNo', v.line_no,
                 'sku', v.sku, 'quantity', v.quantity))::jsonb, v.created_at
          from shipment_variance v where v.order_id = o.order_id) s`,
      's.place nulls last',
    )} as shipments,
    ${children(
      `'groupNo', p.group_no, 'lines', coalesce((select json_agg(json_build_object(
          'lineNo', g.line_no, 'handedOver', coalesce(u.handed_over, 0),
          'pickedUp', g.picked_up) order by g.line_no)
        from allocation g left join pickup q on q.order_id = g.order_id and q.group_no = g.group_no
          left join pickup_line u on u.pickup_id = q.pickup_id and u.line_no = g.line_no
       where g.order_id = p.order_id and g.group_no = p.group_no), '[]')`,
      `fulfilment_group p where p.order_id = o.order_id and p.kind = 'pickup'`,
      'p.group_no',
    )} as pickups,
    ${children(
      `'moves', f.body -> 'moves', 'money', f.body -> 'money',
       'returned', f.body -> 'returned'`,
      'order_fact f where f.order_id = o.order_id',
      'f.fact_no',
    )} as facts,
    ${children(
      `'code', e.code, 'blocks', e.blocks, 'isOpen', e.state <> 'resolved'`,
      'exception e where e.order_id = o.order_id',
      'e.exception_id',
    )} as exceptions,
    ${children(
      `'account', i.account, 'item', i.item, 'netMinor', i.net,
       'clearingAccounts', i.clearing`,
      `(select g.account, coalesce(g.dimensions ->> 'item', '') as item,
               sum(case g.side when 'debit' then g.amount_minor else -g.amount_minor end) as net,
               array_agg(distinct coalesce(g.dimensions ->> 'clearingAccount', '')) as clearing
          from journal j join journal_line g using (journal_id)
         where j.order_id = o.order_id and g.account = any($2::text[])
         group by 1, 2) i`,
      'i.account, i.item',
    )} as "openItems"
    from sales_order o where o.order_id = any($1::text[]) order by o.order_id`;

function ownOrder({ shipTo, ...row }: OrderRow): OwnOrder {
  return {
    ...row,
    addressDigest: addressDigest(shipTo),
    captures: row.captures.map(({ prepayment, ...capture }) => ({
      ...capture,
      ...(prepayment && { prepayment }),
    })),
    facts: row.facts.map(({ moves, money, returned }) => ({
      moves: moves ?? [],
      money: money ?? [],
      returned: returned ?? [],
    })),
    invoices: row.invoices.map((invoice) => ({
      ...invoice,
      lines: invoice.lines.map((line) => ({
        lineNo: line.lineNo,
        quantity: line.quantity,
        ...(line.notSent === 'gift-card' && { giftCardMinor: line.grossMinor }),
        worthMinor: line.taxes.reduce(
          (worth, tax) => worth + tax.amountMinor,
          line.grossMinor - line.discountMinor + line.shippingMinor,
        ),
      })),
    })),
  };
}

/** These orders. `openItemAccounts`: those whose lines name the item they settle. */
export async function loadOrders(
  sql: Sql,
  orderIds: readonly string[],
  openItemAccounts: readonly string[],
): Promise<readonly OwnOrder[]> {
  const orders: OwnOrder[] = [];
  for (let from = 0; from < orderIds.length; from += ORDERS_A_STATEMENT) {
    const ids = orderIds.slice(from, from + ORDERS_A_STATEMENT);
    const { rows } = await sql.query<OrderRow>({
      name: 'audit-orders',
      text: PAGE,
      values: [ids, openItemAccounts],
    });
    orders.push(...rows.map(ownOrder));
  }
  return orders;
}
