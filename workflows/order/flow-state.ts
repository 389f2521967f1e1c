/**
 * What an order's flow holds while it runs: ids, its step, what Postgres last said is due. It owns
 * what happens next; quantities and money are Postgres's.
 */
import type { CancellationScope } from '@temporalio/workflow';
import type { ExceptionBrief, Resolution } from '../../canonical/schema/exception';
import type {
  CancelResult,
  HoldResult,
  OrderAgenda,
  OrderFlowInput,
  OrderMoments,
} from '../../canonical/flows/order';
import { effectsOf, runMoment, type Effects } from './proxies';
import { serialTurns, type SerialTurns } from './serial-turns';
import { isUnwanted, type Step } from './steps';

/** A row in Postgres that the flow still has to apply, in the order of the signals. */
export type Fact =
  | { readonly kind: 'shipmentConfirmed' | 'fulfilmentRejected'; readonly eventNo: number }
  | {
      readonly kind: 'exceptionResolved';
      readonly exceptionId: string;
      readonly resolution: Resolution;
    };

/** The one call to a vendor that is under way; there is never a second one for an order. */
export interface Call {
  readonly step: Step;
  readonly scope: CancellationScope;
}

/** The deadline for released goods: `off` until something is released. */
export type OverdueState = 'off' | 'running' | 'due' | 'open' | 'accepted';

/** What a run hands to the next one when its history is long. */
export interface CarriedOver {
  readonly facts: readonly Fact[];
  /** Steps that waited for their vendor: tried again at once. */
  readonly steps: readonly Step[];
  readonly overdue: OverdueState;
  /** When the running deadline ends, in milliseconds since 1970. */
  readonly overdueAtMs: number;
}

export interface OrderFlow {
  readonly input: OrderFlowInput;
  readonly effects: Effects;
  /** Moments of this order, one at a time. */
  readonly moments: SerialTurns;
  /** Cancellations, one at a time: a recall may take long, and moments go on meanwhile. */
  readonly cancellations: SerialTurns;
  agenda: OrderAgenda | null;
  /** What the order waits for before it is accepted. */
  acceptWaitsFor: readonly ExceptionBrief[];
  facts: Fact[];
  /** Facts whose moment refused them, until their exception is resolved. */
  parked: Fact[];
  call: Call | null;
  /** Steps begun and not ended, by effect key: also those that wait for their vendor. */
  readonly underway: Map<string, Step>;
  /** Goes up with every moment: an effect's answer made before the last one is out of date. */
  turnNo: number;
  /** Goes up with every retry that a person asks for. */
  retryNo: number;
  closeTriedAtTurn: number;
  overdue: OverdueState;
  overdueAtMs: number;
  readonly cancelResults: Map<string, Promise<CancelResult>>;
  readonly holdResults: Map<string, Promise<HoldResult>>;
  /** An error of a step that runs beside the main function; thrown there. */
  failure: { readonly error: unknown } | null;
  shown: { readonly status: string; readonly node: string; readonly waitingFor: string };
}

export function openFlow(input: OrderFlowInput, carried: CarriedOver | undefined): OrderFlow {
  return {
    input,
    effects: effectsOf(input),
    moments: serialTurns(),
    cancellations: serialTurns(),
    agenda: null,
    acceptWaitsFor: [],
    facts: [...(carried?.facts ?? [])],
    parked: [],
    call: null,
    underway: new Map(),
    turnNo: 0,
    retryNo: 0,
    closeTriedAtTurn: -1,
    overdue: carried?.overdue ?? 'off',
    overdueAtMs: carried?.overdueAtMs ?? 0,
    cancelResults: new Map(),
    holdResults: new Map(),
    failure: null,
    shown: {
      status: input.accepted?.order.status ?? 'received',
      node: input.accepted?.order.location ?? '',
      waitingFor: '',
    },
  };
}

/**
 * One moment in its turn. Where its answer says what is due now, that is taken over before the next
 * turn begins.
 */
export function momentOf<T extends object>(
  flow: OrderFlow,
  call: (moments: OrderMoments) => Promise<T>,
): Promise<T> {
  return flow.moments.take(async () => {
    flow.turnNo += 1;
    const answer = await runMoment(call);
    if ('agenda' in answer && isAgenda(answer.agenda)) adopt(flow, answer.agenda);
    return answer;
  });
}

function isAgenda(value: unknown): value is OrderAgenda {
  return typeof value === 'object' && value !== null && 'isSettled' in value;
}

/** Postgres's word on what is due replaces the last one; a call nobody wants any more is given up. */
export function adopt(flow: OrderFlow, agenda: OrderAgenda): void {
  flow.agenda = agenda;
  if (flow.call && isUnwanted(agenda, flow.call.step)) flow.call.scope.cancel();
}

export async function refreshAgenda(flow: OrderFlow): Promise<void> {
  await flow.moments.take(async () => {
    flow.turnNo += 1;
    const { orderId } = flow.input;
    adopt(flow, await runMoment((moments) => moments.readAgenda({ orderId })));
  });
}
