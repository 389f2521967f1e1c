/**
 * The effect protocol after an effect was begun: an answer that is known is given again, one that
 * may have been made is asked for first, and only then the call is made. Whoever calls has written
 * the effect's row before (`beginEffect`) and records the answer afterwards.
 */
import { VendorFault } from '../canonical/ports/fault';
import { SEND_WITHIN_MS, steadyMs, withinFence } from '../canonical/ports/fence';
import type { Sql } from '../store/database';
import { endLease, forgetEffects, renewLease, type EffectRow } from '../store/effects/effects';

/** What a call wants to have left of its time to be sent; with less, more is asked for first. */
const ENOUGH_TO_SEND_MS = SEND_WITHIN_MS / 2;

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
  if (effect.state === 'leased') throw leased(system, effect.leasedForMs);
  if (effect.state === 'called-before' && find) {
    const found = await find(frozen<Request>(effect.asked));
    if (found !== null) return found;
    if (isLookOnly === true) {
      const why = 'not there yet, looking once more before it is made again';
      throw new VendorFault(system, 'ambiguous', why);
    }
  }
  const { sendUntilMs } = await withTimeToSend(sql, system, effect);
  try {
    return await withinFence(sendUntilMs, () => call(frozen<Request>(effect.body)));
  } catch (error) {
    const isUnmade = error instanceof VendorFault && error.kind !== 'ambiguous';
    if (isUnmade && effect.state === 'fresh') await forgetEffects(sql, [effect.key]);
    else await endLease(sql, effect);
    throw error;
  }
}

async function withTimeToSend(sql: Sql, system: string, effect: EffectRow): Promise<EffectRow> {
  if (steadyMs() + ENOUGH_TO_SEND_MS < effect.sendUntilMs) return effect;
  const renewed = await renewLease(sql, effect);
  if (renewed === null) throw leased(system, SEND_WITHIN_MS);
  return renewed;
}

/** Not ours to call now; what the other one makes of it is looked up later. */
function leased(system: string, forMs: number): VendorFault {
  const why = 'another is at it: it is looked at when that one has ended';
  return new VendorFault(system, 'ambiguous', why, Math.ceil(forMs));
}

/** The row's own JSON, as it was written under this key: parsed when it was made. */
function frozen<T>(json: unknown): T {
  return json as T;
}
