/** What every ERP must keep. */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import type { ErpJournal, ErpSalesOrder } from '../../canonical/ports/erp';
import { postedPart } from '../../canonical/ports/records';
import { listedRecords } from '../../connectors/listed-records';
import { netsuiteClient } from '../../connectors/netsuite/client';
import { netsuiteRecords } from '../../connectors/netsuite/records';
import { HEADERS_TIMEOUT_MS, newOrderId, subject } from './contract-subject';
import { statusContract } from './contract-statuses';
import type { Target } from './contract-targets';

/** Of no, two, three and four decimals. */
const CURRENCIES = ['XPF', 'EUR', 'KWD', 'CLF'];
const RECORDS = '/services/rest/record/v1';

function journal(): ErpJournal {
  const batchId = `bat_${randomBytes(12).toString('hex')}`;
  return {
    key: `journal:${batchId}`,
    batchId,
    entity: 'us-01',
    currency: 'USD',
    businessDate: '2026-05-01',
    memo: `Throughline ${batchId}`,
    lines: [
      { account: '1210', side: 'debit', amountMinor: 40_994, memo: 'AR' },
      { account: '4000', side: 'credit', amountMinor: 39_800, memo: 'REV' },
      { account: '2200', side: 'credit', amountMinor: 1_194, memo: 'TAX' },
    ],
  };
}

function salesOrder(): ErpSalesOrder {
  const orderId = newOrderId();
  return {
    key: `sales-order:${orderId}`,
    orderId,
    orderNo: '1001',
    channelInstance: 'shopify-us',
    entity: 'us-01',
    currency: 'USD',
    orderDate: '2026-05-01',
    correlationId: 'cor-1',
    lines: [{ lineNo: 1, sku: 'MUG', quantity: 2, amountMinor: 1_999 }],
  };
}

export function erpContract(target: () => Target): void {
  const erp = subject(target, ({ baseUrl, token }) =>
    netsuiteClient({
      baseUrl,
      token,
      subsidiaries: { 'us-01': '1' },
      customers: { 'shopify-us': '101' },
      headersTimeoutMs: HEADERS_TIMEOUT_MS,
    }),
  );

  test.for(CURRENCIES)('keeps the amounts of a journal in %s', async (currency, context) => {
    erp.sandbox(context);
    const document = { ...journal(), currency };
    await erp.client().postJournal(document);
    const records = listedRecords(['netsuite-us'], target().baseUrl, netsuiteRecords);
    const kept: unknown[] = [];
    for await (const page of records.pages('journal-document', null)) {
      kept.push(
        ...page.filter((one) => one.key === document.key || one.reference === document.key),
      );
    }
    const parts = document.lines.map(({ side, account, amountMinor }) => ({
      name: postedPart(side, account),
      quantity: amountMinor,
    }));
    expect(kept).toMatchObject([{ currency, parts }]);
  });

  test('posts a journal and finds it by its key, under the number that people know', async () => {
    const document = journal();
    expect(await erp.client().findJournal(document.key)).toBeNull();
    const posted = await erp.client().postJournal(document);
    expect(posted).toEqual({ outcome: 'posted', documentNo: expect.stringMatching(/^JE\d+$/) });
    expect(await erp.client().findJournal(document.key)).toEqual(posted);
  });

  test('a journal that is there already is the one that is there', async (context) => {
    const control = erp.sandbox(context);
    const document = journal();
    const posted = await erp.client().postJournal(document);
    expect(await erp.client().postJournal(document)).toEqual(posted);
    expect(await control.recordsOf('journal_entries', document.key)).toHaveLength(1);
  });

  test('a journal that does not balance is refused in the ERP’s own words', async () => {
    const document = journal();
    const lines = document.lines.slice(0, 2);
    expect(await erp.client().postJournal({ ...document, lines })).toMatchObject({
      outcome: 'refused',
      vendorCode: 'USER_ERROR',
      detail: expect.stringContaining('balanc'),
    });
  });

  test('an account that the ERP does not have is refused, and named', async () => {
    const document = journal();
    const [first, ...rest] = document.lines;
    if (!first) throw new Error('a journal has lines');
    const lines = [{ ...first, account: '777777' }, ...rest];
    expect(await erp.client().postJournal({ ...document, lines })).toMatchObject({
      outcome: 'refused',
      detail: expect.stringContaining('777777'),
    });
  });

  test('an entity that nobody set up is our mistake', async () => {
    await expect(erp.client().postJournal({ ...journal(), entity: 'de-01' })).rejects.toMatchObject(
      { kind: 'misconfigured' },
    );
  });

  test('creates a sales order and finds it by its key', async () => {
    const document = salesOrder();
    const posted = await erp.client().createSalesOrder(document);
    expect(posted).toMatchObject({ outcome: 'posted' });
    expect(await erp.client().findSalesOrder(document.key)).toEqual(posted);
    expect(await erp.client().createSalesOrder(document)).toEqual(posted);
  });

  test('a post whose answer is lost is ambiguous, and read back by its key', async (context) => {
    const control = erp.sandbox(context);
    const document = journal();
    const path = `${RECORDS}/journalEntry`;
    await control.failOnce({ method: 'POST', path }, { kind: 'reset-after' });
    await expect(erp.client().postJournal(document)).rejects.toMatchObject({ kind: 'ambiguous' });
    expect(await erp.client().findJournal(document.key)).toMatchObject({ outcome: 'posted' });
    expect(await control.recordsOf('journal_entries', document.key)).toHaveLength(1);
  });

  test('a document whose number cannot be read is posted all the same', async (context) => {
    const control = erp.sandbox(context);
    await control.failOnce({ method: 'GET', path: RECORDS }, { kind: 'status', status: 500 });
    expect(await erp.client().postJournal(journal())).toEqual({
      outcome: 'posted',
      documentNo: expect.stringMatching(/^\d+$/),
    });
  });

  test('too many calls at once come again later, with a time', async (context) => {
    const control = erp.sandbox(context);
    await control.post('script', { maxConcurrent: 0 });
    await expect(erp.client().postJournal(journal())).rejects.toMatchObject({
      kind: 'unavailable',
      retryAfterMs: 1_000,
    });
  });

  statusContract(erp, [
    {
      verb: 'post a journal',
      kind: 'journal_entries',
      path: `${RECORDS}/journalEntry`,
      arrange: () => {
        const document = journal();
        return Promise.resolve(() => erp.client().postJournal(document));
      },
    },
    {
      verb: 'create a sales order',
      kind: 'sales_orders',
      path: `${RECORDS}/salesOrder`,
      arrange: () => {
        const document = salesOrder();
        return Promise.resolve(() => erp.client().createSalesOrder(document));
      },
    },
  ]);
}
