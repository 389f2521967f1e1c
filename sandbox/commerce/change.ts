/** A mutation that changes the shop: one transaction, and user errors where it is refused. */
import { inTransaction } from '../database';
import type { Effect, SandboxContext } from '../system';
import type { Done, UserError } from './payments';

export type Payload = Record<string, unknown>;

/** Runs a change; a refusal becomes user errors beside null. */
export async function change<T>(
  context: SandboxContext,
  run: (db: Parameters<Parameters<typeof inTransaction>[1]>[0]) => Promise<Done<T>>,
  refused: (error: UserError) => Payload,
  made: (value: T) => Promise<Payload>,
): Promise<Payload> {
  const effects: Effect[] = [];
  const payload = await inTransaction(context.pool, async (db) => {
    const done = await run(db);
    if (!done.ok) return refused(done.error);
    effects.push(...done.effects);
    return made(done.value);
  });
  effects.forEach((effect) => context.effectMade('commerce', effect));
  context.outbound.wake();
  return payload;
}

/** A refusal: nothing under these fields, and why. */
export const without =
  (...fields: string[]) =>
  (error: UserError): Payload => ({
    ...Object.fromEntries(fields.map((field) => [field, null])),
    userErrors: [error],
  });
