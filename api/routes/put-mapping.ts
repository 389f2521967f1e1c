/** `PUT /v1/mappings/{kind}/{source}/{value}`: the work that waited for it goes on. */
import { z } from 'zod';
import { MAPPING_KINDS, mappingRef } from '../../canonical/schema/mapping';
import { recordDecision } from '../../store/decisions';
import { newId } from '../../store/ids';
import { putMapping } from '../../store/mappings';
import { writeRoute } from '../http/route';
import { fieldErrors, invalidRequest } from '../http/validation';
import { MAY } from '../roles';
import { MappingParams, MappingWritten } from '../schema/mapping';

const Body = z
  .strictObject({ target: z.string().min(1).max(120) })
  .meta({ id: 'MappingBody', description: 'What a target may be depends on the kind' });

export const putMappingRoute = writeRoute(
  {
    method: 'put',
    path: '/v1/mappings/{kind}/{source}/{value}',
    tag: 'Master data',
    summary: 'Write a mapping',
    description: Object.entries(MAPPING_KINDS)
      .map(([kind, { title }]) => `\`${kind}\`: ${title}`)
      .join('. '),
    roles: MAY.writeMasterData,
    params: MappingParams,
    body: { schema: Body, example: { target: 'US-STATE' } },
    responses: { 200: { description: 'The mapping as it is now', schema: MappingWritten } },
    errors: [],
  },
  async ({ params: { kind, source, value }, body, caller, correlationId }, { db }) => {
    const target = MAPPING_KINDS[kind].target.safeParse(body.target);
    if (!target.success) {
      throw invalidRequest(
        fieldErrors(target.error).map((one) => ({ ...one, pointer: '/target' })),
      );
    }
    const mapping = { kind, source, value, target: target.data };
    const written = await db.transaction(async (sql) => {
      const put = await putMapping(sql, mapping, caller.label);
      await recordDecision(sql, {
        decisionId: newId('req'),
        actor: caller.label,
        role: caller.role,
        action: 'mapping.put',
        subject: mappingRef(kind, source, value),
        detail: { target: target.data, resumed: put.resumed },
        correlationId,
      });
      return { ...put.mapping, resumed: put.resumed };
    });
    return { status: 200, body: written };
  },
);
