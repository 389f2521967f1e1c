import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  openException,
  resolveExceptions,
  type NewException,
} from '../../store/exceptions/exceptions';
import { cloneDatabase, type TestDatabase } from '../postgres/database';

let test: TestDatabase;
beforeAll(async () => {
  test = await cloneDatabase();
});
afterAll(() => test.drop());

const of = (subject: string, workflowId?: string): NewException => ({
  code: 'order.totals-mismatch',
  detail: 'lines 2.00, order 1.00',
  cause: { kind: 'order', ref: 'totals_mismatch' },
  blocks: 'accept',
  subject,
  ...(workflowId === undefined ? {} : { workflowId, orderId: subject }),
});

async function resolve(exceptionId: string) {
  return resolveExceptions(
    test.db,
    { exceptionIds: [exceptionId] },
    { resolution: 'override', by: 'finance', reason: 'as charged' },
  );
}

async function rowOf(exceptionId: string) {
  const { rows } = await test.db.query<{ state: string; openings: number; resolution: string }>(
    'select state, openings, resolution from exception where exception_id = $1',
    [exceptionId],
  );
  return rows[0];
}

describe('an exception', () => {
  it('is one, however often the same step opens it', async () => {
    const first = await openException(test.db, of('ord_1', 'order/a/1'));
    const again = await openException(test.db, of('ord_1', 'order/a/1'));
    expect(again).toEqual(first);
    expect(await rowOf(first.exceptionId)).toMatchObject({ state: 'open', openings: 1 });
  });

  it('keeps a decision that its flow has not applied, when a step that began before opens it', async () => {
    const { exceptionId } = await openException(test.db, of('ord_2', 'order/a/2'));
    await resolve(exceptionId);
    await openException(test.db, of('ord_2', 'order/a/2'));
    expect(await rowOf(exceptionId)).toMatchObject({ state: 'resolved', resolution: 'overridden' });
  });

  it('opens again where its reason comes back after the decision was applied', async () => {
    const { exceptionId } = await openException(test.db, of('ord_3', 'order/a/3'));
    await resolve(exceptionId);
    await test.db.query('update exception set is_applied = true where exception_id = $1', [
      exceptionId,
    ]);
    await openException(test.db, of('ord_3', 'order/a/3'));
    expect(await rowOf(exceptionId)).toMatchObject({ state: 'open', openings: 2 });
  });

  it('is resolved once: a second resolution finds nothing and wakes nobody', async () => {
    const { exceptionId } = await openException(test.db, of('ord_4', 'order/a/4'));
    expect(await resolve(exceptionId)).toHaveLength(1);
    expect(await resolve(exceptionId)).toHaveLength(0);
    const { rows } = await test.db.query(`select 1 from dispatch where workflow_id = 'order/a/4'`);
    expect(rows).toHaveLength(1);
  });
});
