/**
 * The OpenAPI document against the running API, by a program that has not read our code
 * (https://schemathesis.readthedocs.io): whatever a role sends, the answer is a documented one.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  EXCEPTION_ID_EXAMPLE,
  JOURNAL_ID_EXAMPLE,
  KEY_ID_EXAMPLE,
  ORDER_ID_EXAMPLE,
} from '../../api/examples';
import { openApiDocument } from '../../api/openapi/document';
import { routes } from '../../api/routes';
import { ROLES, type Role } from '../../canonical/schema/api-key';
import { playWorkedOrder } from '../../stack/worked-order/play';
import { World } from './fixture';
import { hasProgram } from './programs';
import { sellOnWeb } from './selling';

const PROGRAM = 'schemathesis';
const isMissing = !hasProgram(PROGRAM);
if (isMissing)
  console.log(`skipped: no ${PROGRAM}, the OpenAPI document is not held against the API`);

/** Drawn for each operation, beside the document's examples. */
const DRAWN_EXAMPLES = 6;
/** Who between them may call everything: as them every edge of every schema is tried as well. */
const EDGES_AS: readonly Role[] = ['oms', 'operator'];
/** Several times what the longest run takes. */
const RUN_LIMIT_MS = 280_000;
const OUTPUT_LIMIT_BYTES = 64 * 1024 ** 2;
const SEED = 1;
/** What is decided on a key: it may be the key that calls. */
const KEY_DECISIONS = /^\/v1\/keys\/\{/;
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
  'response_headers_conformance',
];

const run = promisify(execFile);
const Page = z.looseObject({ items: z.array(z.looseObject({ journalId: z.string() })).min(1) });
const Made = z.looseObject({ keyId: z.string() });

let world: World;
let folder: string;
let document: string;
beforeAll(async () => {
  if (isMissing) return;
  world = await World.open({ isOpen: false });
  await playWorkedOrder(world.json, () => undefined);
  folder = mkdtempSync(path.join(tmpdir(), 'throughline-schemathesis-'));
  document = path.join(folder, 'openapi.json');
  writeFileSync(document, await withLivingIds());
  // Keys that are known stay so while the program tries others from the same address.
  for (const role of ROLES) await world.get('/v1/availability?sku=MUG-BLUE', role);
});
afterAll(async () => {
  await world?.close();
  if (folder !== undefined) rmSync(folder, { recursive: true });
});

/** The document whose examples name what is there: a held order, what it waits for, a journal, a key. */
async function withLivingIds(): Promise<string> {
  const held = await sellOnWeb(world, { hold: 'an example' });
  const waiting = await sellOnWeb(world, { lines: [{ sku: 'NOT-MAPPED', quantity: 1 }] });
  const { exceptionId } = await world.untilException(waiting.orderId, 'mapping.sku');
  const journals = Page.parse((await world.get('/v1/journals')).body);
  const made = await world.post('/v1/keys', 'operator', { name: 'reader', role: 'auditor' });
  return JSON.stringify(openApiDocument())
    .replaceAll(ORDER_ID_EXAMPLE, held.orderId)
    .replaceAll(EXCEPTION_ID_EXAMPLE, exceptionId)
    .replaceAll(JOURNAL_ID_EXAMPLE, journals.items[0]?.journalId ?? '')
    .replaceAll(KEY_ID_EXAMPLE, Made.parse(made.body).keyId);
}

/** The program's whole output where it found something, else nothing. */
async function findingsOf(role: Role, paths: readonly string[]): Promise<string> {
  const phases = ['examples', ...(EDGES_AS.includes(role) ? ['coverage'] : []), 'fuzzing'];
  const programArguments = [
    'run',
    document,
    ...['--url', world.json.apiUrl],
    ...['--header', `Authorization: Bearer ${world.json.keys[role]}`],
    ...['--checks', CHECKS.join(',')],
    ...['--phases', phases.join(',')],
    ...['--max-examples', String(DRAWN_EXAMPLES), '--seed', String(SEED)],
    ...['--generation-database', 'none', '--continue-on-failure', '--no-color'],
    ...paths.flatMap((one) => ['--include-path', one]),
  ];
  const ended = await run(PROGRAM, programArguments, {
    cwd: folder,
    timeout: RUN_LIMIT_MS,
    maxBuffer: OUTPUT_LIMIT_BYTES,
  }).catch((error: unknown) => error as { readonly stdout?: string; readonly stderr?: string });
  const { stdout = '', stderr = '' } = ended;
  const tested = Number(/^ *Tested: (\d+)$/m.exec(stdout)?.[1] ?? 0);
  expect({ stdout, isAllTested: tested >= paths.length }).toMatchObject({ isAllTested: true });
  return ended instanceof Error ? `${stdout}\n${stderr}` : '';
}

/** Paths that a key of the role opens; those that are open to all are the auditor's as well. */
function pathsOf(role: Role): readonly string[] {
  const opened = routes.filter(({ roles }) => roles?.includes(role) ?? role === 'auditor');
  return [...new Set(opened.map((route) => route.path))];
}

const skipped = { skippedBecause: `${PROGRAM} is not on PATH` };
describe.skipIf(isMissing)('each answer is a documented one', { meta: skipped }, () => {
  test.each(ROLES)('to a key of %s', { timeout: RUN_LIMIT_MS }, async (role) => {
    const paths = pathsOf(role).filter((one) => !KEY_DECISIONS.test(one));
    expect(await findingsOf(role, paths)).toBe('');
  });

  test('to who calls what is not theirs', { timeout: RUN_LIMIT_MS }, async () => {
    const all = new Set(routes.map((route) => route.path));
    const foreign = [...all].filter((one) => !pathsOf('store').includes(one));
    expect(
      await findingsOf(
        'store',
        foreign.filter((one) => one.startsWith('/v1')),
      ),
    ).toBe('');
  });

  // Last: it revokes what it finds.
  test('to who rotates and revokes keys', { timeout: RUN_LIMIT_MS }, async () => {
    const paths = routes.map((route) => route.path).filter((one) => KEY_DECISIONS.test(one));
    expect(paths.length).toBe(2);
    expect(await findingsOf('operator', paths)).toBe('');
  });
});
