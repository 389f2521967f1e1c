/** A client for a target, and ids that no other test uses. */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, type TestContext } from 'vitest';
import type { Control, Target } from './contract-targets';

/** Short, so that a call that hangs is given up while the test still runs. */
export const HEADERS_TIMEOUT_MS = 2_000;

export const newOrderId = () => `ord_${randomBytes(12).toString('hex')}`;

export interface Subject<C> {
  client(): C;
  /** Skips the test where the target is not the sandbox. */
  sandbox(context: TestContext): Control;
}

/** Opens a client for each test of the surrounding describe, and leaves no fault behind. */
export function subject<C extends { close(): Promise<void> }>(
  target: () => Target,
  open: (target: Target) => C,
): Subject<C> {
  let client: C | undefined;
  beforeEach(() => {
    client = open(target());
  });
  afterEach(async () => {
    await target().control?.reset();
    await client?.close();
  });
  return {
    client() {
      if (!client) throw new Error('the client is opened before each test');
      return client;
    },
    sandbox(context) {
      const { control } = target();
      if (!control) return context.skip('the target is not the sandbox');
      return control;
    },
  };
}
