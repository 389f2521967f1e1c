/** A worker that dies anywhere in a settlement's two big moments: nothing of them stays, nothing is doubled. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SETTLEMENT_SOURCES } from '../../connectors/settlement-sources';
import { bookSettlement } from '../../moments/settlement/book';
import { stageSettlement } from '../../moments/settlement/stage';
import type { Database } from '../../store/database';
import { SettlementWorld, stripeReport } from './world';

let world: SettlementWorld;
beforeAll(async () => {
  world = await SettlementWorld.open();
});
afterAll(() => world.stop());

/** More than either moment sends. */
const MANY_STATEMENTS = 60;

/** The same database, whose transaction is cut off at the server before its n-th statement. */
function dyingBefore(db: Database, nth: number): Database {
  let sent = 0;
  const connect = async () => {
    const client = await db.pool.connect();
    const query = client.query.bind(client) as (...of: unknown[]) => unknown;
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    client.on('error', () => undefined);
    return new Proxy(client, {
      get(target, name: keyof typeof client) {
        if (name !== 'query') return target[name];
        return (...of: unknown[]) => {
          sent += 1;
          // The driver hands over a COPY as it is: it is not awaited here.
          if (sent < nth || typeof (of[0] as { submit?: unknown }).submit === 'function') {
            return query(...of);
          }
          return db
            .query('select pg_terminate_backend($1)', [rows[0]?.pid])
            .then(() => query(...of));
        };
      },
    });
  };
  const pool = new Proxy(db.pool, {
    get: (target, name: keyof typeof db.pool) => (name === 'connect' ? connect : target[name]),
  });
  return { ...db, pool };
}

async function rowsOf(settlementId: string): Promise<Record<string, number>> {
  const { rows } = await world.db.query<Record<string, number>>(
    `select (select count(*)::int from settlement_line where settlement_id = $1) as lines,
            (select count(*)::int from settlement_match where settlement_id = $1) as matches,
            (select count(*)::int from settlement_journal where settlement_id = $1) as linked,
            (select count(*)::int from journal where source = 'settlement:' || $1) as journals`,
    [settlementId],
  );
  return rows[0] ?? {};
}

test('at every statement, each moment is whole or not at all', async () => {
  const { charge } = await world.charged(2_000);
  const report = stripeReport([
    { category: 'charge', gross: 2_000, fee: 88, charge },
    { category: 'charge', gross: 700, charge: 'ch_nobody' },
  ]);
  const { body } = await world.handIn(report.text);
  const of = { settlementId: body.settlementId };
  const moments = [
    {
      run: (db: Database) => stageSettlement(db, SETTLEMENT_SOURCES, of),
      before: { lines: 0, matches: 0, linked: 0, journals: 0 },
    },
    {
      run: (db: Database) => bookSettlement(db, of),
      before: { lines: 4, matches: 0, linked: 0, journals: 0 },
    },
  ];
  for (const { run, before } of moments) {
    let died = 0;
    for (let nth = 2; nth < MANY_STATEMENTS; nth += 1) {
      const isDone = await run(dyingBefore(world.db, nth)).then(
        () => true,
        () => false,
      );
      if (isDone) break;
      died += 1;
      expect([nth, await rowsOf(of.settlementId)]).toEqual([nth, before]);
    }
    expect(died).toBeGreaterThan(5);
  }
  expect(await rowsOf(of.settlementId)).toEqual({ lines: 4, matches: 2, linked: 3, journals: 3 });
  expect(await world.booked(of.settlementId)).toEqual({
    CIT: 2_612,
    CLR: -2_000,
    'FEE-PROC': 88,
    SUSP: -700,
  });
  // Told once more, as by a worker that died after its commit.
  for (const { run } of moments) await run(world.db);
  expect(await rowsOf(of.settlementId)).toEqual({ lines: 4, matches: 2, linked: 3, journals: 3 });
});
