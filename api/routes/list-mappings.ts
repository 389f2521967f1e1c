/** `GET /v1/mappings/{kind}`: the cross-references of a kind. */
import { z } from 'zod';
import { listMappings } from '../../store/master/mappings';
import { PageQuery, pageOf, readCursor, toPage } from '../http/cursor';
import { readRoute } from '../http/route';
import { MAY } from '../roles';
import { MappingKindParams, MappingView } from '../schema/mapping';

export const listMappingsRoute = readRoute(
  {
    path: '/v1/mappings/{kind}',
    tag: 'Master data',
    summary: 'List the mappings of a kind',
    roles: MAY.readMasterData,
    params: MappingKindParams,
    query: z.strictObject(PageQuery),
    responses: { 200: { description: 'By source and value', schema: pageOf(MappingView) } },
    errors: [],
  },
  async ({ params: { kind }, query: { limit, cursor } }, { db }) => {
    const [source, value] = readCursor(cursor, 2) ?? [];
    const after = source === undefined || value === undefined ? null : { source, value };
    const rows = await listMappings(db, kind, after, limit + 1);
    const page = toPage(
      rows,
      limit,
      (row) => [row.source, row.value],
      (row) => row,
    );
    return { status: 200, body: page };
  },
);
