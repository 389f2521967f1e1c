/** Folders that files are dropped into: each taken once and whole, or refused with its reasons. */
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fetchAll } from '../../activities/settlement/fetch-reports';
import { installation, useInstallation } from '../../canonical/installation';
import { SETTLEMENT_SOURCES } from '../../connectors/settlement-sources';
import { createFolderWatch } from '../../workers/watch-folders';
import { SettlementWorld, stripeReport } from './world';

const log = pino({ level: 'silent' });
let world: SettlementWorld;
let root: string;
let watch: ReturnType<typeof createFolderWatch>;
const before = installation();
beforeAll(async () => {
  world = await SettlementWorld.open();
  root = await mkdtemp(path.join(tmpdir(), 'throughline-folders-'));
  useInstallation({
    ...before,
    feeds: [
      { name: 'stripe-us', folder: path.join(root, 'stripe') },
      { name: 'house-us', folder: path.join(root, 'bank'), format: 'csv', silentAfterDays: 3 },
    ],
  });
  for (const one of ['stripe', 'bank']) await mkdir(path.join(root, one));
  watch = createFolderWatch({ db: world.db, log });
});
afterAll(async () => {
  useInstallation(before);
  await rm(root, { recursive: true });
  await world.stop();
});

let nowMs = Date.now();
/** A look, a quarter of a minute after the one before. */
const look = () => watch.look((nowMs += 15_000));
const drop = (where: string, name: string, bytes: string | Uint8Array) =>
  writeFile(path.join(root, where, name), bytes);
const names = async (where: string) => (await readdir(path.join(root, where))).sort();

async function exceptions(code: string): Promise<readonly { cause_ref: string; state: string }[]> {
  const { rows } = await world.db.query<{ cause_ref: string; state: string; detail: string }>(
    'select cause_ref, state, detail, owner from exception where code = $1 order by detail',
    [code],
  );
  return rows;
}

test('a report is taken once, when it has stopped to change, and kept in done', async () => {
  const { text, payout } = stripeReport([{ category: 'charge', gross: 100, charge: 'ch_f' }]);
  await drop('stripe', 'payout.csv', text.slice(0, 100));
  await drop('stripe', 'later.csv.part', 'x');
  expect(await look()).toEqual({ taken: 0, refused: 0 });
  await appendFile(path.join(root, 'stripe', 'payout.csv'), text.slice(100));
  expect(await look()).toEqual({ taken: 0, refused: 0 });
  expect(await look()).toEqual({ taken: 1, refused: 0 });
  expect(await names('stripe')).toEqual(['done', 'later.csv.part', 'refused']);
  expect(await names('stripe/done')).toEqual([expect.stringMatching(/-payout\.csv$/)]);
  const { rows } = await world.db.query<{ received_by: string }>(
    `select f.received_by from settlement s join settlement_file f using (file_id)
      where s.reference = $1`,
    [payout],
  );
  expect(rows).toEqual([{ received_by: 'folder stripe-us' }]);
  // A worker that died before it moved the file: the same bytes are the same settlement.
  await drop('stripe', 'payout.csv', text);
  await look();
  expect(await look()).toEqual({ taken: 1, refused: 0 });
  const count = await world.db.query('select 1 from settlement where reference = $1', [payout]);
  expect(count.rows).toHaveLength(1);
});

test('a statement that does not add up is refused with its reasons, its neighbour is taken', async () => {
  const head = 'date,amount,balance,text\n';
  await drop('bank', 'a.csv', `${head}2026-03-04,1.00,1.00,x\n2026-03-05,1.00,3.00,y\n`);
  await drop('bank', 'b.csv', `${head}2026-03-04,2.00,2.00,z\n`);
  await drop('bank', 'c.csv', Buffer.from('504b030414000000', 'hex'));
  await drop('bank', 'd.csv', '');
  await look();
  expect(await look()).toEqual({ taken: 1, refused: 3 });
  const refused = await names('bank/refused');
  expect(refused).toHaveLength(6);
  const reason = refused.find((one) => one.endsWith('a.csv.reason.txt')) ?? '';
  expect(await readFile(path.join(root, 'bank/refused', reason), 'utf8')).toContain('untied');
  expect(await exceptions('settlement.file-refused')).toMatchObject([
    { cause_ref: 'house-us', detail: expect.stringContaining('a.csv: untied'), owner: 'finance' },
    { detail: expect.stringContaining('c.csv: compressed') },
    { detail: expect.stringContaining('d.csv: empty') },
  ]);
});

test('other bytes of a payout that is booked are refused', async () => {
  const rows = [{ category: 'charge', gross: 300, charge: 'ch_g' }];
  const first = stripeReport(rows);
  await world.settled(first.text);
  await drop('stripe', 'again.csv', stripeReport(rows, { payout: first.payout }).text);
  await look();
  expect(await look()).toEqual({ taken: 0, refused: 1 });
});

test('a folder that is away is finance’s until it is there again', async () => {
  await rm(path.join(root, 'bank'), { recursive: true });
  await writeFile(path.join(root, 'bank'), 'no folder');
  await look();
  expect(await exceptions('settlement.not-fetched')).toMatchObject([{ state: 'open' }]);
  await rm(path.join(root, 'bank'));
  await look();
  expect(await exceptions('settlement.not-fetched')).toMatchObject([{ state: 'resolved' }]);
});

test('a bank that is silent for longer than its set-up says is an exception, until a statement', async () => {
  const settings = { db: world.db, log, sources: SETTLEMENT_SOURCES, reports: {} };
  expect((await fetchAll(settings, Date.now())).silent).toEqual([]);
  const late = Date.now() + 3 * 86_400_000 + 60_000;
  expect((await fetchAll(settings, late)).silent).toEqual(['house-us']);
  await drop('bank', 'e.csv', 'date,amount,balance,text\n2026-03-06,5.00,5.00,w\n');
  await look();
  expect(await look()).toEqual({ taken: 1, refused: 0 });
  expect((await fetchAll(settings, Date.now())).silent).toEqual([]);
  expect(await exceptions('settlement.silent')).toMatchObject([{ state: 'resolved' }]);
});
