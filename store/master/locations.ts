/** The location master: where stock lies and from where it is sent. */
import type { Location } from '../../canonical/schema/location';
import { only, type Sql } from '../database';

const COLUMNS = `location_id as "locationId", name, kind, time_zone as "timeZone", entity, ships,
  active, priority, opening_hours as "openingHours", holidays, updated_at as "updatedAt"`;

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
                           opening_hours, holidays)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     on conflict (location_id) do update set name = excluded.name, kind = excluded.kind,
       time_zone = excluded.time_zone, entity = excluded.entity, ships = excluded.ships,
       active = excluded.active, priority = excluded.priority,
       opening_hours = excluded.opening_hours, holidays = excluded.holidays, updated_at = now()
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
      location.openingHours && JSON.stringify(location.openingHours),
      JSON.stringify(location.holidays),
    ],
  );
  return only(rows, `location ${location.locationId}`);
}
