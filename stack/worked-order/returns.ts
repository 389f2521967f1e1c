/**
 * Orders whose goods come back: bought online and brought to a store's counter; exchanged for what
 * costs more; and one that comes back before its warehouse has told that it left, so that no invoice
 * says yet what it was sold for.
 */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { pollUntil } from '../supervisor/poll';
import type { Api } from './api-client';
import { newOrderNo, submitWebOrder } from './orders';
import { STORE, type Callers } from './pickups';
import { MUG, TEA } from './shop';

const STEP_DEADLINE_MS = 60_000;

export interface ReturnCallers extends Pick<Callers, 'oms' | 'store'> {
  readonly reader: Api;
  readonly warehouse: Api;
  readonly support: Api;
}
export interface PlayedReturn {
  /** What came back, and what went out for it. */
  readonly orderNos: readonly string[];
  readonly says: string;
}

const Return = z.object({
  rma: z.string(),
  orderNo: z.string(),
  status: z.string(),
  exceptions: z.array(z.object({ code: z.string() })),
  exchange: z.object({ orderNo: z.string() }).nullable(),
});
type Return = z.infer<typeof Return>;
const AtStore = z.object({ returns: z.array(Return) });
const Found = z.object({ items: z.array(z.object({ orderId: z.string(), status: z.string() })) });
const Requests = z.object({ items: z.array(z.object({ id: z.string(), orderId: z.string() })) });

/** Two of three packets of tea: sold online, sent, and brought to a store by who bought them. */
export async function boughtOnlineReturnedInStore(callers: ReturnCallers): Promise<PlayedReturn> {
  const orderNo = await sell(callers.oms, { sku: TEA, quantity: 3, unitMinor: 2_000 });
  await untilOrder(callers.reader, orderNo, 'closed');
  const lines = [{ lineNo: 1, quantity: 2, condition: 'new' }];
  const taken = await callers.store.post(
    `/v1/stores/${STORE}/returns`,
    { channelInstance: 'web-us', orderNo, reason: 'changed-mind', lines },
    randomUUID(),
  );
  await untilReturn(callers.reader, Return.parse(taken).rma, ({ status }) => status === 'closed');
  const says =
    'Bought online, two of three brought back to store-001: refunded to the card that paid';
  return { orderNos: [orderNo], says };
}

/** A packet of tea for a mug that costs ten more: the card that is named pays the difference. */
export async function exchangedForDearer(callers: ReturnCallers): Promise<PlayedReturn> {
  const { oms, store, support, reader } = callers;
  const orderNo = await sell(oms, { sku: TEA, quantity: 1, unitMinor: 2_000 });
  await untilOrder(reader, orderNo, 'closed');
  const asked = await support.post(
    '/v1/returns',
    {
      ...{ channelInstance: 'web-us', orderNo, reason: 'changed-mind' },
      lines: [{ lineNo: 1, quantity: 1 }],
      exchange: {
        lines: [{ sku: MUG, quantity: 1, unitPrice: { currency: 'USD', minorUnits: 3_115 } }],
        difference: { gateway: 'stripe', paymentMethodRef: 'pm_card_visa' },
      },
    },
    randomUUID(),
  );
  const { rma } = Return.parse(asked);
  const back = { location: STORE, lines: [{ lineNo: 1, quantity: 1 }] };
  await store.post(`/v1/returns/${rma}/receive`, back, randomUUID());
  const seen = { ...back, lines: [{ lineNo: 1, quantity: 1, condition: 'new' }] };
  await store.post(`/v1/returns/${rma}/inspect`, seen, randomUUID());
  await untilReturn(reader, rma, ({ status }) => status === 'closed');
  const { exchange } = Return.parse(await reader.get(`/v1/returns/${rma}`));
  const goesOut = exchange?.orderNo ?? '';
  await untilOrder(reader, goesOut, 'closed');
  const says = 'Exchanged for what costs more: paid by what came back, the rest by a card';
  return { orderNos: [orderNo, goesOut], says };
}

/** The warehouse has handed it over and not said so; the customer is quicker than its word. */
export async function backBeforeItsInvoice(callers: ReturnCallers): Promise<PlayedReturn> {
  const { oms, store, reader, warehouse } = callers;
  const orderNo = `R${newOrderNo()}`;
  await warehouse.post('/_sandbox/script', { mode: 'never', match: { orderNo } });
  await sell(oms, { sku: MUG, quantity: 1, unitMinor: 1_500 }, orderNo);
  const orderId = await untilOrder(reader, orderNo, 'released');
  const at = new Date().toISOString();
  await store.post('/v1/events', {
    specversion: '1.0',
    id: randomUUID(),
    source: `/store/${STORE}/till-1`,
    type: 'return.received.v1',
    data: {
      ...{ orderId, location: STORE, receivedAt: at },
      receiptId: `till-${orderNo}`,
      lines: [{ sku: MUG, quantity: 1 }],
    },
  });
  const rma = await untilAtStore(store, orderNo);
  await store.post(
    `/v1/returns/${rma}/inspect`,
    { location: STORE, lines: [{ lineNo: 1, quantity: 1, condition: 'new' }] },
    randomUUID(),
  );
  await untilReturn(reader, rma, ({ exceptions }) =>
    exceptions.some(({ code }) => code === 'return.not-invoiced'),
  );
  await shipByHand(warehouse, orderId);
  await untilReturn(reader, rma, ({ status }) => status === 'closed');
  await untilOrder(reader, orderNo, 'closed');
  const says = 'Back before its invoice: it waits as return.not-invoiced, and goes on by itself';
  return { orderNos: [orderNo], says };
}

const sell = (
  oms: Api,
  line: { readonly sku: string; readonly quantity: number; readonly unitMinor: number },
  orderNo = `R${newOrderNo()}`,
): Promise<string> =>
  submitWebOrder(oms, {
    orderNo,
    buyer: { email: 'dora@example.test', name: 'Dora Example' },
    line: { ...line, taxMinor: line.quantity * 115 },
    card: 'pm_card_visa',
  });

async function untilOrder(reader: Api, orderNo: string, status: string): Promise<string> {
  let orderId = '';
  await pollUntil(`order ${orderNo} is ${status}`, STEP_DEADLINE_MS, async () => {
    const path = `/v1/orders?channelInstance=web-us&orderNo=${orderNo}`;
    const [order] = Found.parse(await reader.get(path)).items;
    orderId = order?.orderId ?? '';
    return order?.status === status;
  });
  return orderId;
}

async function untilReturn(reader: Api, rma: string, is: (ret: Return) => boolean): Promise<void> {
  await pollUntil(`return ${rma} goes on`, STEP_DEADLINE_MS, async () =>
    is(Return.parse(await reader.get(`/v1/returns/${rma}`))),
  );
}

/** Goods that nobody had announced have a return of their own, once their event was read. */
async function untilAtStore(store: Api, orderNo: string): Promise<string> {
  let rma = '';
  await pollUntil(`the return of order ${orderNo}`, STEP_DEADLINE_MS, async () => {
    const { returns } = AtStore.parse(await store.get(`/v1/stores/${STORE}/returns`));
    rma = returns.find((one) => one.orderNo === orderNo)?.rma ?? '';
    return rma !== '';
  });
  return rma;
}

async function shipByHand(warehouse: Api, orderId: string): Promise<void> {
  const { items } = Requests.parse(
    await warehouse.get(`/_sandbox/records/fulfilment_requests?orderId=${orderId}`),
  );
  for (const { id } of items.filter((one) => one.orderId === orderId)) {
    await warehouse.post('/_sandbox/ship', { requestId: id });
  }
}
