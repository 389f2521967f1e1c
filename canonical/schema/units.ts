/** Units of a line, as events count them. */
import { z } from 'zod';
import { MAX_QUANTITY } from './order';

export const Quantity = z.int().min(1).max(MAX_QUANTITY).meta({ description: 'Units' });
export const LineNo = z
  .int()
  .min(1)
  .meta({ description: 'The number of the order’s line, from 1' });
