/** `PUT /v1/locations/{locationId}`: where stock lies and from where it is sent. */
import { recordDecision } from '../../store/access/decisions';
import { newId } from '../../store/ids';
import { putLocation } from '../../store/master/locations';
import { writeRoute } from '../http/route';
import { MAY } from '../roles';
import { LocationBody, LocationParams, LocationView } from '../schema/location';

export const putLocationRoute = writeRoute(
  {
    method: 'put',
    path: '/v1/locations/{locationId}',
    tag: 'Master data',
    summary: 'Write a location',
    roles: MAY.writeMasterData,
    params: LocationParams,
    body: {
      schema: LocationBody,
      example: { name: 'DC East', kind: 'dc', timeZone: 'America/New_York', priority: 10 },
    },
    responses: { 200: { description: 'The location as it is now', schema: LocationView } },
    errors: [],
  },
  async ({ params: { locationId }, body, caller, correlationId }, { db }) => {
    const written = await db.transaction(async (sql) => {
      const location = await putLocation(sql, { locationId, ...body });
      await recordDecision(sql, {
        decisionId: newId('req'),
        actor: caller.label,
        role: caller.role,
        action: 'location.put',
        subject: locationId,
        detail: body,
        correlationId,
      });
      return location;
    });
    return { status: 200, body: written };
  },
);
