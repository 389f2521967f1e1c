/** How long buyers wait is measured at the door, and read where flows are started. */
import { EventEmitter } from 'node:events';
import type { Request, Response } from 'express';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { measureAccepts, percentile } from '../../api/accept-latency';
import { dueDispatch } from '../../store/flows/dispatch-delivery';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { accepted, orderOf, stockShop } from '../store/fixture';

let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
  await stockShop(database.db, { MUG: 10 });
});
afterAll(() => database.drop());

const LIMITS = { starts: 1, signals: 0 };

test('a percentile is a sample that so many do not exceed', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
  expect([percentile(hundred, 0.95), percentile([7], 0.95), percentile([], 0.95)]).toEqual([
    95, 7, 0,
  ]);
});

test('each second with orders is told once, and the slowest process counts', async () => {
  const { db } = database;
  const clock = { nowMs: 0 };
  const door = () => {
    const measure = measureAccepts(db, pino({ level: 'silent' }), () => clock.nowMs);
    return (tookMs: number) => {
      const response = new EventEmitter();
      measure({} as Request, response as unknown as Response, () => undefined);
      clock.nowMs += tookMs;
      response.emit('finish');
    };
  };
  const [one, other] = [door(), door()];
  await accepted(db, orderOf({ lines: [{ sku: 'MUG', quantity: 1, unitMinor: 1_000 }] }));
  one(300);
  expect((await dueDispatch(db, LIMITS)).latency).toBeNull();
  one(710);
  await vi.waitFor(async () => {
    expect((await dueDispatch(db, LIMITS)).latency?.p95Ms).toBe(710);
  });
  other(1_200);
  await vi.waitFor(async () => {
    expect((await dueDispatch(db, LIMITS)).latency?.p95Ms).toBe(1_200);
  });
  await db.query(`update accept_latency set measured_at = measured_at - interval '4 seconds'`);
  expect((await dueDispatch(db, LIMITS)).latency).toBeNull();
});
