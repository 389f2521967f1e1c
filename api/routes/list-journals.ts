/** `GET /v1/journals`: the subledger, by business date. */
import { z } from 'zod';
import { ACCOUNTS, type Account } from '../../canonical/rules/posting/posting';
import { OrderId } from '../../canonical/schema/ids';
import { listJournals } from '../../store/ledger/journal-queries';
import { PageQuery, pageOf, readCursor, toPage } from '../http/cursor';
import { readRoute } from '../http/route';
import { MAY } from '../roles';
import { DateRange, JournalView, showJournal } from '../schema/journal';

const AccountName = z
  .string()
  .refine((name): name is Account => Object.hasOwn(ACCOUNTS, name), {
    error: `one of ${Object.keys(ACCOUNTS).join(', ')}`,
  })
  .meta({ example: 'AR' });

export const listJournalsRoute = readRoute(
  {
    path: '/v1/journals',
    tag: 'Subledger',
    summary: 'List journals',
    roles: MAY.readLedger,
    query: z.strictObject({
      orderId: OrderId.optional(),
      account: AccountName.optional(),
      ...DateRange,
      ...PageQuery,
    }),
    responses: { 200: { description: 'By business date', schema: pageOf(JournalView) } },
    errors: [],
  },
  async ({ query }, { db }) => {
    const { orderId = null, account = null, from = null, to = null, limit, cursor } = query;
    const [businessDate, journalId] = readCursor(cursor, 2) ?? [];
    const after =
      businessDate === undefined || journalId === undefined ? null : { businessDate, journalId };
    const filter = { orderId, account, from, to, after, limit: limit + 1 };
    const page = toPage(
      await listJournals(db, filter),
      limit,
      (row) => [row.businessDate, row.journalId],
      showJournal,
    );
    return { status: 200, body: page };
  },
);
