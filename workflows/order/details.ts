/** What a support person sees of an order beside what every flow shows: its wait, units, money. */
import { formatMoney } from '../../canonical/rules/money/money';
import type { OrderAgenda, OrderBrief } from '../../canonical/flows/order';
import { timeText } from '../kernel/details';
import type { Flow } from '../kernel/flow';
import { codeOf, textOf } from '../kernel/markdown';

export function describeOrder(order: OrderBrief | undefined): string[] {
  if (!order) return [];
  return [...describeUnits(order), ...describeGroups(order), ...describeMoney(order)];
}

const isPickup = ({ kind }: OrderBrief['groups'][number]): boolean => kind === 'pickup';

/** Units that stores hold for whoever collects them. */
function toBeCollected(order: OrderBrief): number {
  return order.groups.filter(isPickup).reduce((units, group) => units + group.released, 0);
}

/** Units that warehouses have, and are to send. */
export function toBeShipped(order: OrderBrief): number {
  return order.units.released - toBeCollected(order);
}

/** Who has units that are to be shipped. */
export function warehousesOf(order: OrderBrief | undefined): string {
  const out = order?.groups.filter((group) => group.released > 0 && !isPickup(group)) ?? [];
  return [...new Set(out.map((group) => group.account))].join(' and ');
}

export function describeOrderWait({ agenda, deadlines }: Flow<OrderAgenda>): {
  readonly lines: readonly string[];
  readonly for: string;
} {
  const order = agenda?.order;
  if (order?.isOnHold) return { lines: describeHold(order), for: 'hold' };
  const released = order ? toBeShipped(order) : 0;
  if (released === 0) return order ? describePickupWait(order) : IN_PROGRESS;
  const [shipped] = deadlines;
  const until = timeText(new Date(shipped?.endsAtMs ?? 0).toISOString());
  return {
    lines: [
      `### Waits for a shipment of ${released} from ${warehousesOf(order)}`,
      shipped?.state === 'running' ? `Until **${until}**; then **support** must act.` : '',
    ],
    for: 'shipment',
  };
}

const IN_PROGRESS = { lines: ['### In progress'], for: '' };

function describePickupWait(order: OrderBrief): { lines: readonly string[]; for: string } {
  const stores = order.groups.filter((group) => isPickup(group) && group.released > 0);
  if (stores.length === 0) return IN_PROGRESS;
  const names = stores.map((group) => group.location).join(' and ');
  return {
    lines: [
      `### Waits for pickup of ${toBeCollected(order)} at ${names}`,
      'The pickup is a flow of its own: its page says what the store has done, and until when.',
    ],
    for: 'pickup',
  };
}

/** Where units of a line or a group are, for a person. */
function placesOf(units: Partial<Record<(typeof PLACES)[number], number>>): string[] {
  return PLACES.filter((place) => (units[place] ?? 0) > 0).map(
    (place) => `${units[place]} ${PLACE_NAMES[place]}`,
  );
}
const PLACES = ['reserved', 'released', 'shipped', 'pickedUp', 'cancelled'] as const;
const PLACE_NAMES: Readonly<Record<(typeof PLACES)[number], string>> = {
  reserved: 'reserved',
  released: 'released',
  shipped: 'shipped',
  pickedUp: 'picked up',
  cancelled: 'cancelled',
};

function describeHold({ held }: OrderBrief): string[] {
  return [
    '### On hold',
    held ? `Placed by **${textOf(held.by)}**, since **${timeText(held.since)}**.` : '',
    'Nothing more goes to a warehouse until **support**, or the channel, lifts it.',
  ];
}

function describeUnits(order: OrderBrief): string[] {
  const hidden = order.lineCount - order.lines.length;
  const isOneGroup = order.groups.length < 2 && order.location !== null;
  return [
    `### Lines (${order.status}${isOneGroup ? `, from ${order.location}` : ''})`,
    ...order.lines.map((line) => {
      const parts = placesOf(line);
      // `- 1. ` would be a list within a list, whose lines run together.
      return `- line ${line.lineNo}, ${codeOf(line.sku)}: ${line.ordered} ordered${
        parts.length > 0 ? `, ${parts.join(', ')}` : ''
      }`;
    }),
    ...(hidden > 0 ? [`- and ${hidden} more lines`] : []),
  ];
}

/** An order that one node sends whole has its node beside its lines. */
function describeGroups({ groups }: OrderBrief): string[] {
  if (groups.length < 2) return [];
  return [
    `### ${groups.some(isPickup) ? 'In' : 'Sent in'} ${groups.length} groups`,
    ...groups.map((group) => {
      const units = placesOf(group);
      const parts = group.state === 'rejected' ? ['**rejected**', ...units] : units;
      const whose = isPickup(group) ? 'pickup' : group.account;
      return `- group ${group.groupNo}, ${group.location} (${whose}): ${parts.join(', ')}`;
    }),
  ];
}

function describeMoney(order: OrderBrief): string[] {
  const money = (minor: number) => formatMoney(minor, order.currency);
  return [
    `### Money: ${money(order.totalMinor)}`,
    ...order.tenders.map(
      (tender) =>
        `- tender ${tender.tenderNo}, ${money(tender.amountMinor)}: **${tender.state}**` +
        (tender.capturedMinor > 0 ? `, captured ${money(tender.capturedMinor)}` : '') +
        (tender.refundedMinor > 0 ? `, refunded ${money(tender.refundedMinor)}` : ''),
    ),
  ];
}
