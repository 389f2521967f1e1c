/**
 * What needs a whole stack as it is shipped and leaves it so: on one, since a start takes 10 s.
 * One alone: `npx vitest run test/e2e/one-stack.test.ts -t 'gift cards'`.
 */
import { afterAll, beforeAll, describe } from 'vitest';
import { sharedWorld } from './shared-world';

beforeAll(() => sharedWorld());
afterAll(async () => (await sharedWorld()).close());

describe('an ERP that is down', async () => void (await import('./on-one-stack/erp-down.js')));
describe('fifty in flight', async () => void (await import('./on-one-stack/fifty-in-flight.js')));
describe('a killed worker', async () => void (await import('./on-one-stack/worker-killed.js')));
describe('gift cards', async () => void (await import('./on-one-stack/gift-card.js')));
describe('events', async () => void (await import('./on-one-stack/events-out-of-order.js')));
describe('parcels', async () => void (await import('./on-one-stack/parcels.js')));
describe('decisions', async () => void (await import('./on-one-stack/decisions.js')));
