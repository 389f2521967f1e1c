/** What a support person sees of a pickup in the Temporal UI; nothing of who collects. */
import type { PickupAgenda, PickupBrief } from '../../canonical/flows/pickup';
import { unitsText as units } from '../kernel/details';
import { textOf } from '../kernel/markdown';

/** One word in the list of flows for as long as it waits: each write is an event. */
export const WAITS_FOR = 'pickup';

export function describePickupWait(agenda: PickupAgenda | null): {
  readonly lines: readonly string[];
  readonly for: string;
} {
  const lines = agenda === null ? ['### In progress'] : waitOf(agenda.pickup);
  return { lines, for: WAITS_FOR };
}

function waitOf(pickup: PickupBrief): readonly string[] {
  const { storeId, deadlineLocal } = pickup;
  const { requested, ready } = pickup.units;
  const picks =
    requested > 0
      ? [`### Waits for ${storeId} to pick ${units(requested)}, by ${pickup.pickByLocal}`]
      : [];
  const held =
    ready > 0 && deadlineLocal !== null
      ? [
          `### Waits to be collected at ${storeId}, until ${deadlineLocal}`,
          `${units(ready)} ready. What nobody collects by then is given up: its money is not taken, or goes back.`,
        ]
      : [];
  return [...picks, ...held];
}

const PLACES = [
  ['requested', 'to be picked'],
  ['ready', 'ready'],
  ['handedOver', 'handed over'],
  ['rejected', 'rejected, to be decided'],
  ['expired', 'expired'],
  ['cancelled', 'cancelled'],
] as const;

export function describePickup(agenda: PickupAgenda | null): readonly string[] {
  if (agenda === null) return [];
  const { pickup } = agenda;
  return [
    `### Pickup at ${pickup.storeId} (${pickup.state})`,
    ...PLACES.filter(([place]) => pickup.units[place] > 0).map(
      ([place, words]) => `- ${units(pickup.units[place])} ${words}`,
    ),
    ...(pickup.deadlineLocal === null ? [] : [`Held until **${pickup.deadlineLocal}**.`]),
    ...describeReminders(pickup),
    ...describeExtensions(pickup),
    ...describeRejections(pickup),
  ];
}

function describeReminders({ remindersSentLocal, remindersPlannedLocal }: PickupBrief): string[] {
  const sent = remindersSentLocal.map((at) => `- sent ${at}`);
  const planned = remindersPlannedLocal.map((at) => `- planned for ${at}`);
  return sent.length + planned.length === 0 ? [] : ['### Reminders', ...sent, ...planned];
}

function describeExtensions({ extensions }: PickupBrief): string[] {
  if (extensions.length === 0) return [];
  return [
    '### Held longer',
    ...extensions.map(
      ({ by, beforeLocal, untilLocal }) =>
        `- by ${textOf(by)}: until ${untilLocal} instead of ${beforeLocal}`,
    ),
  ];
}

const OUTCOMES: Readonly<Record<string, string>> = {
  'asked-again': 'the store was asked again',
  cancelled: 'they were cancelled',
  're-sourced': 'another store was asked',
  'to-shipping': 'they are shipped instead',
  substituted: 'the customer takes something else',
};

function describeRejections({ rejections }: PickupBrief): string[] {
  if (rejections.length === 0) return [];
  return [
    '### What the store could not give',
    ...rejections.map(({ reason, units: count, outcome }) => {
      const what = outcome === null ? 'nobody has decided yet' : (OUTCOMES[outcome] ?? outcome);
      return `- ${units(count)}, ${textOf(reason)}: ${what}`;
    }),
  ];
}
