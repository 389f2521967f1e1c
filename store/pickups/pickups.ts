/** Pickups as rows: the snapshot a moment decides on, and what it writes. One writer: moments/pickup. */
import type { PickupMove } from '../../canonical/rules/pickup/units';
import type {
  LineUnits,
  PickupRejection,
  PickupSnapshot,
  RejectionOutcome,
} from '../../canonical/rules/pickup/snapshot';
import type { Sql } from '../database';
import { briefOf, briefRows, type BriefRow } from '../exceptions/briefs';
import type { SubjectRow } from '../flows/subject';
import type { Write } from '../writes';

/** The order's row is locked before it: units of both move together. */
export const pickupRow = (pickupId: string): SubjectRow => ({
  table: 'pickup',
  key: 'pickup_id',
  id: pickupId,
  under: { table: 'sales_order', key: 'order_id' },
});

const utc = (instant: string) =>
  `to_char(${instant} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
const instants = (list: string) =>
  `coalesce((select jsonb_agg(${utc('at')} order by at) from unnest(${list}) as at), '[]')`;

const SNAPSHOT = `
  select p.pickup_id as "pickupId", p.order_id as "orderId", p.group_no as "groupNo",
         p.workflow_id as "workflowId", o.workflow_id as "orderWorkflowId",
         p.store_id as "storeId", s.name as "storeName", p.channel_instance as "channelInstance",
         p.order_no as "orderNo", p.correlation_id as "correlationId", p.state, p.version, p.code, p.collector,
         p.pick_by as "pickBy", p.accepted_at as "acceptedAt", p.ready_no as "readyNo",
         p.ready_at as "readyAt", p.deadline_at as "deadlineAt",
         ${instants('p.reminders_at')} as "remindersAt",
         ${instants('p.reminders_sent')} as "remindersSent",
         p.arrived_at as "arrivedAt", p.ended_at as "endedAt",
         p.put_back_due_at as "putBackDueAt", p.put_back_at as "putBackAt",
         (select count(*) from pickup_handover h where h.pickup_id = p.pickup_id)::int as handovers,
         (select jsonb_agg(jsonb_build_object('lineNo', l.line_no, 'sku', l.sku,
             'requested', l.requested, 'ready', l.ready, 'handedOver', l.handed_over,
             'rejected', l.rejected, 'expired', l.expired, 'cancelled', l.cancelled)
             order by l.line_no)
           from pickup_line l where l.pickup_id = p.pickup_id) as lines,
         coalesce((select jsonb_agg(jsonb_build_object('extensionNo', e.extension_no,
             'by', e.actor, 'beforeAt', ${utc('e.before_at')}, 'untilAt', ${utc('e.until_at')})
             order by e.extension_no)
           from pickup_extension e where e.pickup_id = p.pickup_id), '[]') as extensions,
         coalesce((select jsonb_agg(jsonb_build_object('rejectionNo', r.rejection_no,
             'reason', r.reason, 'lines', r.lines, 'outcome', r.outcome) order by r.rejection_no)
           from pickup_rejection r where r.pickup_id = p.pickup_id), '[]') as rejections,
         coalesce((select jsonb_agg(jsonb_build_object('reSourcingNo', m.re_sourcing_no,
             'storeId', m.store_id, 'lines', m.lines, 'account', m.tax_account,
             'pickBy', ${utc('m.pick_by')}, 'state', m.state) order by m.re_sourcing_no)
           from pickup_re_sourcing m where m.pickup_id = p.pickup_id), '[]') as "reSourcings",
         jsonb_build_object('timeZone', s.time_zone, 'openingHours', s.opening_hours,
           'holidays', s.holidays) as clock,
         ${briefRows('p.workflow_id')} as exceptions
    from pickup p join sales_order o using (order_id) join location s on s.location_id = p.store_id
   where p.pickup_id = $1`;

/** Null where there is no such pickup. */
export async function loadPickup(sql: Sql, pickupId: string): Promise<PickupSnapshot | null> {
  type Row = Omit<PickupSnapshot, 'exceptions'> & { readonly exceptions: BriefRow[] };
  const { rows } = await sql.query<Row & Record<string, unknown>>({
    name: 'load-pickup',
    text: SNAPSHOT,
    values: [pickupId],
  });
  const [row] = rows;
  return row ? { ...row, exceptions: row.exceptions.map(briefOf) } : null;
}

/** The pickup's own row as it is from now on; its version says that there was a moment. */
export function standingWrite(pickup: PickupSnapshot): Write {
  return {
    name: 'set-pickup',
    text: `update pickup set version = $2, state = $3, pick_by = $4, accepted_at = $5,
                  ready_no = $6, ready_at = $7, deadline_at = $8, reminders_at = $9,
                  reminders_sent = $10, arrived_at = $11, ended_at = $12, put_back_due_at = $13,
                  put_back_at = $14, collector = $15,
                  bay = case when $11::timestamptz is null then null else bay end,
                  vehicle = case when $11::timestamptz is null then null else vehicle end
            where pickup_id = $1`,
    values: [
      pickup.pickupId,
      pickup.version,
      pickup.state,
      pickup.pickBy,
      pickup.acceptedAt,
      pickup.readyNo,
      pickup.readyAt,
      pickup.deadlineAt,
      pickup.remindersAt,
      pickup.remindersSent,
      pickup.arrivedAt,
      pickup.endedAt,
      pickup.putBackDueAt,
      pickup.putBackAt,
      pickup.collector,
    ],
  };
}

const COLUMNS = {
  requested: 'requested',
  ready: 'ready',
  handedOver: 'handed_over',
  rejected: 'rejected',
  expired: 'expired',
  cancelled: 'cancelled',
} as const;
const PLACES = Object.keys(COLUMNS) as (keyof typeof COLUMNS)[];

export function unitWrites(pickupId: string, moves: readonly PickupMove[]): Write[] {
  if (moves.length === 0) return [];
  const changes = moves.flatMap(({ lineNo, from, to, quantity }) => [
    { lineNo, [from]: -quantity },
    { lineNo, [to]: quantity },
  ]);
  return [
    {
      name: 'move-pickup-units',
      text: `update pickup_line l set ${PLACES.map(
        (place) => `${COLUMNS[place]} = l.${COLUMNS[place]} + m."${place}"`,
      ).join(', ')}
               from (select r."lineNo" as line_no, ${PLACES.map(
                 (place) => `coalesce(sum(r."${place}"), 0)::int as "${place}"`,
               ).join(', ')}
                       from jsonb_to_recordset($2) as r("lineNo" int, ${PLACES.map(
                         (place) => `"${place}" int`,
                       ).join(', ')})
                      group by 1) m
              where l.pickup_id = $1 and l.line_no = m.line_no`,
      values: [pickupId, JSON.stringify(changes)],
    },
  ];
}

/** Where whoever collects waits; personal, and given up with the visit. */
export async function keepPlace(
  sql: Sql,
  pickupId: string,
  place: { readonly bay: string | null; readonly vehicle: string | null },
): Promise<void> {
  await sql.query({
    name: 'keep-place',
    text: 'update pickup set bay = $2, vehicle = $3 where pickup_id = $1',
    values: [pickupId, place.bay, place.vehicle],
  });
}

export interface NewHandover {
  readonly handoverNo: number;
  readonly proof: string;
  readonly collectedBy: string | null;
  readonly isOtherPerson: boolean;
  readonly actor: string;
  readonly eventNo: number;
  readonly handedOverAt: string;
  readonly lines: readonly LineUnits[];
}

export function handoverWrite(pickupId: string, handover: NewHandover): Write {
  return {
    name: 'keep-handover',
    text: `insert into pickup_handover (pickup_id, handover_no, proof, collected_by,
             is_other_person, actor, event_no, handed_over_at, lines)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    values: [
      pickupId,
      handover.handoverNo,
      handover.proof,
      handover.collectedBy,
      handover.isOtherPerson,
      handover.actor,
      handover.eventNo,
      handover.handedOverAt,
      JSON.stringify(handover.lines),
    ],
  };
}

export function extensionWrite(
  pickupId: string,
  extension: PickupSnapshot['extensions'][number] & { readonly role: string },
): Write {
  return {
    name: 'keep-extension',
    text: `insert into pickup_extension (pickup_id, extension_no, before_at, until_at, actor, role)
           values ($1, $2, $3, $4, $5, $6)`,
    values: [
      pickupId,
      extension.extensionNo,
      extension.beforeAt,
      extension.untilAt,
      extension.by,
      extension.role,
    ],
  };
}

export function rejectionWrite(
  pickupId: string,
  rejection: PickupRejection & {
    readonly actor: string;
    readonly eventNo: number | null;
    readonly rejectedAt: string;
  },
): Write {
  return {
    name: 'keep-rejection',
    text: `insert into pickup_rejection (pickup_id, rejection_no, reason, actor, event_no,
             rejected_at, lines, outcome, decided_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, case when $8::text is not null then now() end)`,
    values: [
      pickupId,
      rejection.rejectionNo,
      rejection.reason,
      rejection.actor,
      rejection.eventNo,
      rejection.rejectedAt,
      JSON.stringify(rejection.lines),
      rejection.outcome,
    ],
  };
}

export function decidedWrite(
  pickupId: string,
  rejectionNo: number,
  outcome: RejectionOutcome,
): Write {
  return {
    name: 'decide-rejection',
    text: `update pickup_rejection set outcome = $3, decided_at = now()
            where pickup_id = $1 and rejection_no = $2 and outcome is null`,
    values: [pickupId, rejectionNo, outcome],
  };
}
