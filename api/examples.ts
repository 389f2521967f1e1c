/** One worked order, in the words of the demo's master data: what a newcomer pastes. */
const usd = (minorUnits: number) => ({ currency: 'USD', minorUnits });

export const ORDER_EXAMPLE = {
  channelInstance: 'web-us',
  orderNo: '1001',
  placedAt: '2026-03-02T15:04:05Z',
  currency: 'USD',
  customer: { name: 'Ada Buyer', email: 'ada@example.com' },
  shipTo: {
    name: 'Ada Buyer',
    address1: '1 Main St',
    city: 'Springfield',
    region: 'IL',
    postalCode: '62701',
    country: 'US',
  },
  lines: [
    {
      sku: 'MUG-BLUE',
      quantity: 2,
      unitPrice: usd(1_299),
      taxes: [{ code: 'State Tax', amount: usd(162) }],
    },
  ],
  shipping: { amount: usd(500) },
  totals: {
    subtotal: usd(2_598),
    discount: usd(0),
    shipping: usd(500),
    tax: usd(162),
    total: usd(3_260),
  },
  tenders: [{ gateway: 'stripe', amount: usd(3_260), paymentMethodRef: 'pm_card_visa' }],
};

export const ORDER_ID_EXAMPLE = 'ord_0mhyq3k2z1b2c3d4e5f6a7b8c9d0e';
export const EXCEPTION_ID_EXAMPLE = 'exc_0f1e2d3c4b5a69788796a5b4c3';
export const JOURNAL_ID_EXAMPLE = 'jrn_0mhyq3k2z1b2c3d4e5f6a7b8c9d0e';

export const KEY_ID_EXAMPLE = 'key_0f1e2d3c4b5a69788796a5b4c3d2e1f0';

export const EVENT_EXAMPLE = {
  specversion: '1.0',
  id: 'receipt-7001',
  source: 'wms-main',
  type: 'inventory.received.v1',
  time: '2026-03-02T12:00:00Z',
  data: { location: 'dc-east', reference: 'PO-7001', lines: [{ sku: 'MUG-BLUE', quantity: 100 }] },
};

/** Sold elsewhere for less than its lines come to: it waits for a person, who may override. */
const MISMATCHED_ORDER_EVENT = {
  specversion: '1.0',
  id: 'mismatch-@NUMBER@',
  source: '/shop',
  type: 'order.created.v1',
  data: {
    channelInstance: 'shopify-us',
    orderNo: 'X@NUMBER@',
    placedAt: ORDER_EXAMPLE.placedAt,
    currency: 'USD',
    lines: [{ sku: 'NOT-MAPPED', quantity: 1, unitPrice: usd(1_299) }],
    totals: {
      subtotal: usd(1_199),
      discount: usd(0),
      shipping: usd(0),
      tax: usd(0),
      total: usd(1_199),
    },
    tenders: [
      { gateway: 'shopify_payments', amount: usd(1_199), received: { state: 'authorized' } },
    ],
  },
};
const WAIT_SECONDS = 20;

export const MISMATCHED_ORDER_IN_SHELL = [
  'NUMBER=$(date +%s%N)',
  'curl -s "$API/v1/events" -H "Authorization: Bearer $(key oms)" \\',
  '  -H "Content-Type: application/cloudevents+json" \\',
  `  -d '${JSON.stringify(MISMATCHED_ORDER_EVENT).replaceAll('@NUMBER@', `'"$NUMBER"'`)}'`,
  '# It is taken in by a worker, a moment later.',
  `for second in $(seq ${WAIT_SECONDS}); do`,
  '  EXCEPTION_ID=$(curl -s "$API/v1/exceptions?state=open" -H "Authorization: Bearer $(key operator)" |',
  `    field "items.find((one) => one.code === 'order.totals-mismatch')?.exceptionId ?? ''")`,
  '  [ -n "$EXCEPTION_ID" ] && break || sleep 1',
  'done',
];

/** Of an order that was collected a moment ago: whatever is brought back has left before. */
export const RETURN_IN_SHELL = [
  'ORDER_ID=$(collected)',
  'curl -s "$API/v1/returns" -H "Authorization: Bearer $(key oms)" \\',
  '  -H "Content-Type: application/json" -H "Idempotency-Key: $(date +%s%N)" \\',
  `  -d '{"orderId": "'"$ORDER_ID"'", "lines": [{"lineNo": 1, "quantity": 1}], "reason": "changed-mind"}'`,
];

export const RETURN_AT_COUNTER_IN_SHELL = [
  'ORDER_ID=$(collected)',
  'curl -s "$API/v1/stores/store-001/returns" -H "Authorization: Bearer $(key store)" \\',
  '  -H "Content-Type: application/json" -H "Idempotency-Key: $(date +%s%N)" \\',
  `  -d '{"orderId": "'"$ORDER_ID"'", "reason": "changed-mind", "lines": [{"lineNo": 1, "quantity": 1, "condition": "new"}]}'`,
];

/** A payout of one charge that nobody here knows: it ties, and waits for a person. */
export const SETTLEMENT_IN_SHELL = [
  'PAYOUT=po_$(date +%s%N)',
  `DAY='2026-03-02 12:00:00'`,
  'HEAD=automatic_payout_id,automatic_payout_effective_at,balance_transaction_id,created',
  'HEAD=$HEAD,currency,gross,fee,net,reporting_category,charge_id',
  'CHARGE=$PAYOUT,$DAY,txn_1,$DAY,usd,20.00,0.88,19.12,charge,ch_1',
  'PAID=$PAYOUT,$DAY,txn_2,$DAY,usd,-19.12,0.00,-19.12,payout,',
  `printf '%s\\n' "$HEAD" "$CHARGE" "$PAID" |`,
  `  curl -s "$API/v1/settlements/stripe" -H "Authorization: Bearer $(key finance)" \\`,
  '    -H "Content-Type: text/csv" --data-binary @-',
];

/** A day of an account of the shipped set-up; its text is a new one, so that it is a new booking. */
export const BANK_STATEMENT_IN_SHELL = [
  `printf '%s\\n' date,amount,balance,text "2026-03-04,0.01,100.01,$(date +%s%N)" |`,
  `  curl -s "$API/v1/bank-lines/csv?bank=house-us" -H "Authorization: Bearer $(key finance)" \\`,
  '    -H "Content-Type: text/csv" --data-binary @-',
];
