// I7: what is stored of an order is what its facts amount to.
import { orderStatus } from '../../canonical/rules/order/state';
import { sum } from '../../canonical/rules/money/money';
import type { Place } from '../../store/orders/orders';
import { capturedOn, takenByChannelMinor, type OwnOrder } from '../own-order';
import { count, money, nameOfOrder, type Difference } from '../report';

const PLACES: readonly Place[] = [
  'unallocated',
  'backordered',
  'reserved',
  'released',
  'shipped',
  'pickedUp',
  'cancelled',
];

/** Facts begin when an order is accepted or turned away: until then it stands as it came. */
export function checkProjections(order: OwnOrder): Difference[] {
  if (order.stage === 'received') return statusOf(order);
  return [
    ...unitsOf(order),
    ...returnedOf(order),
    ...allocationsOf(order),
    ...moneyOf(order),
    ...authorizationsOf(order),
    ...statusOf(order),
  ];
}

function difference(order: OwnOrder, code: string, at: string, detail: string): Difference {
  const subject = `${nameOfOrder(order)}${at}`;
  return { invariant: 'I7', code, subject, detail: `${subject}: ${detail}` };
}

function unitsOf(order: OwnOrder): Difference[] {
  const rebuilt = new Map<string, number>();
  const add = (lineNo: number, place: Place, quantity: number) => {
    const key = `${lineNo}/${place}`;
    rebuilt.set(key, (rebuilt.get(key) ?? 0) + quantity);
  };
  for (const { moves } of order.facts) {
    for (const { lineNo, toLineNo, from, to, quantity } of moves) {
      if (from !== null) add(lineNo, from, -quantity);
      add(toLineNo ?? lineNo, to, quantity);
    }
  }
  return order.lines.flatMap((line) =>
    PLACES.flatMap((place) => {
      const facts = rebuilt.get(`${line.lineNo}/${place}`) ?? 0;
      if (facts === line[place]) return [];
      const detail = `${count(line[place], 'unit')} ${place} stored, ${facts} by its facts`;
      return [difference(order, `units-${place}`, `, line ${line.lineNo}`, detail)];
    }),
  );
}

/** Units that came back are the sum of what was taken back. */
function returnedOf(order: OwnOrder): Difference[] {
  return order.lines.flatMap((line) => {
    const facts = sum(
      order.facts
        .flatMap((fact) => fact.returned)
        .filter((one) => one.lineNo === line.lineNo)
        .map((one) => one.quantity),
    );
    if (facts === line.returned) return [];
    const detail = `${count(line.returned, 'unit')} returned stored, ${facts} by its facts`;
    return [difference(order, 'units-returned', `, line ${line.lineNo}`, detail)];
  });
}

/** Units that wait at a node, or are asked of one, are some group's. */
function allocationsOf(order: OwnOrder): Difference[] {
  return order.lines.flatMap((line) =>
    (['reserved', 'released', 'pickedUp'] as const).flatMap((place) => {
      const held = line.allocated[place];
      if (held === line[place]) return [];
      const detail = `${count(line[place], 'unit')} ${place} stored, ${held} by its groups`;
      return [difference(order, `allocated-${place}`, `, line ${line.lineNo}`, detail)];
    }),
  );
}

function moneyOf(order: OwnOrder): Difference[] {
  return order.tenders.flatMap((tender) => {
    const moved = (...kinds: string[]) =>
      sum(
        order.facts
          .flatMap((fact) => fact.money)
          .filter((one) => one.tenderNo === tender.tenderNo && kinds.includes(one.kind))
          .map((one) => one.amountMinor),
      );
    const pairs = [
      ['captured', tender.capturedMinor, moved('prepaid', 'captured')],
      ['prepaid', tender.prepaidMinor, moved('prepaid')],
      ['refunded', tender.refundedMinor, moved('refunded')],
    ] as const;
    return pairs.flatMap(([what, stored, facts]): Difference[] => {
      if (stored === facts) return [];
      const { currency } = order;
      const detail = `${money(stored, currency)} ${what} stored, ${money(facts, currency)} by its facts`;
      const found = difference(order, `money-${what}`, `, tender ${tender.tenderNo}`, detail);
      return [{ ...found, amountMinor: stored - facts, currency }];
    });
  });
}

/** What was captured on an authorization is the sum of its captures, or came captured. */
function authorizationsOf(order: OwnOrder): Difference[] {
  return order.authorizations.flatMap((authorization): Difference[] => {
    const { tenderNo, authorizationNo, capturedMinor, isTakenOver } = authorization;
    const tender = order.tenders.find((one) => one.tenderNo === tenderNo);
    const prepaid = isTakenOver && tender ? takenByChannelMinor(order, tender) : 0;
    const captured = capturedOn(order, authorization);
    if (capturedMinor === prepaid + captured) return [];
    const { currency } = order;
    const detail = `${money(capturedMinor, currency)} captured stored, its captures are ${money(prepaid + captured, currency)}`;
    const at = `, tender ${tenderNo}, authorization ${authorizationNo}`;
    const found = difference(order, 'authorization-captured', at, detail);
    return [{ ...found, amountMinor: capturedMinor - prepaid - captured, currency }];
  });
}

function statusOf(order: OwnOrder): Difference[] {
  const status = orderStatus({
    isAccepted: order.stage !== 'received',
    isRejected: order.stage === 'rejected',
    isOnHold: order.isOnHold,
    isClosed: order.stage === 'closed',
    lines: order.lines,
  });
  if (status === order.status) return [];
  const detail = `its status says ${order.status}, its quantities amount to ${status}`;
  return [difference(order, 'status', '', detail)];
}
