/**
 * What the warehouse does with a request that it accepts, on its own: `POST /_sandbox/script`. What
 * it does by hand: `/_sandbox/ship` sends what is left, `/_sandbox/parcels` (`parcels.ts`) tells a
 * parcel wrongly, again, or under another id.
 */
import { z } from 'zod';
import { createScript, type ScriptBoard } from '../script';
import { COPIES_MAX, LATENCY_MAX_MS } from '../webhook-script';
import type { FulfilmentRequest, PlannedWork, Quantities } from './records';

const PARTS_MAX = 100;
const PARTS_DEFAULT = 2;
const SHIP_AFTER_DEFAULT_MS = 300;
/** Between the events of parts that are told in the wrong order. */
const REORDER_STEP_MS = 200;

const scriptSchema = z.strictObject({
  mode: z.enum(['ship-all', 'ship-in-parts', 'reject', 'never']).default('ship-all'),
  /** Until the first shipment, and between the parts. */
  delayMs: z.int().min(0).max(3_600_000).default(SHIP_AFTER_DEFAULT_MS),
  /** How long an HTTP answer takes. */
  latencyMs: z.int().min(0).max(LATENCY_MAX_MS).default(0),
  parts: z.int().min(2).max(PARTS_MAX).default(PARTS_DEFAULT),
  rejectReason: z.string().min(1).max(200).default('out-of-stock'),
  /** `answer`: 422 at once; `event`: accepted first, then fulfilment.rejected.v1. */
  rejectBy: z.enum(['answer', 'event']).default('answer'),
  /** These lines only are rejected, by event; the rest ships. */
  rejectLineNos: z.array(z.int().min(1)).max(1_000).optional(),
  /** Further copies of every event. */
  duplicateEvents: z.int().min(0).max(COPIES_MAX).default(0),
  /** Events are told in the opposite order. */
  reorder: z.boolean().default(false),
  /** Whether fulfilment.accepted.v1 is told. */
  acknowledge: z.boolean().default(true),
  match: z.strictObject({ orderNo: z.string().min(1) }).optional(),
});
export type WmsScript = z.infer<typeof scriptSchema>;

export function createWmsScript(): ScriptBoard<WmsScript> {
  return createScript(scriptSchema, (script) => script.match?.orderNo);
}

/** Cuts the quantities into parts that are as even as they can be, without empty ones. */
export function inParts(lines: Quantities, parts: number): Quantities[] {
  const made: Quantities[] = Array.from({ length: parts }, () => []);
  let turn = 0;
  for (const { lineNo, quantity } of lines) {
    const counts = new Map<number, number>();
    const share = Math.floor(quantity / parts);
    made.forEach((_part, index) => counts.set(index, share));
    for (let left = quantity % parts; left > 0; left -= 1) {
      counts.set(turn, (counts.get(turn) ?? 0) + 1);
      turn = (turn + 1) % parts;
    }
    counts.forEach((count, index) => {
      if (count > 0) made[index]?.push({ lineNo, quantity: count });
    });
  }
  return made.filter((part) => part.length > 0);
}

export interface Plan {
  work: { work: Omit<PlannedWork, 'id'>; inMs: number }[];
  /** How much later than at once the acceptance is told. */
  acknowledgeInMs: number;
}

/** The work for a request that was just accepted. */
export function planFor(request: FulfilmentRequest, script: WmsScript): Plan {
  const { details } = request;
  const requestId = request.record.id;
  const copies = 1 + script.duplicateEvents;
  const all = details.lines.map(({ lineNo, quantity }) => ({ lineNo, quantity }));
  const rejectedNos = new Set(
    script.mode === 'reject' ? all.map(({ lineNo }) => lineNo) : script.rejectLineNos,
  );
  const rejected = all.filter(({ lineNo }) => rejectedNos.has(lineNo));
  const shipped = all.filter(({ lineNo }) => !rejectedNos.has(lineNo));
  const parts =
    script.mode === 'never' || shipped.length === 0
      ? []
      : script.mode === 'ship-in-parts'
        ? inParts(shipped, script.parts)
        : [shipped];
  const work: Plan['work'] = parts.map((lines, index) => {
    const laterMs = script.reorder ? reorderDelayMs(parts.length, index, script.delayMs) : 0;
    const telling = { copies, delayMs: laterMs };
    return {
      work: { requestId, kind: 'ship', lines, telling },
      inMs: script.delayMs * (index + 1),
    };
  });
  if (rejected.length > 0) {
    const telling = { copies, delayMs: 0 };
    work.push({
      work: { requestId, kind: 'reject', lines: rejected, telling },
      inMs: script.delayMs,
    });
  }
  const lastMs = script.delayMs * parts.length + REORDER_STEP_MS * (parts.length + 1);
  return { work, acknowledgeInMs: script.reorder ? lastMs : 0 };
}

/** So much that part 1 of n is told after part n. */
function reorderDelayMs(parts: number, index: number, stepMs: number): number {
  return (parts - 1 - index) * (2 * stepMs + REORDER_STEP_MS);
}
