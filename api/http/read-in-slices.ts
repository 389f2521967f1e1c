/**
 * A body against its schema, in slices: what is small in one go, a long list entry by entry. It is
 * read no further once its first hundred problems are found.
 */
import { z } from 'zod';
import type { Slice } from '../../store/slices';
import { pointerOf, withoutUnknownFields, type Found } from './validation';

/**
 * Values that a schema is applied to in one go: an entry of a list, or a body beside its lists. An
 * order's line with every tax and discount there may be has 300.
 */
export const MAX_VALUES_AT_ONCE = 1_000;

/** An object's lists, and its schema with lists of anything: their length is still checked. */
interface Divided {
  readonly shell: z.ZodType;
  readonly lists: ReadonlyMap<string, { readonly anything: z.ZodType; readonly entry: z.ZodType }>;
}

const divisions = new WeakMap<z.ZodObject, Divided>();

/** A list, perhaps one that may be left out. */
function listIn(field: unknown): z.ZodArray | undefined {
  if (field instanceof z.ZodArray) return field;
  if (field instanceof z.ZodOptional || field instanceof z.ZodDefault) {
    return listIn(field.unwrap());
  }
  return undefined;
}

/** The same list of anything: its length, and what it is where it is left out, are still said. */
function listOfAnything(field: unknown): z.ZodType {
  if (field instanceof z.ZodArray) {
    return z.clone(field, { ...field.def, element: z.unknown() });
  }
  if (field instanceof z.ZodOptional) {
    return z.clone(field, { ...field.def, innerType: listOfAnything(field.unwrap()) });
  }
  if (field instanceof z.ZodDefault) {
    return z.clone(field, { ...field.def, innerType: listOfAnything(field.unwrap()) });
  }
  throw new RangeError('no list');
}

function divide(schema: z.ZodObject): Divided {
  const known = divisions.get(schema);
  if (known !== undefined) return known;
  const lists = new Map<string, { anything: z.ZodType; entry: z.ZodType }>();
  for (const [name, field] of Object.entries(schema.shape)) {
    const list = listIn(field);
    if (list === undefined) continue;
    lists.set(name, { anything: listOfAnything(field), entry: list.element as z.ZodType });
  }
  const emptied = Object.fromEntries([...lists].map(([name, { anything }]) => [name, anything]));
  const divided = { shell: schema.safeExtend(emptied), lists };
  divisions.set(schema, divided);
  return divided;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** How many values there are in it, itself included; no more than one above `most` is counted. */
export function countValues(value: unknown, most: number): number {
  let count = 0;
  const open: unknown[] = [value];
  while (open.length > 0 && count <= most) {
    const one = open.pop();
    count += 1;
    if (typeof one !== 'object' || one === null) continue;
    for (const inner of Object.values(one)) {
      if (open.length + count > most) return most + 1;
      open.push(inner);
    }
  }
  return count;
}

interface Reading {
  readonly found: Found;
  readonly slice: Slice;
  /** Where the value is in the body. */
  readonly path: readonly PropertyKey[];
}

/**
 * The value as its schema reads it. Undefined where anything is wrong with it but fields that nobody
 * knows: beside these, what it means can still be judged. Every problem is in `found`.
 */
export async function readInSlices<S extends z.ZodType>(
  schema: S,
  value: unknown,
  reading: Reading,
): Promise<z.infer<S> | undefined> {
  const isSmall = countValues(value, MAX_VALUES_AT_ONCE) <= MAX_VALUES_AT_ONCE;
  if (isSmall || !(schema instanceof z.ZodObject) || !isRecord(value)) {
    return readAtOnce(schema, value, reading);
  }
  const { shell, lists } = divide(schema);
  const read: unknown = readAtOnce(shell, value, reading, lists);
  let isReadable = isRecord(read);
  const made: Record<string, unknown[]> = {};
  for (const [name, { anything, entry }] of lists) {
    const list = isRecord(read) ? read[name] : value[name];
    // Of one that is too long nothing more is said.
    if (!Array.isArray(list) || !anything.safeParse(list).success) continue;
    const entries = await readList(entry, list, { ...reading, path: [...reading.path, name] });
    if (entries === undefined) isReadable = false;
    else made[name] = entries;
  }
  return isReadable && isRecord(read) ? ({ ...read, ...made } as z.infer<S>) : undefined;
}

async function readList(
  entry: z.ZodType,
  list: readonly unknown[],
  { found, slice, path }: Reading,
): Promise<unknown[] | undefined> {
  const made: unknown[] = [];
  let isReadable = true;
  for (const [index, one] of list.entries()) {
    if (found.isFull) return undefined;
    const read: unknown = readAtOnce(entry, one, { found, slice, path: [...path, index] });
    if (read === undefined) isReadable = false;
    else made.push(read);
    if (slice.isOver()) await slice.next();
  }
  return isReadable ? made : undefined;
}

/** `lists` are not this schema's to read: they do not count. */
function readAtOnce<S extends z.ZodType>(
  schema: S,
  value: unknown,
  { found, path }: Reading,
  lists: ReadonlyMap<string, unknown> = NONE,
): z.infer<S> | undefined {
  const counted = isRecord(value) && lists.size > 0 ? withoutLists(value, lists) : value;
  if (countValues(counted, MAX_VALUES_AT_ONCE) > MAX_VALUES_AT_ONCE) {
    const detail = `more than ${MAX_VALUES_AT_ONCE} values`;
    found.add({ pointer: pointerOf(path), code: 'too_big', detail });
    return undefined;
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  found.addIssues(parsed.error, 'body', path);
  return withoutUnknownFields(schema, value, parsed.error);
}
const NONE: ReadonlyMap<string, unknown> = new Map();

function withoutLists(
  value: Readonly<Record<string, unknown>>,
  lists: ReadonlyMap<string, unknown>,
): unknown {
  return Object.fromEntries(
    Object.entries(value).filter(([name, inner]) => !lists.has(name) || !Array.isArray(inner)),
  );
}
