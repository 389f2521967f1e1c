/**
 * A worker that is stopped between its look and its call, as a machine that hangs is, while another
 * does its work; and that goes on afterwards as if nothing had been.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { ShipmentAnnouncement } from '../../canonical/ports/channel';
import type { CaptureRequest } from '../../canonical/ports/payment';
import { shopifyClient } from '../../connectors/shopify/client';
import { homePaths, PROJECT_ROOT } from '../../stack/supervisor/home';
import { World } from './fixture';
import { sellInShop, sellOnWeb, SHOP, WEB } from './selling';

const TEST_LIMIT_MS = 180_000;
/** The shop's answer on an order's money: captures are preceded by this look, and take no key. */
const LOOK = { method: 'POST', path: '/admin/api/', body: 'query OrderMoney' };
/**
 * Attempts of one call. Each poll that the stopped worker has open is given one, which is lost until
 * its heartbeat is missed; the other worker looks once before it makes the call anew.
 */
const MOST_ATTEMPTS = 9;
const AUDIT = ['--require', 'tsx/cjs', 'stack/commands/audit.ts', '--raise'];
const EnvJson = z.looseObject({ worker: z.record(z.string(), z.string()) });

let world: World;
let other: ChildProcess | undefined;
let temporal: Client;
beforeAll(async () => {
  world = await World.open();
  const connection = await Connection.connect({ address: world.json.temporalAddress });
  temporal = new Client({ connection, namespace: world.json.temporalNamespace });
  await world.item('MUG');
});
afterAll(async () => {
  other?.kill('SIGKILL');
  await temporal?.connection.close();
  await world?.close();
});

/** Of the stack's own worker. */
function workerEnvironment(): Record<string, string> {
  const { envJson } = homePaths(world.stack.home);
  return EnvJson.parse(JSON.parse(readFileSync(envJson, 'utf8'))).worker ?? {};
}

/** A second worker beside the stack's own; resolves when it polls. */
async function startAnother(): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--require', 'tsx/cjs', 'workers/main.ts'], {
    cwd: PROJECT_ROOT,
    env: { ...process.env, ...workerEnvironment() },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  await once(child, 'message');
  return child;
}

/** Of the call that an order's flow waits for; none: it was answered. */
async function attemptsOf(orderNo: string | number): Promise<number> {
  const flow = await temporal.workflow.getHandle(`order/${SHOP}/${orderNo}`).describe();
  const [call] = flow.raw.pendingActivities ?? [];
  return call ? (call.attempt ?? 0) : Number.POSITIVE_INFINITY;
}

async function ship(orderId: string, lineNo: number): Promise<void> {
  const [request] = await world.records('wms', 'fulfilment_requests', { orderId });
  const lines = [{ lineNo, quantity: 1 }];
  await world.sandbox('wms', 'POST', 'ship', { requestId: request?.id, lines });
}

test(
  'a capture whose worker was stopped before it called is made once, by another',
  { timeout: TEST_LIMIT_MS },
  async () => {
    await world.script('wms', { mode: 'never' });
    const one = { sku: 'MUG', quantity: 1 };
    const { orderNo, shopId } = await sellInShop(world, { lines: [one, one] });
    const { orderId } = await world.untilOrder(SHOP, orderNo, 'released');
    const amounts = async () =>
      (await world.shopTransactions(shopId, 'CAPTURE')).map(({ amountMinor }) => amountMinor);

    // Half of it leaves: the shop would take the same capture twice.
    const hung = await world.fault('commerce', { match: LOOK, fault: { kind: 'hang-before' } });
    await ship(orderId, 1);
    await world.untilHeld('commerce', 1);
    await world.stack.kill('worker', 'SIGSTOP');
    await world.sandbox('commerce', 'DELETE', `faults/${hung}`);
    expect(await amounts()).toEqual([]);

    other = await startAnother();
    for (let attempt = 2; attempt <= MOST_ATTEMPTS; attempt += 1) {
      await world.until(`attempt ${attempt}`, async () => (await attemptsOf(orderNo)) >= attempt);
    }
    // An attempt counts from when it is handed out: the last may be under way still.
    await world.until('the call of the other', async () => (await amounts()).length > 0);
    await world.until('what the other worker recorded', async () => {
      const { shipments } = await world.order(orderId);
      return shipments[0]?.captures[0]?.state === 'captured';
    });
    const made = await amounts();
    expect(made).toHaveLength(1);

    // The stopped one goes on, alone: what it sells now comes after the call that it had before it.
    await world.stack.kill('worker', 'SIGCONT');
    const ended = once(other, 'exit');
    other.kill('SIGTERM');
    await ended;
    await world.script('wms', { delayMs: 20 });
    const next = await sellOnWeb(world);
    await world.untilOrder(WEB, next.orderNo, 'closed');
    expect(await amounts()).toEqual(made);

    await ship(orderId, 2);
    const { total } = await world.untilOrder(SHOP, orderNo, 'closed');
    expect((await amounts()).reduce<number>((sum, one) => sum + (one ?? 0), 0)).toBe(
      total.minorUnits,
    );
    await world.expectCleanAudit();
  },
);

/** What our call said, once it is answered; sent again it is what a late call sends. */
async function bodyOf(orderId: string, verb: string): Promise<unknown> {
  const find = () =>
    world.db.query<{ body: unknown }>(
      `select body from effect where order_id = $1 and verb = $2 and state = 'done'`,
      [orderId, verb],
    );
  await world.until(`${verb} done`, async () => (await find()).rows.length > 0);
  return (await find()).rows[0]?.body;
}

test(
  'what a late call made is found by the audit, and undone once at a word',
  { timeout: TEST_LIMIT_MS },
  async () => {
    await world.script('wms', { mode: 'never' });
    const lines = [{ sku: 'MUG', quantity: 4 }];
    const { orderNo, shopId } = await sellInShop(world, { lines });
    const { orderId } = await world.untilOrder(SHOP, orderNo, 'released');
    const gid = `gid://shopify/Order/${shopId}`;
    const fulfilments = async () =>
      (await world.records('commerce', 'fulfillments', { orderId: gid })).map((one) => one.status);
    await ship(orderId, 1);
    const late = [await bodyOf(orderId, 'capture'), await bodyOf(orderId, 'announceShipment')];

    const shop = shopifyClient({
      baseUrl: world.json.sandbox.commerce,
      accessToken: workerEnvironment()['SHOPIFY_ACCESS_TOKEN'] ?? '',
    });
    const [again, toldAgain] = [
      await shop.money.capture(late[0] as CaptureRequest),
      await shop.channel.announceShipment(late[1] as ShipmentAnnouncement),
    ];
    await shop.close();
    expect([again.outcome, toldAgain.outcome]).toEqual(['captured', 'announced']);

    // What is younger than its grace may be on its way still.
    const env = { ...process.env, THROUGHLINE_HOME: world.stack.home };
    const audited = () =>
      promisify(execFile)(process.execPath, AUDIT, { cwd: PROJECT_ROOT, env }).then(
        () => 'no difference',
        ({ stderr }: { readonly stderr: string }) => stderr,
      );
    await world.until('the audit to raise both', async () => {
      await audited();
      return (await world.exceptions({ orderId, state: 'open' })).length === 2;
    });
    const money = await world.untilException(orderId, 'payment.duplicate-capture');
    const parcel = await world.untilException(orderId, 'fulfilment.duplicate');
    expect(await audited()).toMatch(/known/);
    for (const { exceptionId } of [money, parcel]) {
      const { status } = await world.post(`/v1/exceptions/${exceptionId}/retry`, 'support', {});
      expect(status).toBe(200);
    }
    await world.until('both undone', async () => {
      const { rows } = await world.db.query(
        'select 1 from channel_duplicate where order_id = $1 and undone_at is not null',
        [orderId],
      );
      return rows.length === 2;
    });
    const refunds = await world.shopTransactions(shopId, 'REFUND');
    expect(refunds).toMatchObject([{ amountMinor: money.money?.minorUnits }]);
    expect((await fulfilments()).sort()).toEqual(['CANCELLED', 'SUCCESS']);

    await ship(orderId, 1);
    await world.until('the shop was told the next', async () => (await fulfilments()).length === 3);
    await world.untilOrder(SHOP, orderNo, ({ shipments }) => {
      return (
        shipments.length === 2 && shipments.every((one) => one.captures[0]?.state === 'captured')
      );
    });
    await world.expectCleanAudit();
  },
);
