/**
 * (e) The accept moment against the bare UPDATE it cannot be faster than: on one hot row and on a
 * thousand, alternating, the median of the rounds.
 */
import type { Order } from '../canonical/schema/order';
import { openDatabase, type Database } from '../store/database';
import { migrate } from '../store/migrate';
import { submitOrder } from '../moments/order/submit-order';
import type { BenchStack } from './bench-stack';
import { benchOrder, prepareShop } from './shop';
import { inParallel, median } from './statistics';

const ROUNDS = 5;
const ORDERS_A_ROUND = 1_500;
const CONNECTIONS = 12;
const IN_FLIGHT = 24;
const ROWS = 1_000;
const STOCK = 100_000_000;
const DATABASE = 'bench_accept';

export interface AcceptFigures {
  readonly rows: number;
  readonly barePerSecond: number;
  readonly acceptPerSecond: number;
  readonly ratio: number;
}

/** On the stack's server, in a database of its own: nobody starts flows for these orders. */
export async function measureAccept(stack: BenchStack): Promise<AcceptFigures[]> {
  const url = new URL(stack.stack.stackJson.databaseUrl);
  await stack.db.query(`create database ${DATABASE}`);
  url.pathname = DATABASE;
  await migrate(url.href);
  const db = openDatabase(url.href, { connections: CONNECTIONS });
  try {
    const skus = Array.from({ length: ROWS }, (_, index) => `ACCEPT-${index}`);
    await prepareShop(db, skus, STOCK);
    const figures: AcceptFigures[] = [];
    for (const rows of [1, ROWS]) figures.push(await compare(db, skus.slice(0, rows)));
    return figures;
  } finally {
    await db.end();
  }
}

async function compare(db: Database, skus: readonly string[]): Promise<AcceptFigures> {
  const bare: number[] = [];
  const accept: number[] = [];
  await round(db, skus, acceptOne, ORDERS_A_ROUND / 5);
  for (let round_ = 0; round_ < ROUNDS; round_ += 1) {
    bare.push(await round(db, skus, updateOne, ORDERS_A_ROUND));
    accept.push(await round(db, skus, acceptOne, ORDERS_A_ROUND));
  }
  const barePerSecond = median(bare);
  const acceptPerSecond = median(accept);
  return {
    rows: skus.length,
    barePerSecond,
    acceptPerSecond,
    ratio: median(accept.map((rate, index) => rate / (bare[index] ?? rate))),
  };
}

type Work = (db: Database, sku: string, order: Order | undefined) => Promise<void>;

async function round(
  db: Database,
  skus: readonly string[],
  work: Work,
  count: number,
): Promise<number> {
  const skuOf = (index: number) => skus[index % skus.length] ?? '';
  const orders =
    work === acceptOne ? Array.from({ length: count }, (_, index) => benchOrder(skuOf(index))) : [];
  const seconds = await inParallel(count, IN_FLIGHT, (index) =>
    work(db, skuOf(index), orders[index]),
  );
  return count / seconds;
}

const updateOne: Work = async (db, sku) => {
  await db.query({
    name: 'bare-update',
    text: `update stock set reserved = reserved + 1
            where sku = $1 and location_id = 'bench-dc' and on_hand - reserved >= 1`,
    values: [sku],
  });
};

const acceptOne: Work = async (db, _sku, order) => {
  if (!order) throw new RangeError('an accept needs an order');
  const outcome = await submitOrder(db, order, {
    correlationId: 'bench',
    sourceEventNo: null,
    isSold: false,
    fulfilmentDeadlineMs: 3_600_000,
  });
  if (outcome.outcome !== 'accepted') throw new RangeError(`not accepted: ${outcome.outcome}`);
};
