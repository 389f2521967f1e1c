/** Keys on a flow bench: real moments over a database of the test's own, a machine that is scripted. */
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { pino } from 'pino';
import type { Resolution } from '../../../canonical/schema/exception';
import { FLOWS_TASK_QUEUE, SEARCH_ATTRIBUTES } from '../../../canonical/flows/contract';
import { createFlowActivities } from '../../../activities/moments/every-flow';
import type { Database } from '../../../store/database';
import { openFlowBench, until, type FlowBench } from '../../workflows/flow-bench';
import {
  createCutterActivities,
  createKeyMoments,
  ScriptedCutter,
  type CutterSays,
} from './activities';
import { CUTTER_QUEUE, FLOWS_AND_KEYS, KEY_FLOW, type KeyAgenda, type KeyInput } from './contract';
import { collectCopy, inboxStateOf, openCodesOf, resolveOf } from './inbox';
import type { keyCutting } from './key-cutting-workflow';
import { createKeyTable, keyFlow, openKey } from './moments';

const DAY_MS = 86_400_000;
const log = pino({ level: 'silent' });

export interface KeyShape extends Partial<KeyInput> {
  readonly orderId?: string;
  readonly script?: readonly CutterSays[];
}

export async function openKeyBench(db: Database): Promise<KeyBench> {
  await createKeyTable(db);
  const cutter = new ScriptedCutter();
  const flows = await openFlowBench({
    db,
    activities: {
      [FLOWS_TASK_QUEUE]: {
        ...createFlowActivities({ [KEY_FLOW.type]: keyFlow }, { db, log }),
        ...createKeyMoments({ db, log }),
      },
      [CUTTER_QUEUE]: createCutterActivities(db, cutter),
    },
    workflowsPath: join(__dirname, 'key-cutting-workflow.ts'),
    flows: FLOWS_AND_KEYS,
  });
  return new KeyBench(db, flows, cutter);
}

export class KeyBench {
  private keysMade = 0;
  constructor(
    readonly db: Database,
    readonly flows: FlowBench,
    readonly cutter: ScriptedCutter,
  ) {}

  /** Its row and its flow's, started as the relay does. */
  async start({ orderId, script = [], ...shape }: KeyShape = {}): Promise<KeyOnBench> {
    this.keysMade += 1;
    const keyId = `key-${this.keysMade}`;
    this.cutter.script(keyId, ...script);
    const input = { keyId, copies: 1, collectWithinMs: DAY_MS, ...shape };
    const whose = orderId === undefined ? undefined : { orderId };
    const workflowId = await this.db.transaction((sql) => openKey(sql, input, whose));
    await this.flows.start(workflowId, 'first');
    return new KeyOnBench(this, keyId, workflowId);
  }

  close(): Promise<void> {
    return this.flows.close();
  }
}

export class KeyOnBench {
  readonly handle: WorkflowHandle<typeof keyCutting>;
  constructor(
    private readonly bench: KeyBench,
    readonly keyId: string,
    readonly workflowId: string,
  ) {
    const { workflow } = bench.flows.environment.client;
    this.handle = workflow.getHandle<typeof keyCutting>(workflowId);
  }

  read(): Promise<KeyAgenda> {
    return keyFlow.readAgenda(this.bench.db, this);
  }

  cutter() {
    return this.bench.cutter.of(this.keyId);
  }

  /** A copy is collected: the event's number, its signal delivered. */
  async collect(): Promise<number> {
    const eventNo = await collectCopy(this.bench.db, this.keyId);
    await this.bench.flows.deliver();
    return eventNo;
  }

  async resolve(code: string, resolution: Resolution): Promise<void> {
    await resolveOf(this.bench.db, this.workflowId, code, resolution);
    await this.bench.flows.deliver();
  }

  openCodes(): Promise<string[]> {
    return openCodesOf(this.bench.db, this.workflowId);
  }

  async untilCut(): Promise<void> {
    await until('cut', async () => (await this.read()).state === 'cut');
  }

  async untilOpen(code: string): Promise<void> {
    await until(`${code} is open`, async () => (await this.openCodes()).includes(code));
  }

  async untilApplied(eventNo: number): Promise<void> {
    const { db } = this.bench;
    await until('applied', async () => (await inboxStateOf(db, eventNo)).state === 'applied');
  }

  /** What a run wrote of what it waits for, in order; empty: nothing. */
  async shownBy(runId: string): Promise<string[]> {
    const { workflow } = this.bench.flows.environment.client;
    const { events } = await workflow.getHandle(this.workflowId, runId).fetchHistory();
    return (events ?? []).flatMap((event) => {
      const written = event.upsertWorkflowSearchAttributesEventAttributes?.searchAttributes;
      const value = written?.indexedFields?.[SEARCH_ATTRIBUTES.waitingFor];
      return value ? [Buffer.from(value.data ?? []).toString()] : [];
    });
  }

  async runId(): Promise<string> {
    return (await this.handle.describe()).runId;
  }
}
