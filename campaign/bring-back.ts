/** A return's life: asked for or not, received, looked at, approved, and paid back by whoever. */
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { HTTP_OK, orderWhere, readUntil, say, tell, type OrderSeen, type People } from './callers';
import { refundInDashboard } from './dashboard';
import { WEB, type Sale } from './plan';
import type { PlannedReturn } from './plan-return';
import { keepMost } from './told';

/** A till's event is applied by then. */
const HANDED_OVER_WITHIN_MS = 8_000;

type Receipt = PlannedReturn['receipts'][number];

/** Units of one line on their way back. */
interface Parcel {
  readonly orderId: string;
  readonly lineNo: number;
  readonly quantity: number;
  readonly sale: Sale;
  readonly planned: PlannedReturn;
  readonly key: string;
}

/**
 * From the moment on that something has left, where it ever does. `isCollected`: its store has done
 * all that it does; what it has not handed over then, it keeps.
 */
export async function bringBack(
  everybody: People,
  sale: Sale,
  isCollected: Promise<void>,
): Promise<void> {
  const { back: planned } = sale;
  if (planned === null) return;
  await isCollected;
  const untilMs = sale.pickup === null ? Infinity : Date.now() + HANDED_OVER_WITHIN_MS;
  const isPatient = () => Date.now() < untilMs && everybody.isPatient();
  const people = { ...everybody, isPatient };
  const hasMoved = ({ lines }: OrderSeen) => movedOf(lines) !== undefined;
  const order = await orderWhere(people, sale, hasMoved);
  const line = order && movedOf(order.lines);
  if (!line) return;
  await bringLine(everybody, sale, { planned, orderId: order.orderId, line });
}

async function bringLine(
  people: People,
  sale: Sale,
  of: {
    readonly planned: PlannedReturn;
    readonly orderId: string;
    readonly line: OrderSeen['lines'][number];
  },
): Promise<void> {
  const { planned, orderId, line } = of;
  await delay(planned.afterMs);
  const moved = line.shipped + line.pickedUp;
  const parcel: Parcel = {
    orderId,
    lineNo: line.lineNo,
    quantity: planned.units === 'one' ? 1 : moved,
    sale,
    planned,
    key: `return-${sale.orderNo}`,
  };
  if (planned.dashboard?.when === 'before') await inDashboard(people, parcel);
  if (planned.asked === 'never') await arriveUnannounced(people, parcel);
  else for (const rma of await askFor(people, parcel)) await arrive(people, parcel, rma);
  if (planned.dashboard?.when === 'after') await inDashboard(people, parcel);
}

const movedOf = (lines: OrderSeen['lines']) =>
  lines.find(({ shipped, pickedUp }) => shipped + pickedUp > 0);

/** Only what was charged at the processor is in its dashboard. */
async function inDashboard(people: People, { orderId, sale, planned, key }: Parcel): Promise<void> {
  if (sale.channel !== WEB || planned.dashboard === null) return;
  await refundInDashboard(people, { orderId, key, amountMinor: planned.dashboard.amountMinor });
}

const Asked = z.object({ rma: z.string() });
const HTTP_CREATED = 201;

/** Two agents at the same time, each under a key of their own: what one has, the other has not. */
async function askFor(people: People, parcel: Parcel): Promise<readonly string[]> {
  const { orderId, lineNo, quantity, planned, key } = parcel;
  const body = { orderId, lines: [{ lineNo, quantity }], reason: planned.reason };
  const ask = async (agent: string) => {
    const asked = { role: 'support', path: '/v1/returns', body, key: `${key}-${agent}` } as const;
    const answer = await say(people, asked);
    return answer.status === HTTP_CREATED ? [Asked.parse(JSON.parse(answer.text)).rma] : [];
  };
  const agents = planned.asked === 'twice' ? ['one', 'other'] : ['one'];
  return (await Promise.all(agents.map(ask))).flat();
}

/** The last receipt brings what is left; each is looked at where it is. */
async function arrive(people: People, parcel: Parcel, rma: string): Promise<void> {
  const { receipts } = parcel.planned;
  let left = parcel.quantity;
  for (const [index, receipt] of receipts.entries()) {
    await delay(receipt.afterMs);
    const quantity = index === receipts.length - 1 ? left : Math.floor(left / 2);
    if (quantity === 0) continue;
    left -= quantity;
    const of = { ...parcel, quantity, key: `${parcel.key}-${rma}-${index}` };
    if (receipt.events > 0) await arriveAs(people, of, receipt, { rma });
    else await receive(people, of, receipt, rma);
    await look(people, of, receipt, rma);
  }
}

async function receive(people: People, parcel: Parcel, { location }: Receipt, rma: string) {
  const { lineNo, quantity, key } = parcel;
  const body = { location, lines: [{ lineNo, quantity }] };
  const path = `/v1/returns/${rma}/receive`;
  const answer = await say(people, { role: 'support', path, body, key: `${key}-in` });
  if (answer.status !== HTTP_OK) return;
  const { receipts } = ReturnSeen.parse(JSON.parse(answer.text));
  keepMost(people.told.receipts, rma, receipts.length);
}

function arriveAs(people: People, parcel: Parcel, receipt: Receipt, reference: object) {
  const { lineNo, quantity, key } = parcel;
  const { location, events } = receipt;
  const receivedAt = new Date().toISOString();
  const lines = [{ lineNo, quantity }];
  const data = { ...reference, receiptId: key, location, receivedAt, lines };
  return tell(
    people,
    { role: 'oms', source: '/wms/wms-main', type: 'return.received.v1', data },
    { key: `${key}-in`, copies: Math.max(1, events) },
  );
}

async function arriveUnannounced(people: People, parcel: Parcel): Promise<void> {
  const [receipt] = parcel.planned.receipts;
  if (!receipt) return;
  const { channel: channelInstance, orderNo } = parcel.sale;
  await arriveAs(people, parcel, receipt, { channelInstance, orderNo });
  const rma = await openedFor(people, parcel.orderId);
  if (rma !== null) await look(people, parcel, receipt, rma);
}

/** Whoever sees goods on the shelf looks up what was opened for them. */
async function openedFor({ ours, isPatient }: People, orderId: string) {
  while (isPatient()) {
    const found = await ours
      .query<{ rma: string }>('select rma from sales_return where order_id = $1', [orderId])
      .catch(() => null);
    const rma = found?.rows[0]?.rma;
    if (rma !== undefined) return rma;
    await delay(LOOK_EVERY_MS);
  }
  return null;
}

const LOOK_EVERY_MS = 400;
const ReturnSeen = z.object({
  status: z.string(),
  receipts: z.array(z.unknown()),
  lines: z.array(z.object({ lineNo: z.number(), received: z.number(), inspected: z.number() })),
});

/** Once it is here; by support, so that finance may say yes to it. */
async function look(people: People, parcel: Parcel, receipt: Receipt, rma: string): Promise<void> {
  const { lineNo, quantity, key, planned } = parcel;
  const { location, condition } = receipt;
  if (condition === null) return;
  const isHere = await readUntil(people, `/v1/returns/${rma}`, (body) => {
    const line = ReturnSeen.parse(body).lines.find((one) => one.lineNo === lineNo);
    return line && line.received - line.inspected >= quantity ? true : null;
  });
  if (isHere === null) return;
  const body = { location, lines: [{ lineNo, quantity, condition }] };
  const path = `/v1/returns/${rma}`;
  const looked = { role: 'support', path: `${path}/inspect`, body, key: `${key}-seen` } as const;
  const answer = await say(people, looked);
  if (answer.status !== HTTP_OK || planned.word === 'none') return;
  if (ReturnSeen.parse(JSON.parse(answer.text)).status !== 'awaiting-approval') return;
  await say(people, {
    role: 'finance',
    path: `${path}/${planned.word}`,
    body: { reason: 'the campaign decided so' },
    key: `${key}-word`,
  });
}
