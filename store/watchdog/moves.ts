/** What the watchdog does about what stands still: signals again, exceptions, and what it counts. */
import { EXCEPTION_RESOLVED, LOOK_AGAIN } from '../../canonical/flows/contract';
import { ownerOf } from '../../canonical/schema/exception';
import type { StallCounts, StallKind } from '../../canonical/flows/watchdog';
import type { Database, Sql } from '../database';
import { openException, resolveExceptions } from '../exceptions/exceptions';
import type { Stalled } from './stalled';

const CODE = 'platform.stalled';
const OWNER = ownerOf(CODE);
const SUBJECT = 'watchdog';
const MS_PER_MINUTE = 60_000;

/** Not where a row waits for that flow already. A flow that does not run is started by its row. */
const IS_TO_TELL = `f.state = 'open' and not exists (
  select from dispatch d where d.workflow_id = f.workflow_id and d.state = 'pending')`;

/** Open flows ask Postgres again what is due. Gives those that were told. */
export async function tellToLookAgain(
  sql: Sql,
  workflowIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const { rows } = await sql.query<{ workflow_id: string }>({
    name: 'tell-to-look-again',
    text: `insert into dispatch (workflow_id, kind, name, order_id, body)
           select f.workflow_id, 'signal', $2, f.order_id, '{}' from flow f
            where f.workflow_id = any($1) and ${IS_TO_TELL}
           returning workflow_id`,
    values: [workflowIds, LOOK_AGAIN],
  });
  return new Set(rows.map((row) => row.workflow_id));
}

/** Their flows are told once more what was decided. Gives the exceptions that were told of. */
export async function tellResolutionsAgain(
  sql: Sql,
  exceptionIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const { rows } = await sql.query<{ exception_id: string }>({
    name: 'tell-resolutions-again',
    text: `insert into dispatch (workflow_id, kind, name, order_id, body)
           select f.workflow_id, 'signal', $2, f.order_id, jsonb_build_object(
                    'exceptionId', e.exception_id, 'resolution', case e.resolution
                      when 'retried' then 'retry' when 'overridden' then 'override'
                      else 'abandon' end)
             from exception e join flow f using (workflow_id)
            where e.exception_id = any($1) and ${IS_TO_TELL}
           returning body ->> 'exceptionId' as exception_id`,
    values: [exceptionIds, EXCEPTION_RESOLVED],
  });
  return new Set(rows.map((row) => row.exception_id));
}

const blocksOf = ({ kind, ref }: Pick<Stalled, 'kind' | 'ref'>) => `${kind}:${ref}`;

/**
 * Names what does not go on, and resolves what went on since: of that kind, what is not among
 * `still`. Gives how many exceptions were opened.
 */
export function nameStalled(
  db: Database,
  kind: StallKind,
  still: readonly Stalled[],
): Promise<number> {
  return db.transaction(async (sql) => {
    const known = await namedOf(sql, kind);
    const blocks = still.map(blocksOf);
    const over = known.filter((one) => !blocks.includes(one.blocks));
    if (over.length > 0) {
      const how = { resolution: 'retry', by: 'system', reason: 'it went on' } as const;
      await resolveExceptions(sql, { exceptionIds: over.map((one) => one.exception_id) }, how);
    }
    const fresh = still.filter((one) => !known.some((named) => named.blocks === blocksOf(one)));
    for (const one of fresh) {
      const minutes = Math.floor(one.stalledMs / MS_PER_MINUTE);
      await openException(sql, {
        code: CODE,
        detail: `${one.detail} for ${minutes} minutes`,
        cause: one.cause,
        blocks: blocksOf(one),
        subject: SUBJECT,
        severity: 'high',
        ...(one.orderId === null ? {} : { orderId: one.orderId }),
      });
    }
    return fresh.length;
  });
}

interface NamedRow {
  readonly exception_id: string;
  readonly blocks: string;
}

/** What of that kind is named and not resolved. */
export async function namedOf(sql: Sql, kind: StallKind): Promise<NamedRow[]> {
  const { rows } = await sql.query<NamedRow & Record<string, unknown>>({
    name: 'named-stalled',
    text: `select exception_id, blocks from exception
            where state <> 'resolved' and owner = $3 and code = $1
              and starts_with(blocks, $2 || ':')`,
    values: [CODE, kind, OWNER],
  });
  return rows;
}

export async function countStalled(
  sql: Sql,
  counts: { readonly moved: StallCounts; readonly named: StallCounts },
): Promise<void> {
  const rows = Object.entries(counts).flatMap(([outcome, byKind]) =>
    Object.entries(byKind).map(([kind, cases]) => ({ kind, outcome, cases })),
  );
  if (rows.length === 0) return;
  await sql.query({
    name: 'count-stalled',
    text: `insert into watchdog_total (kind, outcome, cases)
           select * from jsonb_to_recordset($1) as c(kind text, outcome text, cases bigint)
           on conflict (kind, outcome) do update
              set cases = watchdog_total.cases + excluded.cases`,
    values: [JSON.stringify(rows)],
  });
}
