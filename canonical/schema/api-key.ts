/** Keys of the API: the roles there are, and about what the holder of one may speak. */
import { EVENT_CATALOGUE, type EventType } from './event';

export const ROLES = [
  'channel',
  'oms',
  'store',
  'support',
  'finance',
  'operator',
  'auditor',
] as const;
export type Role = (typeof ROLES)[number];

/** In a list: everything of its kind. It is always written, never what an empty list means. */
export const ALL = '*';

export interface Bindings {
  /** Whose orders: channel instances. */
  readonly channels: readonly string[];
  /** Sources of events; `ALL`: every source that no other key names. */
  readonly sources: readonly string[];
  /** Types of events, one by one or by the system that owns them. */
  readonly types: readonly string[];
  /** The only location whose stock it sees and speaks of; null: a key of no store. */
  readonly storeId: string | null;
}

type System = (typeof EVENT_CATALOGUE)[EventType]['owner'];
export const SYSTEMS: readonly string[] = [
  ...new Set(Object.values(EVENT_CATALOGUE).map(({ owner }) => owner)),
];

/** Whose words each role may pass on, whatever its key says; an operator replays anybody's. */
export const MAY_TELL: Readonly<Partial<Record<Role, readonly System[]>>> = {
  channel: ['channel'],
  oms: ['channel', 'warehouse', 'processor', 'store'],
  store: ['warehouse', 'store'],
  operator: ['channel', 'warehouse', 'processor', 'store'],
};

const covers = (list: readonly string[], one: string) => list.includes(ALL) || list.includes(one);

export function speaksFor({ channels }: Pick<Bindings, 'channels'>, channel: string): boolean {
  return covers(channels, channel);
}

/** Is this fact or request one that the key may bring, by whichever door? */
export function mayBring({ types }: Pick<Bindings, 'types'>, type: EventType): boolean {
  return covers(types, type) || types.includes(EVENT_CATALOGUE[type].owner);
}
