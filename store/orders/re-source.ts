/** Rows of an order whose units go to another place: a group there, lines that are taxed otherwise. */
import type { GroupKind } from '../../canonical/rules/order/snapshot';
import { taxOf, type LineWorth } from '../../canonical/rules/order/re-source';
import { only, type Sql } from '../database';

/** A group at another place, with room for units of these lines; its number. */
export async function openGroup(
  sql: Sql,
  orderId: string,
  group: {
    readonly kind: GroupKind;
    readonly locationId: string;
    readonly account: string | null;
    readonly lineNos: readonly number[];
  },
): Promise<number> {
  const { rows } = await sql.query<{ group_no: number }>({
    name: 'open-group',
    text: `
      with g as (
        insert into fulfilment_group (order_id, group_no, kind, location_id, warehouse_account, state)
        select $1, max(group_no) + 1, $2, $3, $4, 'planned'
          from fulfilment_group where order_id = $1
        returning group_no),
      x as (
        insert into allocation (order_id, line_no, group_no)
        select $1, line_no, g.group_no from g, unnest($5::int[]) as line_no)
      select group_no from g`,
    values: [orderId, group.kind, group.locationId, group.account, group.lineNos],
  });
  return only(rows, `a group of ${orderId}`).group_no;
}

/** All of the line is taxed otherwise. */
export async function taxLine(
  sql: Sql,
  orderId: string,
  lineNo: number,
  { taxes }: LineWorth,
): Promise<void> {
  await sql.query({
    name: 'tax-line',
    text: `update order_line set taxes = $3, tax_minor = $4 where order_id = $1 and line_no = $2`,
    values: [orderId, lineNo, JSON.stringify(taxes), taxOf(taxes)],
  });
}

/** Something else is given for all of the line: what was sold stays known. */
export async function giveInstead(
  sql: Sql,
  orderId: string,
  lineNo: number,
  { sku, worth }: { readonly sku: string; readonly worth: LineWorth },
): Promise<void> {
  const { grossMinor, discountMinor, shippingMinor, taxes } = worth;
  await sql.query({
    name: 'give-instead',
    text: `update order_line set instead_of = coalesce(instead_of, sku), sku = $3,
                  gross_minor = $4, discount_minor = $5, shipping_minor = $6, taxes = $7,
                  tax_minor = $8
            where order_id = $1 and line_no = $2`,
    values: [
      orderId,
      lineNo,
      sku,
      grossMinor,
      discountMinor,
      shippingMinor,
      JSON.stringify(taxes),
      taxOf(taxes),
    ],
  });
}

/** Released units of a group become a line of their own, in the same group; its number. */
export async function splitLine(
  sql: Sql,
  orderId: string,
  split: {
    readonly lineNo: number;
    readonly groupNo: number;
    readonly moved: LineWorth;
    readonly rest: LineWorth;
    /** What is given instead; left out: the same. */
    readonly sku?: string;
  },
): Promise<number> {
  const { lineNo, groupNo, moved, rest, sku = null } = split;
  const worth = (of: LineWorth) => [
    of.grossMinor,
    of.discountMinor,
    of.shippingMinor,
    JSON.stringify(of.taxes),
    taxOf(of.taxes),
  ];
  const { rows } = await sql.query<{ line_no: number }>({
    name: 'split-line',
    text: `
      with rest as (
        update order_line set ordered = ordered - $4, released = released - $4, gross_minor = $5,
               discount_minor = $6, shipping_minor = $7, taxes = $8, tax_minor = $9
         where order_id = $1 and line_no = $2),
      held as (
        update allocation set released = released - $4
         where order_id = $1 and line_no = $2 and group_no = $3),
      line as (
        insert into order_line (order_id, line_no, channel_line_ref, channel_sku, sku, location_id,
          unit_price_minor, gross_minor, discount_minor, shipping_minor, taxes, tax_minor, ordered,
          released, instead_of)
        select order_id,
               (select max(n.line_no) + 1 from order_line n where n.order_id = $1),
               channel_line_ref, channel_sku, coalesce($15, sku), location_id, unit_price_minor,
               $10, $11, $12, $13, $14, $4, $4,
               case when $15::text is null then instead_of else coalesce(instead_of, sku) end
          from order_line where order_id = $1 and line_no = $2
        returning line_no),
      placed as (
        insert into allocation (order_id, line_no, group_no, released)
        select $1, line_no, $3, $4 from line)
      select line_no from line`,
    values: [orderId, lineNo, groupNo, moved.ordered, ...worth(rest), ...worth(moved), sku],
  });
  return only(rows, `line ${lineNo} of ${orderId}`).line_no;
}

/** The order comes to so much more, or less; what is more is its tender's. */
export async function changeTotal(
  sql: Sql,
  orderId: string,
  deltaMinor: number,
  tenderNo: number | null,
): Promise<void> {
  await sql.query({
    name: 'change-total',
    text: `with t as (update tender set amount_minor = amount_minor + $2
                       where order_id = $1 and tender_no = $3)
           update sales_order set total_minor = total_minor + $2 where order_id = $1`,
    values: [orderId, deltaMinor, tenderNo],
  });
}

/** Where a line is sent from, or collected: one place, or null. */
export async function placeLines(
  sql: Sql,
  orderId: string,
  lineNos: readonly number[],
): Promise<void> {
  await sql.query({
    name: 'place-lines',
    text: `update order_line l set location_id =
             (select case when count(distinct g.location_id) = 1 then min(g.location_id) end
                from allocation x join fulfilment_group g using (order_id, group_no)
               where x.order_id = l.order_id and x.line_no = l.line_no
                 and x.reserved + x.released + x.shipped + x.picked_up + x.cancelled > 0)
            where order_id = $1 and line_no = any($2::int[])`,
    values: [orderId, lineNos],
  });
}

/** Prepayments of a group are another's from now on: all of its units went there. */
export async function movePrepayments(
  sql: Sql,
  orderId: string,
  from: number,
  to: number,
): Promise<void> {
  await sql.query({
    name: 'move-prepayments',
    text: `update capture set group_no = $3 where order_id = $1 and group_no = $2`,
    values: [orderId, from, to],
  });
}
