/** `/v1/locations/{locationId}`: where stock lies and from where it is sent. */
import { z } from 'zod';
import { installation } from '../../canonical/installation';
import { LocationId } from '../../canonical/schema/ids';
import { Location, LocationBody } from '../../canonical/schema/location';
import { recordDecision } from '../../store/access/decisions';
import { newId } from '../../store/ids';
import { findLocation, putLocation } from '../../store/master/locations';
import { wakeWaitersOfLocation } from '../../store/master/mappings';
import type { FieldError } from '../http/problem';
import { found, madeBy, ok, route } from '../http/route';
import { MAY } from '../roles';

const PATH = '/v1/locations/{locationId}';
const LocationParams = z.strictObject({ locationId: LocationId.meta({ example: 'dc-east' }) });

/** The legal entity whose ERP has its books: of the set-up, named where there are several. */
function entityOf(named: string | undefined): string | undefined {
  const entities = installation().entities.map((one) => one.entity);
  if (named === undefined) return entities.length === 1 ? entities[0] : undefined;
  return entities.includes(named) ? named : undefined;
}

function entityErrors({ entity }: LocationBody): FieldError[] {
  if (entityOf(entity) !== undefined) return [];
  const known = installation().entities.map((one) => one.entity);
  const code = entity === undefined ? 'required' : 'invalid_value';
  return [{ pointer: '/entity', code, detail: `one of ${known.join(', ')}` }];
}

export const putLocationRoute = route(
  {
    method: 'put',
    path: PATH,
    tag: 'Master data',
    summary: 'Write a location',
    description: 'Orders that wait for this store go on.',
    roles: MAY.writeMasterData,
    params: LocationParams,
    body: {
      schema: LocationBody,
      check: entityErrors,
      example: {
        name: 'East distribution centre',
        kind: 'dc',
        timeZone: 'America/New_York',
        priority: 10,
      },
    },
    responses: { 200: { description: 'The location as it is now', schema: Location } },
  },
  async (call, { db }) => {
    const { locationId } = call.params;
    const written = await db.transaction(async (sql) => {
      const entity = entityOf(call.body.entity) ?? '';
      const openingHours = call.body.openingHours ?? null;
      const location = await putLocation(sql, { locationId, ...call.body, openingHours, entity });
      const resumed = await wakeWaitersOfLocation(sql, locationId, call.caller.label);
      await recordDecision(sql, {
        ...madeBy(call),
        decisionId: newId('req'),
        action: 'location.put',
        subject: locationId,
        detail: { ...call.body, resumed },
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
