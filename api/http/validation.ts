/** From what zod says to what the API answers: JSON pointers, stable codes, all problems at once. */
import type { z } from 'zod';
import { type FieldError, Problem } from './problem';

type Issue = z.core.$ZodIssue;
/** `body` gives RFC 6901 pointers; the other parts are named: `query:sku`. */
export type Part = 'body' | 'query' | 'path';

const CODES: Partial<Record<Issue['code'], string>> = {
  unrecognized_keys: 'unknown_field',
  custom: 'invalid_value',
};

/** RFC 6901: `~` and `/` of a name are escaped. */
export function pointerOf(path: readonly PropertyKey[]): string {
  return path
    .map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
}

function named(part: Part, path: readonly PropertyKey[]): string {
  return part === 'body' ? pointerOf(path) : `${part}:${path.map(String).join('.')}`;
}

function isMissing(issue: Issue): boolean {
  return issue.code === 'invalid_type' && /received undefined$/.test(issue.message);
}

/** Every problem of a value, in the order of its fields. An unknown field is a problem of its own. */
export function fieldErrors(error: z.ZodError, part: Part = 'body'): FieldError[] {
  return error.issues.flatMap((issue): FieldError[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        pointer: named(part, [...issue.path, key]),
        code: 'unknown_field',
        detail: 'this field is not known here',
      }));
    }
    const code = isMissing(issue) ? 'required' : (CODES[issue.code] ?? issue.code);
    const detail = isMissing(issue) ? 'this field is needed' : issue.message;
    return [{ pointer: named(part, issue.path), code, detail }];
  });
}

/**
 * The value without the fields that nobody knows, where these are all that is wrong with it; else
 * undefined. What it means can then be judged beside them.
 */
export function withoutUnknownFields<S extends z.ZodType>(
  schema: S,
  value: unknown,
  error: z.ZodError,
): z.infer<S> | undefined {
  if (error.issues.some((issue) => issue.code !== 'unrecognized_keys')) return undefined;
  const known: unknown = structuredClone(value);
  for (const issue of error.issues) {
    if (issue.code !== 'unrecognized_keys') continue;
    const owner = issue.path.reduce<unknown>(
      (at, step) => (isObject(at) ? Reflect.get(at, step) : undefined),
      known,
    );
    for (const key of issue.keys) if (isObject(owner)) Reflect.deleteProperty(owner, key);
  }
  return schema.safeParse(known).data;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

export function invalidRequest(errors: readonly FieldError[]): Problem {
  const detail = `${errors.length} ${errors.length === 1 ? 'problem' : 'problems'} in the request`;
  return new Problem('invalid_request', detail, { errors });
}
