/**
 * What every status means, of every verb, before and after the effect: only a documented refusal
 * says that nothing was made. The vendor's own records are counted, not our answer believed.
 */
import { expect, test, type TestContext } from 'vitest';
import type { Subject } from './contract-subject';

export interface Verb {
  readonly verb: string;
  /** Its kind of record in the sandbox. */
  readonly kind: string;
  /** Where a record is there before the verb has its effect: what it is then. */
  readonly status?: string;
  readonly path: string;
  /** Where several verbs share a path. */
  readonly body?: string;
  /** Makes what the verb needs, and gives the call. */
  arrange(context: TestContext): Promise<() => Promise<unknown>>;
}

/** None of the vendors documents one of these as a refusal. */
const SILENT = [408, 500, 502, 503, 504];
const RETRY_AFTER_S = 1;

export function statusContract<C>(subject: Subject<C>, verbs: readonly Verb[]): void {
  for (const { verb, kind, status: of, path, body, arrange } of verbs) {
    const match = { method: 'POST', path, ...(body === undefined ? {} : { body }) };
    const madeBy = async (context: TestContext, fault: object) => {
      const control = subject.sandbox(context);
      const call = await arrange(context);
      const before = await control.countOf(kind, of);
      await control.failOnce(match, fault);
      const ended = await call().catch((error: unknown) => error);
      return { ended, made: (await control.countOf(kind, of)) - before };
    };

    test.for(SILENT.flatMap((status) => [[status, false] as const, [status, true] as const]))(
      `${verb}: %i with Retry-After says nothing (made: %s)`,
      async ([status, afterEffect], context) => {
        const fault = { kind: 'status', status, retryAfterS: RETRY_AFTER_S, afterEffect };
        const { ended, made } = await madeBy(context, fault);
        expect(ended).toMatchObject({ kind: 'ambiguous', retryAfterMs: RETRY_AFTER_S * 1_000 });
        expect(made).toBe(afterEffect ? 1 : 0);
      },
    );

    test(`${verb}: a rate limit says that nothing was made`, async (context) => {
      const fault = { kind: 'rate-limit', retryAfterS: RETRY_AFTER_S };
      const { ended, made } = await madeBy(context, fault);
      expect(ended).toMatchObject({ kind: 'unavailable', retryAfterMs: RETRY_AFTER_S * 1_000 });
      expect(made).toBe(0);
    });
  }
}
