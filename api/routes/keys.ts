/** `/v1/keys…`: the API's own keys. A key is shown once, in the answer that made it. */
import { z } from 'zod';
import { ROLES } from '../../canonical/schema/api-key';
import { Instant, KeyId } from '../../canonical/schema/ids';
import { KeyRequest, keyRequestProblems } from '../../canonical/schema/key';
import { makeKey, revokeKey, rotateKey, type KeyMade } from '../../moments/access/keys';
import type { Sql } from '../../store/database';
import { listKeys } from '../../store/access/kept-keys';
import { KEY_ID_EXAMPLE } from '../examples';
import { PageQuery, pageOf, readPage } from '../http/cursor';
import type { Answer, KeyedCall } from '../http/keyed';
import { Problem, type FieldError } from '../http/problem';
import { keyedRoute, madeBy, ok, route } from '../http/route';
import { MAY } from '../roles';
import { Reason } from '../schema/reason';

const PATH = '/v1/keys/{keyId}';
const MAX_OVERLAP_MINUTES = 7 * 24 * 60;
const Params = z.strictObject({ keyId: KeyId.meta({ example: KEY_ID_EXAMPLE }) });

const KeyView = z
  .strictObject({
    keyId: z.string(),
    name: z.string(),
    role: z.enum(ROLES),
    prefix: z.string().nullable().meta({ description: 'How it begins; null: of the set-up file' }),
    channels: z.array(z.string()),
    sources: z.array(z.string()),
    types: z.array(z.string()),
    storeId: z.string().nullable(),
    createdAt: z.string(),
    createdBy: z.string(),
    expiresAt: z.string().nullable(),
    revokedAt: z.string().nullable().meta({ description: 'To come, where it was rotated' }),
    revokedBy: z.string().nullable(),
  })
  .meta({ id: 'Key' });
const KeyShown = KeyView.extend({
  key: z.string().optional().meta({ description: 'Shown once: a replayed answer has none' }),
}).meta({ id: 'KeyMade' });

function errorsOf(request: KeyRequest): FieldError[] {
  const problems = keyRequestProblems(request, Date.now());
  return problems.map((one) => ({ ...one, code: 'invalid_value' }));
}

/** @throws Problem not_found, decision_refused */
function refusal(refused: Exclude<KeyMade, { outcome: 'made' }>): Problem {
  return refused.outcome === 'unknown'
    ? new Problem('not_found', 'there is no key with that id')
    : new Problem('decision_refused', refused.why);
}

/** What is kept for a replay is without the key: nothing that opens a door is in the database. */
async function answerMade(
  sql: Sql,
  made: KeyMade,
  status: number,
  keep: KeyedCall['keep'],
): Promise<Answer> {
  if (made.outcome !== 'made') throw refusal(made);
  await keep(sql, { status, body: made.kept });
  return { status, body: { ...made.kept, key: made.key } };
}

export const listKeysRoute = route(
  {
    method: 'get',
    path: '/v1/keys',
    tag: 'Keys',
    summary: 'List the keys of the API',
    description: 'Never the keys themselves: only their hashes are kept.',
    roles: MAY.manageKeys,
    query: z.strictObject(PageQuery),
    responses: { 200: { description: 'The first made first', schema: pageOf(KeyView) } },
  },
  ({ query }, { db }) =>
    readPage(query, ['createdAt', 'keyId'], (after, limit) => listKeys(db, after, limit)),
);

export const makeKeyRoute = keyedRoute(
  {
    path: '/v1/keys',
    tag: 'Keys',
    summary: 'Make a key',
    description:
      'The answer shows the key, once. What is left out of `channels`, `sources` and `types` is as ' +
      'in the set-up file: nothing for a caller, everything for a reader. `*` is all of its kind.',
    roles: MAY.manageKeys,
    body: {
      schema: KeyRequest,
      check: errorsOf,
      example: { name: 'shop-two', role: 'channel', channels: ['web-us'], sources: ['/shop-two'] },
    },
    responses: { 201: { description: 'The key', schema: KeyShown } },
    errors: ['decision_refused'],
  },
  (call, { db }, { decisionId, keep }) =>
    db.transaction(async (sql) =>
      answerMade(sql, await makeKey(sql, call.body, { ...madeBy(call), decisionId }), 201, keep),
    ),
);

export const rotateKeyRoute = keyedRoute(
  {
    path: `${PATH}/rotate`,
    tag: 'Keys',
    summary: 'Give a holder a new key',
    description:
      'Same name, same bindings; the old key ends after the overlap. An API process may know it ' +
      'for up to 15 s longer.',
    roles: MAY.manageKeys,
    params: Params,
    body: {
      schema: z
        .strictObject({
          overlapMinutes: z
            .int()
            .min(0)
            .max(MAX_OVERLAP_MINUTES)
            .default(0)
            .meta({ description: 'How long the old key still opens' }),
          expiresAt: Instant.optional().meta({
            description: 'Left out: it lives as long as the old one was given',
          }),
        })
        .meta({ id: 'RotateKey' }),
      mayBeEmpty: true,
      example: { overlapMinutes: 60 },
    },
    responses: { 200: { description: 'The new key', schema: KeyShown } },
    errors: ['not_found', 'decision_refused'],
  },
  (call, { db }, { decisionId, keep }) =>
    db.transaction(async (sql) => {
      const by = { ...madeBy(call), decisionId };
      return answerMade(sql, await rotateKey(sql, call.params.keyId, call.body, by), 200, keep);
    }),
);

export const revokeKeyRoute = keyedRoute(
  {
    path: `${PATH}/revoke`,
    tag: 'Keys',
    summary: 'Revoke a key',
    description: 'An API process may know it for up to 15 s longer.',
    roles: MAY.manageKeys,
    params: Params,
    body: {
      schema: z.strictObject({ reason: Reason }).meta({ id: 'RevokeKey' }),
      example: { reason: 'its holder left' },
    },
    responses: { 200: { description: 'The key as it is now', schema: KeyView } },
    errors: ['not_found'],
  },
  (call, { db }, { decisionId, keep }) =>
    db.transaction(async (sql) => {
      const by = { ...madeBy(call), decisionId, reason: call.body.reason };
      const revoked = await revokeKey(sql, call.params.keyId, by);
      if (revoked.outcome !== 'revoked') throw refusal(revoked);
      const answer = ok(revoked.kept);
      await keep(sql, answer);
      return answer;
    }),
);
