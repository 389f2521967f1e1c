/**
 * A flow that is not the order's: a key is cut by a machine, and its copies are collected one by
 * one. What it says of itself, its steps and what its moments answer.
 */
import { SEARCH_ATTRIBUTES, type FlowContract } from '../../../canonical/flows/contract';
import type { Applied } from '../../../canonical/flows/moments';
import { FLOWS, registryOf, type FlowRegistry } from '../../../canonical/flows/registry';
import {
  blocked,
  type DueStep,
  type FlowAgenda,
  type ResolutionTable,
  type StepKind,
} from '../../../canonical/flows/step';

export interface KeyInput {
  readonly keyId: string;
  readonly copies: number;
  readonly collectWithinMs: number;
}

export const KEY_SIGNALS = { collected: 'keyCollected' } as const;

export const KEY_FLOW: FlowContract<KeyInput> = {
  type: 'keyCutting',
  subject: 'key',
  priorityKey: 5,
  workflowId: ({ keyId }) => `key/${keyId}`,
  summary: ({ keyId }) => `Key ${keyId}`,
  searchAttributes: () => [{ name: SEARCH_ATTRIBUTES.status, value: 'to-cut' }],
  facts: { 'fulfilment.accepted.v1': { signal: KEY_SIGNALS.collected, afterEnd: 'superseded' } },
  addressOf: ({ requestId = '' }: { readonly requestId?: string }) => ({
    subjectId: requestId,
  }),
};

/** Its line beside those of the product. */
export const FLOWS_AND_KEYS: FlowRegistry = registryOf(...FLOWS, KEY_FLOW);

export type KeyState = 'to-cut' | 'refused' | 'cut' | 'collected' | 'given-up';

export interface CutKey extends DueStep {
  readonly step: 'cut';
  readonly keyId: string;
}

export interface KeyAgenda extends FlowAgenda {
  readonly state: KeyState;
  readonly copies: number;
  readonly collected: number;
  readonly cut: CutKey | null;
}

export type KeyAction = 'cutAgain' | 'giveUp';
interface KeyStepKind extends StepKind<CutKey, KeyInput> {
  readonly resolutions: ResolutionTable<KeyAction>;
}

export const CUTTER_QUEUE = 'keys.cutter';
export const CUTTING = blocked('cut');
export const COLLECTED_IN_TIME = blocked('collect');

const cut: KeyStepKind = {
  name: 'cut',
  activity: 'cutKey',
  blocks: () => CUTTING,
  queue: () => CUTTER_QUEUE,
  summary: ({ keyId }) => `Cut ${keyId}`,
  unavailable: 'fulfilment.unavailable',
  waitsForDecisions: true,
  resolutions: { 'fulfilment.rejected': { retry: 'cutAgain', abandon: 'giveUp' } },
};

export const KEY_STEPS = { cut } as const;

export interface OfKey {
  readonly keyId: string;
}

/** Its own, one transaction each, beside those that every flow has. */
export interface KeyMoments {
  recordCollected(of: OfKey & { readonly eventNo: number }): Promise<Applied<KeyAgenda>>;
}

/** The machine's yes. */
export interface Cut {
  readonly outcome: 'cut';
  readonly reference: string;
}
