/** `GET /v1/trace/{id}`: everything about a number that anybody may hold, in time order. */
import { z } from 'zod';
import { Trace } from '../../canonical/schema/trace';
import { readTrace } from '../../store/trace/trace';
import { found, ok, route } from '../http/route';
import { MAY } from '../roles';

const MAX_ID_CHARS = 300;

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
    params: z.strictObject({
      id: z
        .string()
        .min(1)
        .max(MAX_ID_CHARS)
        .meta({ description: 'Any of these; percent-encoded', example: '1001' }),
    }),
    responses: { 200: { description: 'The story, across every system', schema: Trace } },
    errors: ['not_found'],
  },
  async ({ params }, { db }) =>
    ok(found(await readTrace(db, params.id), 'nothing here is called that')),
);
