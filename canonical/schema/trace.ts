/** The story of an id across every system, in time order. */
import { z } from 'zod';
import { Instant } from './ids';

const TraceEntry = z.strictObject({
  at: Instant,
  /** Where it happened: `throughline`, or the account of another system. */
  system: z.string(),
  kind: z.string(),
  summary: z.string(),
  /** Ids that lead on from here. */
  refs: z.record(z.string(), z.union([z.string(), z.number()])),
});
export type TraceEntry = z.infer<typeof TraceEntry>;

export const Trace = z
  .strictObject({
    id: z.string(),
    matched: z.array(z.strictObject({ kind: z.string(), ref: z.string() })),
    entries: z.array(TraceEntry),
    isCut: z.boolean().meta({ description: 'There is more than one trace shows' }),
  })
  .meta({ id: 'Trace' });
export type Trace = z.infer<typeof Trace>;
