/** A key's moments and its one effect as activities; behind the port is a machine that a test scripts. */
import { VendorFault, type Refused } from '../../../canonical/ports/fault';
import type { EffectEnded } from '../../../canonical/flows/moments';
import { performEffect } from '../../../activities/effect';
import { momentGuard, type MomentSettings } from '../../../activities/moments/guard';
import type { Database } from '../../../store/database';
import type { Cut, CutKey, KeyAgenda, KeyMoments } from './contract';
import { recordCollected, recordCut } from './moments';

interface CutRequest {
  readonly key: string;
  readonly keyId: string;
}

/** `refused`: a definite no; `lost`: it was made, and its answer never came. */
export type CutterSays = 'refused' | 'lost';

export class ScriptedCutter {
  isDown = false;
  /** Effect keys in the order in which calls came, and what was made under them. */
  readonly calls: string[] = [];
  readonly made: string[] = [];
  private readonly next = new Map<string, CutterSays[]>();

  script(keyId: string, ...says: CutterSays[]): void {
    this.next.set(keyId, says);
  }

  of(keyId: string): { readonly calls: string[]; readonly made: string[] } {
    const isOf = (key: string) => key.startsWith(`cut:${keyId}:`);
    return { calls: this.calls.filter(isOf), made: this.made.filter(isOf) };
  }

  cut({ key, keyId }: CutRequest): Promise<Cut | Refused> {
    if (this.isDown) throw new VendorFault('cutter', 'unavailable', 'is down');
    this.calls.push(key);
    const says = this.next.get(keyId)?.shift();
    if (says === 'refused') {
      const no: Refused = { outcome: 'refused', vendorCode: 'no-blank', detail: 'no blank fits' };
      return Promise.resolve(no);
    }
    this.made.push(key);
    if (says === 'lost') throw new VendorFault('cutter', 'ambiguous', 'no answer');
    return Promise.resolve({ outcome: 'cut', reference: key });
  }

  find({ key }: CutRequest): Promise<Cut | null> {
    return Promise.resolve(this.made.includes(key) ? { outcome: 'cut', reference: key } : null);
  }
}

export function createCutterActivities(db: Database, cutter: ScriptedCutter) {
  return {
    cutKey: (due: CutKey) =>
      performEffect<CutRequest, Cut | Refused, EffectEnded<KeyAgenda>>(db, {
        key: due.key,
        system: 'cutter',
        verb: 'cut',
        prepare: () => ({ key: due.key, keyId: due.keyId }),
        find: (request) => cutter.find(request),
        call: (request) => cutter.cut(request),
        record: (answer) => recordCut(db, due, answer),
      }),
  };
}

export const createKeyMoments = (settings: MomentSettings): KeyMoments => ({
  recordCollected: momentGuard(settings)(recordCollected, 'retry-what-may-pass'),
});
