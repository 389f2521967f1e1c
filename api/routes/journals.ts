/** `/v1/journals…`: the subledger as it is read, one journal, a list, or all of it for a tool. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { ACCOUNTS, type Account } from '../../canonical/rules/posting/posting';
import { BusinessDate, JournalId, OrderId, SettlementId } from '../../canonical/schema/ids';
import { Journal } from '../../canonical/schema/journal';
import { exportHledger } from '../../store/ledger/journal-export';
import { listJournals, readJournal } from '../../store/ledger/journal-queries';
import { JOURNAL_ID_EXAMPLE } from '../examples';
import { PageQuery, pageOf, readPage } from '../http/cursor';
import { faultFields } from '../http/logging';
import { found, ok, route } from '../http/route';
import { MAY } from '../roles';

export const EntityAsked = z
  .string()
  .max(40)
  .optional()
  .meta({ description: 'Of one legal entity; left out: of each', example: 'us-01' });

/** Business dates, both included. */
export const DateRange = {
  from: BusinessDate.optional().meta({
    description: 'First business date; left out: from the first there is',
    example: '2026-03-01',
  }),
  to: BusinessDate.optional().meta({
    description: 'Last business date; left out: to the last there is',
    example: '2026-03-31',
  }),
};

const AccountName = z
  .string()
  .refine((name): name is Account => Object.hasOwn(ACCOUNTS, name), {
    error: `one of ${Object.keys(ACCOUNTS).join(', ')}`,
  })
  .meta({ description: 'Those with a line on this account', example: 'AR' });

export const listJournalsRoute = route(
  {
    method: 'get',
    path: '/v1/journals',
    tag: 'Subledger',
    summary: 'List journals',
    roles: MAY.readLedger,
    query: z.strictObject({
      orderId: OrderId.optional().meta({ description: 'Those of one order' }),
      settlementId: SettlementId.optional().meta({ description: 'Those of one settlement' }),
      account: AccountName.optional(),
      ...DateRange,
      ...PageQuery,
    }),
    responses: { 200: { description: 'By business date', schema: pageOf(Journal) } },
  },
  ({ query }, { db }) => {
    const { orderId = null, settlementId = null, account = null, from = null, to = null } = query;
    return readPage(query, ['businessDate', 'journalId'], (after, limit) =>
      listJournals(db, { orderId, settlementId, account, from, to, after, limit }),
    );
  },
);

export const readJournalRoute = route(
  {
    method: 'get',
    path: '/v1/journals/{journalId}',
    tag: 'Subledger',
    summary: 'Read a journal',
    roles: MAY.readLedger,
    params: z.strictObject({ journalId: JournalId.meta({ example: JOURNAL_ID_EXAMPLE }) }),
    responses: { 200: { description: 'The journal with its lines', schema: Journal } },
    errors: ['not_found'],
  },
  async ({ params }, { db }) =>
    ok(found(await readJournal(db, params.journalId), 'there is no journal with that id')),
);

/** Streamed, for `hledger check --strict` and its like. */
export const exportJournalsRoute = route(
  {
    method: 'get',
    path: '/v1/journals/export',
    tag: 'Subledger',
    summary: 'Export the ledger',
    description: 'For `hledger check --strict`. Each transaction has its journal id as its code.',
    roles: MAY.readLedger,
    query: z.strictObject({
      format: z
        .literal('hledger')
        .meta({ description: 'The only one there is', example: 'hledger' }),
      ...DateRange,
    }),
    responses: {
      200: {
        description: 'An hledger journal',
        schema: z.string(),
        mediaType: 'text/plain',
      },
    },
  },
  async ({ query: { from = null, to = null }, log, response }, { db }) => {
    const pieces = exportHledger(db, { from, to });
    // The first piece is read before the status goes out: an outage is a 503, not half a file.
    const first = await pieces.next();
    response.status(200).setHeader('Content-Type', 'text/plain; charset=utf-8');
    response.setHeader('Content-Disposition', 'inline; filename="throughline.journal"');
    const text = async function* () {
      if (first.done !== true) yield first.value;
      yield* pieces;
    };
    await pipeline(Readable.from(text()), response).catch((error: unknown) => {
      // The connection is cut by now: the reader sees a short file and an error, never a whole one.
      log.warn(faultFields(error), 'an export ended early');
    });
    return null;
  },
);
