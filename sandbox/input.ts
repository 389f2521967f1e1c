/** Input parsed with a schema, with every problem named at once. */
import type { z } from 'zod';

export interface InputError {
  /** RFC 6901 pointer into the body. */
  pointer: string;
  code: string;
  detail: string;
}

export type Read<T> = { ok: true; value: T } | { ok: false; errors: InputError[] };

const ERRORS_MAX = 100;

export function readInput<T>(schema: z.ZodType<T>, input: unknown): Read<T> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return { ok: true, value: parsed.data };
  const errors = parsed.error.issues.slice(0, ERRORS_MAX).map((issue) => ({
    pointer: issue.path.map((part) => `/${String(part)}`).join(''),
    code: issue.code,
    detail: issue.message,
  }));
  return { ok: false, errors };
}

/** A JSON text; undefined when it is not JSON. */
export function readJson(text: string): { value: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return { value };
  } catch {
    return undefined;
  }
}
