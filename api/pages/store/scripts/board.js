/**
 * Keeps the lists true without a reload: the server is asked every few seconds whether they changed,
 * and a card is drawn anew only where its pickup changed, so that what somebody types, opened or
 * looks at stays.
 */
/** With an open page on each of 800 stores, 160 questions a second. */
const ASKED_EVERY_MS = 5_000;
const LONGEST_PAUSE_MS = 60_000;
const ANSWER_LIMIT_MS = 10_000;
const CLOCK_EVERY_MS = 20_000;
/** So that stores which open at nine do not ask in step. */
const SPREAD = 0.2;
const MINUTE_MS = 60_000;

const board = document.getElementById('board');
const title = document.title;
let timer;
let isAsking = false;
let pauseMs = ASKED_EVERY_MS;

const path = (last) => `${location.pathname.replace(/\/$/, '')}/${last}`;
const tell = (name) => document.dispatchEvent(new Event(`throughline:${name}`));

async function ask() {
  if (isAsking) return;
  isAsking = true;
  clearTimeout(timer);
  try {
    const response = await fetch(path(`board?seen=${board.dataset.version}`), {
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
    });
    if (response.status === 401) return tell('signed-out');
    if (!response.ok) throw new Error(String(response.status));
    if (response.status === 200) show(await response.text());
    pauseMs = ASKED_EVERY_MS;
    tell('reached');
  } catch {
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  } finally {
    isAsking = false;
    later();
  }
}

function later() {
  clearTimeout(timer);
  if (document.hidden) return;
  timer = setTimeout(() => void ask(), pauseMs * (1 - SPREAD / 2 + Math.random() * SPREAD));
}

function show(text) {
  const next = new DOMParser().parseFromString(text, 'text/html').getElementById('board');
  if (next === null) return;
  const focused = document.activeElement;
  const card = focused?.closest('article');
  const pickup = card?.dataset.pickup;
  for (const id of ['nothing', 'more']) {
    document.getElementById(id).hidden = next.querySelector(`#${id}`).hidden;
  }
  board.querySelector('nav').replaceWith(next.querySelector('nav'));
  const known = new Set(
    [...board.querySelectorAll('article')].map(({ dataset }) => dataset.pickup),
  );
  for (const section of next.querySelectorAll('section')) {
    merge(document.getElementById(section.id), section, known);
  }
  board.dataset.version = next.dataset.version;
  tell('shown');
  count();
  clock();
  if (document.activeElement === focused) return;
  if (focused?.isConnected) focused.focus({ preventScroll: true });
  else if (pickup !== undefined) {
    const again = board.querySelector(`article[data-pickup="${pickup}"]`);
    (again ?? document.getElementById('text')).focus({ preventScroll: true });
  }
}

/** Cards in the order of the new list; those that are as they were are not touched. */
function merge(list, next, known) {
  list.hidden = next.hidden;
  list.querySelector('h2').replaceWith(next.querySelector('h2'));
  let at = list.querySelector(':scope > article');
  for (const card of next.querySelectorAll(':scope > article')) {
    const old = document.getElementById(card.id);
    const isSame = old !== null && old.dataset.version === card.dataset.version;
    const drawn = isSame ? old : card;
    if (old !== null && !isSame) {
      if (at === old) at = old.nextElementSibling;
      old.remove();
    }
    if (!known.has(card.dataset.pickup)) card.classList.add('new');
    if (drawn === at) at = at.nextElementSibling;
    else list.insertBefore(drawn, at);
  }
  while (at !== null) {
    const gone = at;
    at = at.nextElementSibling;
    gone.remove();
  }
}

/** In the tab's name: how much there is to do. */
function count() {
  const todo = ['here', 'pick', 'back']
    .map((id) => document.querySelectorAll(`#${id} > article`).length)
    .reduce((sum, one) => sum + one, 0);
  document.title = todo === 0 ? title : `(${todo}) ${title}`;
}

/** `in 2 h 5 min`, `12 min late`. */
function clock() {
  for (const left of document.querySelectorAll('[data-until]')) {
    const minutes = Math.round((Date.parse(left.dataset.until) - Date.now()) / MINUTE_MS);
    const [days, hours] = [
      Math.floor(Math.abs(minutes) / 1_440),
      Math.floor(Math.abs(minutes) / 60),
    ];
    const text =
      days > 1
        ? `${days} days`
        : hours > 0
          ? `${hours} h ${Math.abs(minutes) % 60} min`
          : `${Math.abs(minutes)} min`;
    left.textContent = minutes < 0 ? `, ${text} late` : `, in ${text}`;
    left.classList.toggle('late', minutes < 0);
  }
}

document.addEventListener('throughline:done', () => void ask());
window.addEventListener('online', () => void ask());
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) void ask();
});
setInterval(clock, CLOCK_EVERY_MS);
count();
clock();
later();
