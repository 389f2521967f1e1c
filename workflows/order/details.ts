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

/** Who has units that are to be shipped. */
export function warehousesOf(order: OrderBrief | undefined): string {
  const out = order?.groups.filter((group) => group.released > 0) ?? [];
  return [...new Set(out.map((group) => group.account))].join(' and ');
}

export function describeOrderWait({ agenda, deadlines }: Flow<OrderAgenda>): {
  readonly lines: readonly string[];
  readonly for: string;
} {
  const order = agenda?.order;
  if (order?.isOnHold) return { lines: describeHold(order), for: 'hold' };
  const released = order?.units.released ?? 0;
  if (released === 0) return { lines: ['### In progress'], for: '' };
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
      const parts = (['reserved', 'released', 'shipped', 'cancelled'] as const)
        .filter((place) => line[place] > 0)
        .map((place) => `${line[place]} ${place}`);
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
    `### Sent in ${groups.length} groups`,
    ...groups.map((group) => {
      const units = (['reserved', 'released', 'shipped', 'cancelled'] as const)
        .filter((place) => group[place] > 0)
        .map((place) => `${group[place]} ${place}`);
      const parts = group.state === 'rejected' ? ['**rejected**', ...units] : units;
      return `- group ${group.groupNo}, ${group.location} (${group.account}): ${parts.join(', ')}`;
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
