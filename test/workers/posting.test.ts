/** Journals reach the ERP as batches, each once, whatever the ERP does. */
import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createBatchActivities } from '../../activities/moments/batches';
import { createPostingActivities } from '../../activities/delivery/post-batches';
import type { Erp, ErpJournal } from '../../canonical/ports/erp';
import { VendorFault, type Refused } from '../../canonical/ports/fault';
import { postCapture, type Posting } from '../../canonical/rules/posting/posting';
import { postGoodsReceipt } from '../../canonical/rules/posting/stock';
import { resolveExceptions } from '../../store/exceptions/exceptions';
import { postJournal } from '../../store/ledger/ledger';
import { formBatches, isPostingDue } from '../../store/ledger/posting';
import { cloneDatabase, type TestDatabase } from '../postgres/database';

const ERP = 'netsuite-us';
const ENTITIES = ['us-01'];
const log = pino({ enabled: false });
const logger = new DefaultLogger('ERROR');

let database: TestDatabase;
beforeEach(async () => {
  database = await cloneDatabase();
});
afterEach(async () => {
  await database.drop();
});

type Behaviour = 'ok' | 'down' | 'refuse' | 'lose-answer';

/** An ERP that keeps documents by external id and behaves as it is told. */
function erpStandIn(behaviours: Behaviour[] = []) {
  const journals = new Map<string, ErpJournal>();
  const find = (key: string) =>
    journals.has(key) ? { outcome: 'posted' as const, documentNo: `JE-${key}` } : null;
  const erp: Erp = {
    createSalesOrder: () => Promise.reject(new Error('not asked here')),
    findSalesOrder: () => Promise.resolve(null),
    findJournal: (key) => Promise.resolve(find(key)),
    async postJournal(document) {
      const behaviour = behaviours.shift() ?? 'ok';
      if (behaviour === 'down') throw new VendorFault(ERP, 'unavailable', 'no connection');
      if (behaviour === 'refuse') {
        const refused: Refused = {
          outcome: 'refused',
          vendorCode: 'BAD',
          detail: 'no such period',
        };
        return refused;
      }
      if (journals.has(document.key)) throw new Error(`posted twice: ${document.key}`);
      journals.set(document.key, document);
      if (behaviour === 'lose-answer') throw new VendorFault(ERP, 'ambiguous', 'reset');
      return { outcome: 'posted', documentNo: `JE-${document.key}` };
    },
  };
  return { erp, journals };
}

let journalsMade = 0;
function journal(sku: string, costMinor: number, businessDate = '2026-11-20') {
  const posting = postGoodsReceipt([{ sku, location: 'dc-east', costMinor }]);
  return postOne(posting, businessDate);
}

async function postOne(posting: Posting | null, businessDate = '2026-11-20') {
  journalsMade += 1;
  await postJournal(database.db, {
    momentKey: `test:${journalsMade}`,
    entity: 'us-01',
    channelInstance: 'web-us',
    businessDate,
    currency: 'USD',
    orderId: null,
    eventNo: null,
    source: 'test',
    correlationId: 'cor_1',
    occurredAt: '2026-11-20T12:00:00Z',
    posting,
  });
}

async function mapAccounts(...accounts: string[]) {
  for (const account of accounts) {
    await database.db.query(
      `insert into mapping (kind, source, value, target, updated_by)
       values ('account', $1, $2, '1200', 'test')`,
      [ERP, account],
    );
  }
}

const form = () =>
  new MockActivityEnvironment({}, { logger }).run(
    createBatchActivities({ db: database.db }).formBatches,
    {
      erpInstance: ERP,
    },
  );
const WORKFLOW = { workflowId: `posting/${ERP}`, runId: 'run-1' };
const post = (erp: Erp, attempt = 1) =>
  new MockActivityEnvironment({ attempt, workflowExecution: WORKFLOW }, { logger }).run(
    createPostingActivities({ db: database.db, log, erpInstance: ERP, erp }).postBatches,
  );
const batches = async () => {
  const { rows } = await database.db.query<{ state: string; document_no: string | null }>(
    'select state, document_no from posting_batch order by created_at, batch_id',
  );
  return rows;
};
const openExceptions = async () => {
  const { rows } = await database.db.query<{ exception_id: string; code: string }>(
    `select exception_id, code from exception where state <> 'resolved' order by code`,
  );
  return rows;
};

describe('forming batches', () => {
  test('sums by account and side, one batch a business date, each journal in exactly one', async () => {
    await journal('A', 500);
    await journal('B', 700);
    await journal('C', 100, '2026-11-21');
    expect(await form()).toEqual({ formed: 2, journals: 3 });
    expect(await form()).toEqual({ formed: 0, journals: 0 });
    const { rows } = await database.db.query<{ lines: object[]; journal_count: number }>(
      'select lines, journal_count from posting_batch order by business_date',
    );
    expect(rows[0]?.journal_count).toBe(2);
    expect(rows[0]?.lines).toMatchObject([
      { account: 'GRNI', side: 'credit', amountMinor: 1_200, location: 'dc-east' },
      { account: 'INV', side: 'debit', amountMinor: 1_200, location: 'dc-east' },
    ]);
  });

  test('keeps the lines of two clearing accounts apart', async () => {
    for (const clearingAccount of ['stripe-us', 'stripe-eu', 'stripe-us']) {
      const paymentRef = `ch_${journalsMade}`;
      const money = { orderId: 'o', tenderNo: 1, amountMinor: 500 };
      await postOne(postCapture({ ...money, kind: 'card', paymentRef, clearingAccount }));
    }
    await form();
    const { rows } = await database.db.query<{ lines: object[] }>(
      'select lines from posting_batch',
    );
    expect(rows[0]?.lines).toMatchObject([
      { account: 'AR', side: 'credit', amountMinor: 1_500, clearingAccount: null },
      { account: 'CLR', side: 'debit', amountMinor: 500, clearingAccount: 'stripe-eu' },
      { account: 'CLR', side: 'debit', amountMinor: 1_000, clearingAccount: 'stripe-us' },
    ]);
    const { erp, journals } = erpStandIn();
    await mapAccounts('AR', 'CLR');
    await post(erp);
    const memos = [...journals.values()].flatMap(({ lines }) => lines.map((line) => line.memo));
    expect(memos).toEqual(['AR', 'CLR stripe-eu', 'CLR stripe-us']);
  });

  test('two that form at once put each journal in one batch', async () => {
    for (let n = 0; n < 20; n += 1) await journal('A', 100 + n);
    const erp = { erpInstance: ERP, entities: ENTITIES };
    const formed = await Promise.all([1, 2, 3].map(() => formBatches(database.db, erp)));
    expect(formed.reduce((sum, one) => sum + one.journals, 0)).toBe(20);
    const { rows } = await database.db.query<{ left: number; sum: number }>(
      `select (select count(*) from journal_to_batch) as left,
              (select sum(journal_count) from posting_batch) as sum`,
    );
    expect(rows).toEqual([{ left: 0, sum: 20 }]);
  });

  test('is due once a journal has waited for the window, and not before', async () => {
    const { db } = database;
    const due = (windowMs: number) =>
      isPostingDue(db, { erpInstance: ERP, entities: ENTITIES }, windowMs);
    expect(await due(0)).toBe(false);
    await journal('A', 500);
    expect(await due(0)).toBe(true);
    expect(await due(600_000)).toBe(false);
  });
});

describe('posting batches', () => {
  test('posts each once under its batch id and its flow, with the ERP account ids', async () => {
    await mapAccounts('INV', 'GRNI');
    await journal('A', 500);
    await form();
    const { erp, journals } = erpStandIn();
    expect(await post(erp)).toEqual({ posted: 1, parked: 0 });
    expect(await post(erp)).toEqual({ posted: 0, parked: 0 });
    const [document] = journals.values();
    expect(document?.key).toMatch(/^journal:bat_/);
    expect(document?.lines.map((line) => line.account)).toEqual(['1200', '1200']);
    expect(await batches()).toMatchObject([{ state: 'posted' }]);
    const effects = await database.db.query('select distinct workflow_id as flow from effect');
    expect(effects.rows).toEqual([{ flow: WORKFLOW.workflowId }]);
  });

  test('an answer that was lost is read back, not posted again', async () => {
    await mapAccounts('INV', 'GRNI');
    await journal('A', 500);
    await form();
    const { erp, journals } = erpStandIn(['lose-answer']);
    await expect(post(erp)).rejects.toThrow(ApplicationFailure);
    expect(await post(erp, 2)).toEqual({ posted: 1, parked: 0 });
    expect(journals.size).toBe(1);
  });

  test('an ERP that is down keeps the batch, says so once, and drains later', async () => {
    await mapAccounts('INV', 'GRNI');
    await journal('A', 500);
    await form();
    const { erp } = erpStandIn(['down', 'down']);
    await expect(post(erp, 3)).rejects.toMatchObject({ type: 'unavailable' });
    await expect(post(erp, 4)).rejects.toMatchObject({ nonRetryable: false });
    expect(await openExceptions()).toMatchObject([{ code: 'erp.unavailable' }]);
    expect(await post(erp, 5)).toEqual({ posted: 1, parked: 0 });
    expect(await openExceptions()).toEqual([]);
  });

  test('an account that is not mapped parks its batch; the mapping lets it go on', async () => {
    const { db } = database;
    await mapAccounts('INV');
    await journal('A', 500);
    await form();
    const { erp } = erpStandIn();
    expect(await post(erp)).toEqual({ posted: 0, parked: 1 });
    expect(await openExceptions()).toMatchObject([{ code: 'mapping.account' }]);
    await mapAccounts('GRNI');
    const cause = { kind: 'mapping', ref: `account/${ERP}/GRNI` } as const;
    await db.transaction((sql) =>
      resolveExceptions(sql, { cause }, { resolution: 'retry', by: 'test' }),
    );
    expect(await post(erp)).toEqual({ posted: 1, parked: 0 });
  });

  test('a refused batch is parked alone and, retried, has a key of its own', async () => {
    const { db } = database;
    await mapAccounts('INV', 'GRNI');
    await journal('A', 500);
    await journal('B', 500, '2026-11-21');
    await form();
    const { erp, journals } = erpStandIn(['refuse']);
    expect(await post(erp)).toEqual({ posted: 1, parked: 1 });
    const [refused] = await openExceptions();
    expect(refused?.code).toBe('erp.refused');
    const exceptionIds = [refused?.exception_id ?? ''];
    await db.transaction((sql) =>
      resolveExceptions(sql, { exceptionIds }, { resolution: 'retry', by: 'test' }),
    );
    expect(await post(erp)).toEqual({ posted: 1, parked: 0 });
    expect([...journals.keys()].some((key) => key.endsWith(':2'))).toBe(true);
  });
});
