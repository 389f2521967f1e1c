/** `/v1/mappings/{kind}…`: cross-references; the work that waited for one goes on. */
import { z } from 'zod';
import { channelSetup, erpInstances } from '../../canonical/installation';
import { kindProblem, tenderKind } from '../../canonical/rules/money/tender-kinds';
import { ALL, speaksFor } from '../../canonical/schema/api-key';
import {
  MAPPING_KINDS,
  MappingKindName,
  mappingRef,
  StoredMapping,
  type Mapping,
} from '../../canonical/schema/mapping';
import type { Sql } from '../../store/database';
import { recordDecision } from '../../store/access/decisions';
import { newId } from '../../store/ids';
import { findItem } from '../../store/master/items';
import { findMapping, listMappings, putMapping } from '../../store/master/mappings';
import { PageQuery, pageOf, readPage } from '../http/cursor';
import { Problem } from '../http/problem';
import { found, madeBy, ok, route } from '../http/route';
import { Found, invalidRequest } from '../http/validation';
import { MAY } from '../roles';

const PATH = '/v1/mappings/{kind}/{source}/{value}';
const MAX_VALUE_CHARS = 250;
type NamedCode = 'unknown_channel' | 'unknown_item' | 'unsupported_tender';

const KindParams = z.strictObject({ kind: MappingKindName.meta({ example: 'tax-code' }) });
const MappingParams = KindParams.extend({
  source: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'a channel or ERP instance, such as web-us')
    .meta({ description: 'Whose word it is', example: 'web-us' }),
  value: z
    .string()
    .min(1)
    .max(MAX_VALUE_CHARS)
    .meta({ description: 'The word; percent-encoded, slashes too', example: 'State Tax' }),
});

const Body = z
  .strictObject({
    target: z
      .string()
      .min(1)
      .max(120)
      .meta({ description: 'What it is called here, or by the ERP; depends on the kind' }),
  })
  .meta({ id: 'MappingBody' });
const MappingWritten = StoredMapping.extend({
  resumed: z.int().meta({ description: 'Exceptions that waited for it and are resolved' }),
}).meta({ id: 'MappingWritten' });

/** Whose words are mapped: an ERP's own account ids, a channel's own names. */
function isSource(kind: Mapping['kind'], source: string): boolean {
  return kind === 'account' ? erpInstances().includes(source) : channelSetup(source) !== undefined;
}

/** Why that gateway's money cannot be of that kind; null of any other mapping. */
function tenderProblem({ kind, source, value, target }: Mapping): string | null {
  const setup = kind === 'tender' ? channelSetup(source) : undefined;
  return setup ? kindProblem(setup, value, tenderKind(target)) : null;
}

/**
 * A mapping from or to what is not here would let an order past its exception into a worse one.
 * @throws Problem unknown_channel, unknown_item, unsupported_tender: all that are wrong are named
 */
async function requireNamed(sql: Sql, mapping: Mapping): Promise<void> {
  const { kind, source, target } = mapping;
  const errors: { pointer: string; code: NamedCode; detail: string }[] = [];
  if (!isSource(kind, source)) {
    const what = kind === 'account' ? 'an ERP instance' : 'a channel instance';
    const detail = `${source} is not ${what} of this installation`;
    errors.push({ pointer: 'path:source', code: 'unknown_channel', detail });
  }
  if (kind === 'sku' && (await findItem(sql, target)) === null) {
    const detail = `${target} is not in the item master`;
    errors.push({ pointer: '/target', code: 'unknown_item', detail });
  }
  const wrongKind = tenderProblem(mapping);
  if (wrongKind !== null) {
    errors.push({ pointer: '/target', code: 'unsupported_tender', detail: wrongKind });
  }
  const [first] = errors;
  if (first !== undefined) throw new Problem(first.code, first.detail, { errors });
}

export const listMappingsRoute = route(
  {
    method: 'get',
    path: '/v1/mappings/{kind}',
    tag: 'Master data',
    summary: 'List the mappings of a kind',
    roles: MAY.readMasterData,
    params: KindParams,
    query: z.strictObject(PageQuery),
    responses: { 200: { description: 'By source and value', schema: pageOf(StoredMapping) } },
  },
  ({ params, query, caller }, { db }) => {
    const sources = caller.channels.includes(ALL) ? null : caller.channels;
    return readPage(query, ['source', 'value'], (after, limit) =>
      listMappings(db, params.kind, sources, after, limit),
    );
  },
);

export const putMappingRoute = route(
  {
    method: 'put',
    path: PATH,
    tag: 'Master data',
    summary: 'Write a mapping',
    description: Object.entries(MAPPING_KINDS)
      .map(([kind, { title }]) => `\`${kind}\`: ${title}`)
      .join('. '),
    roles: MAY.writeMasterData,
    params: MappingParams,
    body: { schema: Body, example: { target: 'US-STATE' } },
    responses: { 200: { description: 'The mapping as it is now', schema: MappingWritten } },
    errors: ['unknown_item', 'unknown_channel', 'unsupported_tender'],
  },
  async (call, { db }) => {
    const { kind, source, value } = call.params;
    const target = MAPPING_KINDS[kind].target.safeParse(call.body.target);
    if (!target.success) {
      const found = new Found();
      found.addIssues(target.error, 'body', ['target']);
      throw invalidRequest(found);
    }
    const mapping = { kind, source, value, target: target.data };
    const written = await db.transaction(async (sql) => {
      await requireNamed(sql, mapping);
      const put = await putMapping(sql, mapping, call.caller.label);
      await recordDecision(sql, {
        ...madeBy(call),
        decisionId: newId('req'),
        action: 'mapping.put',
        subject: mappingRef(kind, source, value),
        detail: { target: target.data, resumed: put.resumed },
      });
      return { ...put.mapping, resumed: put.resumed };
    });
    return ok(written);
  },
);

export const readMappingRoute = route(
  {
    method: 'get',
    path: PATH,
    tag: 'Master data',
    summary: 'Read a mapping',
    roles: MAY.readMasterData,
    params: MappingParams,
    responses: { 200: { description: 'The mapping', schema: StoredMapping } },
    errors: ['not_found'],
  },
  async ({ params: { kind, source, value }, caller }, { db }) => {
    const own = speaksFor(caller, source) ? await findMapping(db, kind, source, value) : null;
    return ok(found(own, 'there is no such mapping'));
  },
);
