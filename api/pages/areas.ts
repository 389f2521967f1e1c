/** Parts of the pages that people sign in to, each for itself: who may, and where they were going. */
import type { Role } from '../../canonical/schema/api-key';
import { ExceptionId, LocationId } from '../../canonical/schema/ids';
import { Rma } from '../../canonical/schema/return';
import { MAY } from '../roles';

export interface Area {
  /** Of its pages and its forms. */
  readonly path: '/exceptions' | '/finance' | '/returns' | '/stores';
  /** Where its cookie is sent: who signed in to one of these is signed in to all. */
  readonly signedInAt: readonly string[];
  readonly roles: readonly Role[];
  /** The parameter of its paths, and the field of its forms, that names one page. */
  readonly param: string;
  readonly isId: (text: unknown) => boolean;
}

/** The same people work on both. */
const SUPPORT = ['/exceptions', '/finance', '/returns'] as const;

export const EXCEPTIONS: Area = {
  path: '/exceptions',
  signedInAt: SUPPORT,
  roles: MAY.readExceptions,
  param: 'exceptionId',
  isId: (text) => ExceptionId.safeParse(text).success,
};

export const RETURNS: Area = {
  path: '/returns',
  signedInAt: SUPPORT,
  roles: MAY.readExceptions,
  param: 'rma',
  isId: (text) => Rma.safeParse(text).success,
};

/** Its paths name many things; where a form was to lead says `at`. */
export const FINANCE: Area = {
  path: '/finance',
  signedInAt: SUPPORT,
  roles: MAY.readLedger,
  param: 'finance',
  isId: () => false,
};

export const STORES: Area = {
  path: '/stores',
  signedInAt: ['/stores'],
  roles: MAY.readPickups,
  param: 'storeId',
  isId: (text) => LocationId.safeParse(text).success,
};

/** The id that was asked for; empty where it is none. */
export function idAsked({ param, isId }: Area, named: Readonly<Record<string, unknown>>): string {
  const id = named[param];
  return typeof id === 'string' && isId(id) ? id : '';
}
