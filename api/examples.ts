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
