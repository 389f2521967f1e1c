/** Release: the warehouse has taken the fulfilment request, or has said no. */
import { blocksRelease } from '../../canonical/flows/order-steps';
import type { Refused } from '../../canonical/ports/fault';
import {
  SHIP_TO_FIELDS,
  type FulfilmentRequest,
  type Taken,
} from '../../canonical/ports/warehouse';
import { sum } from '../../canonical/rules/money/money';
import { afterGroup, afterMoves, type UnitMove } from '../../canonical/rules/order/after';
import type { OrderSnapshot } from '../../canonical/rules/order/snapshot';
import type { EffectAnswer, ReleaseDue } from '../../canonical/flows/order';
import type { Database, Sql } from '../../store/database';
import type { Draft, EffectRow } from '../../store/effects/effects';
import { openException } from '../../store/exceptions/exceptions';
import { appendFact, factWrite, moveUnits, moveWrites } from '../../store/orders/orders';
import { writeTogether, type Write } from '../../store/writes';
import { exceptionOf } from '../order/of-order';
import { recordOrderEffect, type Change } from '../order/order-effect';
import type { OrderInHand } from '../order/order-moment';

/** SQL for where the order `o` goes, as a warehouse is asked; null where it says no address. */
export const ASKED_TO_SEND_TO = `case when jsonb_typeof(o.content -> 'shipTo') = 'object'
             then jsonb_build_object(${SHIP_TO_FIELDS.map((field) => `'${field}', o.content #> '{shipTo,${field}}'`).join(', ')}) end`;

/** Drafted in SQL: what is reserved when the request is begun is what the warehouse is asked for. */
const REQUEST = `
  select $3::jsonb || jsonb_build_object('channelInstance', o.channel_instance,
           'orderNo', o.order_no, 'correlationId', o.correlation_id,
           'shipTo', ${ASKED_TO_SEND_TO},
           'lines', coalesce((select jsonb_agg(jsonb_build_object('lineNo', l.line_no,
                         'sku', l.sku, 'quantity', x.reserved) order by l.line_no)
                         from allocation x join order_line l using (order_id, line_no)
                        where x.order_id = o.order_id and x.group_no = $2 and x.reserved > 0),
                      '[]')) as body
    from sales_order o where o.order_id = $1`;

export function prepareRelease(due: ReleaseDue): Draft<FulfilmentRequest> {
  const { key, orderId, groupNo, location } = due;
  return {
    name: 'begin-release',
    select: REQUEST,
    values: [orderId, groupNo, JSON.stringify({ key, orderId, location })],
    none: `order ${orderId} is not here`,
  };
}

export function recordRelease(
  db: Database,
  due: ReleaseDue,
  answer: Taken | Refused,
  begun?: EffectRow<FulfilmentRequest>,
): Promise<EffectAnswer> {
  const { orderId, groupNo, key } = due;
  return recordOrderEffect<Taken, FulfilmentRequest>(db, due, answer, begun, {
    yes: ({ order }, _taken, asked) => released(order, due, asked),
    async no(sql, inHand, refused) {
      await writeTogether(sql, [groupWrite(orderId, { groupNo, key, state: 'rejected' })]);
      const { location } = due;
      const why = refused.vendorCode;
      await rejected(sql, inHand, { groupNo, location, moves: [], ref: key, why });
    },
  });
}

export function groupWrite(
  orderId: string,
  group: {
    readonly groupNo: number;
    readonly key: string;
    readonly state: 'released' | 'rejected';
  },
): Write {
  return {
    name: 'keep-group',
    text: `update fulfilment_group set state = $3, request_key = $4, released_at = now()
            where order_id = $1 and group_no = $2`,
    values: [orderId, group.groupNo, group.state, group.key],
  };
}

/** The warehouse has what it was asked for: of what was asked, for a cancel may have come between. */
export function released(
  order: OrderSnapshot,
  due: Pick<ReleaseDue, 'groupNo' | 'location' | 'key'>,
  asked: FulfilmentRequest,
): Change {
  const { orderId } = order;
  const { groupNo, key } = due;
  const moves = order.lines.flatMap((line): UnitMove[] => {
    const { lineNo } = line;
    const held = line.allocations.find((one) => one.groupNo === groupNo)?.reserved ?? 0;
    const wanted = asked.lines.find((one) => one.lineNo === lineNo)?.quantity ?? 0;
    const quantity = Math.min(held, wanted);
    return quantity > 0 ? [{ lineNo, groupNo, from: 'reserved', to: 'released', quantity }] : [];
  });
  const state = 'released' as const;
  const change = { state, requestKey: key, isAsked: false };
  const writes = [
    groupWrite(orderId, { groupNo, key, state }),
    ...moveWrites(orderId, moves),
    factWrite(orderId, {
      kind: 'released',
      occurredAt: new Date().toISOString(),
      moves,
      about: { groupNo, location: due.location, requestId: key },
    }),
  ];
  return { after: afterGroup(afterMoves(order, moves), groupNo, change), writes };
}

/** A reason in words may name a person; it stays in the event. What reads as a code is shown. */
function codeOf(reason: string): string {
  return /^[a-z0-9]+([._-][a-z0-9]+)*$/.test(reason) ? reason : 'its reason is in the event';
}

/** What comes back; where nothing was taken, what it was asked for. */
function unitsOf(
  { lines }: OrderSnapshot,
  { moves, groupNo }: { readonly moves: readonly UnitMove[]; readonly groupNo: number },
): string {
  const asked = lines
    .flatMap((line) => line.allocations)
    .filter((one) => one.groupNo === groupNo)
    .map((one) => one.reserved);
  const units = sum(moves.length > 0 ? moves.map((move) => move.quantity) : asked);
  return units === 1 ? '1 unit' : `${units} units`;
}

/** Nothing will be shipped from there for now: units are reserved again, a person is asked. */
export async function rejected(
  sql: Sql,
  { order }: Pick<OrderInHand, 'order'>,
  rejection: {
    readonly groupNo: number;
    readonly location: string;
    /** What it had, and gives back. */
    readonly moves: readonly UnitMove[];
    readonly ref: string;
    readonly why: string;
    readonly eventNo?: number;
  },
): Promise<void> {
  const { moves, groupNo, location } = rejection;
  await moveUnits(sql, order.orderId, moves);
  await openException(sql, {
    code: 'fulfilment.rejected',
    detail: `${location} will not fulfil ${unitsOf(order, rejection)} of group ${groupNo}: ${codeOf(rejection.why)}`,
    cause: { kind: 'effect', ref: rejection.ref },
    blocks: blocksRelease(groupNo),
    ...exceptionOf(order),
    severity: 'high',
  });
  await appendFact(sql, order.orderId, {
    kind: 'fulfilment-rejected',
    eventNo: rejection.eventNo ?? null,
    occurredAt: new Date().toISOString(),
    moves,
    about: { groupNo, requestId: rejection.ref },
  });
}
