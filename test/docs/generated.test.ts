/** The documents say what the code says: made pages are fresh, codes have runbooks, links resolve. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { openApiDocument } from '../../api/openapi/document';
import { answerFieldsOf, fieldsOf } from '../../api/openapi/fields';
import { WORDS } from '../../api/openapi/words';
import { operationsOf } from '../../api/openapi/operations';
import { exceptionCodes, generatedPages, runbookHead } from '../../docs/generated';

const DOCS = path.join(__dirname, '..', '..', 'docs');
const RUNBOOKS = path.join(DOCS, 'runbooks');

const markdownFiles = readdirSync(DOCS, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.md'))
  .sort();

/** Targets of inline links, without those that sit in code. */
function linksOf(text: string): string[] {
  const prose = text.replaceAll(/```[\s\S]*?```/g, '').replaceAll(/`[^`\n]*`/g, 'code');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target]) => target ?? []);
}

/** As GitHub makes them: lower case, spaces to dashes, other signs dropped. */
function anchorsOf(text: string): Set<string> {
  const headings = [...text.matchAll(/^#{1,6} (.+)$/gm)].flatMap(([, title]) => title ?? []);
  return new Set(
    headings.map((title) =>
      title
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(/\s/g, '-'),
    ),
  );
}

describe('generated pages', () => {
  test('are what `npm run docs` makes of the code today', async () => {
    for (const { file, text } of await generatedPages()) {
      const written = readFileSync(path.join(DOCS, file), 'utf8');
      expect(written === text, `docs/${file} is stale: run npm run docs`).toBe(true);
    }
  });
});

describe('the reference', () => {
  test.each(operationsOf(openApiDocument()))(
    '$method $path: every parameter and every field of its body says what it is',
    ({ operation }) => {
      const fields = fieldsOf(openApiDocument(), operation);
      expect(fields.filter(({ description }) => description.trim() === '')).toEqual([]);
    },
  );

  test.each(operationsOf(openApiDocument()))(
    '$method $path: every field of its answers says what it is',
    ({ operation }) => {
      const fields = answerFieldsOf(openApiDocument(), operation);
      expect(fields.filter(({ description }) => description.trim() === '')).toEqual([]);
    },
  );

  test('nothing has to be two things at once: what may be null is either', () => {
    expect(JSON.stringify(openApiDocument())).not.toContain('"allOf"');
  });

  test('no word of the list is idle: each describes a field that has no other', () => {
    const document = JSON.stringify(openApiDocument());
    const isSaid = (words: string) => document.includes(`"description":${JSON.stringify(words)}`);
    expect(WORDS.filter((words) => !isSaid(words))).toEqual([]);
  });

  test('fields are found however deep they are', () => {
    const submit = operationsOf(openApiDocument()).find(
      ({ method, path }) => method === 'post' && path === '/v1/orders',
    );
    const fields = submit && fieldsOf(openApiDocument(), submit.operation);
    expect(fields?.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'Idempotency-Key',
        'lines[].taxes[].amount.minorUnits',
        'tenders[].received.state',
        'shipTo.country',
      ]),
    );
  });
});

describe('runbooks', () => {
  test('there is one for every exception code, and none for another', () => {
    const found = readdirSync(RUNBOOKS).filter((file) => file !== 'README.md');
    expect(found.sort()).toEqual([...exceptionCodes()].map((code) => `${code}.md`).sort());
  });

  test.each(exceptionCodes())('%s says whose it is, until when, who may do what', (code) => {
    const text = readFileSync(path.join(RUNBOOKS, `${code}.md`), 'utf8');
    expect(text.split('\n')[2]).toBe(runbookHead(code));
  });

  test('the index names each of them', () => {
    const index = readFileSync(path.join(RUNBOOKS, 'README.md'), 'utf8');
    for (const code of exceptionCodes()) expect(index).toContain(`(${code}.md)`);
  });
});

describe('links', () => {
  test.each(markdownFiles)('docs/%s points at what is there', (file) => {
    const from = path.join(DOCS, file);
    for (const link of linksOf(readFileSync(from, 'utf8'))) {
      if (/^[a-z]+:/.test(link)) continue;
      const [target = '', anchor] = link.split('#', 2);
      const to = target === '' ? from : path.resolve(path.dirname(from), target);
      expect(existsSync(to), `${file} → ${link}`).toBe(true);
      if (anchor === undefined || !to.endsWith('.md')) continue;
      expect(anchorsOf(readFileSync(to, 'utf8')), `${file} → ${link}`).toContain(anchor);
    }
  });
});
