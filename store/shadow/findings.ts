/** What was found of the events of channels in shadow: written, read, listed, compacted. */
import type { Order } from '../../canonical/schema/order';
import type {
  ShadowFinding,
  ShadowFindingView,
  ShadowOutcome,
} from '../../canonical/schema/shadow';
import { only, type Database, type Sql } from '../database';

export interface NewFinding {
  readonly eventNo: number;
  readonly channelInstance: string;
  readonly orderNo: string | null;
  readonly type: string;
  readonly outcome: ShadowOutcome;
  readonly finding: ShadowFinding;
  readonly correlationId: string;
}

/** Of an order its newest content counts; of any other event the first look. */
export async function keepFinding(sql: Sql, of: NewFinding): Promise<void> {
  const isOrder = of.type === ORDER_TYPE;
  await sql.query({
    name: isOrder ? 'keep-order-finding' : 'keep-finding',
    text: isOrder
      ? `${INSERT} on conflict (channel_instance, order_no) where type = '${ORDER_TYPE}'
             do update set event_no = excluded.event_no, outcome = excluded.outcome,
               finding = excluded.finding, correlation_id = excluded.correlation_id,
               heard_at = now(), compacted_at = null`
      : `${INSERT} on conflict (event_no) do nothing`,
    values: [
      of.eventNo,
      of.channelInstance,
      of.orderNo,
      of.type,
      of.outcome,
      JSON.stringify(of.finding),
      of.correlationId,
    ],
  });
}
const ORDER_TYPE = 'order.created.v1';
const INSERT = `insert into shadow_finding
  (event_no, channel_instance, order_no, type, outcome, finding, correlation_id)
  values ($1, $2, $3, $4, $5, $6, $7)`;

interface Row extends Omit<ShadowFindingView, keyof ShadowFinding> {
  readonly finding: ShadowFinding;
}

const SELECT = `select event_no as "eventNo", channel_instance as "channelInstance",
  order_no as "orderNo", type, outcome, finding, correlation_id as "correlationId",
  heard_at as "heardAt" from shadow_finding`;

const seen = ({ finding, ...row }: Row): ShadowFindingView => ({ ...row, ...finding });

export async function readFinding(sql: Sql, eventNo: number): Promise<ShadowFindingView> {
  const { rows } = await sql.query<Row>(`${SELECT} where event_no = $1`, [eventNo]);
  return seen(only(rows, `what was found of event ${eventNo}`));
}

/** Of the order with that number; null where none was heard in shadow. */
export async function findOrderFinding(
  sql: Sql,
  { channelInstance, orderNo }: Pick<Order, 'channelInstance' | 'orderNo'>,
): Promise<ShadowFindingView | null> {
  const { rows } = await sql.query<Row>(
    `${SELECT} where channel_instance = $1 and order_no = $2 and type = '${ORDER_TYPE}'`,
    [channelInstance, orderNo],
  );
  return rows[0] === undefined ? null : seen(rows[0]);
}

export interface FindingFilter {
  /** Null: of every channel. */
  readonly channels: readonly string[] | null;
  readonly orderNo: string | null;
  readonly outcome: ShadowOutcome | null;
  /** The last one of the page before. */
  readonly beforeEventNo: string | null;
  readonly limit: number;
}

/** The newest first. */
export async function listFindings(
  sql: Sql,
  { channels, orderNo, outcome, beforeEventNo, limit }: FindingFilter,
): Promise<ShadowFindingView[]> {
  const { rows } = await sql.query<Row>(
    `${SELECT} where ($1::text[] is null or channel_instance = any($1))
       and ($2::text is null or order_no = $2) and ($3::text is null or outcome = $3)
       and ($4::bigint is null or event_no < $4)
     order by event_no desc limit $5`,
    [channels, orderNo, outcome, beforeEventNo, limit],
  );
  return rows.map(seen);
}

/** How long an answer counts; a switch is read at the start of a process. */
const EVER_AGE_MS = 60_000;
interface Ever {
  readonly isSo: boolean;
  readonly askedAtMs: number;
}
const everOf = new WeakMap<Database, Map<string, Ever>>();

/** Were orders of this channel heard in shadow? Remembered for a minute: it costs an order nothing. */
export async function wasEverInShadow(db: Database, channelInstance: string): Promise<boolean> {
  const channels = everOf.get(db) ?? new Map<string, Ever>();
  everOf.set(db, channels);
  const known = channels.get(channelInstance);
  if (known && Date.now() - known.askedAtMs <= EVER_AGE_MS) return known.isSo;
  const { rowCount } = await db.query({
    name: 'was-ever-in-shadow',
    text: `select from shadow_finding where channel_instance = $1 and type = '${ORDER_TYPE}' limit 1`,
    values: [channelInstance],
  });
  const isSo = rowCount === 1;
  channels.set(channelInstance, { isSo, askedAtMs: Date.now() });
  return isSo;
}

/** What retention gives up of old ones: what was said; that it was heard, and what was found, stays. */
export async function compactFindings(sql: Sql, days: number, limit: number): Promise<number> {
  const { rowCount } = await sql.query({
    name: 'compact-findings',
    text: `with due as (
             select event_no from shadow_finding
              where compacted_at is null and heard_at < now() - make_interval(days => $1)
              order by heard_at limit $2 for update skip locked),
           emptied as (
             update inbox set raw = '', body = case when connector is null then body else
                      (select jsonb_object_agg(k.key, k.value) from jsonb_each(body) k
                        where k.key in ('orderId', 'channelInstance', 'orderNo')) end
               from due where inbox.event_no = due.event_no)
           update shadow_finding f set compacted_at = now() from due where f.event_no = due.event_no`,
    values: [days, limit],
  });
  return rowCount ?? 0;
}
