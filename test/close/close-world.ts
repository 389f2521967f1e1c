/**
 * A month that is closed: journals on its days, the ERP's documents, two people of finance, and the
 * moments that the flow would call.
 */
import { installation } from '../../canonical/installation';
import { closeFlow } from '../../moments/close/close-flow';
import { lockPeriod } from '../../moments/close/lock';
import type { PeriodView } from '../../api/schema/period';
import { credit, debit, posting } from '../../canonical/rules/posting/posting';
import type { JournalLine } from '../../canonical/rules/posting/posting';
import { entitiesOf, erpInstances } from '../../canonical/installation';
import { putApiKey } from '../../store/access/api-keys';
import type { Database } from '../../store/database';
import { postJournal } from '../../store/ledger/ledger';
import { formBatches } from '../../store/ledger/posting';
import type { SettlementWorld } from '../settlement/world';

export const ENTITY = 'us-01';
const SECOND = { key: 'second-key-of-finance-0123456789' };

/** Another person of the role than the one whose key every world has. */
export async function hireSecond(db: Database): Promise<{ readonly key: string }> {
  const finance = installation().keys.find((one) => one.role === 'finance');
  if (!finance) throw new Error('finance has no key');
  await putApiKey(db, SECOND.key, { ...finance, label: 'second finance' });
  return SECOND;
}

let journals = 0;

/** Posted as any moment posts, about a day; its moment's key. */
export async function post(
  db: Database,
  date: string,
  lines: readonly JournalLine[],
  of: { readonly currency?: string; readonly orderId?: string; readonly entity?: string } = {},
): Promise<string> {
  journals += 1;
  const momentKey = `test:${journals}`;
  const { currency = 'USD', orderId = null, entity = ENTITY } = of;
  await postJournal(db, {
    ...{ momentKey, entity, channelInstance: 'web-us', businessDate: date, currency, orderId },
    ...{ eventNo: null, source: 'test', correlationId: 'cor_test' },
    occurredAt: `${date}T12:00:00Z`,
    posting: posting('3c', lines),
  });
  return momentKey;
}

/** Taken by the processor, for goods that a day's journal sold. */
export const sold = (db: Database, date: string, minor: number, charge: string): Promise<string> =>
  post(db, date, [
    debit('CLR', minor, { item: `payment:${charge}`, clearingAccount: 'stripe-us' }),
    credit('REV', minor, {}),
  ]);

/** Every journal goes to the ERP, which answers with a document for each batch. */
export async function sendToErp(db: Database): Promise<void> {
  for (const erpInstance of erpInstances()) {
    await formBatches(db, { erpInstance, entities: entitiesOf(erpInstance) });
  }
  await db.query(
    `update posting_batch set state = 'posted', document_no = 'JE-' || batch_id, posted_at = now()
      where state = 'formed'`,
  );
}

/** Where a journal is in the books, and which day it is about. */
export async function datesOf(db: Database, momentKey: string): Promise<unknown> {
  const { rows } = await db.query(
    `select j.business_date as books, j.document_date as about,
            (select max(l.business_date) from journal_line l
              where l.journal_id = j.journal_id) as lines
       from journal j where moment_key = $1`,
    [momentKey],
  );
  return rows[0];
}

/** Steps of one month's close, by whoever presses them. */
export function monthOf(world: SettlementWorld, month: string) {
  const path = `/v1/periods/${ENTITY}/${month}`;
  const periodId = `${ENTITY}/${month}`;
  return {
    path,
    periodId,
    press: (who: 'finance' | { readonly key: string }, verb: string, json: object = {}) =>
      world.send<PeriodView>(who, 'POST', `${path}/${verb}`, { json }),
    read: async () => (await world.send<PeriodView>('finance', 'GET', path)).body,
    /** What its flow does when both have signed. */
    lock: () => lockPeriod(world.db, { periodId }),
    end: () => closeFlow.closeFlow(world.db, { periodId }),
  };
}

/** Whatever may be taken as it is, is. */
export const acceptAll = ({ checks }: PeriodView) => ({
  accept: Object.fromEntries(
    checks.flatMap(({ name, isHolding, mayAccept }) =>
      isHolding && mayAccept ? [[name, 'known']] : [],
    ),
  ),
});
