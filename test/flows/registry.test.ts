/** A registry of flows that could not work is refused where it is made. */
import { describe, expect, test } from 'vitest';
import type { FlowContract } from '../../canonical/flows/contract';
import { FLOWS, registryOf } from '../../canonical/flows/registry';
import { KEY_FLOW } from './key-cutting/contract';

describe('a registry of flows', () => {
  test('refuses two flows that take one type of event, and names both', () => {
    const signal = { signal: 'shipped', afterEnd: 'superseded' } as const;
    const greedy: FlowContract = {
      ...KEY_FLOW,
      workflowId: () => 'key/1',
      summary: () => 'Key 1',
      facts: { 'shipment.confirmed.v1': signal },
    };
    expect(() => registryOf(...FLOWS, greedy)).toThrow(
      'shipment.confirmed.v1 is taken by orderToCash and by keyCutting: it is for one flow',
    );
  });

  test('refuses two flows of one name', () => {
    expect(() => registryOf(...FLOWS, KEY_FLOW, KEY_FLOW)).toThrow(
      'two flows are called keyCutting',
    );
  });
});
