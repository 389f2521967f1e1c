/** What a channel has once more than it was asked for: owed or named, and undone once at a word. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPublishingActivities } from '../../activities/delivery/deliver-outbox';
import { undoingDeliveries, type Deliveries } from '../../activities/delivery/parties';
import type { FulfilmentCancellation } from '../../canonical/ports/channel';
import { VendorFault } from '../../canonical/ports/fault';
import type { RefundRequest } from '../../canonical/ports/payment';
import { followRefund } from '../../moments/money/outside-refund';
import { prepareCapture } from '../../moments/money/capture';
import { raiseDuplicate } from '../../moments/order/duplicates';
import { resolveExceptions } from '../../store/exceptions/exceptions';
import type { FoundDuplicate } from '../../store/orders/duplicates';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { accepted, orderOf, routedEvent, stockShop } from './fixture';
import { balances, begin, capture, release, ship, step } from './steps';

const ACCOUNT = 'shopify-us';
const QUEUE = `commerce.${ACCOUNT}`;
const UNIT_MINOR = 1_000;
/** A lost answer is asked for after a second. */
const LINGER_MS = 1_200;
const WORKFLOW = { workflowId: `publishing/${QUEUE}`, runId: 'run-1' };

let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
  await stockShop(database.db, { MUG: 100 });
});
afterAll(() => database?.drop());

/** Three mugs, one of them shipped and captured. */
async function shipped(): Promise<string> {
  const { db } = database;
  const lines = [{ sku: 'MUG', quantity: 3, unitMinor: UNIT_MINOR }];
  const orderId = await accepted(db, orderOf({ channelInstance: ACCOUNT, lines }));
  await release(db, orderId);
  const { agenda } = await ship(db, orderId, `parcel-${orderId}`, [{ lineNo: 1, quantity: 1 }]);
  await capture(db, agenda);
  return orderId;
}

const captureOf = (orderId: string): FoundDuplicate => ({
  kind: 'capture',
  ...{ orderId, account: ACCOUNT, reference: `again_${orderId}` },
  ...{ authorizationRef: 'auth-1', amountMinor: UNIT_MINOR, currency: 'USD' },
});
const fulfilmentOf = (orderId: string): FoundDuplicate => ({
  kind: 'fulfilment',
  ...{ orderId, account: ACCOUNT, reference: `f/${orderId}` },
});

async function raised(found: FoundDuplicate): Promise<string> {
  const outcome = await raiseDuplicate(database.db, found);
  if (outcome.outcome !== 'raised') throw new Error(outcome.outcome);
  return outcome.exceptionId;
}
const say = (resolution: 'retry' | 'override', ...exceptionIds: string[]) =>
  resolveExceptions(database.db, { exceptionIds }, { resolution, by: 'support' });

async function exceptionOf(exceptionId: string) {
  const { rows } = await database.db.query(
    `select code, state, money_minor as "moneyMinor", openings from exception
      where exception_id = $1`,
    [exceptionId],
  );
  return rows[0];
}
async function messageOf(orderId: string) {
  const { rows } = await database.db.query<{ state: string }>(
    `select state from outbox where order_id = $1 and verb in ('refund', 'cancelFulfilment')`,
    [orderId],
  );
  return rows.map(({ state }) => state);
}

/** What the channel did, by key; `wrong`: how its first answer to a key goes. */
function channel(wrong: Readonly<Record<string, 'lost' | 'no'>> = {}) {
  const made: { key: string; of: string | null }[] = [];
  const first = new Map(Object.entries(wrong));
  const make = async <Yes>(key: string, of: string | null, yes: Yes) => {
    const how = first.get(key);
    first.delete(key);
    if (how === 'no') return { outcome: 'refused', vendorCode: 'NO', detail: 'not now' } as const;
    made.push({ key, of });
    if (how === 'lost') throw new VendorFault(ACCOUNT, 'ambiguous', 'reset');
    return yes;
  };
  const isMade = (key: string) => made.some((one) => one.key === key);
  const refunded = ({ key, amountMinor }: RefundRequest) =>
    ({ outcome: 'refunded', reference: `re_${key}`, amountMinor }) as const;
  const announced = ({ reference }: FulfilmentCancellation) =>
    ({ outcome: 'announced', reference }) as const;
  const deliveries = undoingDeliveries(
    {
      findFulfilmentCancellation: async (asked) => (isMade(asked.key) ? announced(asked) : null),
      cancelFulfilment: (asked) => make(asked.key, asked.reference, announced(asked)),
    },
    {
      findRefund: async (asked) => (isMade(asked.key) ? refunded(asked) : null),
      refund: (asked) => make(asked.key, asked.captureRef, refunded(asked)),
    },
  );
  return { deliveries, made };
}

const deliver = (deliveries: Deliveries) =>
  new MockActivityEnvironment(
    { workflowExecution: WORKFLOW },
    { logger: new DefaultLogger('ERROR') },
  ).run(
    createPublishingActivities({
      db: database.db,
      log: pino({ enabled: false }),
      destination: QUEUE,
      account: ACCOUNT,
      deliveries,
      concurrency: 2,
      lingerMs: LINGER_MS,
    }).deliverOutbox,
  );

describe('what a channel has once more than it was asked for', () => {
  test('a payment is owed back, waits for a word, is named once, and is known to look-ups', async () => {
    const { db } = database;
    const orderId = await shipped();
    const before = await balances(db, orderId);
    const id = await raised(captureOf(orderId));
    expect(await exceptionOf(id)).toMatchObject({
      ...{ code: 'payment.duplicate-capture', state: 'open', moneyMinor: UNIT_MINOR },
    });
    expect(await messageOf(orderId)).toEqual(['parked']);
    const { CLR = 0 } = before;
    expect(await balances(db, orderId)).toEqual({
      ...before,
      CLR: CLR + UNIT_MINOR,
      REFP: -UNIT_MINOR,
    });
    expect(await raiseDuplicate(db, captureOf(orderId))).toEqual({ outcome: 'known' });

    const { agenda } = await ship(db, orderId, `more-${orderId}`, [{ lineNo: 1, quantity: 1 }]);
    const next = step(agenda, 'capture');
    const { body } = await begin(db, next.key, 'capture', orderId, prepareCapture(next));
    expect(body).toMatchObject({ knownRefs: [expect.stringMatching(/^ch_/), `again_${orderId}`] });
  });

  test('what one of our own calls may have made, or did make, is none', async () => {
    const { db } = database;
    const orderId = await shipped();
    const { rows } = await db.query<{ reference: string }>(
      'select reference from capture where order_id = $1',
      [orderId],
    );
    const reference = rows[0]?.reference ?? '';
    expect(await raiseDuplicate(db, { ...captureOf(orderId), reference })).toEqual({
      outcome: 'known',
    });
    const { agenda } = await ship(db, orderId, `open-${orderId}`, [{ lineNo: 1, quantity: 1 }]);
    const due = step(agenda, 'capture');
    await begin(db, due.key, 'capture', orderId, prepareCapture(due));
    expect(await raiseDuplicate(db, captureOf(orderId))).toEqual({ outcome: 'awaited' });
    expect(await messageOf(orderId)).toEqual([]);
  });

  test('each is undone once at a word, also after a lost answer; a refusal waits again', async () => {
    const { db } = database;
    const [plain, lost, refused, parcel] = [
      await shipped(),
      await shipped(),
      await shipped(),
      await shipped(),
    ];
    const before = await balances(db, plain);
    const ids = {
      plain: await raised(captureOf(plain)),
      lost: await raised(captureOf(lost)),
      refused: await raised(captureOf(refused)),
      parcel: await raised(fulfilmentOf(parcel)),
    };
    const keyOf = (orderId: string) => `refund:${orderId}:1:duplicate-1`;
    // What the shop is told of parcels is not this test's.
    await db.query(`update outbox set state = 'sent' where verb = 'announceShipment'`);
    const shop = channel({ [keyOf(lost)]: 'lost', [keyOf(refused)]: 'no' });
    expect(await deliver(shop.deliveries)).toEqual({ sent: 0, parked: 0 });

    await say('retry', ...Object.values(ids));
    expect(await deliver(shop.deliveries)).toEqual({ sent: 3, parked: 1 });
    const undone = [
      { key: keyOf(plain), of: `again_${plain}` },
      { key: keyOf(lost), of: `again_${lost}` },
      { key: `cancel-fulfilment:${parcel}:1`, of: `f/${parcel}` },
    ];
    expect(shop.made).toHaveLength(undone.length);
    expect(shop.made).toEqual(expect.arrayContaining(undone));
    expect(await balances(db, plain)).toEqual(before);
    expect(await balances(db, lost)).toEqual(before);
    expect(await balances(db, parcel)).toEqual(before);
    expect(await exceptionOf(ids.refused)).toMatchObject({
      ...{ code: 'payment.duplicate-capture', state: 'open', moneyMinor: UNIT_MINOR, openings: 2 },
    });
    expect((await balances(db, refused))['REFP']).toBe(-UNIT_MINOR);

    await say('retry', ...Object.values(ids));
    expect(await deliver(shop.deliveries)).toEqual({ sent: 1, parked: 0 });
    expect(shop.made.slice(undone.length)).toEqual([
      { key: `${keyOf(refused)}:2`, of: `again_${refused}` },
    ]);
    expect(await balances(db, refused)).toEqual(before);
  });

  test('one that somebody refunded in the shop is followed, and not refunded again', async () => {
    const { db } = database;
    const orderId = await shipped();
    const before = await balances(db, orderId);
    const id = await raised(captureOf(orderId));
    const follow = async (minorUnits: number) => {
      const amount = { currency: 'USD', minorUnits };
      const data = { reference: `by-hand-${orderId}`, paymentRef: `again_${orderId}`, amount };
      const eventNo = await routedEvent(db, 'payment.refunded.v1', orderId, data);
      return followRefund(db, { eventNo, from: null, occurredAt: '2026-11-22T10:00:00Z', data });
    };
    expect(await follow(UNIT_MINOR - 1)).toBe('not-ours');
    expect(await follow(UNIT_MINOR)).toBe('followed');
    expect(await balances(db, orderId)).toEqual(before);
    expect(await exceptionOf(id)).toMatchObject({ state: 'resolved' });
    expect(await messageOf(orderId)).toEqual(['abandoned']);
  });

  test('gone on without, it stays owed for finance, and nothing is refunded', async () => {
    const orderId = await shipped();
    const id = await raised(captureOf(orderId));
    await say('override', id);
    expect(await messageOf(orderId)).toEqual(['abandoned']);
    expect((await balances(database.db, orderId))['REFP']).toBe(-UNIT_MINOR);
  });
});
