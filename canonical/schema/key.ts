/** A key of the API, as an operator asks for one: who holds it, and about what it may speak. */
import { z } from 'zod';
import { channelSetup, installation } from '../installation';
import { ALL, ROLES, SYSTEMS, type Bindings, type Role } from './api-key';
import { isEventType } from './event';
import { Instant, LocationId } from './ids';

const MAX_LISTED = 100;
const Listed = z.array(z.string().min(1).max(300)).max(MAX_LISTED);

export const KeyName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'lower-case letters, digits and dashes, such as shop-eu')
  .meta({ description: 'Who holds it: decisions are recorded under this name' });

/** The words are those of the set-up file's `keys`; `*` is all of its kind. */
export const KeyRequest = z
  .strictObject({
    name: KeyName,
    role: z.enum(ROLES).meta({ description: 'What its holder may do' }),
    channels: Listed.optional().meta({ description: 'Whose orders; a channel or oms needs it' }),
    sources: Listed.optional().meta({ description: 'From which sources it sends events' }),
    types: Listed.optional().meta({ description: 'Event types, or the systems that own them' }),
    storeId: LocationId.optional().meta({ description: 'A store’s location; role store needs it' }),
    expiresAt: Instant.optional().meta({ description: 'Left out: it does not expire' }),
  })
  .meta({ id: 'KeyRequest' });
export type KeyRequest = z.infer<typeof KeyRequest>;

export interface KeyProblem {
  readonly pointer: string;
  readonly detail: string;
}

/** What its schema cannot say: names that are not here, and what its role needs. */
export function keyRequestProblems(request: KeyRequest, nowMs: number): KeyProblem[] {
  const problems: KeyProblem[] = [];
  const find = (pointer: string, isWrong: boolean, detail: string) => {
    if (isWrong) problems.push({ pointer, detail });
  };
  const { name, role, channels, types, storeId, expiresAt } = request;
  const isOfFile = installation().keys.some((one) => one.name === name);
  find('/name', isOfFile, 'a key of the set-up file: it is rotated, or bound anew there');
  find('/channels', isSeller(role) && !channels?.length, 'has to say for which it speaks');
  find('/storeId', role === 'store' && storeId === undefined, 'has to name its store');
  for (const [index, one] of (channels ?? []).entries()) {
    const isKnown = one === ALL || channelSetup(one) !== undefined;
    find(`/channels/${index}`, !isKnown, 'no channel instance of this installation');
  }
  for (const [index, one] of (types ?? []).entries()) {
    const isKnown = one === ALL || SYSTEMS.includes(one) || isEventType(one);
    find(`/types/${index}`, !isKnown, 'no event type, and no system that owns any');
  }
  const isPast = expiresAt !== undefined && Date.parse(expiresAt) <= nowMs;
  find('/expiresAt', isPast, 'is past');
  return problems;
}

const isSeller = (role: Role) => role === 'channel' || role === 'oms';

/** As the set-up file binds what it does not say: readers see all, callers what they name. */
export function bindingsOf({ role, channels, sources, types, storeId }: KeyRequest): Bindings {
  const unsaid = isSeller(role) || role === 'store' ? [] : [ALL];
  return {
    channels: channels ?? unsaid,
    sources: sources ?? unsaid,
    types: types ?? [ALL],
    storeId: storeId ?? null,
  };
}
