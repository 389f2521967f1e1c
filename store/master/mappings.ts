/** Cross-references: a new one lets the work go on that waited for it, in the same transaction. */
import { channelSetups } from '../../canonical/installation';
import {
  mappingRef,
  type Mapping,
  type MappingKind,
  type StoredMapping,
} from '../../canonical/schema/mapping';
import { only, type Sql } from '../database';
import { resolveExceptions } from '../exceptions/exceptions';

const COLUMNS = `kind, source, value, target, updated_by as "updatedBy", updated_at as "updatedAt"`;

export async function findMapping(
  sql: Sql,
  kind: MappingKind,
  source: string,
  value: string,
): Promise<StoredMapping | null> {
  const { rows } = await sql.query<StoredMapping>(
    `select ${COLUMNS} from mapping where kind = $1 and source = $2 and value = $3`,
    [kind, source, value],
  );
  return rows[0] ?? null;
}

/** What the source calls each of these targets; the first by name where it has several names. */
export async function valuesOfTargets(
  sql: Sql,
  { kind, source, targets }: { kind: MappingKind; source: string; targets: readonly string[] },
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await sql.query<Pick<Mapping, 'value' | 'target'>>({
    name: 'values-of-targets',
    text: `select target, min(value) as value from mapping
            where kind = $1 and source = $2 and target = any($3::text[]) group by target`,
    values: [kind, source, targets],
  });
  return new Map(rows.map(({ target, value }) => [target, value]));
}

/** A page of a kind's mappings by source and value, after the given one; of some sources or all. */
export async function listMappings(
  sql: Sql,
  kind: MappingKind,
  sources: readonly string[] | null,
  after: { readonly source: string; readonly value: string } | null,
  limit: number,
): Promise<StoredMapping[]> {
  const { rows } = await sql.query<StoredMapping>(
    `select ${COLUMNS} from mapping
      where kind = $1 and ($2::text is null or (source, value) > ($2, $3))
        and ($5::text[] is null or source = any($5))
      order by source, value limit $4`,
    [kind, after?.source ?? null, after?.value ?? null, limit, sources],
  );
  return rows;
}

/** Writes a mapping and wakes what waited for it; `resumed` counts the exceptions it resolved. */
export async function putMapping(
  sql: Sql,
  mapping: Mapping,
  by: string,
): Promise<{ readonly mapping: StoredMapping; readonly resumed: number }> {
  const { kind, source, value, target } = mapping;
  const before = await findMapping(sql, kind, source, value);
  const { rows } = await sql.query<StoredMapping>(
    `insert into mapping (kind, source, value, target, updated_by) values ($1, $2, $3, $4, $5)
     on conflict (kind, source, value) do update set target = excluded.target,
       updated_by = excluded.updated_by, updated_at = now()
     returning ${COLUMNS}`,
    [kind, source, value, target, by],
  );
  const resolved = await resolveExceptions(
    sql,
    { cause: { kind: 'mapping', ref: mappingRef(kind, source, value) } },
    { resolution: 'retry', by },
  );
  const misled =
    kind === 'sku' && before !== null && before.target !== target
      ? await wakeWaitersOfOldTarget(sql, before, by)
      : 0;
  return { mapping: only(rows, 'putMapping'), resumed: resolved.length + misled };
}

/** Orders of the channel that name the value, and wait for what it was mapped to before. */
async function wakeWaitersOfOldTarget(sql: Sql, before: Mapping, by: string): Promise<number> {
  const { rows } = await sql.query<{ exceptionId: string }>(
    `select e.exception_id as "exceptionId" from exception e join sales_order o using (workflow_id)
      where e.cause_kind in ('stock', 'item') and e.cause_ref = $1 and e.state <> 'resolved'
        and o.stage = 'received' and o.channel_instance = $2
        and exists (select from order_line l where l.order_id = o.order_id and l.channel_sku = $3)`,
    [before.target, before.source, before.value],
  );
  const exceptionIds = rows.map((row) => row.exceptionId);
  const how = { resolution: 'retry', by } as const;
  return (await resolveExceptions(sql, { exceptionIds }, how)).length;
}

/** Wakes what waited for a store: to be known, or to hand anything over. */
export async function wakeWaitersOfLocation(
  sql: Sql,
  locationId: string,
  by: string,
): Promise<number> {
  const causes = [{ kind: 'location', ref: locationId } as const, ...ownShops('store', locationId)];
  let resumed = 0;
  for (const cause of causes) {
    resumed += (await resolveExceptions(sql, { cause }, { resolution: 'retry', by })).length;
  }
  return resumed;
}

/** In an own shop, what is called as ours counts as mapped. */
const ownShops = (kind: MappingKind, value: string) =>
  channelSetups()
    .filter((channel) => channel.isOwnShop)
    .map((channel) => ({
      kind: 'mapping' as const,
      ref: mappingRef(kind, channel.channelInstance, value),
    }));

/**
 * Wakes what waited for an item: orders that name it after mapping, and orders of own shops whose
 * SKU is the item's own, which counts as mapped from now on.
 */
export async function wakeWaitersOfItem(sql: Sql, sku: string, by: string): Promise<number> {
  const causes = [{ kind: 'item', ref: sku } as const, ...ownShops('sku', sku)];
  let resumed = 0;
  for (const cause of causes) {
    resumed += (await resolveExceptions(sql, { cause }, { resolution: 'retry', by })).length;
  }
  return resumed;
}
