/** `GET /v1/journals/export?format=hledger`: the ledger for a tool of others, streamed. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { exportHledger } from '../../store/ledger/journal-export';
import { faultFields } from '../http/logging';
import { readRoute } from '../http/route';
import { MAY } from '../roles';
import { DateRange } from '../schema/journal';

const MEDIA_TYPE = 'text/plain; charset=utf-8';

export const exportJournalsRoute = readRoute(
  {
    path: '/v1/journals/export',
    tag: 'Subledger',
    summary: 'Export the ledger',
    description: 'For `hledger check --strict`. Each transaction has its journal id as its code.',
    roles: MAY.readLedger,
    query: z.strictObject({
      format: z.literal('hledger').meta({ example: 'hledger' }),
      ...DateRange,
    }),
    responses: {
      200: {
        description: 'An hledger journal',
        schema: z.string(),
        mediaType: 'text/plain',
      },
    },
    errors: [],
  },
  async ({ query: { from = null, to = null }, log }, { db }, response) => {
    const pieces = exportHledger(db, { from, to });
    // The first piece is read before the status goes out: an outage is a 503, not half a file.
    const first = await pieces.next();
    response.status(200).setHeader('Content-Type', MEDIA_TYPE);
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
