/** What a caller says was received is looked for at who took it before goods leave. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createChannelMoneyActivities,
  createPaymentActivities,
} from '../../activities/payment/money';
import type { EffectAnswer, OrderAgenda } from '../../canonical/flows/order';
import type { Authorized, Captured, ClaimRequest } from '../../canonical/ports/payment';
import { agendaOf } from '../../canonical/rules/order/agenda';
import { installation } from '../../canonical/installation';
import { MAY_BE_CLAIMED } from '../../canonical/rules/order/tenders';
import { MONEY_MODES } from '../../canonical/schema/channel';
import { prepareRefund, recordRefund } from '../../moments/money/refund';
import { prepareVoid, recordVoid } from '../../moments/money/void';
import { acceptOrder } from '../../moments/order/accept-order';
import { cancelOrder } from '../../moments/order/cancel-order';
import { submitOrder } from '../../moments/order/submit-order';
import { only } from '../../store/database';
import { settleStatus } from '../../store/orders/orders';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { context, orderOf, stockShop } from '../store/fixture';
import { begin } from '../store/steps';

let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
  await stockShop(database.db, { MUG: 100 });
});
afterAll(() => database.drop());

const LINES = [{ sku: 'MUG', quantity: 1, unitMinor: 1_000 }];
const SENDERS = [
  ['shopify-us', 'channel'],
  ['web-us', 'psp'],
] as const;
type Channel = (typeof SENDERS)[number][0];
const held: Authorized = {
  outcome: 'authorized',
  reference: 'found-1',
  amountMinor: 1_000,
  isMulticapture: true,
  expiresAt: null,
};
const taken: Captured = { outcome: 'captured', reference: 'found-2', amountMinor: 1_000 };
let claims = 0;

async function claimed(
  channelInstance: Channel,
  received: 'authorized' | 'captured',
  reference = `claimed-${(claims += 1)}`,
  shape: { lines: typeof LINES; taxMinor?: number } = { lines: LINES },
) {
  const order = orderOf({ channelInstance, received, ...shape });
  const tenders = order.tenders.map((one) => ({
    ...one,
    received: { state: received, reference },
  }));
  const outcome = await submitOrder(
    database.db,
    { ...order, tenders },
    { ...context, isClaim: true },
  );
  if (outcome.outcome !== 'accepted') throw new Error(outcome.outcome);
  return outcome.orderId;
}

const agenda = async (orderId: string) =>
  agendaOf(await database.db.transaction((sql) => settleStatus(sql, orderId)));

/** Does what is due for its money; the other side answers the look-up so. */
async function confirm(
  channel: Channel,
  { money }: OrderAgenda,
  found: Authorized | Captured | null,
) {
  const asked: ClaimRequest[] = [];
  const unasked = () => Promise.reject(new Error('nothing is asked for, only looked for'));
  const gateway = {
    findClaimed: (request: ClaimRequest) => {
      asked.push(request);
      return Promise.resolve(found);
    },
    authorize: unasked,
    findAuthorization: unasked,
    capture: unasked,
    findCapture: unasked,
    void: unasked,
    findVoid: unasked,
    refund: unasked,
    findRefund: unasked,
    otherRefunds: unasked,
  };
  const { db } = database;
  const { authorizePayment } =
    channel === 'web-us'
      ? createPaymentActivities({ db, account: 'stripe-us', gateway })
      : createChannelMoneyActivities({ db, account: 'shopify-us', mover: gateway });
  const [due] = money;
  if (due?.step !== 'authorize') throw new Error(`due is ${due?.step}`);
  const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
  const answers: EffectAnswer[] = [];
  await environment.run(async () => void answers.push(await authorizePayment(due)));
  return { answer: only(answers, 'an answer'), asked };
}

test.each(SENDERS)('goods of %s do not leave on a word: its %s is asked first', async (channel) => {
  const orderId = await claimed(channel, 'authorized');
  const before = await agenda(orderId);
  expect(before.releases).toEqual([]);
  const { answer, asked } = await confirm(channel, before, held);
  expect(asked).toMatchObject([{ orderId, claim: { state: 'authorized' }, amountMinor: 1_000 }]);
  expect(answer).toMatchObject({ outcome: 'done', agenda: { releases: [{ groupNo: 1 }] } });
  expect(await agenda(orderId)).toEqual(answer.agenda);
});

test.each([
  ['shopify-us', 'authorized'],
  ['shopify-us', 'captured'],
  ['web-us', 'authorized'],
] as const)(
  'what is not found of %s (%s) waits under payment.unconfirmed',
  async (channel, what) => {
    const orderId = await claimed(channel, what);
    const { answer } = await confirm(channel, await agenda(orderId), null);
    expect(answer).toMatchObject({
      outcome: 'refused',
      agenda: { money: [], releases: [], blockedBy: [{ code: 'payment.unconfirmed' }] },
    });
    const { rows } = await database.db.query(
      'select captured_minor, prepaid_minor from tender where order_id = $1',
      [orderId],
    );
    expect(rows).toEqual([{ captured_minor: 0, prepaid_minor: 0 }]);
  },
);

test('a captured payment is booked when it is found, and not before', async () => {
  const orderId = await claimed('shopify-us', 'captured');
  const journals = async () =>
    (
      await database.db.query('select source, moment_key from journal where order_id = $1', [
        orderId,
      ])
    ).rows;
  expect(await journals()).toEqual([]);
  const { answer } = await confirm('shopify-us', await agenda(orderId), taken);
  expect(await agenda(orderId)).toEqual(answer.agenda);
  expect(answer.agenda.releases).toHaveLength(1);
  expect(await journals()).toMatchObject([{ moment_key: `prepaid:${orderId}:1` }]);
  const { rows } = await database.db.query(
    'select captured_minor, prepaid_minor from tender where order_id = $1',
    [orderId],
  );
  expect(rows).toEqual([{ captured_minor: 1_000, prepaid_minor: 1_000 }]);
});

test('one payment pays one order: a second that names it is not even looked for', async () => {
  await claimed('web-us', 'authorized', 'pi_shared');
  const second = await claimed('web-us', 'authorized', 'pi_shared');
  const { answer, asked } = await confirm('web-us', await agenda(second), held);
  expect(asked).toEqual([]);
  expect(answer.agenda.blockedBy).toMatchObject([{ code: 'payment.unconfirmed' }]);
});

test('what a shop signed itself is believed: nothing is due for its money', async () => {
  const order = orderOf({ channelInstance: 'shopify-us', lines: LINES });
  const outcome = await submitOrder(database.db, order, context);
  if (outcome.outcome !== 'accepted') throw new Error(outcome.outcome);
  expect(await agenda(outcome.orderId)).toMatchObject({ money: [], releases: [{ groupNo: 1 }] });
});

/** Every money mode, and what a caller may say of it: true where it is looked for. */
describe.each([
  ['channel', 'shopify-us', { authorized: true, captured: true }],
  ['psp', 'web-us', { authorized: true, captured: false }],
] as const)('by the money mode %s', (mode, channelInstance, believed) => {
  test('it is one that channels are set up with', () => {
    expect(installation().channels.map((one) => one.moneyMode)).toContain(mode);
    expect(Object.keys(MAY_BE_CLAIMED).sort()).toEqual([...MONEY_MODES].sort());
  });

  test.each(['authorized', 'captured'] as const)('a caller who says %s', async (state) => {
    const order = orderOf({ channelInstance, lines: LINES, received: state });
    const claim = { ...context, isClaim: true };
    const outcome = await submitOrder(database.db, order, claim);
    if (!believed[state]) {
      const problem = { pointer: '/tenders/0/received/state', code: 'unsupported_tender' };
      expect(outcome).toMatchObject({ outcome: 'refused', problems: [problem] });
      return;
    }
    if (outcome.outcome !== 'accepted') throw new Error(outcome.outcome);
    // Not before it was looked for.
    expect(await agenda(outcome.orderId)).toMatchObject({
      ...{ money: [{ step: 'authorize' }], releases: [] },
    });
  });
});

test('an event that says captured of money that we capture waits for a person', async () => {
  const order = orderOf({ channelInstance: 'web-us', lines: LINES, received: 'captured' });
  const sold = { ...context, isClaim: true, isSold: true, sourceEventNo: 1 };
  const outcome = await submitOrder(database.db, order, sold);
  const exceptions = [{ code: 'order.refused-by-rule' }];
  expect(outcome).toMatchObject({ outcome: 'waiting', exceptions });
  if (outcome.outcome !== 'waiting') throw new Error(outcome.outcome);
  expect(await acceptOrder(database.db, outcome)).toMatchObject({ outcome: 'waiting', exceptions });
});

describe('an order that is cancelled while its claim is looked for', () => {
  const cancel = (orderId: string, lines: { lineNo: number; quantity: number }[] | null = null) =>
    cancelOrder(database.db, {
      ...{ decisionId: `d-${orderId}`, orderId, lines, eventNo: null, recalled: [] },
    });

  test.each(SENDERS)('of %s: what is held is found, and let go', async (channel) => {
    const orderId = await claimed(channel, 'authorized');
    await cancel(orderId);
    const { answer } = await confirm(channel, await agenda(orderId), held);
    expect(answer.agenda.money).toMatchObject([{ step: 'void', authorizationNo: 1 }]);
    const [due] = answer.agenda.money;
    if (due?.step !== 'void') throw new Error('no void is due');
    await begin(database.db, due.key, 'void', orderId, prepareVoid(due));
    const gone = await recordVoid(database.db, due, { outcome: 'voided', reference: 'v-1' });
    expect(gone.agenda).toMatchObject({ money: [], isSettled: true });
  });

  test.each(SENDERS)('of %s: what is not there is nobody’s work, and it ends', async (channel) => {
    const orderId = await claimed(channel, 'authorized');
    await cancel(orderId);
    const { answer } = await confirm(channel, await agenda(orderId), null);
    expect(answer.agenda).toMatchObject({ money: [], blockedBy: [], isSettled: true });
  });

  test('what was captured is booked, owed and given back', async () => {
    const orderId = await claimed('shopify-us', 'captured');
    await cancel(orderId);
    const { answer } = await confirm('shopify-us', await agenda(orderId), taken);
    expect(await agenda(orderId)).toEqual(answer.agenda);
    const [due] = answer.agenda.money;
    if (due?.step !== 'refund') throw new Error('no refund is due');
    expect(due.amountMinor).toBe(1_000);
    await begin(database.db, due.key, 'refund', orderId, prepareRefund(due));
    const back = { outcome: 'refunded', reference: 're-1', amountMinor: 1_000 } as const;
    expect((await recordRefund(database.db, due, back)).agenda).toMatchObject({
      ...{ money: [], isSettled: true },
    });
    expect(await openItems(orderId)).toEqual([]);
  });

  test('in part: the part that is cancelled is given back, and no more', async () => {
    const lines = [{ sku: 'MUG', quantity: 3, unitMinor: 999 }];
    const orderId = await claimed('shopify-us', 'captured', 'ch_part', { lines, taxMinor: 100 });
    await cancel(orderId, [{ lineNo: 1, quantity: 1 }]);
    const { answer } = await confirm('shopify-us', await agenda(orderId), {
      ...{ ...taken, amountMinor: 3_097 },
    });
    expect(await agenda(orderId)).toEqual(answer.agenda);
    expect(answer.agenda.money).toMatchObject([{ step: 'refund', amountMinor: 999 + 34 }]);
    expect(answer.agenda.releases).toMatchObject([{ units: 2 }]);
  });
});

/** Items of the order that do not net to zero. */
async function openItems(orderId: string) {
  const { rows } = await database.db.query(
    `select l.account, l.dimensions ->> 'item' as item from journal_line l join journal j
        using (journal_id) where j.order_id = $1 and l.dimensions ? 'item' group by 1, 2
     having sum(case l.side when 'debit' then l.amount_minor else -l.amount_minor end) <> 0`,
    [orderId],
  );
  return rows;
}
