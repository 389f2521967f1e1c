/** What a store's device keeps goes with the session, also what was on its way as it ended. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { expect, test } from 'vitest';

const SCRIPT = path.join(__dirname, '../../api/pages/store/scripts/offline.js');
const ORIGIN = 'http://store.test';
const BOARD = '/stores/store-001/board';

type Handler = (event: object) => void;

/** The worker of the page over a cache and a network of this test. */
function device() {
  const handlers = new Map<string, Handler>();
  const kept = new Map<string, Map<string, Response>>();
  const asked: { readonly path: string; answer(response: Response): void }[] = [];
  const caches = {
    open: (name: string) => {
      const cache = kept.get(name) ?? new Map<string, Response>();
      kept.set(name, cache);
      return Promise.resolve({
        match: (of: string) => Promise.resolve(cache.get(of)),
        delete: (of: string) => Promise.resolve(cache.delete(of)),
        put: (of: string, response: Response) => Promise.resolve(void cache.set(of, response)),
      });
    },
    delete: (name: string) => Promise.resolve(kept.delete(name)),
  };
  const self = {
    addEventListener: (type: string, handler: Handler) => handlers.set(type, handler),
    location: { origin: ORIGIN },
  };
  const fetched = ({ url }: { readonly url: string }) =>
    new Promise<Response>((answer) => {
      asked.push({ path: new URL(url).pathname, answer });
    });
  const globals = { self, caches, fetch: fetched, URL, AbortSignal, Response };
  runInContext(readFileSync(SCRIPT, 'utf8'), createContext(globals));

  /** All that the worker does because of it. */
  const goTo = async (of: string, method = 'GET') => {
    const work: Promise<unknown>[] = [];
    const event = {
      request: { url: ORIGIN + of, method, mode: 'cors' },
      waitUntil: (one: Promise<unknown>) => work.push(one),
      respondWith: (one: Promise<unknown>) => work.push(one),
    };
    handlers.get('fetch')?.(event);
    for (let done = 0; done < work.length; done += 1) await work[done];
  };
  const answer = (of: string, response: Response) => {
    const at = asked.findIndex((one) => one.path === of);
    asked.splice(at, 1)[0]?.answer(response);
  };
  const keptPaths = () => [...kept.values()].flatMap((cache) => [...cache.keys()]);
  return { goTo, answer, keptPaths };
}

test('a list is kept as it comes, and goes at sign-out', async () => {
  const { goTo, answer, keptPaths } = device();
  const shown = goTo(BOARD);
  answer(BOARD, new Response('list'));
  await shown;
  expect(keptPaths()).toEqual([BOARD]);
  await goTo('/stores/sign-out', 'POST');
  expect(keptPaths()).toEqual([]);
});

test('a list that was asked for before the sign-out and comes after it is not kept', async () => {
  const { goTo, answer, keptPaths } = device();
  const shown = goTo(BOARD);
  await goTo('/stores/sign-out', 'POST');
  answer(BOARD, new Response('list'));
  await shown;
  expect(keptPaths()).toEqual([]);
});
