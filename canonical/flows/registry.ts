/** The flows there are. A new one is its own folders and a line here. */
import type { FactRule, FlowContract } from './contract';
import { ORDER_FLOW } from './order-contract';
import { POSTING_FLOW } from './posting';
import { PUBLISHING_FLOW } from './publishing';

export type FlowRegistry = readonly FlowContract[];

export const FLOWS: FlowRegistry = [ORDER_FLOW, PUBLISHING_FLOW, POSTING_FLOW];

/** @throws RangeError for a type that no flow here has */
export function contractOf(flows: FlowRegistry, type: string): FlowContract {
  const contract = flows.find((one) => one.type === type);
  if (!contract) throw new RangeError(`no flow here is called ${type}`);
  return contract;
}

/** The flow that takes such an event as a fact, and how; null where none does. */
export function takerOf(
  flows: FlowRegistry,
  eventType: string,
): { readonly contract: FlowContract; readonly rule: FactRule } | null {
  for (const contract of flows) {
    const rule = contract.facts[eventType];
    if (rule) return { contract, rule };
  }
  return null;
}
