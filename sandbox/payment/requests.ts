/** Parameters of Stripe's endpoints, as far as this stand-in knows them. */
import { z } from 'zod';
import type { Answer } from '../system';
import { invalidRequest } from './errors';
import { readForm } from './form';

const AMOUNT_MAX = 99_999_999;
const METADATA_KEYS_MAX = 50;
const METADATA_VALUE_MAX = 500;

const amount = z
  .string()
  .regex(/^\d{1,8}$/, 'Invalid integer')
  .transform(Number)
  .refine((value) => value <= AMOUNT_MAX, 'Amount is too large');
const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
const metadata = z
  .record(z.string().max(40), z.string().max(METADATA_VALUE_MAX))
  .refine((map) => Object.keys(map).length <= METADATA_KEYS_MAX, 'Too many metadata keys');
const expand = z.array(z.string()).optional();

/** https://docs.stripe.com/currencies#special-cases */
const STEPS: Readonly<Record<string, number>> = {
  bhd: 10,
  jod: 10,
  kwd: 10,
  omr: 10,
  tnd: 10,
  isk: 100,
  ugx: 100,
};
const isPayable = (asked: number, currency: string): boolean =>
  asked % (STEPS[currency] ?? 1) === 0;

export const createIntentParams = z
  .strictObject({
    amount: amount.refine((value) => value > 0, 'This value must be greater than or equal to 1.'),
    currency: z
      .string()
      .regex(/^[a-zA-Z]{3}$/, 'Invalid currency')
      .transform((code) => code.toLowerCase()),
    capture_method: z.enum(['automatic', 'automatic_async', 'manual']).default('automatic_async'),
    confirm: flag.default(false),
    payment_method: z.string().optional(),
    payment_method_types: z.array(z.string()).optional(),
    automatic_payment_methods: z.record(z.string(), z.string()).optional(),
    payment_method_options: z
      .strictObject({
        card: z
          .strictObject({
            request_multicapture: z.enum(['if_available', 'never']).optional(),
            request_extended_authorization: z.enum(['if_available', 'never']).optional(),
            request_incremental_authorization: z.enum(['if_available', 'never']).optional(),
          })
          .optional(),
      })
      .optional(),
    customer: z.string().optional(),
    description: z.string().max(1_000).optional(),
    off_session: z.string().optional(),
    return_url: z.string().optional(),
    statement_descriptor_suffix: z.string().optional(),
    transfer_group: z.string().optional(),
    receipt_email: z.string().optional(),
    metadata: metadata.default({}),
    expand,
  })
  .refine(({ amount: asked, currency }) => isPayable(asked, currency), {
    path: ['amount'],
    message:
      'Invalid amount: the last digit of a three-decimal currency must be 0, and the last two of ISK and UGX.',
  });

export const captureParams = z.strictObject({
  amount_to_capture: amount.optional(),
  final_capture: flag.default(true),
  metadata: metadata.default({}),
  statement_descriptor_suffix: z.string().optional(),
  expand,
});

export const cancelParams = z.strictObject({
  cancellation_reason: z
    .enum(['duplicate', 'fraudulent', 'requested_by_customer', 'abandoned'])
    .optional(),
  expand,
});

export const refundParams = z.strictObject({
  payment_intent: z.string().optional(),
  charge: z.string().optional(),
  amount: amount
    .refine((value) => value > 0, 'This value must be greater than or equal to 1.')
    .optional(),
  reason: z.enum(['duplicate', 'fraudulent', 'requested_by_customer']).optional(),
  metadata: metadata.default({}),
  expand,
});

/** The parameters, or Stripe's answer about the first that is wrong. */
export function readParams<T>(
  schema: z.ZodType<T>,
  text: string,
): { ok: true; value: T } | { ok: false; answer: Answer } {
  const form = readForm(text);
  if (!form) return { ok: false, answer: invalidRequest('Too many or too deep parameters.') };
  const parsed = schema.safeParse(form);
  if (parsed.success) return { ok: true, value: parsed.data };
  const issue = parsed.error.issues[0];
  return { ok: false, answer: parameterProblem(issue, form) };
}

function parameterProblem(issue: z.core.$ZodIssue | undefined, form: object): Answer {
  const path = (issue?.path ?? []).map(String);
  const name = path.map((part, index) => (index === 0 ? part : `[${part}]`)).join('');
  if (issue?.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? '';
    const unknown = name === '' ? key : `${name}[${key}]`;
    return invalidRequest(`Received unknown parameter: ${unknown}`, unknown, 'parameter_unknown');
  }
  if (path.length === 1 && !(name in form)) {
    return invalidRequest(`Missing required param: ${name}.`, name, 'parameter_missing');
  }
  const code = name.startsWith('amount') ? 'parameter_invalid_integer' : undefined;
  return invalidRequest(`Invalid ${name}: ${issue?.message ?? 'not valid'}`, name, code);
}
