/** What Shopify says of refunds, in our words. */
import { expect, test } from 'vitest';
import { mapShopify } from '../../connectors/shopify/map-order';

const context = { account: 'shopify-us' };
const transaction = (change: object = {}) => ({
  id: 9001,
  parent_id: 8001,
  kind: 'refund',
  status: 'success',
  amount: '12.34',
  currency: 'USD',
  ...change,
});
const refund = (...transactions: readonly object[]) => ({
  id: 1,
  order_id: 450,
  refund_line_items: [],
  transactions,
});

test('each payment that was given back is told by the names of the Admin API', () => {
  const said = mapShopify('refunds/create', refund(transaction()), context);
  expect(said).toEqual({
    outcome: 'mapped',
    events: [
      {
        type: 'payment.refunded.v1',
        data: {
          reference: 'gid://shopify/OrderTransaction/9001',
          paymentRef: 'gid://shopify/OrderTransaction/8001',
          channelOrderRef: '450',
          amount: { currency: 'USD', minorUnits: 1_234 },
        },
      },
    ],
  });
});

test('one that did not move money says nothing; one that cannot be read names its field', () => {
  const failed = refund(transaction({ status: 'failure' }), transaction({ kind: 'void' }));
  expect(mapShopify('refunds/create', failed, context).outcome).toBe('ignored');
  const odd = refund(transaction(), transaction({ amount: 'much' }));
  expect(mapShopify('refunds/create', odd, context)).toMatchObject({
    outcome: 'unreadable',
    problems: [{ pointer: '/transactions/1/amount/minorUnits' }],
  });
});

test.each([
  ['a capture', { kind: 'capture', status: 'success' }, 'mapped'],
  ['a capture that failed', { kind: 'capture', status: 'failure' }, 'ignored'],
  ['a sale, which its order tells', { kind: 'sale', status: 'success' }, 'ignored'],
])('a transaction of the shop, %s: %s', (_, change, outcome) => {
  const body = { id: 77, order_id: 1, amount: '12.99', currency: 'USD', ...change };
  const result = mapShopify('order_transactions/create', body, { account: 'shopify-us' });
  expect(result.outcome).toBe(outcome);
  if (result.outcome !== 'mapped') return;
  expect(result.events).toEqual([
    {
      type: 'payment.captured.v1',
      data: {
        reference: 'gid://shopify/OrderTransaction/77',
        amount: { currency: 'USD', minorUnits: 1_299 },
      },
    },
  ]);
});
