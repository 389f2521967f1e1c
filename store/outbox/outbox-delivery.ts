/** The way out, from the side of who delivers: rows that are due, and what became of each. */
import type { ExceptionCode } from '../../canonical/schema/error-codes';
import type { Sql } from '../database';
import { finishEffect } from '../effects/effects';
import { openException } from '../exceptions/exceptions';
import { refusalsOf } from '../inbox/refusals';

export interface DueMessage {
  readonly outboxNo: number;
  readonly verb: string;
  readonly effectKey: string;
  readonly orderId: string | null;
  readonly correlationId: string;
  /** The port's request, frozen. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly attempts: number;
  /** Definite refusals so far: each retry after one is a new try with a key of its own. */
  readonly refusals: number;
}

/** In the order they were written. */
export async function dueMessages(
  sql: Sql,
  destination: string,
  limit: number,
): Promise<DueMessage[]> {
  const { rows } = await sql.query<DueMessage>({
    name: 'due-messages',
    text: `select outbox_no as "outboxNo", verb, effect_key as "effectKey", order_id as "orderId",
                  correlation_id as "correlationId", body, attempts,
                  ${refusalsOf('o.effect_key')} as refusals
             from outbox o
            where destination = $1 and state = 'pending' and next_at <= now()
            order by outbox_no limit $2`,
    values: [destination, limit],
  });
  return rows;
}

/** Every destination with something due, and since when the oldest waits (RFC 3339). */
export async function dueDestinations(
  sql: Sql,
): Promise<{ readonly destination: string; readonly since: string }[]> {
  const { rows } = await sql.query<{ destination: string; since: string }>({
    name: 'due-destinations',
    text: `select destination, min(next_at) as since from outbox
            where state = 'pending' and next_at <= now() group by destination`,
  });
  return rows;
}

/** Delivered: the effect and its row end together. One round trip. */
export async function markSent(
  sql: Sql,
  message: DueMessage,
  effectKey: string,
  end: { readonly reference: string; readonly answer: unknown },
): Promise<void> {
  await sql.query({
    name: 'mark-sent',
    text: `with e as (
             update effect set state = 'done', reference = $3, answer = $4, answered_at = now()
              where effect_key = $2 and state = 'called')
           update outbox set state = 'sent', sent_at = now(), attempts = attempts + 1
            where outbox_no = $1`,
    values: [message.outboxNo, effectKey, end.reference, JSON.stringify(end.answer)],
  });
}

/** No answer that says anything: this row waits, its neighbours go on. */
export async function postpone(sql: Sql, outboxNo: number, delayMs: number): Promise<void> {
  await sql.query({
    name: 'postpone-message',
    text: `update outbox set attempts = attempts + 1,
                  next_at = now() + $2 * interval '1 millisecond'
            where outbox_no = $1 and state = 'pending'`,
    values: [outboxNo, delayMs],
  });
}

export interface Parking {
  readonly account: string;
  readonly code: ExceptionCode;
  readonly detail: string;
  /** The refused effect; null where no answer ever came. */
  readonly refused: { readonly effectKey: string; readonly answer: unknown } | null;
}

/** A definite no: the row waits for a person; call it in one transaction. */
export async function park(sql: Sql, message: DueMessage, parking: Parking): Promise<void> {
  if (parking.refused) {
    const { effectKey, answer } = parking.refused;
    await finishEffect(sql, effectKey, { state: 'refused', reference: null, answer });
  }
  await sql.query({
    name: 'park-message',
    text: `update outbox set state = 'parked', attempts = attempts + 1
            where outbox_no = $1 and state = 'pending'`,
    values: [message.outboxNo],
  });
  await openException(sql, {
    code: parking.code,
    detail: parking.detail,
    cause: { kind: 'effect', ref: message.effectKey },
    blocks: `outbox:${message.outboxNo}`,
    subject: parking.account,
    outboxNo: message.outboxNo,
    orderId: message.orderId ?? undefined,
    correlationId: message.correlationId,
  });
}
