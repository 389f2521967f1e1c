/** Reading a vendor's answer: parsed by its schema here, or it is a fault; it goes no further raw. */
import type { z } from 'zod';
import type { Refused } from '../canonical/ports/fault';
import { VendorFault } from '../canonical/ports/fault';
import type { HttpAnswer } from './http';

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

/** Where a 4xx cannot be the answer to what was asked: our request or our key is wrong. */
export function requireSuccess(system: string, what: string, { status }: HttpAnswer): void {
  if (status < 400) return;
  throw new VendorFault(system, 'misconfigured', `${what}: status ${status}`);
}

export function refused(vendorCode: string, detail: string): Refused {
  return { outcome: 'refused', vendorCode, detail: detail.slice(0, MAX_DETAIL_CHARS) };
}
