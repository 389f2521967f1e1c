/** Calls of the people of a campaign: each is made again under its key until it has an answer. */
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { Role } from '../canonical/schema/api-key';
import type { StackJson } from '../stack/supervisor/stack-json';
import type { Sql } from '../store/database';
import { ask, askUntil, type Answer } from './outside';
import type { Plan, Sale } from './plan';
import type { Told } from './told';

export const HTTP_OK = 200;
const HTTP_SERVER_ERROR = 500;
const HTTP_TOO_MANY = 429;
const LOOK_EVERY_MS = 400;

/** What everybody in a life has at hand. */
export interface People {
  readonly plan: Plan;
  readonly json: () => StackJson;
  readonly ours: Sql;
  /** Of the processor: what its dashboard is signed in with. */
  readonly processorKey: string;
  /** Calls that were not answered are made again until then. */
  readonly deadlineMs: number;
  /** The faults are over: what still waits for a person is not waited for. */
  readonly isCalm: () => boolean;
  /** Somebody still waits for something to happen. */
  readonly isPatient: () => boolean;
  readonly told: Told;
}

/** Nothing to try again: whatever it says, it is the answer. */
export const isFinal = ({ status, text }: Answer) =>
  status < HTTP_SERVER_ERROR &&
  status !== HTTP_TOO_MANY &&
  !text.includes('idempotency_in_progress');

export interface Said {
  readonly role: Role;
  readonly path: string;
  readonly body: unknown;
  /** Unique within a seed. */
  readonly key: string;
}

export function say({ json, plan, deadlineMs }: People, said: Said): Promise<Answer> {
  const send = () => {
    const { apiUrl, keys } = json();
    return ask('POST', new URL(said.path, apiUrl), said.body, {
      authorization: `Bearer ${keys[said.role]}`,
      'idempotency-key': `${plan.seed}-${said.key}`,
    });
  };
  return askUntil(send, isFinal, deadlineMs);
}

/** An event of a till or a warehouse, so many times under the same id. */
export async function tell(
  people: People,
  event: {
    readonly role: Role;
    readonly source: string;
    readonly type: string;
    readonly data: object;
  },
  { key, copies }: { readonly key: string; readonly copies: number },
): Promise<void> {
  const { role, ...rest } = event;
  const body = { specversion: '1.0', id: `${people.plan.seed}-${key}`, ...rest };
  await Promise.all(
    Array.from({ length: copies }, (_unused, copy) =>
      say(people, { role, path: '/v1/events', body, key: `${key}-${copy}` }),
    ),
  );
}

/** Read as support until it is as it has to be; null: nobody waits any longer. */
export async function readUntil<T>(
  people: People,
  path: string,
  parse: (body: unknown) => T | null,
): Promise<T | null> {
  while (people.isPatient()) {
    const { apiUrl, keys } = people.json();
    const answer = await ask('GET', new URL(path, apiUrl), undefined, {
      authorization: `Bearer ${keys.support}`,
    }).catch(() => null);
    const found = answer?.status === HTTP_OK ? parse(JSON.parse(answer.text)) : null;
    if (found !== null) return found;
    await delay(LOOK_EVERY_MS);
  }
  return null;
}

const OrderSeen = z.object({
  orderId: z.string(),
  stage: z.string(),
  lines: z.array(
    z.object({
      lineNo: z.number(),
      shipped: z.number(),
      pickedUp: z.number(),
      released: z.number(),
    }),
  ),
  pickups: z.array(z.object({ pickupId: z.string(), storeId: z.string() })),
  holds: z.array(z.unknown()),
  exceptions: z.array(z.object({ isWait: z.boolean() })),
});
export type OrderSeen = z.infer<typeof OrderSeen>;
const Found = z.object({ items: z.array(OrderSeen) });

/** It goes no further until somebody decides, or for good. */
function isStuck({ stage, holds, exceptions }: OrderSeen): boolean {
  return (
    stage === 'closed' ||
    stage === 'rejected' ||
    holds.length > 0 ||
    exceptions.some(({ isWait }) => !isWait)
  );
}

/** The sale's order once it fits; null where it is not here, or will not fit any more. */
export async function orderWhere(
  people: People,
  { channel, orderNo }: Sale,
  fits: (order: OrderSeen) => boolean,
): Promise<OrderSeen | null> {
  const query = new URLSearchParams({ channelInstance: channel, orderNo });
  const seen = await readUntil(people, `/v1/orders?${query.toString()}`, (body) => {
    const order = Found.parse(body).items[0];
    if (!order) return null;
    if (fits(order)) return { order };
    return people.isCalm() && isStuck(order) ? { order: null } : null;
  });
  return seen?.order ?? null;
}
