/** The documents say what the code says: made pages are fresh, codes have runbooks, links resolve. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
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
