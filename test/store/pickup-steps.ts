/** Stores with stock, and what their pickups do to an order, each as one transaction of its own. */
import { installation, useInstallation } from '../../canonical/installation';
import type { OrderAgenda } from '../../canonical/flows/order';
import type { PickupCaptureAt } from '../../canonical/schema/policies';
import type { NewTaxes } from '../../canonical/rules/order/re-source';
import { auditOf } from '../../audit/run';
import { only, type Database, type Sql } from '../../store/database';
import { prepareRefund, recordRefund } from '../../moments/money/refund';
import { prepareVoid, recordVoid } from '../../moments/money/void';
import { takeOrder, type OrderInHand } from '../../moments/order/order-moment';
import { readAgenda } from '../../moments/order/order-flow';
import { giveBackUnits } from '../../moments/pickup/order-side/give-back-units';
import { moveUnits, type Moved } from '../../moments/pickup/order-side/move-units';
import { prepayReady } from '../../moments/pickup/order-side/prepay-ready';
import {
  recordHandover,
  type RecordedHandover,
} from '../../moments/pickup/order-side/record-handover';
import { startPickup } from '../../moments/pickup/order-side/start-pickup';
import { accepted, orderOf, type OrderShape } from './fixture';
import { everyDay } from '../../stack/worked-order/opening-hours';
import { authorize, begin, capture } from './steps';
import { openStore } from './store-shop';

export const SOHO = 'store-soho';
export const VENICE = 'store-venice';

const HOURS = everyDay('09:00', '20:00');
const ZONES = { [SOHO]: 'America/New_York', [VENICE]: 'America/Los_Angeles' };

/** A store that is open, with that much of items which are there already. */
export async function stockStore(
  db: Database,
  storeId: typeof SOHO | typeof VENICE,
  stock: Readonly<Record<string, number>>,
): Promise<void> {
  await openStore(db, stock, { storeId, timeZone: ZONES[storeId], openingHours: HOURS });
}

/** When what a store holds is charged, in every channel of this file. */
export function chargeAt(pickupCaptureAt: PickupCaptureAt): void {
  const { channels, ...rest } = installation();
  const policies = { pickupCaptureAt };
  useInstallation({
    ...rest,
    channels: channels.map((one) => ({ ...one, policies: { ...one.policies, ...policies } })),
  });
}

/** Three mugs for Soho at 30.03 and 2.50 of tax, authorized, and the store was asked. */
export async function heldMugs(db: Database, shape: Partial<OrderShape> = {}): Promise<string> {
  const lines = [{ sku: 'MUG', quantity: 3, unitMinor: 1001, storeId: SOHO }];
  const orderId = await accepted(db, orderOf({ lines, taxMinor: 250, ...shape }));
  const { money } = await readAgenda(db, { orderId });
  if (money.some((due) => due.step === 'authorize')) await authorize(db, orderId);
  await startPickups(db, orderId);
  return orderId;
}

/** The rules by which the order's journals were posted, in their order. */
export async function rulesOf(db: Database, orderId: string): Promise<string[]> {
  const { rows } = await db.query<{ rule: string }>(
    'select rule from journal where order_id = $1 order by posted_at, rule',
    [orderId],
  );
  return rows.map((row) => row.rule);
}

/** Every pickup that is due begins. */
export async function startPickups(db: Database, orderId: string): Promise<OrderAgenda> {
  const { pickups = [] } = await readAgenda(db, { orderId });
  for (const { groupNo } of pickups) await startPickup(db, { orderId, groupNo });
  return readAgenda(db, { orderId });
}

/** As a pickup's moment has the order in hand. */
async function withOrder<T>(
  db: Database,
  orderId: string,
  work: (sql: Sql, inHand: OrderInHand) => T | Promise<T>,
): Promise<T> {
  return db.transaction(async (sql) => {
    const inHand = await takeOrder(sql, orderId);
    const answer = await work(sql, inHand);
    await inHand.settle(sql);
    return answer;
  });
}

export interface Units {
  readonly groupNo: number;
  readonly lines: readonly { readonly lineNo: number; readonly quantity: number }[];
}

export const handOver = (
  db: Database,
  orderId: string,
  { handoverNo = 1, ...units }: Units & { readonly handoverNo?: number },
): Promise<RecordedHandover> =>
  withOrder(db, orderId, (sql, inHand) =>
    recordHandover(sql, inHand, {
      ...units,
      handoverNo,
      occurredAt: '2026-11-23T02:30:00Z',
      eventNo: null,
    }),
  );

/** All of it that lies ready now. */
export const ready = (db: Database, orderId: string, units: Units): Promise<void> =>
  withOrder(db, orderId, (_sql, inHand) => prepayReady(inHand, units));

export const giveBack = (
  db: Database,
  orderId: string,
  units: Units,
  reason: 'expired' | 'cancelled' | 'rejected' = 'expired',
) => withOrder(db, orderId, (sql, inHand) => giveBackUnits(sql, inHand, { ...units, reason }));

/** To that store, or home, with the customer's consent. */
export const moveTo = (
  db: Database,
  orderId: string,
  units: Units,
  place: string,
  taxes: readonly NewTaxes[] = [],
): Promise<Moved> =>
  withOrder(db, orderId, (sql, inHand) =>
    moveUnits(sql, inHand, {
      ...units,
      to: place === 'home' ? { kind: 'ship' } : { kind: 'pickup', storeId: place },
      taxes,
      consent: true,
      decisionId: `move-${orderId}`,
    }),
  );

/** Every call about money that is due is made, and answered with yes. */
export async function settleMoney(db: Database, orderId: string): Promise<OrderAgenda> {
  for (;;) {
    const agenda = await readAgenda(db, { orderId });
    const [due] = agenda.money;
    if (!due) return agenda;
    if (due.step === 'capture') await capture(db, agenda);
    if (due.step === 'authorize') await authorize(db, orderId);
    if (due.step === 'void') {
      const begun = await begin(db, due.key, 'void', orderId, prepareVoid(due));
      await recordVoid(db, due, { outcome: 'voided', reference: `void-${due.key}` }, begun);
    }
    if (due.step === 'refund') {
      const begun = await begin(db, due.key, 'refund', orderId, prepareRefund(due));
      const { amountMinor } = due;
      const answer = { outcome: 'refunded', reference: `re-${due.key}`, amountMinor } as const;
      await recordRefund(db, due, answer, begun);
    }
  }
}

export async function stockOf(db: Database, sku: string, locationId: string) {
  const { rows } = await db.query<{ onHand: number; reserved: number }>(
    `select on_hand as "onHand", reserved from stock where sku = $1 and location_id = $2`,
    [sku, locationId],
  );
  return only(rows, `${sku} at ${locationId}`);
}

/** What the orders' own rows, stock and books say otherwise than each other. */
export async function differences(db: Database): Promise<string[]> {
  const report = await auditOf(db, [], 0, { isWhole: true });
  return (
    report.differences
      // These tests stand for the pickups' own moments, and keep no rows of theirs.
      .filter((one) => !['account-not-in-setup', 'pickup-units'].includes(one.code))
      .map((one) => `${one.code}: ${one.detail}`)
  );
}
