// Orders with all that belongs to them: one statement a page of ids.
import type { Sql } from '../store/database';
import type { OwnOrder, OwnInvoice } from './own-order';

/** Orders a statement; an order has up to 10,000 lines. */
const ORDERS_A_STATEMENT = 200;

interface InvoicedLine {
  readonly lineNo: number;
  readonly quantity: number;
  readonly grossMinor: number;
  readonly discountMinor: number;
  readonly shippingMinor: number;
  readonly taxes: readonly { readonly amountMinor: number }[];
}
type OrderRow = Omit<OwnOrder, 'invoices' | 'facts'> & {
  readonly invoices: readonly (Omit<OwnInvoice, 'lines'> & {
    readonly lines: readonly InvoicedLine[];
  })[];
  readonly facts: readonly {
    readonly moves: OwnOrder['facts'][number]['moves'] | null;
    readonly money: OwnOrder['facts'][number]['money'] | null;
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
    ${children(
      `'lineNo', l.line_no, 'grossMinor', l.gross_minor, 'discountMinor', l.discount_minor,
       'shippingMinor', l.shipping_minor, 'taxMinor', l.tax_minor, 'ordered', l.ordered,
       'unallocated', l.unallocated, 'backordered', l.backordered, 'reserved', l.reserved,
       'released', l.released, 'shipped', l.shipped, 'pickedUp', l.picked_up,
       'cancelled', l.cancelled, 'returned', l.returned,
       'allocated', (select json_build_object('reserved', coalesce(sum(g.reserved), 0),
          'released', coalesce(sum(g.released), 0)) from allocation g
         where g.order_id = l.order_id and g.line_no = l.line_no)`,
      'order_line l where l.order_id = o.order_id',
      'l.line_no',
    )} as lines,
    ${children(
      `'tenderNo', t.tender_no, 'amountMinor', t.amount_minor, 'capturedMinor', t.captured_minor,
       'refundedMinor', t.refunded_minor, 'prepaidMinor', t.prepaid_minor,
       'prepaidUsedMinor', t.prepaid_used_minor`,
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
       'state', c.state`,
      'capture c where c.order_id = o.order_id',
      'c.invoice_no, c.tender_no',
    )} as captures,
    ${children(
      `'tenderNo', r.tender_no, 'refundNo', r.refund_no, 'amountMinor', r.amount_minor,
       'paymentRef', r.payment_ref, 'try', r.try, 'state', r.state`,
      'refund r where r.order_id = o.order_id',
      'r.tender_no, r.refund_no',
    )} as refunds,
    ${children(
      `'invoiceNo', i.invoice_no, 'amountMinor', i.amount_minor,
       'prepaidMinor', i.prepaid_minor, 'lines', i.lines`,
      'invoice i where i.order_id = o.order_id',
      'i.invoice_no',
    )} as invoices,
    ${children(
      `'shipmentRef', s.shipment_ref, 'account', g.warehouse_account, 'lines', i.lines,
       'shippedAt', to_char(s.shipped_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
      `shipment s
         join invoice i on i.order_id = s.order_id and i.source_kind = 'shipment'
          and i.source_no = s.shipment_no
         left join fulfilment_group g on g.order_id = s.order_id and g.group_no = i.group_no
        where s.order_id = o.order_id`,
      's.shipment_no',
    )} as shipments,
    ${children(
      `'moves', f.body -> 'moves', 'money', f.body -> 'money'`,
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

function ownOrder(row: OrderRow): OwnOrder {
  return {
    ...row,
    facts: row.facts.map(({ moves, money }) => ({ moves: moves ?? [], money: money ?? [] })),
    invoices: row.invoices.map((invoice) => ({
      ...invoice,
      lines: invoice.lines.map((line) => ({
        lineNo: line.lineNo,
        quantity: line.quantity,
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
