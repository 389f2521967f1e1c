/** `GET /v1/journals/{journalId}`. */
import { readJournal } from '../../store/ledger/journal-queries';
import { Problem } from '../http/problem';
import { readRoute } from '../http/route';
import { MAY } from '../roles';
import { JournalParams, JournalView, showJournal } from '../schema/journal';

export const readJournalRoute = readRoute(
  {
    path: '/v1/journals/{journalId}',
    tag: 'Subledger',
    summary: 'Read a journal',
    roles: MAY.readLedger,
    params: JournalParams,
    responses: { 200: { description: 'The journal with its lines', schema: JournalView } },
    errors: ['not_found'],
  },
  async ({ params }, { db }) => {
    const journal = await readJournal(db, params.journalId);
    if (journal === null) throw new Problem('not_found', 'there is no journal with that id');
    return { status: 200, body: showJournal(journal) };
  },
);
