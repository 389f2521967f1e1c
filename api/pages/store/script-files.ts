/** The scripts of a store's pages: files of ours, named by what is in them. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Express } from 'express';

const NAMES = ['presses', 'board', 'find', 'counter', 'keep'] as const;
type Name = (typeof NAMES)[number];
const HASH_CHARS = 12;
const FOLDER = path.join(__dirname, 'scripts');
const A_YEAR = 'public, max-age=31536000, immutable';
/** Looks after all pages below its folder, and is asked for anew whenever one is opened. */
const OFFLINE = '/stores/offline.js';
const MAY_ASK_US = "default-src 'none';connect-src 'self'";

const textOf = (name: string) => readFileSync(path.join(FOLDER, `${name}.js`), 'utf8');

const scripts = new Map(
  NAMES.map((name) => {
    const text = textOf(name);
    const hash = createHash('sha256').update(text).digest('hex').slice(0, HASH_CHARS);
    return [name, { at: `/stores/scripts/${name}-${hash}.js`, text }] as const;
  }),
);
const pathsOf = (names: readonly Name[]): readonly string[] =>
  names.map((name) => scripts.get(name)?.at ?? '');

export const BOARD_SCRIPTS = pathsOf(['presses', 'board', 'find', 'keep']);
export const COUNTER_SCRIPTS = pathsOf(['presses', 'counter', 'keep']);

export function mountScripts(app: Express): void {
  const serve = (at: string, text: string, caching: string) => {
    app.get(at, (_request, response) => {
      response.locals['route'] = '/stores/scripts/{name}';
      response.setHeader('Cache-Control', caching);
      // What looks after the pages may ask for them itself, and nothing else.
      if (at === OFFLINE) response.setHeader('Content-Security-Policy', MAY_ASK_US);
      response.type('text/javascript').send(text);
    });
  };
  for (const { at, text } of scripts.values()) serve(at, text, A_YEAR);
  serve(OFFLINE, textOf('offline'), 'no-cache');
}
