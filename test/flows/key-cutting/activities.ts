/** A key's moments and its one effect as activities; behind the port is a machine that a test scripts. */
import { Context } from '@temporalio/activity';
import { VendorFault, type Refused } from '../../../canonical/ports/fault';
import { performEffect } from '../../../activities/effect';
import { ownFailure } from '../../../activities/failure';
import type { Database } from '../../../store/database';
import type { CutKey, KeyMoments, KeyTold } from './contract';
import {
  applyKeyResolution,
  closeKey,
  closeKeyWait,
  openKeyWait,
  readKey,
  recordCollected,
  recordCut,
} from './moments';

interface CutRequest {
  readonly key: string;
  readonly keyId: string;
}
interface Cut {
  readonly outcome: 'cut';
  readonly reference: string;
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
    cutKey: (due: CutKey): Promise<KeyTold> =>
      performEffect<CutRequest, Cut | Refused, KeyTold>(db, {
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

export function createKeyMoments(db: Database): KeyMoments {
  const guard =
    <I, O>(
      moment: (db: Database, input: I) => Promise<O>,
      retries: 'retry-all' | 'retry-what-may-pass' = 'retry-all',
    ) =>
    async (input: I): Promise<O> => {
      try {
        return await moment(db, input);
      } catch (error) {
        throw ownFailure(error, Context.current().info.activityType, retries);
      }
    };
  return {
    readKey: guard(readKey),
    recordCollected: guard(recordCollected, 'retry-what-may-pass'),
    applyKeyResolution: guard(applyKeyResolution),
    openKeyWait: guard(openKeyWait),
    closeKeyWait: guard(closeKeyWait),
    closeKey: guard(closeKey),
  };
}
