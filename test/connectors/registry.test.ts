/** Every account that a channel's set-up names has a client, and its webhooks a reader. */
import { expect, test } from 'vitest';
import { channelSetups } from '../../canonical/schema/channel';
import { readConfiguration } from '../../canonical/schema/configuration';
import { inboundConnector } from '../../connectors/inbound';
import { connectorsFrom } from '../../connectors/registry';

const URL = 'http://127.0.0.1:9';
const configuration = readConfiguration({
  DATABASE_URL: 'postgres://127.0.0.1/none',
  TEMPORAL_ADDRESS: '127.0.0.1:9',
  COMMERCE_URL: URL,
  PAYMENT_URL: URL,
  TAX_URL: URL,
  WMS_URL: URL,
  ERP_URL: URL,
  NOTIFICATION_URL: URL,
  SHOPIFY_ACCESS_TOKEN: 'shopify-token',
  SHOPIFY_WEBHOOK_SECRET: 'shopify-secret',
  STRIPE_SECRET_KEY: 'stripe-secret-key',
  STRIPE_WEBHOOK_SECRET: 'stripe-secret',
  TAX_TOKEN: 'tax-token',
  WMS_TOKEN: 'wms-token',
  ERP_TOKEN: 'erp-token',
  NOTIFICATION_TOKEN: 'mail-token',
});

test('every account that a channel names has a client', async () => {
  const connectors = connectorsFrom(configuration);
  for (const channel of channelSetups()) {
    expect(connectors.moneyMovers[channel.moneyAccount]).toBeDefined();
    expect(connectors.warehouses[channel.warehouse]).toBeDefined();
    expect(connectors.erps[channel.erpInstance]).toBeDefined();
    expect(connectors.taxServices[channel.taxAccount]).toBeDefined();
    expect(connectors.notifiers[channel.notifier]).toBeDefined();
    if (channel.moneyMode === 'psp') {
      expect(connectors.paymentGateways[channel.moneyAccount]).toBeDefined();
    }
    if (channel.connector) {
      expect(connectors.salesChannels[channel.channelInstance]).toBeDefined();
      const inbound = inboundConnector(channel.connector, channel.channelInstance);
      expect(inbound?.secretOf(configuration)).toBe('shopify-secret');
    }
  }
  await connectors.close();
});
