/**
 * What is to be pasted runs: every shell block of the pages and of `/docs`, every example of the
 * OpenAPI document, every event of the catalogue, on a stack as `npm start` leaves it.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openApiDocument } from '../../api/openapi/document';
import { operationsOf } from '../../api/openapi/operations';
import { PREPARATION } from '../../api/openapi/shell';
import { PROJECT_ROOT } from '../../stack/supervisor/home';
import { playWorkedOrder } from '../../stack/worked-order/play';
import { World } from './fixture';
import { hasProgram } from './programs';

const run = promisify(execFile);
const PASTE_LIMIT_MS = 50_000;
const PROGRAMS = ['bash', 'curl', 'openssl'];
const missing = PROGRAMS.filter((program) => !hasProgram(program));
if (missing.length > 0) console.log(`skipped: no ${missing.join(', ')}, nothing is pasted`);

let world: World;
let curlHome: string;
beforeAll(async () => {
  world = await World.open({ isOpen: false });
  await playWorkedOrder(world.json, () => undefined);
  // Each curl says its status beside its answer.
  curlHome = mkdtempSync(path.join(tmpdir(), 'throughline-curl-'));
  writeFileSync(path.join(curlHome, '.curlrc'), 'write-out = "%{stderr}%{http_code}\\n"\n');
});
afterAll(async () => {
  await world?.close();
  if (curlHome !== undefined) rmSync(curlHome, { recursive: true });
});

/** The status of every call that the text makes when it is pasted into a shell of the repository. */
async function statusesOf(pasted: string): Promise<readonly string[]> {
  const { stdout, stderr } = await run('bash', ['-e', '-o', 'pipefail', '-c', pasted], {
    cwd: PROJECT_ROOT,
    timeout: PASTE_LIMIT_MS,
    env: { ...process.env, CURL_HOME: curlHome, THROUGHLINE_HOME: world.stack.home },
  });
  const statuses = stderr.trim().split('\n');
  const isRefused = /^# Answered with 409/m.test(pasted);
  const last = statuses.at(-1) ?? '';
  const made = isRefused ? statuses.slice(0, -1) : statuses;
  const isOk = made.every((status) => /^2\d\d$/.test(status)) && (!isRefused || last === '409');
  if (!isOk) throw new Error(`${statuses.join(' ')} of\n${pasted}\n${stdout}`);
  return statuses;
}

/** Blocks of shell of every page that is kept, but for what starts a stack or tests itself. */
function pastedPages(): { readonly page: string; readonly text: string }[] {
  const pages = readdirSync(PROJECT_ROOT, { recursive: true, encoding: 'utf8' });
  return pages
    .filter((page) => page.endsWith('.md') && !/(^|\/)(node_modules|\.[^/]+)\//.test(page))
    .flatMap((page) => {
      const blocks = readFileSync(path.join(PROJECT_ROOT, page), 'utf8').matchAll(
        /^```(?:sh|bash|shell|console)\n([\s\S]*?)^```$/gm,
      );
      return [...blocks].map(([, text = '']) => ({ page, text }));
    })
    .filter(({ text }) => /\bcurl\b/.test(text));
}

describe.skipIf(missing.length > 0)(
  'pasted into a shell',
  { meta: { skippedBecause: `no ${missing.join(', ')}` } },
  () => {
    test('there are examples on the pages', () => {
      expect(pastedPages().map(({ page }) => page)).toContain('README.md');
    });

    test.each(pastedPages())('$page: each call is answered with success', async ({ text }) => {
      expect(await statusesOf(text)).not.toEqual([]);
    });

    test.each(operationsOf(openApiDocument()))(
      '/docs, $method $path: each call is answered as it says',
      async ({ operation }) => {
        const [sample] = operation['x-codeSamples'] as { readonly source: string }[];
        expect(await statusesOf(`${PREPARATION}\n${sample?.source ?? ''}`)).not.toEqual([]);
      },
    );
  },
);

test('the page /docs shows these very lines', async () => {
  const { body } = await world.call('GET', '/docs');
  const shown = String(body)
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
  const samples = operationsOf(openApiDocument()).flatMap(
    ({ operation }) => operation['x-codeSamples'] as { readonly source: string }[],
  );
  for (const source of [PREPARATION, ...samples.map((sample) => sample.source)]) {
    expect(shown).toContain(source);
  }
});

describe('the examples of bodies, as each media type that is taken', () => {
  const bodies = operationsOf(openApiDocument()).flatMap(({ path: route, method, operation }) => {
    const body = operation.requestBody;
    const contents = body !== undefined && 'content' in body ? body.content : {};
    return Object.entries(contents).map(([mediaType, { example }]) => ({
      name: `${method} ${route}`,
      route,
      mediaType,
      example: example as unknown,
    }));
  });
  // The first of each is pasted above.
  const others = bodies.filter(({ name }, at) => bodies[at - 1]?.name === name);

  test.each(others)('$name $mediaType', async ({ route, mediaType, example }) => {
    const answer = await world.call('POST', route, {
      role: 'oms',
      raw: JSON.stringify(example),
      headers: { 'content-type': mediaType },
    });
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({
      verdicts: [{ verdict: expect.stringMatching(/accepted|duplicate/) }],
    });
  });
});

test('each event of the catalogue, as its page shows it, is taken', async () => {
  const page = readFileSync(path.join(PROJECT_ROOT, 'docs', 'events.md'), 'utf8');
  const examples = [...page.matchAll(/^Example:\n\n```json\n([\s\S]*?)^```$/gm)];
  expect(examples.length).toBeGreaterThan(10);
  for (const [, raw = ''] of examples) {
    const { body } = await world.call('POST', '/v1/events', { role: 'operator', raw });
    expect({ raw, body }).toMatchObject({ body: { verdicts: [{ verdict: 'accepted' }] } });
  }
});
