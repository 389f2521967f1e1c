/** Where something happened decides which day it was. */
import type { Sql } from '../database';

/** For what has no place yet. */
const NO_PLACE_TIME_ZONE = 'UTC';

export async function timeZoneOf(sql: Sql, locationId: string | null): Promise<string> {
  const { rows } = await sql.query<{ time_zone: string }>({
    name: 'time-zone-of',
    text: 'select time_zone from location where location_id = $1',
    values: [locationId],
  });
  return rows[0]?.time_zone ?? NO_PLACE_TIME_ZONE;
}
