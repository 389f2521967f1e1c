/** From what zod says to what the API answers: JSON pointers, stable codes, all problems at once. */
import type { z } from 'zod';
import { type FieldError, MAX_ERRORS_LISTED, Problem } from './problem';

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

/**
 * Problems as they are found: the first hundred are kept, what follows is counted. Whoever reads a
 * long list stops where it is full.
 */
export class Found {
  readonly errors: FieldError[] = [];
  count = 0;

  get isFull(): boolean {
    return this.count >= MAX_ERRORS_LISTED;
  }

  add(error: FieldError): void {
    this.addAs(() => error);
  }

  /** Made only where it is kept. */
  addAs(error: () => FieldError): void {
    if (!this.isFull) this.errors.push(error());
    this.count += 1;
  }

  /** What a validator says of the value at `path`. An unknown field is a problem of its own. */
  addIssues(error: z.ZodError, part: Part = 'body', path: readonly PropertyKey[] = []): void {
    for (const issue of error.issues) {
      const at = [...path, ...issue.path];
      if (issue.code !== 'unrecognized_keys') {
        this.addAs(() => problemOf(issue, named(part, at)));
        continue;
      }
      for (const key of issue.keys) {
        this.addAs(() => ({
          pointer: named(part, [...at, key]),
          code: 'unknown_field',
          detail: 'this field is not known here',
        }));
      }
    }
  }
}

function problemOf(issue: Issue, pointer: string): FieldError {
  const code = isMissing(issue) ? 'required' : (CODES[issue.code] ?? issue.code);
  const detail = isMissing(issue) ? 'this field is needed' : issue.message;
  return { pointer, code, detail };
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
  let known = value;
  for (const issue of error.issues) {
    if (issue.code === 'unrecognized_keys') known = without(known, issue.path, issue.keys);
  }
  return schema.safeParse(known).data;
}

/** A copy of what is on the way only: what is beside it may be long. */
function without(
  value: unknown,
  [step, ...rest]: readonly PropertyKey[],
  keys: readonly string[],
): unknown {
  if (!isObject(value)) return value;
  const copy = Array.isArray(value) ? [...(value as unknown[])] : { ...value };
  if (step === undefined) for (const key of keys) Reflect.deleteProperty(copy, key);
  else Reflect.set(copy, step, without(Reflect.get(copy, step), rest, keys));
  return copy;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Where it was full, whoever read on may have stopped there: it does not say that that is all. */
export function invalidRequest({ errors, count, isFull }: Found): Problem {
  const detail = isFull
    ? `${count} problems in the request and perhaps more: it was not read to its end`
    : `${count} ${count === 1 ? 'problem' : 'problems'} in the request`;
  return new Problem('invalid_request', detail, { errors, errorCount: count });
}

/** A request with one thing wrong. */
export function invalid(error: FieldError): Problem {
  return new Problem('invalid_request', '1 problem in the request', { errors: [error] });
}
