/** `GET /v1/trace/{id}`: everything about a number that anybody may hold, in time order. */
import { z } from 'zod';
import { Instant } from '../../canonical/schema/ids';
import { readTrace } from '../../store/trace/trace';
import { found, ok, route } from '../http/route';
import { MAY } from '../roles';

const MAX_ID_CHARS = 300;

const Trace = z
  .strictObject({
    id: z.string(),
    matched: z.array(z.strictObject({ kind: z.string(), ref: z.string() })),
    entries: z.array(
      z.strictObject({
        at: Instant,
        system: z.string(),
        kind: z.string(),
        summary: z.string(),
        refs: z.record(z.string(), z.union([z.string(), z.number()])),
      }),
    ),
    isCut: z.boolean().meta({ description: 'There is more than one trace shows' }),
  })
  .meta({ id: 'Trace' });

export const traceRoute = route(
  {
    method: 'get',
    path: '/v1/trace/{id}',
    tag: 'Operation',
    summary: 'Everything about an id',
    description:
      "An order number (`1001`, `#1001`) or id, the shop's own id of an order, " +
      '`{channelInstance}/{orderNo}`, an event id, a correlation id, a ' +
      'payment reference, a shipment, tracking or invoice number, a workflow id, an effect key, ' +
      'a journal, a batch, an exception, or an ERP document number. Percent-encode slashes.',
    roles: MAY.readTraces,
    params: z.strictObject({ id: z.string().min(1).max(MAX_ID_CHARS).meta({ example: '1001' }) }),
    responses: { 200: { description: 'The story, across every system', schema: Trace } },
    errors: ['not_found'],
  },
  async ({ params }, { db }) =>
    ok(found(await readTrace(db, params.id), 'nothing here is called that')),
);
