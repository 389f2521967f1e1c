/** The way out, from the side of who delivers: rows that are due, and what became of each. */
import { steadyMs } from '../../canonical/ports/fence';
import type { Sql } from '../database';
import {
  BEGIN_ASKED,
  effectRow,
  finishEffect,
  type BegunRow,
  type EffectRow,
} from '../effects/effects';
import { openException, type NewException } from '../exceptions/exceptions';
import { refusalsOf } from '../inbox/refusals';

export interface DueMessage {
  readonly outboxNo: number;
  readonly verb: string;
  /** The first try's key; the effect has the key of the try that is due now. */
  readonly effectKey: string;
  readonly orderId: string | null;
  readonly correlationId: string;
  readonly attempts: number;
  /** Begun already: its key and frozen body are written. */
  readonly effect: EffectRow;
}

/**
 * Takes what is due and begins its effects, in one statement: the body of an effect is its row's,
 * with the key of this try. The longest due come first, those of a batch in the order they were
 * written. A retry after a definite no is a new try, and says so in its key. What another is at is
 * left to it, for as long as its lease lasts.
 */
export async function beginDueMessages(
  sql: Sql,
  destination: string,
  asker: { readonly account: string; readonly workflowId: string | null },
  limit: number,
): Promise<DueMessage[]> {
  const begunAtMs = steadyMs();
  const { rows } = await sql.query<Omit<DueMessage, 'effect'> & BegunRow>({
    name: 'begin-due-messages',
    text: `with due as materialized (
             select outbox_no, verb, effect_key, order_id, correlation_id, body, attempts,
                    ${refusalsOf('o.effect_key')} as refusals
               from outbox o
              where destination = $1 and state = 'pending' and next_at <= now()
              order by next_at, outbox_no limit $3),
           keyed as materialized (
             select *, effect_key || case when refusals = 0 then '' else ':' || (refusals + 1) end
                    as key
               from due),
           asked as (
             select key, $2 as system, verb, $4::text as workflow_id, order_id,
                    null as batch_id, null::bigint as amount_minor, null as currency,
                    body || jsonb_build_object('key', key) as body
               from keyed order by outbox_no),
           ${BEGIN_ASKED}
           select k.outbox_no as "outboxNo", k.verb, k.effect_key as "effectKey",
                  k.order_id as "orderId", k.correlation_id as "correlationId", k.attempts, known.*
             from keyed k join known using (key)
            where known.state <> 'called' or known."leasedForMs" is null
            order by k.outbox_no`,
    values: [destination, asker.account, limit, asker.workflowId],
  });
  return rows.map(({ key, state, body, answer, calls, leasedForMs, ...message }) => ({
    ...message,
    effect: effectRow({ key, state, body, answer, calls, leasedForMs }, body, begunAtMs),
  }));
}

/** Every destination with something due: one look by index for each, however much waits there. */
export async function dueDestinations(sql: Sql): Promise<string[]> {
  const { rows } = await sql.query<{ destination: string }>({
    name: 'due-destinations',
    text: `with recursive waiting as (
             (select destination, next_at from outbox where state = 'pending'
               order by destination, next_at limit 1)
             union all
             select n.destination, n.next_at from waiting w, lateral (
               select o.destination, o.next_at from outbox o
                where o.state = 'pending' and o.destination > w.destination
                order by o.destination, o.next_at limit 1) n)
           select destination from waiting where next_at <= now()`,
  });
  return rows.map((row) => row.destination);
}

export interface SentMessage {
  readonly outboxNo: number;
  readonly key: string;
  readonly reference: string | null;
  readonly answer: unknown;
}

/** Delivered: the effects and their rows end together, all in one statement. */
export async function markSent(sql: Sql, sent: readonly SentMessage[]): Promise<void> {
  if (sent.length === 0) return;
  await sql.query({
    name: 'mark-sent',
    text: `with s as materialized (
             select * from jsonb_to_recordset($1) as s("outboxNo" bigint, key text, reference text,
               answer jsonb)),
           e as (
             update effect set state = 'done', reference = s.reference, answer = s.answer,
                    answered_at = now()
               from s where effect_key = s.key and state = 'called')
           update outbox set state = 'sent', sent_at = now(), attempts = attempts + 1
             from s where outbox_no = s."outboxNo"`,
    values: [JSON.stringify(sent)],
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

export interface Parking extends Pick<
  NewException,
  'code' | 'detail' | 'severity' | 'moneyMinor' | 'currency'
> {
  readonly account: string;
  /** The refused effect; null where no answer ever came. */
  readonly refused: { readonly effectKey: string; readonly answer: unknown } | null;
}

/** A definite no: the row waits for a person; call it in one transaction. */
export async function park(
  sql: Sql,
  message: DueMessage,
  { account, refused, ...exception }: Parking,
): Promise<void> {
  if (refused) {
    const { effectKey, answer } = refused;
    await finishEffect(sql, effectKey, { state: 'refused', reference: null, answer });
  }
  await sql.query({
    name: 'park-message',
    text: `update outbox set state = 'parked', attempts = attempts + 1
            where outbox_no = $1 and state = 'pending'`,
    values: [message.outboxNo],
  });
  await openException(sql, {
    ...exception,
    cause: { kind: 'effect', ref: message.effectKey },
    blocks: `outbox:${message.outboxNo}`,
    subject: account,
    outboxNo: message.outboxNo,
    orderId: message.orderId ?? undefined,
    correlationId: message.correlationId,
  });
}
