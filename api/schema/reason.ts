/** Why a person decides something: part of the audit trail. */
import { z } from 'zod';

export const Reason = z
  .string()
  .trim()
  .min(1)
  .max(300)
  .meta({ description: 'Why; kept in the audit trail, so without personal data' });
