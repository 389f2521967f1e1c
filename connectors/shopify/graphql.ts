/** One call of Shopify's Admin GraphQL API, and every way it can end, in our terms. */
import type { z } from 'zod';
import type { Refused } from '../../canonical/ports/fault';
import { VendorFault } from '../../canonical/ports/fault';
import { readAnswer, refused, requireSuccess } from '../answer';
import { postJson, retryAfterMs, type HttpDoor } from '../http';
import type { UserErrors } from './admin-schema';
import { GraphqlEnvelope } from './admin-schema';
import { REFUSED_CODES } from './refused-before';

export const SYSTEM = 'shopify';
const PATH = '/admin/api/2026-07/graphql.json';
const MS_PER_SECOND = 1_000;
/** Where Shopify throttles and does not say what it costs. */
const DEFAULT_WAIT_MS = 1_000;
const MAX_MESSAGES = 5;

/** Until the bucket holds what this call asks for, at the rate it refills. */
function throttledMs(envelope: GraphqlEnvelope): number {
  const cost = envelope.extensions?.cost;
  const status = cost?.throttleStatus;
  if (!status || status.restoreRate <= 0) return DEFAULT_WAIT_MS;
  const missing = (cost?.requestedQueryCost ?? 0) - status.currentlyAvailable;
  return missing > 0 ? Math.ceil((missing / status.restoreRate) * MS_PER_SECOND) : DEFAULT_WAIT_MS;
}

function faultOf(what: string, envelope: GraphqlEnvelope, retryAfter?: string): VendorFault {
  const errors = envelope.errors ?? [];
  const codes = errors.map((error) => error.extensions?.code ?? 'without a code');
  if (!codes.every((code) => REFUSED_CODES.has(code))) {
    return new VendorFault(SYSTEM, 'ambiguous', `${what}: ${codes.join(', ')}`);
  }
  if (codes.includes('THROTTLED')) {
    const waitMs = retryAfterMs(retryAfter, Date.now()) ?? throttledMs(envelope);
    return new VendorFault(SYSTEM, 'unavailable', `${what}: throttled`, waitMs);
  }
  const named = [...new Set(codes)].slice(0, MAX_MESSAGES);
  return new VendorFault(SYSTEM, 'misconfigured', `${what}: ${named.join(', ')}`);
}

/** Throws a VendorFault for everything but an answer that fits; userErrors are the caller's. */
export async function ask<S extends z.ZodType>(
  door: HttpDoor,
  what: string,
  query: string,
  variables: unknown,
  schema: S,
): Promise<z.infer<S>> {
  const answer = await postJson(door, PATH, { query, variables });
  requireSuccess(SYSTEM, what, answer);
  const envelope = readAnswer(SYSTEM, what, GraphqlEnvelope, answer.json);
  if (envelope.errors && envelope.errors.length > 0) {
    throw faultOf(what, envelope, answer.headers['retry-after']);
  }
  return readAnswer(SYSTEM, what, schema, envelope.data);
}

/** Null where Shopify had nothing to object to. */
export function refusalOf(errors: UserErrors): Refused | null {
  const [first] = errors;
  if (!first) return null;
  const said = errors.slice(0, MAX_MESSAGES).map((error) => {
    const field = error.field?.join('.');
    return field ? `${field}: ${error.message}` : error.message;
  });
  return refused(first.code ?? 'user_error', said.join(' · '));
}

/** `450789469` → `gid://shopify/Order/450789469`; a gid stays as it is. */
export function orderGid(channelOrderRef: string | null): string {
  if (channelOrderRef === null) {
    throw new VendorFault(SYSTEM, 'misconfigured', 'the order has no reference in the shop');
  }
  return channelOrderRef.startsWith('gid://')
    ? channelOrderRef
    : `gid://shopify/Order/${channelOrderRef}`;
}
