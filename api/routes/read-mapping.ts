/** `GET /v1/mappings/{kind}/{source}/{value}`. */
import { findMapping } from '../../store/master/mappings';
import { Problem } from '../http/problem';
import { readRoute } from '../http/route';
import { MAY } from '../roles';
import { MappingParams, MappingView } from '../schema/mapping';

export const readMappingRoute = readRoute(
  {
    path: '/v1/mappings/{kind}/{source}/{value}',
    tag: 'Master data',
    summary: 'Read a mapping',
    roles: MAY.readMasterData,
    params: MappingParams,
    responses: { 200: { description: 'The mapping', schema: MappingView } },
    errors: ['not_found'],
  },
  async ({ params: { kind, source, value } }, { db }) => {
    const mapping = await findMapping(db, kind, source, value);
    if (mapping === null) throw new Problem('not_found', 'there is no such mapping');
    return { status: 200, body: mapping };
  },
);
