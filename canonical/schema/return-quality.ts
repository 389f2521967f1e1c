/** Why goods come back and how they are found, counted by item: what inventory quality reads. */
import { z } from 'zod';
import { CONDITIONS, DISPOSITIONS } from './return';

export const ReturnQuality = z
  .strictObject({
    sku: z.string().meta({ description: 'What came back' }),
    reason: z.string().meta({ description: 'Of the return; unannounced: nobody gave one' }),
    condition: z.enum(CONDITIONS).meta({ description: 'As it was found' }),
    disposition: z.enum(DISPOSITIONS).meta({ description: 'What became of it' }),
    units: z.int().meta({ description: 'How many, over the days that were asked for' }),
  })
  .meta({ id: 'ReturnQuality' });
export type ReturnQuality = z.infer<typeof ReturnQuality>;
