/** The operations of an OpenAPI document, in its order. */
import type { OpenApiGeneratorV31 } from '@asteasolutions/zod-to-openapi';
import type { Method } from '../http/route';

export type OpenApiDocument = ReturnType<OpenApiGeneratorV31['generateDocument']>;
export type Operation = NonNullable<NonNullable<OpenApiDocument['paths']>[string]['get']>;

const METHODS = ['get', 'post', 'put'] as const satisfies readonly Method[];

export interface Listed {
  readonly path: string;
  readonly method: Method;
  readonly operation: Operation;
}

export function operationsOf(document: OpenApiDocument): Listed[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      return operation === undefined ? [] : [{ path, method, operation }];
    }),
  );
}
