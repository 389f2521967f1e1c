/** Cancels of what has not left yet. Each is one transaction under the request's lock. */
import { inTransaction, type Queryable } from '../database';
import { contentHash, prefixedId } from '../identifiers';
import type { SandboxContext } from '../system';
import {
  asRequest,
  cancellations,
  cancelOutcomeSchema,
  fulfilmentRequests,
  type CancelOutcome,
  type FulfilmentRequest,
  type Quantities,
} from './records';
import { movable, move, tellEffect } from './warehouse';

export type CancelRefusal = 'unknown-request' | 'unknown-line' | 'key-reused';

export interface Cancel {
  requestId: string;
  /** All that is left when undefined. */
  lines?: Quantities;
  /** The caller's key for this cancel; the same key gives the first answer again. */
  key?: string;
}

/** What this key was answered before, if it was. */
async function earlierOutcome(
  db: Queryable,
  { requestId, key }: Cancel,
  hash: string,
): Promise<CancelOutcome | 'key-reused' | undefined> {
  if (key === undefined) return undefined;
  const filter = { parentId: requestId, throughlineKey: key, limit: 1 };
  const [earlier] = await cancellations.list(db, filter);
  if (!earlier) return undefined;
  if (earlier.details['bodyHash'] !== hash) return 'key-reused';
  return cancelOutcomeSchema.parse({ outcome: earlier.status, lines: earlier.details['lines'] });
}

const sum = (lines: Quantities): number =>
  lines.reduce((total, { quantity }) => total + quantity, 0);

async function cancelNow(
  db: Queryable,
  request: FulfilmentRequest,
  wanted: Quantities,
): Promise<CancelOutcome> {
  const moved = movable(request.details.lines, wanted);
  if (moved.length === 0) return { outcome: 'too-late', lines: [] };
  await move(db, request, moved, 'cancelled');
  const lines = moved.map(({ line, quantity }) => ({ lineNo: line.lineNo, quantity }));
  return { outcome: sum(lines) < sum(wanted) ? 'partly-cancelled' : 'cancelled', lines };
}

/**
 * Cancels what is left of the wanted quantities. Without a key, a repeated call cancels afresh:
 * what went the first time is not left any more.
 */
export async function cancelRequest(
  context: SandboxContext,
  cancel: Cancel,
): Promise<CancelOutcome | CancelRefusal> {
  const { requestId, lines: asked, key } = cancel;
  const bodyHash = contentHash(asked ?? null);
  const result = await inTransaction(context.pool, async (db) => {
    const record = await fulfilmentRequests.lock(db, requestId);
    if (!record) return 'unknown-request';
    const earlier = await earlierOutcome(db, cancel, bodyHash);
    if (earlier) return earlier === 'key-reused' ? earlier : { answer: earlier };
    const request = asRequest(record);
    const known = new Set(request.details.lines.map(({ lineNo }) => lineNo));
    if (asked?.some(({ lineNo }) => !known.has(lineNo))) return 'unknown-line';
    const whole = request.details.lines.map(({ lineNo, quantity }) => ({ lineNo, quantity }));
    const answer = await cancelNow(db, request, asked ?? whole);
    const { outcome, lines } = answer;
    const id = prefixedId('wcn');
    await cancellations.insert(db, {
      id,
      parentId: requestId,
      throughlineKey: key ?? null,
      reference: request.details.orderNo,
      orderId: record.orderId,
      status: outcome,
      details: { lines, bodyHash },
    });
    return { answer, made: { id, request } };
  });
  if (typeof result === 'string') return result;
  if (result.made && result.answer.outcome !== 'too-late') {
    const { id, request } = result.made;
    tellEffect(context, request, {
      effect: 'cancelled',
      id,
      ...(key === undefined ? {} : { key }),
    });
  }
  return result.answer;
}
