/** What a call is sent and answered, parameter by parameter and field by field. */
import type { OpenApiDocument, Operation } from './operations';

interface Field {
  /** Of a body the way to it: `lines[].sku`. */
  readonly name: string;
  readonly place: string;
  readonly isNeeded: boolean;
  /** Empty where nobody described it. */
  readonly description: string;
}

/** The part of JSON Schema that our generator writes. */
interface Schema {
  readonly $ref?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

interface Answer {
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>;
}

const REFERENCE = '#/components/schemas/';
/** Deeper than any body of ours is nested. */
const MAX_DEPTH = 8;

/** What a reference refers to; its own description goes before the schema's. */
function resolved(document: OpenApiDocument, schema: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  const schemas = document.components?.schemas as Readonly<Record<string, Schema>> | undefined;
  return { ...schemas?.[schema.$ref.slice(REFERENCE.length)], ...schema };
}

function bodyFields(document: OpenApiDocument, schema: Schema, prefix = '', depth = 0): Field[] {
  if (depth > MAX_DEPTH) return [];
  const { properties = {}, required = [], items, anyOf, allOf = [] } = resolved(document, schema);
  const below = (inner: Schema, name: string) => bodyFields(document, inner, name, depth + 1);
  const own = Object.entries(properties).flatMap(([key, property]) => {
    const name = prefix === '' ? key : `${prefix}.${key}`;
    const { description = '' } = resolved(document, property);
    const isNeeded = required.includes(key);
    return [{ name, place: 'body', isNeeded, description }, ...below(property, name)];
  });
  // Of several forms the first is the one that the others are made of.
  const parts = [...allOf, ...(anyOf ?? []).slice(0, 1)].flatMap((part) => below(part, prefix));
  return [...own, ...parts, ...(items === undefined ? [] : below(items, `${prefix}[]`))];
}

export function fieldsOf(document: OpenApiDocument, operation: Operation): Field[] {
  const parameters = (operation.parameters ?? []).flatMap((parameter) => {
    if (!('in' in parameter)) return [];
    const { name, in: place, required, description = '' } = parameter;
    return [{ name, place, isNeeded: required === true, description }];
  });
  const body = operation.requestBody;
  const [media] = body !== undefined && 'content' in body ? Object.values(body.content) : [];
  const schema = media?.schema as Schema | undefined;
  return [...parameters, ...(schema === undefined ? [] : bodyFields(document, schema))];
}

/** Of every answer, under its status. */
export function answerFieldsOf(document: OpenApiDocument, operation: Operation): Field[] {
  const answers = Object.entries((operation.responses ?? {}) as Readonly<Record<string, Answer>>);
  return answers.flatMap(([status, { content = {} }]) =>
    Object.values(content).flatMap(({ schema = {} }) =>
      bodyFields(document, schema).map((one) => ({ ...one, place: status })),
    ),
  );
}
