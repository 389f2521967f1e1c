/** Reports that are wrong, through the door: each has its name, its bytes are kept, others go on. */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clearingSetups, installation, useInstallation } from '../../canonical/installation';
import type { SettlementPart } from '../../canonical/ports/settlement';
import { stripeSettlements } from '../../connectors/stripe/settlement/source';
import { receiveReport } from '../../moments/settlement/receive';
import { bookSettlement } from '../../moments/settlement/book';
import { stageSettlement } from '../../moments/settlement/stage';
import { keepFile } from '../../store/settlement/kept-files';
import { SettlementWorld, stripeReport } from './world';

let world: SettlementWorld;
const before = installation();
beforeAll(async () => {
  useInstallation({
    ...before,
    settlements: [
      { account: 'tills', source: 'pos', entity: 'us-01', vendorAccount: 'MERCHANT-7' },
    ],
  });
  world = await SettlementWorld.open();
});
afterAll(async () => {
  useInstallation(before);
  await world.stop();
});

const whole = () => stripeReport([{ category: 'charge', gross: 5_000, charge: 'ch_bad' }]).text;
const rows = () => whole().trimEnd().split('\n');

const twice = ([head, row, ...others]: readonly string[]) => [head, row, row, ...others].join('\n');

const WRONG: readonly (readonly [what: string, make: () => string | Buffer, says: string])[] = [
  ['0 bytes', () => '', 'empty'],
  ['a zip', () => Buffer.from('504b030414000000', 'hex'), 'compressed'],
  ['gzip', () => gzipSync(whole()), 'compressed'],
  ['cut off within a row', () => whole().slice(0, -30), 'cut-off'],
  ['cut off after a row', () => `${rows().slice(0, -1).join('\n')}\n`, 'settlement.untied'],
  ['a row that is there twice', () => twice(rows()), 'settlement.untied'],
  ['NUL bytes', () => Buffer.concat([Buffer.from(whole()), Buffer.from([0])]), 'encoding'],
  ['columns of nobody', () => 'a,b,c\n1,2,3\n', 'header'],
  ['two currencies', () => whole().replace(',usd,', ',eur,'), 'currency'],
  [
    'a local decimal where none is written',
    () => whole().replace(',50.00,', ',"50,00",'),
    'amount',
  ],
];

test.each(WRONG)('%s', async (_, make, says) => {
  const bytes = make();
  const { status, body } = await world.handIn(bytes);
  expect(status).toBe(202);
  await world.run(body.settlementId);
  const { exceptions, journals } = await world.read(body.settlementId);
  expect(exceptions.map(({ code, detail }) => `${code}: ${detail}`).join()).toContain(says);
  expect([exceptions[0]?.owner, journals]).toEqual(['finance', []]);
  const { rows: kept } = await world.db.query<{ size: number }>(
    `select f.size_bytes::int as size from settlement s join settlement_file f using (file_id)
      where s.settlement_id = $1`,
    [body.settlementId],
  );
  expect(kept).toEqual([{ size: Buffer.from(bytes).length }]);
});

test('its neighbour goes on', async () => {
  const settlementId = await world.settled(whole());
  expect((await world.read(settlementId)).status).toBe('paid');
});

test('more bytes than a report may have are not kept', async () => {
  async function* bytes() {
    for (let part = 0; part < 4; part += 1) yield new Uint8Array(1_000);
  }
  const of = { source: 'stripe', account: 'stripe-us', receivedBy: 'test' };
  await expect(keepFile(world.db, of, bytes(), 3_999)).rejects.toThrow('more than 3999 bytes');
  const left = await world.db.query('select 1 from settlement_file where sha256 is null');
  expect(left.rows).toEqual([]);
});

test('a report of another account than the one it was handed in for', async () => {
  const [clearing] = clearingSetups('pos');
  if (!clearing) throw new Error('the tills are not set up');
  const source = {
    name: 'pos',
    classes: [],
    async *read(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<SettlementPart> {
      for await (const part of bytes) {
        const account = Buffer.from(part).toString();
        const dates = { periodStart: null, periodEnd: null, payoutDate: null };
        yield { part: 'head', reference: `batch-${account}`, account, currency: 'USD', ...dates };
        yield { part: 'end', declaredNetMinor: 0 };
      }
    },
  };
  const codes = [];
  for (const account of ['MERCHANT-7', 'MERCHANT-8']) {
    async function* bytes() {
      yield Buffer.from(account);
    }
    const by = { clearing, receivedBy: 'test', correlationId: 'test' };
    const { settlementId } = await receiveReport(world.db, { ...by, source, bytes: bytes() });
    await stageSettlement(world.db, { pos: source, stripe: stripeSettlements }, { settlementId });
    await bookSettlement(world.db, { settlementId });
    const { exceptions } = await world.read(settlementId);
    codes.push(exceptions.map(({ code, detail }) => `${code} ${detail}`).join());
  }
  expect(codes[0]).toBe('');
  expect(codes[1]).toMatch(/^settlement\.unreadable.*other-account.*MERCHANT-8/);
});
