/** Lives one planned order on the stand-ins, and gives what the merchant meant with it in the end. */
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { StackJson } from '../../stack/supervisor/stack-json';
import type { Sql } from '../../store/database';
import { HTTP_OK } from '../callers';
import { control } from '../outside';
import { after, placed, type Meant } from './meant';
import type { PlannedOrder, Step } from './plan';

export interface Lived {
  readonly planned: PlannedOrder;
  readonly meant: Meant;
  /** What the merchant sent by hand, by the shop's fulfilments. */
  readonly byHand: ReadonlySet<string>;
  /** Where it was to go, since when. */
  readonly streets: readonly { readonly street: string; readonly fromMs: number }[];
  /** In words, as it happened. */
  readonly story: readonly string[];
}

export interface ShopWorld {
  readonly json: StackJson;
  readonly ours: Sql;
  readonly theirs: Sql;
}

const HTTP_CONFLICT = 409;
const HERE_WITHIN_MS = 8_000;
const LOOK_EVERY_MS = 250;
const usd = (minor: number) => (minor / 100).toFixed(2);

const Answered = z.object({
  order: z.object({
    id: z.union([z.number(), z.string()]).transform(String),
    shipping_address: z.object({ address1: z.string() }),
    fulfillments: z.array(z.object({ admin_graphql_api_id: z.string() })).optional(),
  }),
});

export async function liveOrder(world: ShopWorld, planned: PlannedOrder): Promise<Lived> {
  const { number, lines, shippingMinor, payment, born } = planned;
  const { sandbox } = world.json;
  const made = await control(sandbox, 'commerce', 'POST', 'orders', {
    id: number,
    orderNumber: number,
    lines: lines.map((line) => ({ ...line, price: usd(line.priceMinor) })),
    shipping: usd(shippingMinor),
    financialStatus: payment,
    sendWebhook: born,
  });
  if (made.status > HTTP_OK + 1) throw new Error(`order ${number}: ${made.status} ${made.text}`);
  const street = Answered.parse(JSON.parse(made.text)).order.shipping_address.address1;
  let meant = placed({ lines, shippingMinor, isPaidFor: payment !== 'pending', street });
  const byHand = new Set<string>();
  const streets = [{ street, fromMs: 0 }];
  const story = [`${payment}: ${lines.map((one) => `${one.quantity} × ${one.sku}`).join(', ')}`];
  for (const step of planned.steps) {
    await delay(step.afterMs);
    if (step.kind === 'ship') {
      const left = await warehouseSends(world, number, step.isPart);
      story.push(`the warehouse sends ${left} request(s)${step.isPart ? ' in part' : ''}`);
      continue;
    }
    const done = await merchantDoes(world, number, step);
    story.push(`${JSON.stringify(step.act)}${done === null ? ': refused' : ''}`);
    if (done === null) continue;
    meant = after(meant, step.act);
    if (step.act.act === 'address') streets.push({ street: meant.street, fromMs: Date.now() });
    if (step.act.act === 'fulfil') {
      const newest = done.order.fulfillments?.at(-1);
      if (newest) byHand.add(newest.admin_graphql_api_id);
    }
  }
  return { planned, meant, byHand, streets, story };
}

/** Null where the shop refuses. */
async function merchantDoes(
  { json }: ShopWorld,
  number: number,
  { act, told }: Extract<Step, { kind: 'act' }>,
) {
  const route = `orders/${number}/merchant`;
  const answer = await control(json.sandbox, 'commerce', 'POST', route, { ...act, told });
  if (answer.status === HTTP_CONFLICT) return null;
  if (answer.status !== HTTP_OK) throw new Error(`${route}: ${answer.status} ${answer.text}`);
  return Answered.parse(JSON.parse(answer.text));
}

interface Asked extends Record<string, unknown> {
  readonly id: string;
  readonly lineNo: number;
}

/** Of the order: what remains of its requests at the warehouse, by the first line of each. */
async function askedFor({ theirs }: ShopWorld, number: number): Promise<readonly Asked[]> {
  const { rows } = await theirs.query<Asked>(
    `select r.id, min((l ->> 'lineNo')::int) as "lineNo"
       from wms.fulfilment_requests r, jsonb_array_elements(r.details -> 'lines') l
      where r.reference = $1 and (l ->> 'quantity')::int > (l ->> 'shipped')::int
        + (l ->> 'cancelled')::int + (l ->> 'rejected')::int
      group by 1`,
    [String(number)],
  );
  return rows;
}

/** What it was asked for leaves; how many requests that were. */
export async function warehouseSends(
  world: ShopWorld,
  number: number,
  isPart = false,
): Promise<number> {
  const giveUpAt = Date.now() + (isPart ? HERE_WITHIN_MS : 0);
  let asked = await askedFor(world, number);
  while (asked.length === 0 && Date.now() < giveUpAt) {
    await delay(LOOK_EVERY_MS);
    asked = await askedFor(world, number);
  }
  let sent = 0;
  for (const { id: requestId, lineNo } of asked) {
    const lines = isPart ? { lines: [{ lineNo, quantity: 1 }] } : {};
    const asks = { requestId, ...lines };
    // Refused: what remained has been called back meanwhile.
    const { status } = await control(world.json.sandbox, 'wms', 'POST', 'ship', asks);
    if (status === HTTP_OK + 1) sent += 1;
  }
  return sent;
}
