/**
 * Opens a store's page without a network as it was last shown: the page, its scripts, its list. The
 * network is always asked first. What is kept goes with the session: at sign-in, at sign-out, where
 * the server says that nobody is signed in, and after a day.
 */
const KEPT = 'throughline-stores';
const MAX_AGE_MS = 24 * 3_600_000;
const ANSWER_LIMIT_MS = 10_000;
const SIGNS = ['/stores/sign-in', '/stores/sign-out'];

const isPage = (path) => /^\/stores\/[^/]+(\/returns)?$/.test(path) && !SIGNS.includes(path);
const isScript = (path) => path.startsWith('/stores/scripts/');
const isBoard = (path) => /^\/stores\/[^/]+\/board$/.test(path);
const boardOf = (page) => `${page}/board`;

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('message', (event) => {
  const paths = (event.data?.keep ?? []).filter((path) => isPage(path) || isScript(path));
  event.waitUntil(
    Promise.all(paths.map(async (path) => keep(path, session, await fetch(path)))).catch(
      () => undefined,
    ),
  );
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (SIGNS.includes(pathname)) event.waitUntil(forget());
  else if (request.method !== 'GET') return;
  else if (request.mode === 'navigate' && isPage(pathname))
    event.respondWith(page(event, pathname));
  else if (isScript(pathname)) event.respondWith(script(request, pathname));
  else if (isBoard(pathname)) event.respondWith(board(event, pathname));
});

/** Goes up as what is kept goes: an answer that was asked for before is not kept. */
let session = 0;

function forget() {
  session += 1;
  return caches.delete(KEPT);
}

/** @param of the session in which it was asked for */
async function keep(path, of, response) {
  if (response.status === 401 || response.status === 403) return forget();
  if (response.status !== 200 || response.redirected || of !== session) return;
  const kept = await caches.open(KEPT);
  // The list that came after the page before is older than this one.
  if (isPage(path)) await kept.delete(boardOf(path));
  await kept.put(path, response);
  if (of !== session) await caches.delete(KEPT);
}

async function page(event, path) {
  const of = session;
  try {
    const response = await fetch(event.request, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) });
    event.waitUntil(keep(path, of, response.clone()));
    return response;
  } catch (error) {
    const kept = await caches.open(KEPT);
    const [shown, list] = await Promise.all([kept.match(path), kept.match(boardOf(path))]);
    if (shown === undefined) throw error;
    const since = Date.parse((list ?? shown).headers.get('date') ?? '');
    if (!(Date.now() - since < MAX_AGE_MS)) {
      await forget();
      throw error;
    }
    const text = withList(await shown.text(), list && (await list.text()));
    const said = text.replace('<html lang="en"', `<html lang="en" data-kept-since="${since}"`);
    return new Response(said, { headers: shown.headers });
  }
}

/** The list is the last part of its page. */
function withList(text, list) {
  const at = text.indexOf('<div id="board"');
  return list === undefined || at < 0 ? text : `${text.slice(0, at)}${list}</main></body></html>`;
}

/** Named by what is in it: one that is kept is the same. */
async function script(request, path) {
  const kept = await caches.open(KEPT);
  const found = await kept.match(path);
  if (found !== undefined) return found;
  const of = session;
  const response = await fetch(request);
  await keep(path, of, response.clone());
  return response;
}

async function board(event, path) {
  const of = session;
  const response = await fetch(event.request);
  if (response.status !== 204) event.waitUntil(keep(path, of, response.clone()));
  return response;
}
