/** Money as the API shows it; differences may be negative. */
import { z } from 'zod';

export const Amount = z
  .strictObject({ currency: z.string(), minorUnits: z.int() })
  .meta({ id: 'Amount' });
