/** Money that a channel moves in our stead: what it does not offer is a definite no. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createChannelMoneyActivities } from '../../activities/payment/money';
import type { MoneyMover } from '../../canonical/ports/payment';
import { submitOrder } from '../../moments/order/submit-order';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { context, orderOf, stockShop } from '../store/fixture';

let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
  await stockShop(database.db, { MUG: 10 });
});
afterAll(async () => {
  await database.drop();
});

const unasked = () => Promise.reject(new Error('the channel is not asked'));
const mover: MoneyMover = {
  findClaimed: unasked,
  capture: unasked,
  findCapture: unasked,
  void: unasked,
  findVoid: unasked,
  refund: unasked,
  findRefund: unasked,
  otherRefunds: unasked,
};

test('an authorization asked of a channel is declined at once, for a person to decide on', async () => {
  const { db } = database;
  const order = orderOf({ lines: [{ sku: 'MUG', quantity: 1, unitMinor: 1_000 }] });
  const outcome = await submitOrder(db, order, context);
  if (outcome.outcome !== 'accepted') throw new Error(outcome.outcome);
  const { authorizePayment } = createChannelMoneyActivities({ db, account: 'shopify-us', mover });
  const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
  const answer = await environment.run(authorizePayment, {
    orderId: outcome.orderId,
    account: 'shopify-us',
    tenderNo: 1,
    authorizationNo: 1,
    amountMinor: 1_000,
    currency: 'USD',
    key: `authorize:${outcome.orderId}:1:1`,
  });
  expect(answer).toMatchObject({
    outcome: 'refused',
    agenda: { blockedBy: [{ code: 'payment.declined' }], money: [] },
  });
});
