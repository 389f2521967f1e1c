/**
 * A schema that is described where it is used (`Money` as "List price of one unit") is written out
 * there by the generator; a reader and a client generator want its name.
 */
import { Address, Customer, OrderTotals, TenderReceived } from '../../canonical/schema/order';
import { Amount, Currency, Money } from '../../canonical/schema/money';
import type { OpenApiDocument } from './operations';

/** By the name that they have in the document. */
export const NAMED_SCHEMAS = {
  Address,
  Amount,
  Currency,
  Customer,
  Money,
  OrderTotals,
  TenderReceived,
} as const;

type Node = Readonly<Record<string, unknown>>;

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What makes two schemas the same: everything but the words about them. */
function shapeOf({ description: _, example: __, ...shape }: Node): string {
  return JSON.stringify(shape);
}

/** OpenAPI 3.1 lets a reference have a description and an example of its own. */
function referenceTo(name: string, { description, example }: Node): Node {
  return {
    $ref: `#/components/schemas/${name}`,
    ...(description !== undefined && { description }),
    ...(example !== undefined && { example }),
  };
}

/**
 * The generator writes "that schema, or null" of a named one as both at once, which nothing is: it
 * becomes either.
 */
function eitherOrNull(node: Node): Node {
  const { allOf, ...others } = node;
  if (!Array.isArray(allOf)) return node;
  const [named, nullable]: readonly unknown[] = allOf;
  const isBoth = isNode(nullable) && Array.isArray(nullable['type']) && allOf.length === 2;
  return isBoth ? { anyOf: [named, { type: 'null' }], ...others } : node;
}

/** The document, with a reference wherever one of the named schemas was written out. */
export function withReferences(document: OpenApiDocument): OpenApiDocument {
  const schemas: Readonly<Record<string, unknown>> = document.components?.schemas ?? {};
  const nameOf = new Map<string, string>();
  for (const name of Object.keys(NAMED_SCHEMAS)) {
    const schema = schemas[name];
    if (isNode(schema)) nameOf.set(shapeOf(schema), name);
  }
  const definitions = new Set(Object.keys(NAMED_SCHEMAS).map((name) => schemas[name]));
  const refer = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(refer);
    if (!isNode(value)) return value;
    const name = definitions.has(value) ? undefined : nameOf.get(shapeOf(value));
    if (name !== undefined) return referenceTo(name, value);
    return Object.fromEntries(
      Object.entries(eitherOrNull(value)).map(([key, inner]) => [key, refer(inner)]),
    );
  };
  return refer(document) as OpenApiDocument;
}
