/** The same promises, asked of every vendor that a port may be backed by. */
import { afterAll, beforeAll, describe } from 'vitest';
import type { Targets } from './contract-targets';
import { openTargets } from './contract-targets';
import { channelContract } from './contract-channel';
import { channelMoneyContract } from './contract-channel-money';
import { erpContract } from './contract-erp';
import { notifierContract, taxContract } from './contract-services';
import { paymentContract } from './contract-payment';
import { pickupContract } from './contract-pickup';
import { returnContract } from './contract-returns';
import { warehouseContract } from './contract-warehouse';

let targets: Targets | undefined;
beforeAll(async () => {
  targets = await openTargets();
});
afterAll(async () => {
  await targets?.close();
});
function of(vendor: keyof Targets['of']) {
  return () => {
    if (!targets) throw new Error('the sandbox did not start');
    return targets.of[vendor];
  };
}

describe('payment gateway: stripe', () => paymentContract(of('stripe')));
describe('money mover and sales channel: shopify', () => channelContract(of('shopify')));
describe('money of a sales channel: shopify', () => channelMoneyContract(of('shopify')));
describe('sales channel with local pickup: shopify', () => pickupContract(of('shopify')));
describe('sales channel with returns: shopify', () => returnContract(of('shopify')));
describe('ERP: netsuite', () => erpContract(of('netsuite')));
describe('tax service: avatax', () => taxContract(of('avatax')));
describe('notifier: messenger', () => notifierContract(of('messenger')));
describe('warehouse: warehouse', () => warehouseContract(of('warehouse')));
