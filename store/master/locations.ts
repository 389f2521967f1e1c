/** The location master: where stock lies and from where it is sent. */
import type { Sql } from '../database';

export interface Location {
  readonly locationId: string;
  readonly name: string;
  readonly kind: 'dc' | 'store';
  /** IANA: business dates of what happens here are in it. */
  readonly timeZone: string;
  readonly entity: string;
  readonly ships: boolean;
  readonly active: boolean;
  /** Lower is sourced from first. */
  readonly priority: number;
  /** The warehouse account that sends what lies there. */
  readonly warehouseAccount: string;
  /** RFC 3339. */
  readonly updatedAt: string;
}

const COLUMNS = `location_id as "locationId", name, kind, time_zone as "timeZone", entity, ships,
  active, priority, warehouse_account as "warehouseAccount", updated_at as "updatedAt"`;

export async function findLocation(sql: Sql, locationId: string): Promise<Location | null> {
  const { rows } = await sql.query<Location>(
    `select ${COLUMNS} from location where location_id = $1`,
    [locationId],
  );
  return rows[0] ?? null;
}

export async function putLocation(
  sql: Sql,
  location: Omit<Location, 'updatedAt'>,
): Promise<Location> {
  const { rows } = await sql.query<Location>(
    `insert into location (location_id, name, kind, time_zone, entity, ships, active, priority,
       warehouse_account)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (location_id) do update set name = excluded.name, kind = excluded.kind,
       time_zone = excluded.time_zone, entity = excluded.entity, ships = excluded.ships,
       active = excluded.active, priority = excluded.priority,
       warehouse_account = excluded.warehouse_account, updated_at = now()
     returning ${COLUMNS}`,
    [
      location.locationId,
      location.name,
      location.kind,
      location.timeZone,
      location.entity,
      location.ships,
      location.active,
      location.priority,
      location.warehouseAccount,
    ],
  );
  const [row] = rows;
  if (row === undefined) throw new RangeError(`location ${location.locationId} was not written`);
  return row;
}
