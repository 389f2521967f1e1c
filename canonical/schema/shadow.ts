/** What would have been done with what a channel in shadow said. Ids, units and reasons only. */
import { z } from 'zod';
import { Instant } from './ids';
import { Amount } from './money';

/**
 * Of an order: `accepted`, `waiting` or `refused`. Of any other event: `heard`, with what it would
 * have met. `unreadable`: an event that nobody here understands.
 */
export const SHADOW_OUTCOMES = ['accepted', 'waiting', 'refused', 'heard', 'unreadable'] as const;
export const ShadowOutcome = z
  .enum(SHADOW_OUTCOMES)
  .meta({ description: 'What would have become of it' });
export type ShadowOutcome = z.infer<typeof ShadowOutcome>;

/** Lines, and reasons, that are kept of one order. */
export const MAX_KEPT = 100;

export const ShadowFinding = z.strictObject({
  summary: z.string().meta({ description: 'What would have been done, for a person' }),
  total: Amount.nullable(),
  isOnHold: z.boolean().meta({ description: 'It came with a hold: nothing would be released' }),
  groups: z
    .array(
      z.strictObject({ groupNo: z.int(), location: z.string(), warehouse: z.string().nullable() }),
    )
    .meta({ description: 'From where it would have been sent; today, by the stock there is' }),
  lines: z
    .array(
      z.strictObject({
        lineNo: z.int(),
        sku: z.string(),
        groupNo: z.int(),
        quantity: z.int(),
      }),
    )
    .meta({ description: `The first ${MAX_KEPT}` }),
  exceptions: z
    .array(z.strictObject({ code: z.string(), detail: z.string() }))
    .meta({ description: 'What it would have waited for' }),
  problems: z
    .array(z.strictObject({ pointer: z.string(), code: z.string(), detail: z.string() }))
    .meta({ description: 'Why it would have been refused, or cannot be read' }),
});
export type ShadowFinding = z.infer<typeof ShadowFinding>;

export const ShadowFindingView = ShadowFinding.extend({
  eventNo: z.int().meta({ description: 'Of the inbox, where what was said is kept' }),
  channelInstance: z.string(),
  orderNo: z.string().nullable(),
  type: z.string(),
  outcome: ShadowOutcome,
  heardAt: Instant,
  correlationId: z.string(),
}).meta({ id: 'ShadowFinding' });
export type ShadowFindingView = z.infer<typeof ShadowFindingView>;
