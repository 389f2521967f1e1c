/** What a pickup's flow is made of, on the kernel that every flow has. */
import {
  isPickupAgenda,
  PICKUP_SIGNALS,
  type PickupAgenda,
  type PickupFlowInput,
  type PickupMoments,
  type WokenFor,
} from '../../canonical/flows/pickup';
import { PICKUP_STEPS } from '../../canonical/flows/pickup-steps';
import { openMomentDoor } from '../kernel/doors';
import type { FlowSpec } from '../kernel/flow';
import { describePickup, describePickupWait } from './details';

const runMoment = openMomentDoor<PickupMoments>();

export function pickupProcess(input: PickupFlowInput): FlowSpec<PickupAgenda> {
  const { pickupId, storeId, orderId } = input;
  const factOf = (name: FactMoment) => (eventNo: number) =>
    runMoment((moments) => moments[name]({ pickupId, eventNo }));
  return {
    subject: { pickupId },
    // What others are told leaves by the outbox.
    steps: PICKUP_STEPS,
    due: ({ quotes = [] }) => quotes,
    facts: {
      [PICKUP_SIGNALS.accepted]: factOf('recordAccepted'),
      [PICKUP_SIGNALS.ready]: factOf('recordReady'),
      [PICKUP_SIGNALS.arrived]: factOf('recordArrived'),
      [PICKUP_SIGNALS.handedOver]: factOf('recordHandedOver'),
      [PICKUP_SIGNALS.rejected]: factOf('recordStoreRejection'),
      [PICKUP_SIGNALS.substituted]: factOf('recordSubstitution'),
      [PICKUP_SIGNALS.noShow]: factOf('recordNoShow'),
    },
    factTitles: {
      [PICKUP_SIGNALS.accepted]: 'the store has taken the pick request',
      [PICKUP_SIGNALS.ready]: 'units lie ready to be collected',
      [PICKUP_SIGNALS.arrived]: 'whoever collects has arrived',
      [PICKUP_SIGNALS.handedOver]: 'units were handed over',
      [PICKUP_SIGNALS.rejected]: 'the store cannot give units',
      [PICKUP_SIGNALS.substituted]: 'the store gives something else',
      [PICKUP_SIGNALS.noShow]: 'the store says that nobody came',
    },
    untakenFact: 'pickup.refused-by-rule',
    deadlines: [],
    alarm: {
      at: ({ wake }) => wake?.at ?? null,
      summary: (agenda) => ALARMS[agenda.wake?.for ?? 'pick'].summary(agenda),
      ring: (now) => runMoment((moments) => moments.wakePickup({ pickupId, at: now })),
      said: ({ wake }) => ALARMS[wake?.for ?? 'pick'].said,
    },
    agendaIn: (told, known) =>
      isPickupAgenda(told, pickupId) && told.agenda.pickup.version > known.pickup.version
        ? told.agenda
        : null,
    // One status until it ends: each write is an event, and the store's page has every step.
    shown: (agenda) => ({
      status: agenda?.isSettled ? agenda.pickup.state : 'open',
      node: storeId,
    }),
    ...(input.pagesUrl !== undefined && { pagesUrl: input.pagesUrl }),
    describeWait: ({ agenda }) => describePickupWait(agenda),
    insteadOfCancelling: `its order is cancelled by \`POST /v1/orders/${orderId}/cancel\``,
    describe: describePickup,
  };
}

type FactMoment = Exclude<keyof PickupMoments, 'wakePickup'>;

interface AlarmWords {
  summary(agenda: PickupAgenda): string;
  readonly said: string;
}

const ALARMS: Readonly<Record<WokenFor, AlarmWords>> = {
  pick: {
    summary: ({ pickup }) => `The store picks by ${pickup.pickByLocal}`,
    said: 'the time of the store to pick has passed',
  },
  reminder: {
    summary: ({ pickup }) => `Remind the customer on ${pickup.remindersPlannedLocal[0] ?? ''}`,
    said: 'the customer was reminded',
  },
  deadline: {
    summary: ({ pickup }) => `Held until ${pickup.deadlineLocal ?? ''}`,
    said: 'the deadline has passed',
  },
};
