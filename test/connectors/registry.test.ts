/** Every account that a channel's set-up names has a client, and its webhooks a reader. */
import { expect, test } from 'vitest';
import { channelSetups, installation } from '../../canonical/installation';
import { inboundConnector } from '../../connectors/inbound';
import { connectorsFrom } from '../../connectors/registry';
import { SETUP_ENVIRONMENT } from '../installation';

test('every account that a channel names has a client', async () => {
  const connectors = connectorsFrom(installation().accounts);
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
      expect(inbound?.secret()).toBe(SETUP_ENVIRONMENT.SHOPIFY_WEBHOOK_SECRET);
    }
  }
  await connectors.close();
});
