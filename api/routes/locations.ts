/** `/v1/locations/{locationId}`: where stock lies and from where it is sent. */
import { z } from 'zod';
import { LocationId } from '../../canonical/schema/ids';
import { Location, LocationBody } from '../../canonical/schema/location';
import { recordDecision } from '../../store/access/decisions';
import { newId } from '../../store/ids';
import { findLocation, putLocation } from '../../store/master/locations';
import { found, madeBy, ok, route } from '../http/route';
import { MAY } from '../roles';

const PATH = '/v1/locations/{locationId}';
const LocationParams = z.strictObject({ locationId: LocationId.meta({ example: 'dc-east' }) });

export const putLocationRoute = route(
  {
    method: 'put',
    path: PATH,
    tag: 'Master data',
    summary: 'Write a location',
    roles: MAY.writeMasterData,
    params: LocationParams,
    body: {
      schema: LocationBody,
      example: { name: 'DC East', kind: 'dc', timeZone: 'America/New_York', priority: 10 },
    },
    responses: { 200: { description: 'The location as it is now', schema: Location } },
  },
  async (call, { db }) => {
    const { locationId } = call.params;
    const written = await db.transaction(async (sql) => {
      const location = await putLocation(sql, { locationId, ...call.body });
      await recordDecision(sql, {
        ...madeBy(call),
        decisionId: newId('req'),
        action: 'location.put',
        subject: locationId,
        detail: call.body,
      });
      return location;
    });
    return ok(written);
  },
);

export const readLocationRoute = route(
  {
    method: 'get',
    path: PATH,
    tag: 'Master data',
    summary: 'Read a location',
    roles: MAY.readMasterData,
    params: LocationParams,
    responses: { 200: { description: 'The location', schema: Location } },
    errors: ['not_found'],
  },
  async ({ params }, { db }) =>
    ok(found(await findLocation(db, params.locationId), 'there is no such location')),
);
