/** The moments of a key: one transaction each, over a small table of its own. */
import type { Refused } from '../../../canonical/ports/fault';
import { WAIT_CODES } from '../../../canonical/schema/exception';
import { actionOf, type Wait } from '../../../canonical/flows/step';
import { takeFact } from '../../../moments/order/fact';
import { only, type Database, type Sql } from '../../../store/database';
import { finishEffect } from '../../../store/effects/effects';
import {
  exceptionBrief,
  openException,
  settleExceptions,
  takeResolutions,
} from '../../../store/exceptions/exceptions';
import { endFlow, openFlow } from '../../../store/flows/flows';
import { markEventApplied } from '../../../store/orders/orders';
import {
  CUTTING,
  KEY_FLOW,
  KEY_STEPS,
  type CutKey,
  type KeyAction,
  type KeyAgenda,
  type KeyInput,
  type KeyState,
  type KeyTold,
} from './contract';

export async function createKeyTable(db: Database): Promise<void> {
  await db.query(
    `create table key_job (
       key_id text primary key, workflow_id text not null, order_id text, copies integer not null,
       collected integer not null default 0, try integer not null default 1,
       state text not null default 'to-cut')`,
  );
}

/** The key, its flow, and the row that starts it; `orderId` is drill-back. */
export async function openKey(db: Database, input: KeyInput, orderId?: string): Promise<string> {
  return db.transaction(async (sql) => {
    const { keyId: subjectId, copies } = input;
    const workflowId = await openFlow(sql, { contract: KEY_FLOW, input, subjectId, orderId });
    await sql.query(
      'insert into key_job (key_id, workflow_id, order_id, copies) values ($1, $2, $3, $4)',
      [subjectId, workflowId, orderId ?? null, copies],
    );
    return workflowId;
  });
}

interface KeyRow extends Record<string, unknown> {
  readonly keyId: string;
  readonly workflowId: string;
  readonly orderId: string | null;
  readonly copies: number;
  readonly collected: number;
  readonly try: number;
  readonly state: KeyState;
}

async function lockKey(sql: Sql, keyId: string): Promise<KeyRow> {
  const { rows } = await sql.query<KeyRow>(
    `select key_id as "keyId", workflow_id as "workflowId", order_id as "orderId", copies,
            collected, try, state
       from key_job where key_id = $1 for no key update`,
    [keyId],
  );
  return only(rows, `key ${keyId}`);
}

async function blockedBy(sql: Sql, workflowId: string) {
  const { rows } = await sql.query<Parameters<typeof exceptionBrief>[0]>(
    `select exception_id, code, deadline_at, detail, blocks from exception
      where workflow_id = $1 and (state <> 'resolved' or not is_applied)
      order by opened_at, exception_id`,
    [workflowId],
  );
  return rows.map(exceptionBrief);
}

async function agendaOf(sql: Sql, keyId: string): Promise<KeyAgenda> {
  const key = await lockKey(sql, keyId);
  const { state, copies, collected } = key;
  const blocks = await blockedBy(sql, key.workflowId);
  const isOver = state === 'given-up' || collected === copies;
  return {
    state,
    copies,
    collected,
    cut: state === 'to-cut' ? { step: 'cut', keyId, key: `cut:${keyId}:${key.try}` } : null,
    blockedBy: blocks,
    isSettled: isOver && blocks.length === 0,
  };
}

async function keyMoment<T>(
  db: Database,
  keyId: string,
  work: (sql: Sql, key: KeyRow) => Promise<T>,
): Promise<KeyTold & { readonly answer: T }> {
  return db.transaction(async (sql) => {
    const answer = await work(sql, await lockKey(sql, keyId));
    return { answer, agenda: await agendaOf(sql, keyId) };
  });
}

export function readKey(db: Database, { keyId }: { readonly keyId: string }): Promise<KeyAgenda> {
  return db.transaction((sql) => agendaOf(sql, keyId));
}

/** A copy is collected, which nobody can before it is cut. */
export function recordCollected(
  db: Database,
  { keyId, eventNo }: { readonly keyId: string; readonly eventNo: number },
): Promise<KeyTold> {
  return keyMoment(db, keyId, async (sql, { state }) => {
    if (!(await takeFact(sql, eventNo))) return;
    if (state !== 'cut') throw new RangeError(`${keyId} is ${state}, nothing is to be collected`);
    await sql.query('update key_job set collected = collected + 1 where key_id = $1', [keyId]);
    await markEventApplied(sql, eventNo);
  });
}

type CutAnswer = { readonly outcome: 'cut'; readonly reference: string } | Refused;

export function recordCut(
  db: Database,
  { keyId, key }: CutKey,
  answer: CutAnswer,
): Promise<KeyTold> {
  const isCut = answer.outcome === 'cut';
  return keyMoment(db, keyId, async (sql, { workflowId, orderId }) => {
    const state = isCut ? 'done' : 'refused';
    const reference = isCut ? answer.reference : null;
    if (!(await finishEffect(sql, key, { state, reference, answer }))) return;
    await setState(sql, keyId, isCut ? 'cut' : 'refused');
    if (isCut) return;
    await openException(sql, {
      code: 'fulfilment.rejected',
      detail: `${keyId}: ${answer.vendorCode}`,
      cause: { kind: 'effect', ref: key },
      blocks: CUTTING,
      subject: keyId,
      workflowId,
      orderId: orderId ?? undefined,
    });
  });
}

async function setState(sql: Sql, keyId: string, state: KeyState): Promise<void> {
  await sql.query('update key_job set state = $2 where key_id = $1', [keyId, state]);
}

const KEY_RESOLUTIONS: Readonly<Record<KeyAction, (sql: Sql, keyId: string) => Promise<unknown>>> =
  {
    cutAgain: (sql, keyId) =>
      sql.query(`update key_job set state = 'to-cut', try = try + 1 where key_id = $1`, [keyId]),
    giveUp: (sql, keyId) => setState(sql, keyId, 'given-up'),
  };

export function applyKeyResolution(
  db: Database,
  { keyId, exceptionId }: { readonly keyId: string; readonly exceptionId: string },
): Promise<KeyTold> {
  return keyMoment(db, keyId, async (sql, { workflowId }) => {
    const [resolved] = await takeResolutions(sql, { workflowId, exceptionId });
    const action = resolved ? actionOf(KEY_STEPS, resolved) : null;
    if (action) await KEY_RESOLUTIONS[action](sql, keyId);
  });
}

export function openKeyWait(
  db: Database,
  { keyId, ...wait }: Wait & { readonly keyId: string },
): Promise<KeyTold> {
  return keyMoment(db, keyId, (sql, { workflowId, orderId }) =>
    openException(sql, { ...wait, subject: keyId, workflowId, orderId: orderId ?? undefined }),
  );
}

export function closeKeyWait(
  db: Database,
  { keyId, blocks }: { readonly keyId: string; readonly blocks: string },
): Promise<KeyTold> {
  return keyMoment(db, keyId, (sql, { workflowId }) =>
    settleExceptions(
      sql,
      { workflowId, blocks, codes: WAIT_CODES },
      { as: 'retried', reason: 'it passed by itself' },
    ),
  );
}

export async function closeKey(
  db: Database,
  { keyId }: { readonly keyId: string },
): Promise<KeyTold & { readonly outcome: 'closed' | 'open' }> {
  const { answer, agenda } = await keyMoment(db, keyId, async (sql, { workflowId, state }) => {
    if (!(await agendaOf(sql, keyId)).isSettled) return 'open' as const;
    const outcome = state === 'given-up' ? 'given-up' : 'closed';
    return (await endFlow(sql, workflowId, outcome)) ? ('closed' as const) : ('open' as const);
  });
  return { outcome: answer, agenda };
}
