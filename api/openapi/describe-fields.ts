/** Every field of the document says what it is: where its schema does not, by the list of words. */
import type { OpenApiDocument } from './operations';
import { wordsFor } from './words';

type Node = Readonly<Record<string, unknown>>;

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const REFERENCE = '#/components/schemas/';
const FORMS = ['anyOf', 'allOf', 'oneOf'] as const;

interface Place {
  /** The component that it is part of; empty: written out where it is answered. */
  readonly schema: string;
  readonly path: string;
}

export function withDescriptions(document: OpenApiDocument): OpenApiDocument {
  const schemas: Readonly<Record<string, unknown>> = document.components?.schemas ?? {};
  const targetOf = ({ $ref }: Node): unknown =>
    typeof $ref === 'string' ? schemas[$ref.slice(REFERENCE.length)] : undefined;

  function field(property: unknown, place: Place): unknown {
    const inner = described(property, place);
    if (!isNode(inner) || inner['description'] !== undefined) return inner;
    const target = targetOf(inner);
    if (isNode(target) && target['description'] !== undefined) return inner;
    const description = wordsFor(place.schema, place.path);
    return description === undefined ? inner : { ...inner, description };
  }

  function described(value: unknown, { schema, path }: Place): unknown {
    if (!isNode(value)) return value;
    const changed: Record<string, unknown> = { ...value };
    const { properties, items } = value;
    if (isNode(properties)) {
      changed['properties'] = mapped(properties, (name, property) =>
        field(property, { schema, path: path === '' ? name : `${path}.${name}` }),
      );
    }
    if (isNode(items)) changed['items'] = described(items, { schema, path: `${path}[]` });
    for (const form of FORMS) {
      const parts = value[form];
      if (Array.isArray(parts))
        changed[form] = parts.map((part) => described(part, { schema, path }));
    }
    return changed;
  }

  /** Schemas that are written out where they are answered. */
  function inAnswers(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(inAnswers);
    if (!isNode(value)) return value;
    return mapped(value, (name, inner) =>
      name === 'schema' ? described(inner, { schema: '', path: '' }) : inAnswers(inner),
    );
  }

  return {
    ...document,
    paths: inAnswers(document.paths),
    components: {
      ...document.components,
      schemas: mapped(schemas, (name, schema) => described(schema, { schema: name, path: '' })),
    },
  } as OpenApiDocument;
}

function mapped(node: Node, change: (name: string, value: unknown) => unknown): Node {
  return Object.fromEntries(
    Object.entries(node).map(([name, value]) => [name, change(name, value)]),
  );
}
