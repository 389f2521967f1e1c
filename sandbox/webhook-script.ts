/** How webhooks are sent: whether, how many copies in all, how late. */
import { z } from 'zod';

export const LATENCY_MAX_MS = 120_000;
export const COPIES_MAX = 20;
const DELAY_MAX_MS = 600_000;

export const webhookScript = z
  .strictObject({
    enabled: z.boolean().default(true),
    /** In all: 1 is once. */
    copies: z.int().min(1).max(COPIES_MAX).default(1),
    delayMs: z.int().min(0).max(DELAY_MAX_MS).default(0),
  })
  .prefault({});
