/**
 * Faults that a test programs: what goes wrong with which calls, how often. `*-before` loses the
 * call before its effect, `*-after` makes the effect and loses the answer.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { z } from 'zod';

const FAULTS_MAX = 100;
const HELD_MAX = 1_000;
const DELAY_MAX_MS = 600_000;
const TIMES_MAX = 1_000_000;

export const faultKinds = [
  'status',
  'delay',
  'hang-before',
  'hang-after',
  'reset-before',
  'reset-after',
  'garbage',
  'rate-limit',
] as const;

export const faultSchema = z
  .strictObject({
    match: z.strictObject({
      method: z.string().min(1).max(10).optional(),
      path: z.string().startsWith('/').max(500),
      body: z.string().min(1).max(1_000).optional(),
    }),
    fault: z.strictObject({
      kind: z.enum(faultKinds),
      status: z.int().min(200).max(599).optional(),
      delayMs: z.int().min(0).max(DELAY_MAX_MS).optional(),
      retryAfterS: z.int().min(0).max(3_600).optional(),
      body: z.union([z.string(), z.record(z.string(), z.unknown())]).optional(),
      /** For `status` and `garbage`: make the effect first. */
      afterEffect: z.boolean().optional(),
    }),
    times: z.int().min(1).max(TIMES_MAX).optional(),
  })
  .superRefine(({ fault }, context) => {
    const need = (field: 'status' | 'delayMs'): void => {
      if (fault[field] !== undefined) return;
      context.addIssue({
        code: 'custom',
        path: ['fault', field],
        message: `is needed for kind ${fault.kind}`,
      });
    };
    if (fault.kind === 'status') need('status');
    if (fault.kind === 'delay') need('delayMs');
  });

export type FaultProgram = z.infer<typeof faultSchema>;
export type Fault = FaultProgram['fault'];

export interface ProgrammedFault extends FaultProgram {
  id: string;
  hits: number;
  /** Calls held right now by this fault. */
  held: number;
}

interface Entry {
  id: string;
  program: FaultProgram;
  path: RegExp;
  hits: number;
  held: number;
  release: AbortController;
}

export interface FaultHit {
  id: string;
  fault: Fault;
  /**
   * Waits for the fault's deletion, for `delayMs`, or for the caller to leave, whichever is first.
   * True when the caller is still there.
   */
  hold(gone: AbortSignal, delayMs?: number): Promise<boolean>;
}

export interface FaultBoard {
  /** Undefined when the board is full. */
  program(fault: FaultProgram): string | undefined;
  list(): ProgrammedFault[];
  held(): number;
  /** Deletes one fault, or all, and lets held calls go. The number deleted. */
  clear(id?: string): number;
  /** The first fault that matches the call; using it counts. */
  hit(call: { method: string; path: string; body: string }): FaultHit | undefined;
}

// A prefix in which `*` is one path segment, or a part of one.
function prefixPattern(path: string): RegExp {
  const escaped = path.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${escaped.join('[^/?]*')}`);
}

function matches(entry: Entry, call: { method: string; path: string; body: string }): boolean {
  const { match, times } = entry.program;
  if (times !== undefined && entry.hits >= times) return false;
  if (match.method && match.method !== '*' && match.method.toUpperCase() !== call.method) {
    return false;
  }
  return entry.path.test(call.path) && (!match.body || call.body.includes(match.body));
}

/** Resolves at the first of: the deletion, the caller's leaving, the delay. */
function waitFor(signals: readonly AbortSignal[], delayMs: number | undefined): Promise<void> {
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const end = (): void => {
      clearTimeout(timer);
      signals.forEach((signal) => signal.removeEventListener('abort', end));
      resolve();
    };
    if (signals.some((signal) => signal.aborted)) return resolve();
    signals.forEach((signal) => signal.addEventListener('abort', end, { once: true }));
    if (delayMs !== undefined) timer = setTimeout(end, delayMs);
  });
}

/** An empty board; one for each stand-in. It is in memory: a restart clears it. */
export function createFaultBoard(): FaultBoard {
  const entries = new Map<string, Entry>();
  let count = 0;
  const heldNow = (): number => [...entries.values()].reduce((sum, entry) => sum + entry.held, 0);

  const holdFor = (entry: Entry) => {
    return async (gone: AbortSignal, delayMs?: number): Promise<boolean> => {
      if (heldNow() >= HELD_MAX) return false;
      entry.held += 1;
      try {
        await waitFor([gone, entry.release.signal], delayMs);
        // A caller that left before the fault was deleted may not have been heard leaving yet.
        await turn();
      } finally {
        entry.held -= 1;
      }
      return !gone.aborted;
    };
  };
  return {
    program(program) {
      if (entries.size >= FAULTS_MAX) return undefined;
      count += 1;
      const id = `fault_${count}`;
      const path = prefixPattern(program.match.path);
      const release = new AbortController();
      entries.set(id, { id, program, path, hits: 0, held: 0, release });
      return id;
    },
    list: () =>
      [...entries.values()].map(({ id, program, hits, held }) => ({ id, ...program, hits, held })),
    held: heldNow,
    clear(id) {
      const chosen = [...entries.values()].filter((entry) => id === undefined || entry.id === id);
      for (const entry of chosen) {
        entries.delete(entry.id);
        entry.release.abort();
      }
      return chosen.length;
    },
    hit(call) {
      for (const entry of entries.values()) {
        if (!matches(entry, call)) continue;
        entry.hits += 1;
        return { id: entry.id, fault: entry.program.fault, hold: holdFor(entry) };
      }
      return undefined;
    },
  };
}
