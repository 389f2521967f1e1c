/** What a caller says was received is looked for at who took it before goods leave. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  createChannelMoneyActivities,
  createPaymentActivities,
} from '../../activities/payment/money';
import type { EffectAnswer, OrderAgenda } from '../../canonical/flows/order';
import type { Authorized, Captured, ClaimRequest } from '../../canonical/ports/payment';
import { agendaOf } from '../../canonical/rules/order/agenda';
import { submitOrder } from '../../moments/order/submit-order';
import { only } from '../../store/database';
import { settleStatus } from '../../store/orders/orders';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { context, orderOf, stockShop } from '../store/fixture';

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
) {
  const order = orderOf({ channelInstance, lines: LINES, received });
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

test.each(SENDERS)('what is not found of %s waits under payment.unconfirmed', async (channel) => {
  const orderId = await claimed(channel, 'captured');
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
});

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
