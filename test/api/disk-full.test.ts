/**
 * A disk that fills while the API runs: a small file system of its own holds the whole database. It
 * takes root to mount one; elsewhere this is skipped.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pollUntil } from '../../stack/supervisor/poll';
import { migrate } from '../../store/migrate';
import { startPostgres } from '../stack/start-parts';
import { startApi, type RunningApi } from './fixture';
import { addStock, countOf, orderOf, putMasterData } from './world';

const DISK_MEBIBYTES = 200;
const FILL_BYTES = 65_536;
/** Tables have free space within themselves: so many orders do not find it. */
const ORDERS_MOST = 2_000;
const WAIT_MS = 30_000;

let disk: string | undefined;
let api: RunningApi | undefined;

function mountDisk(): string | undefined {
  const folder = mkdtempSync(path.join(tmpdir(), 'throughline-disk-'));
  try {
    const size = `size=${DISK_MEBIBYTES}m,mode=755`;
    execFileSync('mount', ['-t', 'tmpfs', '-o', size, 'tmpfs', folder], { stdio: 'ignore' });
    return folder;
  } catch {
    rmSync(folder, { recursive: true });
    return undefined;
  }
}

beforeAll(async () => {
  disk = mountDisk();
  if (disk === undefined) return;
  const postgres = await startPostgres({ home: path.join(disk, 'home') });
  await postgres.createDatabase('throughline');
  const url = postgres.databaseUrl('throughline');
  await migrate(url);
  api = await startApi({ under: { url, drop: () => postgres.stop() } });
  await putMasterData(api);
  await addStock(api, 1_000_000, 'stock-1');
});
afterAll(async () => {
  await api?.stop();
  if (disk === undefined) return;
  execFileSync('umount', [disk]);
  rmSync(disk, { recursive: true });
});

/** Until nothing more can be written; gives what takes it away again. */
function fill(folder: string): () => void {
  const filler = path.join(folder, 'filler');
  const file = openSync(filler, 'w');
  for (let size = FILL_BYTES; size >= 1;) {
    try {
      writeSync(file, Buffer.alloc(size));
    } catch {
      size = Math.floor(size / 2);
    }
  }
  closeSync(file);
  return () => rmSync(filler);
}

test('a disk that fills is said, named by readiness, leaves nothing half done, and orders go on when there is room', async (context) => {
  if (api === undefined || disk === undefined) {
    return context.skip('no file system can be mounted here');
  }
  const running = api;
  const order = (at: number) =>
    running.send('POST', '/v1/orders', {
      role: 'channel',
      json: orderOf(`F-${at}`),
      key: `f-${at}`,
    });
  const readiness = async () => (await running.send('GET', '/readyz', { role: null })).body;
  expect((await order(0)).status).toBe(201);
  const makeRoom = fill(disk);
  let accepted = 1;
  let refused = await order(accepted);
  while (refused.status === 201 && accepted < ORDERS_MOST) {
    accepted += 1;
    refused = await order(accepted);
  }
  expect([refused.status, refused.body.code]).toEqual([503, 'unavailable']);
  expect(refused.body.detail).toBe('the disk of the database is full; nothing was changed');
  expect(await readiness()).toMatchObject({ ready: false, missing: ['disk'] });
  const said = running.logged.filter((line) => line.includes('disk of the database is full'));
  expect(said).toHaveLength(1);
  // What is there can be read.
  expect((await running.send('GET', `/v1/orders?channelInstance=web-us&orderNo=F-0`)).status).toBe(
    200,
  );
  expect(await countOf(running, 'sales_order')).toBe(accepted);
  expect(await countOf(running, 'dispatch')).toBe(accepted);

  makeRoom();
  await pollUntil('ready again', WAIT_MS, async () => (await readiness()).ready === true);
  expect(running.logged.some((line) => line.includes('has room again'))).toBe(true);
  expect((await order(accepted)).status).toBe(201);
  expect(await countOf(running, 'sales_order')).toBe(accepted + 1);
  const { rows } = await running.db.query(
    `select (select sum(reserved)::int from stock) as stock,
            (select sum(reserved)::int from order_line) as lines`,
  );
  expect(rows[0]?.['stock']).toBe(rows[0]?.['lines']);
});
