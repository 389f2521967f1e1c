/**
 * The effect protocol after an effect was begun: an answer that is known is given again, one that
 * may have been made is asked for first, and only then the call is made. Whoever calls has written
 * the effect's row before (`beginEffect`) and records the answer afterwards.
 */
import { VendorFault } from '../canonical/ports/fault';
import type { Sql } from '../store/database';
import { forgetEffects, type EffectRow } from '../store/effects/effects';

export interface OutsideCall<Request, Answer> {
  /** The account that is called. */
  readonly system: string;
  /**
   * Was it made already? Asked with what is known now, not with the frozen body: what another call
   * has made since is not this one's. Left out where the other system answers the same key the same way. */
  readonly find?: ((request: Request) => Promise<Answer | null>) | undefined;
  /** Found nothing: this time it stays at the look, what was called may still be on its way. */
  readonly isLookOnly?: boolean;
  call(request: Request): Promise<Answer>;
}

/** @throws VendorFault where there is no answer that says anything */
export async function callOnce<Request extends object, Answer extends object>(
  sql: Sql,
  effect: EffectRow,
  { system, find, isLookOnly, call }: OutsideCall<Request, Answer>,
): Promise<Answer> {
  if (effect.state === 'done' || effect.state === 'refused') return frozen<Answer>(effect.answer);
  if (effect.state === 'called-before' && find) {
    const found = await find(frozen<Request>(effect.asked));
    if (found !== null) return found;
    if (isLookOnly === true) {
      const why = 'not there yet, looking once more before it is made again';
      throw new VendorFault(system, 'ambiguous', why);
    }
  }
  try {
    return await call(frozen<Request>(effect.body));
  } catch (error) {
    const isUnmade = error instanceof VendorFault && error.kind !== 'ambiguous';
    if (isUnmade && effect.state === 'fresh') await forgetEffects(sql, [effect.key]);
    throw error;
  }
}

/** The row's own JSON, as it was written under this key: parsed when it was made. */
function frozen<T>(json: unknown): T {
  return json as T;
}
