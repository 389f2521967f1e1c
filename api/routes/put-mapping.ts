/** `PUT /v1/mappings/{kind}/{source}/{value}`: the work that waited for it goes on. */
import { z } from 'zod';
import { channelSetup, erpInstances } from '../../canonical/installation';
import { MAPPING_KINDS, mappingRef, type Mapping } from '../../canonical/schema/mapping';
import type { Sql } from '../../store/database';
import { recordDecision } from '../../store/access/decisions';
import { newId } from '../../store/ids';
import { findItem } from '../../store/master/items';
import { putMapping } from '../../store/master/mappings';
import { Problem } from '../http/problem';
import { writeRoute } from '../http/route';
import { fieldErrors, invalidRequest } from '../http/validation';
import { MAY } from '../roles';
import { MappingParams, MappingWritten } from '../schema/mapping';

const Body = z
  .strictObject({ target: z.string().min(1).max(120) })
  .meta({ id: 'MappingBody', description: 'What a target may be depends on the kind' });

/** Whose words are mapped: an ERP's own account ids, a channel's own names. */
function isSource(kind: Mapping['kind'], source: string): boolean {
  return kind === 'account' ? erpInstances().includes(source) : channelSetup(source) !== undefined;
}

/**
 * A mapping from or to what is not here would let an order past its exception into a worse one.
 * @throws Problem unknown_channel, unknown_item: both are named where both are wrong
 */
async function requireNamed(sql: Sql, { kind, source, target }: Mapping): Promise<void> {
  const errors: { pointer: string; code: 'unknown_channel' | 'unknown_item'; detail: string }[] =
    [];
  if (!isSource(kind, source)) {
    const what = kind === 'account' ? 'an ERP instance' : 'a channel instance';
    const detail = `${source} is not ${what} of this installation`;
    errors.push({ pointer: 'path:source', code: 'unknown_channel', detail });
  }
  if (kind === 'sku' && (await findItem(sql, target)) === null) {
    const detail = `${target} is not in the item master`;
    errors.push({ pointer: '/target', code: 'unknown_item', detail });
  }
  const [first] = errors;
  if (first !== undefined) throw new Problem(first.code, first.detail, { errors });
}

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
    errors: ['unknown_item', 'unknown_channel'],
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
      await requireNamed(sql, mapping);
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
