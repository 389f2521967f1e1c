/** Reading a vendor's answer: parsed by its schema here, or it is a fault; it goes no further raw. */
import type { z } from 'zod';
import type { Refused } from '../canonical/ports/fault';
import { VendorFault } from '../canonical/ports/fault';

const MAX_DETAIL_CHARS = 300;

/**
 * A success whose body does not fit is `ambiguous`: the effect was made, or may have been, and we
 * cannot read its reference. Names the fields, never their values.
 */
export function readAnswer<S extends z.ZodType>(
  system: string,
  what: string,
  schema: S,
  json: unknown,
): z.infer<S> {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map((issue) => `/${issue.path.join('/')}`).slice(0, 5);
  throw new VendorFault(system, 'ambiguous', `${what}: unexpected answer at ${fields.join(', ')}`);
}

export function refused(vendorCode: string, detail: string): Refused {
  return { outcome: 'refused', vendorCode, detail: detail.slice(0, MAX_DETAIL_CHARS) };
}
