/**
 * Effects on other systems: a row with the key and the frozen body before the call, the answer
 * after it. A retry sends exactly the frozen body; one that was called before is asked for first.
 *
 * A call is leased: while one process is at it, no other begins it. `calls` counts who began it and
 * is the lease's token. A process that was stopped past its lease finds another token there, and
 * before that its own clock tells it not to send (`canonical/ports/fence`).
 */
import { SEND_WITHIN_MS, steadyMs } from '../../canonical/ports/fence';
import type { Sql } from '../database';
import { lockedSubject, type SubjectRow } from '../flows/subject';
import { knownOrder, snapshotOf, type KnownOrder, type SnapshotRow } from '../orders/orders';
import type { Write } from '../writes';

/**
 * From the beginning of a call to when another may begin it: until it is sent, ten seconds for its
 * answer, and what a vendor may still be at work after we gave up.
 */
export const LEASE_MS = SEND_WITHIN_MS + 13_000;

/**
 * What a call is to say, as a query that gives it in one row as `body` (jsonb): read in the
 * statement that writes the effect's row.
 */
export interface Draft<Request = unknown> {
  /** Of the prepared statement: one name for one text. */
  readonly name: string;
  readonly select: string;
  readonly values: readonly unknown[];
  /** What it means where there is no row. */
  readonly none: string;
  /** Only for the compiler. */
  readonly says?: Request;
}

export interface NewEffect {
  readonly key: string;
  /** The account that is called: `stripe-us`, `wms-main` … */
  readonly system: string;
  readonly verb: string;
  /** The flow that it is made for. */
  readonly workflowId?: string | undefined;
  readonly orderId?: string | undefined;
  readonly batchId?: string | undefined;
  readonly amountMinor?: number | undefined;
  readonly currency?: string | undefined;
  readonly body: object | Draft;
}

export interface EffectRow<Request = unknown> {
  readonly key: string;
  /**
   * `fresh`: never called. `called-before`: the answer of an earlier call is not known. `leased`:
   * another is at it.
   */
  readonly state: 'fresh' | 'called-before' | 'leased' | 'done' | 'refused';
  /** The lease's token. */
  readonly token: number;
  /** Until when a call may begin, on this process's steady clock. */
  readonly sendUntilMs: number;
  /** Until another's lease ends. */
  readonly leasedForMs: number;
  /** What to send: the body of the first call. */
  readonly body: Request | null;
  /** What the body would be now: another call may have made something since. */
  readonly asked: unknown;
  /** The recorded answer of a call that ended. */
  readonly answer: unknown;
  /** The order it is made for, as it was when it was begun; null where it is made for none. */
  readonly order: KnownOrder | null;
}

/** A row as the statements below return it. */
export interface BegunRow<Request = unknown> {
  readonly key: string;
  readonly state: string;
  readonly body: Request;
  readonly answer: unknown;
  readonly calls: number;
  /** Null where it is ours to call. */
  readonly leasedForMs: number | null;
}

/**
 * SQL that begins one effect a row of `asked (key, system, verb, workflow_id, order_id, batch_id,
 * amount_minor, currency, body)`. The row is written before the call; one that is there keeps its body, and
 * `calls` tells a first call from a later one. One that another is at, or has ended, is read as it
 * is; one that another begins in this very moment is not among the rows.
 */
export const BEGIN_ASKED = beginAsked('true');

/** `isWanted`: where it is not true, nothing is begun that was not begun before. */
function beginAsked(isWanted: string): string {
  return `
  begun as (
    insert into effect (effect_key, system, verb, workflow_id, order_id, batch_id, amount_minor,
                        currency, body, body_hash, leased_until)
    select key, system, verb, workflow_id, order_id, batch_id, amount_minor, currency, body,
           encode(sha256(convert_to(body::text, 'UTF8')), 'hex'), now() + interval '${LEASE_MS} ms'
      from asked where ${isWanted}
    on conflict (effect_key) do update
       set calls = effect.calls + 1, leased_until = excluded.leased_until
     where effect.state = 'called' and effect.leased_until <= now()
    returning effect_key as key, state, body, answer, calls, null::float8 as "leasedForMs"),
  known as (
    select * from begun
    union all
    select e.effect_key, e.state, e.body, e.answer, e.calls,
           extract(epoch from e.leased_until - now())::float8 * 1000
      from asked join effect e on e.effect_key = asked.key
     where not exists (select from begun where begun.key = asked.key))`;
}

/**
 * A flow that has ended begins no call, and one that is ending waits for a call that is being
 * begun: its row is locked against its closing moment.
 */
const BEGIN_FOR_FLOW = beginAsked(`not exists (select from for_flow where state = 'ended')`);

const JSON_BODY = { name: 'begin-effect', select: 'select $1::jsonb as body' } as const;

/**
 * Commits the intention before the call and leases it, and reads the order: whoever records the
 * answer has it in hand then. One round trip.
 */
export async function beginEffect<Request = unknown>(
  sql: Sql,
  effect: NewEffect,
): Promise<EffectRow<Request>> {
  const { body } = effect;
  const begunAtMs = steadyMs();
  const draft = isDraft(body) ? body : { ...JSON_BODY, values: [JSON.stringify(body)], none: '' };
  const { name, select, values } = draft;
  const of = (place: number) => `$${values.length + place}`;
  const { rows } = await sql.query<
    BegunRow<Request> & { asked: unknown; order: SnapshotRow | null }
  >({
    name,
    text: `with said as materialized (${select}),
           asked as (
             select ${of(1)}::text as key, ${of(2)}::text as system, ${of(3)}::text as verb,
                    ${of(4)}::text as order_id, ${of(5)}::text as batch_id,
                    ${of(6)}::bigint as amount_minor, ${of(7)}::text as currency,
                    ${of(8)}::text as workflow_id, body from said),
           for_flow as materialized (
             select state from flow where workflow_id = ${of(8)} for share),
           ${BEGIN_FOR_FLOW}
           select known.*, said.body as asked,
                  (select to_jsonb(s) from (${snapshotOf(of(4))}) s) as "order"
             from said left join known on true`,
    values: [
      ...values,
      effect.key,
      effect.system,
      effect.verb,
      effect.orderId ?? null,
      effect.batchId ?? null,
      effect.amountMinor ?? null,
      effect.currency ?? null,
      effect.workflowId ?? null,
    ],
  });
  const [row] = rows;
  if (!row) throw new RangeError(draft.none);
  const begun =
    row.key === null
      ? begunByAnother(effect.key, row.asked)
      : effectRow({ ...row, key: effect.key }, row.asked, begunAtMs);
  return { ...begun, order: knownOrder(row.order) };
}

const isDraft = (body: object): body is Draft => 'select' in body && 'values' in body;

/** `begunAtMs`: before the statement was sent, so that we end no later than the lease. */
export function effectRow<Request>(
  row: BegunRow<Request>,
  asked: unknown,
  begunAtMs: number,
): EffectRow<Request> {
  const { key, body, calls, leasedForMs } = row;
  const sendUntilMs = begunAtMs + SEND_WITHIN_MS;
  const begun = { key, body, asked, token: calls, sendUntilMs, order: null };
  if (row.state === 'done' || row.state === 'refused') {
    return { ...begun, state: row.state, answer: row.answer, leasedForMs: 0 };
  }
  if (leasedForMs !== null) return { ...begun, state: 'leased', answer: null, leasedForMs };
  const state = calls === 1 ? 'fresh' : 'called-before';
  return { ...begun, state, answer: null, leasedForMs: 0 };
}

/** Its row came between our look and our insert; or its flow has ended, and nobody waits for it. */
function begunByAnother(key: string, asked: unknown): EffectRow<never> {
  const none = { body: null, answer: null, token: 0, sendUntilMs: 0, order: null };
  return { ...none, key, asked, state: 'leased', leasedForMs: LEASE_MS };
}

/** Takes more time to send; null where another has begun it since. One round trip. */
export async function renewLease(sql: Sql, effect: EffectRow): Promise<EffectRow | null> {
  const begunAtMs = steadyMs();
  const { rowCount } = await sql.query({
    name: 'renew-lease',
    text: `update effect set leased_until = now() + interval '${LEASE_MS} ms'
            where effect_key = $1 and calls = $2 and state = 'called'`,
    values: [effect.key, effect.token],
  });
  return rowCount === 1 ? { ...effect, sendUntilMs: begunAtMs + SEND_WITHIN_MS } : null;
}

/** The call has ended without an answer: who looks next need not wait for the lease. */
export async function endLease(sql: Sql, { key, token }: EffectRow): Promise<void> {
  await sql.query({
    name: 'end-lease',
    text: `update effect set leased_until = now()
            where effect_key = $1 and calls = $2 and state = 'called'`,
    values: [key, token],
  });
}

export interface EffectEnd {
  readonly state: 'done' | 'refused';
  readonly reference: string | null;
  readonly answer: unknown;
}

const FINISH = `update effect set state = $2, reference = $3, answer = $4, answered_at = now()
                 where effect_key = $1 and state = 'called'`;

/** Records how the call ended; false where that was recorded before. */
export async function finishEffect(sql: Sql, key: string, end: EffectEnd): Promise<boolean> {
  const { rowCount } = await sql.query({
    name: 'finish-effect',
    text: FINISH,
    values: [key, end.state, end.reference, JSON.stringify(end.answer)],
  });
  return rowCount === 1;
}

/**
 * The same under the row lock of its flow's subject, which is taken before the effect's row: one
 * statement. Gives what was asked; null where the end was recorded before.
 */
export async function finishEffectOf<Request>(
  sql: Sql,
  subject: SubjectRow,
  key: string,
  end: EffectEnd,
): Promise<Request | null> {
  const { rows } = await sql.query<{ body: Request | null }>({
    name: `finish-effect-of-${subject.table}`,
    text: `with ${lockedSubject(subject, 5)},
           finished as (${FINISH} and exists (select from locked) returning body)
           select (select body from finished) as body from locked`,
    values: [key, end.state, end.reference, JSON.stringify(end.answer), subject.id],
  });
  return rows[0]?.body ?? null;
}

/**
 * The same where the order is in hand from before: with its row lock, if no moment came since. All
 * that is written with it is written then, or nothing is (`CHECK_FAILED`). A row that was locked by another moment is
 * looked at again when that has ended.
 */
export function finishUnchanged(
  { orderId, version }: KnownOrder,
  key: string,
  end: EffectEnd,
): Write {
  return {
    name: 'finish-unchanged',
    with: `locked as materialized (
             select order_id from sales_order where order_id = $5 and version = $6
                for no key update)`,
    text: `${FINISH} and exists (select from locked) returning 1`,
    values: [key, end.state, end.reference, JSON.stringify(end.answer), orderId, version],
    check: 'assert_unchanged',
  };
}

/**
 * Nothing was made: the first and only calls never reached the other system. The rows go, so that
 * the next call is a first one again and may say something else. One that another call began since
 * (another token) stays, and one that the other system itself has spoken of.
 */
export async function forgetEffects(sql: Sql, keys: readonly string[]): Promise<void> {
  await sql.query({
    name: 'forget-effects',
    text: `delete from effect
            where effect_key = any($1::text[]) and state = 'called' and calls = 1
              and confirmed_at is null`,
    values: [keys],
  });
}
