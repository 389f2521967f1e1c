/** What a support person sees of an order beside what every flow shows: its wait, units, money. */
import { formatMoney } from '../../canonical/rules/money/money';
import type { OrderAgenda, OrderBrief, OrderFlowInput } from '../../canonical/flows/order';
import type { Flow } from '../kernel/flow';

export function describeOrder(order: OrderBrief | undefined): string[] {
  return order ? [...describeUnits(order), ...describeGroups(order), ...describeMoney(order)] : [];
}

/** Who has units that are to be shipped. */
export function warehousesOf(order: OrderBrief | undefined): string {
  const out = order?.groups.filter((group) => group.released > 0) ?? [];
  return [...new Set(out.map((group) => group.account))].join(' and ');
}

export function describeOrderWait(
  { agenda, deadlines }: Flow<OrderAgenda>,
  { orderId }: OrderFlowInput,
): { readonly lines: readonly string[]; readonly for: string } {
  const order = agenda?.order;
  if (order?.isOnHold) {
    const call = `Support lifts it: \`POST /v1/orders/${orderId}/release-hold\``;
    return { lines: ['### On hold', call], for: 'hold' };
  }
  const released = order?.units.released ?? 0;
  if (released === 0) return { lines: ['### In progress'], for: '' };
  const [shipped] = deadlines;
  const until = new Date(shipped?.endsAtMs ?? 0).toISOString();
  return {
    lines: [
      `### Waits for a shipment of ${released} from ${warehousesOf(order)}`,
      shipped?.state === 'running'
        ? `Until **${until}**; then fulfilment-operations must act.`
        : '',
    ],
    for: 'shipment',
  };
}

function describeUnits(order: OrderBrief): string[] {
  const hidden = order.lineCount - order.lines.length;
  return [
    `### Lines (${order.status}${order.location === null ? '' : `, from ${order.location}`})`,
    ...order.lines.map((line) => {
      const parts = (['reserved', 'released', 'shipped', 'cancelled'] as const)
        .filter((place) => line[place] > 0)
        .map((place) => `${line[place]} ${place}`);
      return `- ${line.lineNo}. \`${line.sku}\`: ${line.ordered} ordered${
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
    `### Sent from ${groups.length} places`,
    ...groups.map((group) => {
      const units = (['reserved', 'released', 'shipped', 'cancelled'] as const)
        .filter((place) => group[place] > 0)
        .map((place) => `${group[place]} ${place}`);
      const state = [`**${group.state}**`, ...units].join(', ');
      return `- group ${group.groupNo}, ${group.location} (${group.account}): ${state}`;
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
