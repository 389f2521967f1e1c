/**
 * What Shopify documents as refused before it acted: a request that is not read (400, 404), its
 * credentials (401, 403), a shop that is frozen or locked (402, 423), rate (429). Of the codes in a
 * 200, the same: the cost or the rights of a query, and what GraphQL finds wrong before it executes.
 */
import type { RefusedBefore } from '../http';

export const REFUSED_BEFORE: RefusedBefore = {
  source: 'https://shopify.dev/docs/api/usage/response-codes',
  statuses: new Set([400, 401, 402, 403, 404, 423, 429]),
};

/** Of a 200 with errors: counted or judged before anything is executed. */
export const REFUSED_CODES: ReadonlySet<string> = new Set([
  'ACCESS_DENIED',
  'MAX_COST_EXCEEDED',
  'SHOP_INACTIVE',
  'THROTTLED',
  // What GraphQL finds wrong with a document or its variables.
  'argumentLiteralsIncompatible',
  'argumentNotAccepted',
  'INVALID_VARIABLE',
  'missingRequiredArguments',
  'missingRequiredInputObjectAttribute',
  'undefinedField',
  'variableMismatch',
  'variableNotDefined',
]);
