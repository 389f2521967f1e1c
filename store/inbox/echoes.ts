/** The other systems' own word on effects of ours. */
import type { Sql } from '../database';

export interface Echo {
  readonly eventNo: number;
  readonly type: string;
  readonly data: unknown;
  readonly effectKey: string | null;
  readonly reference: string | null;
  readonly orderId: string | null;
}

/** Which effect of ours an event without its key can be an echo of. */
const VERB_OF: Readonly<Record<string, string>> = {
  'payment.authorized.v1': 'authorize',
  'payment.captured.v1': 'capture',
  'payment.voided.v1': 'void',
  'payment.refunded.v1': 'refund',
  'fulfilment.accepted.v1': 'release',
};

/** SQL for the verb of an echo whose event type is the expression `type`. */
const verbOfType = (type: string): string =>
  `case ${type} ${Object.entries(VERB_OF)
    .map(([one, verb]) => `when '${one}' then '${verb}'`)
    .join(' ')} end`;

/**
 * SQL for the key of the effect that the event in `i` is an echo of; null where none has its key or
 * its reference yet.
 */
export const EFFECT_OF_ECHO = `coalesce(
  (select e.effect_key from effect e where e.effect_key = i.body ->> 'effectKey'),
  (select e.effect_key from effect e
    where i.body ->> 'effectKey' is null and e.reference = i.body ->> 'reference'
      and e.verb = ${verbOfType('i.type')} limit 1))`;

/**
 * May it be an echo of an effect that was called and has no answer here yet, and so no reference?
 * Of its order, where it names one, else of its account. What was called after the echo came is not
 * what it echoes, so that none waits for ever.
 */
export async function isAnswerAwaited(
  sql: Sql,
  { eventNo, type, effectKey, orderId }: Echo,
): Promise<boolean> {
  const verb = VERB_OF[type];
  if (effectKey !== null || verb === undefined) return false;
  const { rows } = await sql.query<{ is_awaited: boolean }>({
    name: 'is-answer-awaited',
    text: `select exists (
             select from effect e join inbox i on i.event_no = $1
              where e.state = 'called' and e.reference is null and e.verb = $2
                and e.first_called_at <= i.received_at
                and case when $3::text is null then i.account is null or i.account = e.system
                         else e.order_id = $3 end) as is_awaited`,
    values: [eventNo, verb, orderId],
  });
  return rows[0]?.is_awaited === true;
}

/**
 * Confirms the effects and brings their events to their end, all in one statement; nobody is woken.
 * Gives the events whose effect is here; of the others nothing was written. Effects are locked in
 * the order of their keys, so that two batches never wait for each other.
 */
export async function confirmEchoes(
  sql: Sql,
  echoes: readonly Echo[],
): Promise<ReadonlySet<number>> {
  const said = echoes.map((echo) => ({ ...echo, verb: VERB_OF[echo.type] ?? '' }));
  const { rows } = await sql.query<{ event_no: number }>({
    name: 'confirm-echoes',
    // Two look-ups by index: one condition with OR was a scan of all effects.
    text: `with said as materialized (
             select * from jsonb_to_recordset($1) as s("eventNo" bigint, type text, data jsonb,
               "effectKey" text, reference text, "orderId" text, verb text)),
           hit as materialized (
             select s."eventNo" as event_no, e.effect_key, e.order_id
               from said s join effect e on e.effect_key = s."effectKey"
                -- An authorization that was refused and is held all the same is news.
                and not (e.verb = 'authorize' and e.state = 'refused' and s.verb = e.verb)
             union all
             select s."eventNo", e.effect_key, e.order_id
               from said s join effect e on e.reference = s.reference and e.verb = s.verb
              where s."effectKey" is null),
           unconfirmed as materialized (
             select effect_key from effect
              where effect_key in (select effect_key from hit) and confirmed_at is null
              order by effect_key for no key update),
           confirmed as (
             update effect set confirmed_at = now(), confirmed_by = first.event_no
               from (select effect_key, min(event_no) as event_no
                       from hit join unconfirmed using (effect_key) group by effect_key) first
              where effect.effect_key = first.effect_key)
           update inbox set state = 'applied', applied_at = now(), note = null, type = s.type,
                  body = s.data, order_id = coalesce(s."orderId", h.order_id)
             from said s
             join (select event_no, max(order_id) as order_id from hit group by event_no) h
               on h.event_no = s."eventNo"
            where inbox.event_no = s."eventNo"
           returning inbox.event_no`,
    values: [JSON.stringify(said)],
  });
  return new Set(rows.map((row) => row.event_no));
}
