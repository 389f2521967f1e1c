/** Messages to the flow: facts are queued for the main function, decisions are answered in turn. */
import { log, setDefaultSignalHandler, setHandler } from '@temporalio/workflow';
import { cancel, hold, liftHold, refuseMalformed } from './decisions';
import type { Fact, OrderFlow } from './flow-state';
import * as messages from './messages';

/** Facts held at once; more are left to the relay, which signals what stays unapplied. */
const MAX_FACTS_HELD = 1_000;

export function listen(flow: OrderFlow): void {
  setHandler(messages.shipmentConfirmed, ({ eventNo }) =>
    take(flow, { kind: 'shipmentConfirmed', eventNo }),
  );
  setHandler(messages.fulfilmentRejected, ({ eventNo }) =>
    take(flow, { kind: 'fulfilmentRejected', eventNo }),
  );
  setHandler(messages.exceptionResolved, ({ exceptionId, resolution }) =>
    take(flow, { kind: 'exceptionResolved', exceptionId, resolution }),
  );
  setHandler(messages.cancelRequested, async ({ eventNo }) => {
    // The row of the event holds what is wanted; the moment reads it there.
    await cancel(flow, {
      decisionId: `event:${eventNo}`,
      orderId: flow.input.orderId,
      lines: null,
      eventNo,
    });
  });
  // A signal of a later version: it is in history, and nothing fails.
  setDefaultSignalHandler((signalName) => {
    log.warn('signal without a handler', { signalName });
  });

  setHandler(
    messages.cancelOrder,
    (request) => cancel(flow, { ...request, orderId: flow.input.orderId, eventNo: null }),
    { validator: refuseMalformed },
  );
  setHandler(messages.holdOrder, (request) => hold(flow, request), {
    validator: refuseMalformed,
  });
  setHandler(messages.releaseHold, (request) => liftHold(flow, request), {
    validator: refuseMalformed,
  });
}

function take(flow: OrderFlow, fact: Fact): void {
  const isHeld = [...flow.facts, ...flow.parked].some((held) => isSameFact(held, fact));
  if (!isHeld && flow.facts.length < MAX_FACTS_HELD) flow.facts.push(fact);
}

function isSameFact(a: Fact, b: Fact): boolean {
  return a.kind === 'exceptionResolved'
    ? b.kind === 'exceptionResolved' && a.exceptionId === b.exceptionId
    : b.kind !== 'exceptionResolved' && a.eventNo === b.eventNo;
}
