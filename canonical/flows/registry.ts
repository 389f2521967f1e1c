/** The flows there are. A new one is its own folders and a line here. */
import type { FactRule, FlowContract } from './contract';
import { ESCALATION_FLOW } from './escalation';
import { ORDER_FLOW } from './order-contract';
import { PERIOD_CLOSE_FLOW } from './period-close';
import { PICKUP_FLOW } from './pickup';
import { POSTING_FLOW } from './posting';
import { PUBLISHING_FLOW } from './publishing';
import { RECONCILIATION_FLOW } from './reconciliation';
import { RETURN_FLOW } from './return';
import { SETTLEMENT_FLOW } from './settlement';
import { SETTLEMENT_REPORTS_FLOW } from './settlement-reports';
import { WATCHDOG_FLOW } from './watchdog';

export type FlowRegistry = readonly FlowContract[];

export const FLOWS = registryOf(
  ORDER_FLOW,
  PICKUP_FLOW,
  RETURN_FLOW,
  SETTLEMENT_FLOW,
  PERIOD_CLOSE_FLOW,
  PUBLISHING_FLOW,
  POSTING_FLOW,
  WATCHDOG_FLOW,
  ESCALATION_FLOW,
  SETTLEMENT_REPORTS_FLOW,
  RECONCILIATION_FLOW,
);

/**
 * An event is told to one flow, a start names one.
 * @throws RangeError where two have one name, or take one type of event
 */
export function registryOf(...contracts: readonly FlowContract[]): FlowRegistry {
  const types = contracts.map((one) => one.type);
  const taken = contracts.flatMap((one) => Object.keys(one.facts));
  const typeOfTwo = firstTwice(types);
  if (typeOfTwo !== undefined) throw new RangeError(`two flows are called ${typeOfTwo}`);
  const eventOfTwo = firstTwice(taken);
  if (eventOfTwo !== undefined) {
    const takers = contracts.filter((one) => one.facts[eventOfTwo]).map((one) => one.type);
    throw new RangeError(
      `${eventOfTwo} is taken by ${takers.join(' and by ')}: it is for one flow`,
    );
  }
  return contracts;
}

function firstTwice(names: readonly string[]): string | undefined {
  return names.find((name, index) => names.indexOf(name) !== index);
}

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
