/**
 * An account of another system that does not answer, as one exception for all the work that waits
 * for it. It is opened once and resolved by the next success.
 */
import type { ExceptionCode } from '../../canonical/schema/error-codes';
import type { Sql } from '../database';
import { openException, resolveExceptions } from './exceptions';
import { derivedId } from '../ids';

export interface SystemWait {
  readonly code: Extract<
    ExceptionCode,
    | 'erp.unavailable'
    | 'publishing.unavailable'
    | 'settlement.silent'
    | 'settlement.not-fetched'
    | 'reconciliation.unreadable'
  >;
  /** `netsuite-us`. */
  readonly account: string;
  /** What waits: `outbox:erp.netsuite-us`, `posting`. */
  readonly work: string;
}

export async function openSystemWait(sql: Sql, wait: SystemWait, detail: string): Promise<void> {
  await openException(sql, {
    code: wait.code,
    detail,
    cause: { kind: 'system', ref: wait.account },
    blocks: wait.work,
    subject: wait.account,
  });
}

/** It answers again: nothing to do where it was not missed. */
export async function closeSystemWait(sql: Sql, wait: SystemWait): Promise<void> {
  const exceptionId = derivedId('exc', wait.account, wait.work, wait.code, wait.account);
  await resolveExceptions(
    sql,
    { exceptionIds: [exceptionId] },
    { resolution: 'retry', by: 'system', reason: 'it answers again' },
  );
}
