/**
 * The accept moment as one statement, of one order or of several: orders, lines, tenders, facts, the
 * rows that start their flows, the rows that leave, the callers' idempotency rows and, last, the
 * stock. One round trip and one implicit transaction, so a hot stock row is locked for the length of
 * its own UPDATE and the commit. All of the orders are written, or none. An order that has to wait
 * is written by it too, with nothing to reserve, book or send.
 *
 * Order of locks: order rows, then stock by SKU. `written` forces every insert before the stock.
 */
import { sqlState, type Sql } from '../../store/database';
import { turn } from '../../store/slices';
import { documentOf, isLong, type Acceptance, type Receipt } from './accept-document';

/** Raised by `assert_reserved`: somebody else took the stock in between. */
const STOCK_TAKEN = 'TL001';
const UNIQUE_VIOLATION = '23505';

export type Acceptation = 'written' | 'stock-taken' | 'order-exists' | 'key-used';

const DOCUMENT = `
  with doc as materialized (select d from jsonb_array_elements($1::jsonb) as d),
  o as (
    insert into sales_order (order_id, channel_instance, order_no, workflow_id, content,
        content_hash, channel_order_ref, currency, money_mode, total_minor, location_id, stage,
        status, hold_reason, correlation_id, source_event_no, told_at, add_on_to, placed_at,
        accepted_at, business_date)
    select r."orderId", r."channelInstance", r."orderNo", r."workflowId", d -> 'content',
        r."contentHash", r."channelOrderRef", r.currency, r."moneyMode", r."totalMinor",
        r."locationId", r.stage, r.status, r."holdReason", r."correlationId",
        r."sourceEventNo", r."toldAt", r."addOnTo", r."placedAt", case r.stage when 'accepted' then now() end,
        r."businessDate"
      from doc, jsonb_to_record(d -> 'order') as r("orderId" text, "channelInstance" text,
        "orderNo" text, "workflowId" text, "contentHash" text, "channelOrderRef" text,
        currency text, "moneyMode" text, "totalMinor" bigint, "locationId" text, stage text,
        status text, "holdReason" text, "correlationId" text, "sourceEventNo" bigint,
        "toldAt" timestamptz, "addOnTo" text, "placedAt" timestamptz, "businessDate" date)
    on conflict (order_id) do update set stage = excluded.stage, status = excluded.status,
        content = excluded.content, content_hash = excluded.content_hash,
        channel_order_ref = excluded.channel_order_ref, currency = excluded.currency,
        placed_at = excluded.placed_at, total_minor = excluded.total_minor, location_id = excluded.location_id,
        accepted_at = excluded.accepted_at, business_date = excluded.business_date,
        told_at = coalesce(excluded.told_at, sales_order.told_at), add_on_to = excluded.add_on_to
    returning 1),
  l as (
    insert into order_line (order_id, line_no, channel_line_ref, channel_sku, sku, location_id,
        unit_price_minor, gross_minor, discount_minor, shipping_minor, taxes, tax_minor, ordered,
        unallocated, reserved, not_sent)
    select d ->> 'orderId', r."lineNo", r."channelLineRef", r."channelSku", r.sku,
        r."locationId", r."unitPriceMinor", r."grossMinor", r."discountMinor",
        r."shippingMinor", r.taxes, r."taxMinor", r.quantity, r.quantity - r.reserved,
        r.reserved, r."notSent"
      from doc, jsonb_to_recordset(d -> 'lines') as r("lineNo" int, "channelLineRef" text,
        "channelSku" text, sku text, "locationId" text, "unitPriceMinor" bigint, "grossMinor" bigint,
        "discountMinor" bigint, "shippingMinor" bigint, taxes jsonb, "taxMinor" bigint,
        quantity int, reserved int, "notSent" text)
    returning 1),
  g as (
    insert into fulfilment_group (order_id, group_no, kind, location_id, warehouse_account, state)
    select d ->> 'orderId', r."groupNo", r.kind, r."locationId", r.account, 'planned'
      from doc, jsonb_to_recordset(d -> 'groups') as r("groupNo" int, kind text,
        "locationId" text, account text)
    returning 1),
  al as (
    insert into allocation (order_id, line_no, group_no, reserved)
    select d ->> 'orderId', r."lineNo", r."groupNo", r.quantity
      from doc, jsonb_to_recordset(d -> 'allocations') as r("lineNo" int, "groupNo" int,
        quantity int)
    returning 1),
  t as (
    insert into tender (order_id, tender_no, gateway, tender_type, amount_minor, captured_minor,
        prepaid_minor, payment_method_ref, money_account, paid_from)
    select d ->> 'orderId', r."tenderNo", r.gateway, r."tenderType", r."amountMinor",
        r."prepaidMinor", r."prepaidMinor", r."paymentMethodRef", r."moneyAccount", r."paidFrom"
      from doc, jsonb_to_recordset(d -> 'tenders') as r("tenderNo" int, gateway text,
        "tenderType" text, "amountMinor" bigint, "prepaidMinor" bigint, "paymentMethodRef" text,
        "moneyAccount" text, "paidFrom" text)
    returning 1),
  a as (
    insert into payment_authorization (order_id, tender_no, authorization_no, state, reference,
        amount_minor, captured_minor, is_multicapture, is_taken_over, claim, authorized_at, expires_at)
    select d ->> 'orderId', r."tenderNo", 1, r.state, r.reference, r."amountMinor",
        r."capturedMinor", r."isTakenOver", r."isTakenOver", r.claim, r."authorizedAt",
        r."expiresAt"
      from doc, jsonb_to_recordset(d -> 'authorizations') as r("tenderNo" int, state text,
        reference text, "amountMinor" bigint, "capturedMinor" bigint, "isTakenOver" boolean,
        claim text, "authorizedAt" timestamptz, "expiresAt" timestamptz)
    returning 1),
  f as (
    insert into order_fact (order_id, fact_no, kind, body, event_no, occurred_at)
    select d ->> 'orderId',
        1 + coalesce((select max(g.fact_no) from order_fact g where g.order_id = d ->> 'orderId'), 0),
        'accepted', d -> 'fact', (d -> 'order' ->> 'sourceEventNo')::bigint, now()
      from doc where jsonb_typeof(d -> 'fact') = 'object' returning 1),
  e as (
    insert into inventory_event (kind, sku, location_id, on_hand_delta, reserved_delta, order_id,
        event_no, occurred_at, business_date)
    select 'reservation', r.sku, r."locationId", 0, r.quantity, d ->> 'orderId',
        (d -> 'order' ->> 'sourceEventNo')::bigint, now(), (d -> 'order' ->> 'businessDate')::date
      from doc, jsonb_to_recordset(d -> 'wanted') as r(sku text, "locationId" text, quantity int)
    returning 1),
  w as (
    insert into flow (workflow_id, flow_type, subject_kind, subject_id, order_id, input)
    select d -> 'order' ->> 'workflowId', d ->> 'workflowType', 'order', d ->> 'orderId',
        d ->> 'orderId', d -> 'flow'
      from doc where jsonb_typeof(d -> 'flow') = 'object' returning 1),
  s as (
    insert into dispatch (workflow_id, kind, name, order_id, body)
    select d -> 'order' ->> 'workflowId', 'start', d ->> 'workflowType', d ->> 'orderId', '{}'
      from doc where jsonb_typeof(d -> 'flow') = 'object' returning 1),
  x as (
    insert into outbox (destination, verb, effect_key, order_id, body, correlation_id)
    select r.destination, 'createSalesOrder', r.body ->> 'key', d ->> 'orderId', r.body,
        d -> 'order' ->> 'correlationId'
      from doc, jsonb_to_recordset(d -> 'outbox') as r(destination text, body jsonb) returning 1),
  i as (
    insert into idempotency (scope, idempotency_key, body_hash, status, answer)
    select r.scope, r.key, r."bodyHash", r.status, r.answer
      from doc, jsonb_to_record(d -> 'idempotency') as r(scope text, key text, "bodyHash" text,
        status int, answer jsonb)
     where r.key is not null returning 1),
  written as materialized (
    select (select count(*) from o) + (select count(*) from l) + (select count(*) from g)
         + (select count(*) from al) + (select count(*) from t)
         + (select count(*) from a) + (select count(*) from f) + (select count(*) from e)
         + (select count(*) from w) + (select count(*) from s) + (select count(*) from x) + (select count(*) from i) as n),`;

const GUARD = `s2.on_hand - s2.reserved - s2.unsellable - s2.safety - s2.held_for_others`;

/** One stock row: the UPDATE itself is the lock. */
const RESERVE_ONE = `
  reserved as (
    update stock s2 set reserved = s2.reserved + $4::int
      from written where written.n > 0 and s2.sku = $2 and s2.location_id = $3
       and ${GUARD} >= $4::int returning 1)
  select assert_reserved((select count(*) from reserved), 1)`;

/** Several: locked in order of SKU and location first, so that two orders never wait for each other. */
const RESERVE_MANY = `
  wanted as materialized (
    select w.sku, w.location_id, w.quantity
      from unnest($2::text[], $3::text[], $4::int[]) as w(sku, location_id, quantity)),
  locked as materialized (
    select s1.sku, s1.location_id from stock s1 join wanted using (sku, location_id), written
     where written.n > 0 order by s1.sku, s1.location_id for no key update of s1),
  reserved as (
    update stock s2 set reserved = s2.reserved + w.quantity
      from wanted w join locked k using (sku, location_id)
     where s2.sku = w.sku and s2.location_id = w.location_id and ${GUARD} >= w.quantity returning 1)
  select assert_reserved((select count(*) from reserved), cardinality($2::text[]))`;

/** The documents as JSON; those of long orders one by one. */
async function textOf(written: readonly (Acceptance | Receipt)[]): Promise<string> {
  const texts: string[] = [];
  for (const one of written) {
    const document = documentOf(one);
    if (isLong(one.order)) await turn();
    texts.push(JSON.stringify(document));
    if (isLong(one.order)) await turn();
  }
  return `[${texts.join(',')}]`;
}

export const writeOrder = (sql: Sql, one: Acceptance | Receipt) => writeOrders(sql, [one]);

/** Runs the statement; an expected collision is a value, anything else is thrown. */
export async function writeOrders(
  sql: Sql,
  written: readonly (Acceptance | Receipt)[],
): Promise<Acceptation> {
  const units = wantedBy(written);
  const [first] = units;
  const documents = await textOf(written);
  try {
    await sql.query(
      first && units.length === 1
        ? {
            name: 'accept-one',
            text: DOCUMENT + RESERVE_ONE,
            values: [documents, first.sku, first.locationId, first.quantity],
          }
        : {
            name: 'accept-many',
            text: DOCUMENT + RESERVE_MANY,
            values: [
              documents,
              units.map((wanted) => wanted.sku),
              units.map((wanted) => wanted.locationId),
              units.map((wanted) => wanted.quantity),
            ],
          },
    );
    return 'written';
  } catch (error) {
    if (sqlState(error) === STOCK_TAKEN) return 'stock-taken';
    if (sqlState(error) !== UNIQUE_VIOLATION) throw error;
    return constraintOf(error) === 'idempotency_pkey' ? 'key-used' : 'order-exists';
  }
}

type Wanted = Acceptance['acceptable']['wanted'][number];

const rowOf = ({ sku, locationId }: Wanted) => JSON.stringify([sku, locationId]);

/** What all of them want of each stock row. */
function wantedBy(written: readonly (Acceptance | Receipt)[]): Wanted[] {
  const rows = new Map<string, Wanted>();
  for (const order of written) {
    for (const one of 'acceptable' in order ? order.acceptable.wanted : []) {
      const quantity = one.quantity + (rows.get(rowOf(one))?.quantity ?? 0);
      rows.set(rowOf(one), { ...one, quantity });
    }
  }
  return [...rows.values()];
}

/** Those whose units are there now, where each takes its own before the next one comes. */
export async function fittingNow(
  sql: Sql,
  acceptances: readonly Acceptance[],
): Promise<Acceptance[]> {
  const rows = await unitsLeft(sql, wantedBy(acceptances));
  const left = new Map(rows.map((row) => [rowOf(row), row.quantity]));
  return acceptances.filter(({ acceptable: { wanted } }) => {
    if (wanted.some((one) => (left.get(rowOf(one)) ?? 0) < one.quantity)) return false;
    for (const one of wanted) left.set(rowOf(one), (left.get(rowOf(one)) ?? 0) - one.quantity);
    return true;
  });
}

async function unitsLeft(sql: Sql, of: readonly Wanted[]): Promise<Wanted[]> {
  const { rows } = await sql.query<Wanted>({
    name: 'units-left',
    text: `select sku, location_id as "locationId", ${GUARD} as quantity
             from stock s2 join unnest($1::text[], $2::text[]) as w(sku, location_id)
               using (sku, location_id)`,
    values: [of.map(({ sku }) => sku), of.map(({ locationId }) => locationId)],
  });
  return rows;
}

function constraintOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'constraint' in error
    ? String(error.constraint)
    : undefined;
}
