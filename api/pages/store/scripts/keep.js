/** Has the page kept in this browser, so that it opens without a network: where the browser can. */
const WORKER = '/stores/offline.js';

async function keepPage() {
  const wasSeen = navigator.serviceWorker.controller !== null;
  await navigator.serviceWorker.register(WORKER, { scope: '/stores/' });
  const { active } = await navigator.serviceWorker.ready;
  // What was loaded before it ran it has not seen.
  if (wasSeen) return;
  const scripts = [...document.scripts].map(({ src }) => new URL(src).pathname);
  active.postMessage({ keep: [location.pathname, ...scripts] });
}

if ('serviceWorker' in navigator && document.documentElement.dataset.keptSince === undefined) {
  // A browser that may not keep anything shows the page as before.
  keepPage().catch(() => undefined);
}
