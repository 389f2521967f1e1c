/** Reading a vendor's answer: parsed by its schema here, or it is a fault; it goes no further raw. */
import type { z } from 'zod';
import type { Refused } from '../canonical/ports/fault';
import { VendorFault } from '../canonical/ports/fault';
import { cutText } from '../canonical/rules/text';
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

/** Where a vendor puts a sentence in a code's place, it is no code: sentences quote people. */
const CODE = /^[A-Za-z0-9][\w.-]{0,79}$/;

/** The vendor's own words stay in the answer; what others are told of it is the code. */
export function refused(vendorCode: string, detail: string): Refused {
  const code = CODE.test(vendorCode) ? vendorCode : 'without_a_code';
  return { outcome: 'refused', vendorCode: code, detail: cutText(detail, MAX_DETAIL_CHARS) };
}
