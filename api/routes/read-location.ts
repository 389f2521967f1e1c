/** `GET /v1/locations/{locationId}`. */
import { findLocation } from '../../store/master/locations';
import { Problem } from '../http/problem';
import { readRoute } from '../http/route';
import { MAY } from '../roles';
import { LocationParams, LocationView } from '../schema/location';

export const readLocationRoute = readRoute(
  {
    path: '/v1/locations/{locationId}',
    tag: 'Master data',
    summary: 'Read a location',
    roles: MAY.readMasterData,
    params: LocationParams,
    responses: { 200: { description: 'The location', schema: LocationView } },
    errors: ['not_found'],
  },
  async ({ params }, { db }) => {
    const location = await findLocation(db, params.locationId);
    if (location === null) throw new Problem('not_found', 'there is no such location');
    return { status: 200, body: location };
  },
);
