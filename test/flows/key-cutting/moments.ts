/** The moments of a key, over a small table of its own. */
import type { Refused } from '../../../canonical/ports/fault';
import type { ExceptionBrief } from '../../../canonical/schema/exception';
import { actionOf } from '../../../canonical/flows/step';
import { everyFlow, type FlowRules } from '../../../moments/flow/every-flow';
import { recordEffect } from '../../../moments/flow/record-effect';
import { recordFact } from '../../../moments/flow/record-fact';
import { tellFlow } from '../../../moments/flow/tell-flow';
import { only, type Database, type Sql } from '../../../store/database';
import { briefsOf } from '../../../store/exceptions/briefs';
import { openException } from '../../../store/exceptions/exceptions';
import { openFlow } from '../../../store/flows/flows';
import { markEventApplied } from '../../../store/inbox/facts';
import {
  CUTTING,
  KEY_FLOW,
  KEY_STEPS,
  type Cut,
  type CutKey,
  type KeyAction,
  type KeyAgenda,
  type KeyInput,
  type KeyMoments,
  type KeyState,
  type OfKey,
} from './contract';

export async function createKeyTable(db: Database): Promise<void> {
  await db.query(
    `create table key_job (
       key_id text primary key, workflow_id text not null, order_id text, request_id text,
       copies integer not null,
       collected integer not null default 0, try integer not null default 1,
       state text not null default 'to-cut')`,
  );
}

/** Whose key it is; `requestId`: what is rejected there where the key is given up. */
export interface ForWhom {
  readonly orderId: string;
  readonly parentWorkflowId?: string;
  readonly requestId?: string;
}

/** The key, its flow, and the row that starts it; in the caller's transaction. */
export async function openKey(sql: Sql, input: KeyInput, whose?: ForWhom): Promise<string> {
  const { keyId: subjectId, copies } = input;
  const { requestId = null, ...drillBack } = whose ?? {};
  const workflowId = await openFlow(sql, { contract: KEY_FLOW, input, subjectId, ...drillBack });
  await sql.query(
    `insert into key_job (key_id, workflow_id, order_id, request_id, copies)
     values ($1, $2, $3, $4, $5)`,
    [subjectId, workflowId, whose?.orderId ?? null, requestId, copies],
  );
  return workflowId;
}

interface Key {
  readonly keyId: string;
  readonly workflowId: string;
  readonly orderId: string | null;
  readonly requestId: string | null;
  readonly copies: number;
  readonly collected: number;
  readonly try: number;
  readonly state: KeyState;
  readonly blockedBy: readonly ExceptionBrief[];
}

const KEY: FlowRules<OfKey, Key, KeyAgenda> = {
  row: ({ keyId }) => ({ table: 'key_job', key: 'key_id', id: keyId }),
  async load(sql, { keyId }) {
    const { rows } = await sql.query<Omit<Key, 'blockedBy'> & Record<string, unknown>>(
      `select key_id as "keyId", workflow_id as "workflowId", order_id as "orderId",
              request_id as "requestId", copies, collected, try, state from key_job where key_id = $1`,
      [keyId],
    );
    const key = only(rows, `key ${keyId}`);
    return { ...key, blockedBy: await briefsOf(sql, key.workflowId) };
  },
  agendaOf: ({ keyId, state, copies, collected, blockedBy, try: tryNo }) => ({
    state: collected === copies ? 'collected' : state,
    copies,
    collected,
    cut: state === 'to-cut' ? { step: 'cut', keyId, key: `cut:${keyId}:${tryNo}` } : null,
    blockedBy,
    isSettled: (state === 'given-up' || collected === copies) && blockedBy.length === 0,
  }),
  exceptionOf,
  async resolve(sql, { keyId }, resolved) {
    const action = actionOf(KEY_STEPS, resolved);
    if (action) await KEY_RESOLUTIONS[action](sql, keyId);
  },
  outcomeOf: ({ state }) => (state === 'given-up' ? 'given-up' : 'closed'),
  async ended(sql, { keyId, workflowId, orderId, requestId, state }) {
    if (state !== 'given-up' || orderId === null || requestId === null) return;
    const data = { orderId, requestId, reason: `${keyId} is not cut` };
    const teller = { workflowId, once: 'given-up', correlationId: 'cor_key' };
    await tellFlow(sql, teller, { type: 'fulfilment.rejected.v1', data });
  },
};

function exceptionOf({ keyId, workflowId, orderId }: Key) {
  return { subject: keyId, workflowId, orderId: orderId ?? undefined };
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

export const keyFlow = everyFlow(KEY);

/** A copy is collected, which nobody can before it is cut. */
export const recordCollected = (
  db: Database,
  of: Parameters<KeyMoments['recordCollected']>[0],
): ReturnType<KeyMoments['recordCollected']> =>
  recordFact(KEY, db, of, 'fulfilment.accepted.v1', async (sql, { keyId, state }) => {
    if (state !== 'cut') throw new RangeError(`${keyId} is ${state}, nothing is to be collected`);
    await sql.query('update key_job set collected = collected + 1 where key_id = $1', [keyId]);
    await markEventApplied(sql, of.eventNo);
    return 'applied';
  });

export const recordCut = (db: Database, due: CutKey, answer: Cut | Refused) =>
  recordEffect(KEY, db, due, answer, {
    yes: (sql) => setState(sql, due.keyId, 'cut'),
    async no(sql, key, { vendorCode }) {
      await setState(sql, due.keyId, 'refused');
      await openException(sql, {
        code: 'fulfilment.rejected',
        detail: `${due.keyId}: ${vendorCode}`,
        cause: { kind: 'effect', ref: due.key },
        blocks: CUTTING,
        ...exceptionOf(key),
      });
    },
  });
