/**
 * Presses are kept in this browser until the server has answered them: with a slow or a broken
 * network, and over a reload. Each has the key that its form was made with, so that one which was
 * sent and got no answer is sent again as the same press. One at a time, in the order of pressing.
 *
 * Tells the rest of the page: `throughline:pressed` when what is kept changes, `throughline:done`
 * when the server has answered. Hears `throughline:shown` when cards were drawn anew.
 */
const STORE_ID = location.pathname.split('/')[2];
const KEPT_AS = `throughline.presses.${STORE_ID}`;
/** More than a shift without a network. */
const MAX_KEPT = 500;
/** Older ones are shown and not sent: the server does not know their keys for ever. */
const MAX_AGE_MS = 24 * 3_600_000;
const ANSWER_LIMIT_MS = 15_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** These are asked again; what else is refused stays refused. */
const PASSING = [408, 425, 429];

const network = document.getElementById('network');
const notes = document.getElementById('notes');
let isStored = true;
let kept = [];
kept = load();
let isSending = false;
let pauseMs = FIRST_PAUSE_MS;
let retry;
let isSignedOut = false;

function load() {
  try {
    const found = JSON.parse(localStorage.getItem(KEPT_AS) ?? '[]');
    return Array.isArray(found) ? found : [];
  } catch {
    return kept;
  }
}

/**
 * Another tab of the store keeps its presses there too. A browser that keeps nothing still sends what
 * was pressed, while the page stays open.
 */
function keep(change) {
  kept = change(isStored ? load() : kept);
  try {
    localStorage.setItem(KEPT_AS, JSON.stringify(kept));
  } catch {
    isStored = false;
    notePlain('This browser keeps nothing: leave the page open until all is sent.', 'full');
  }
  paint();
}

function notePlain(text, id) {
  if (id !== undefined && document.getElementById(`note-${id}`) !== null) return undefined;
  const note = document.createElement('div');
  note.className = 'note problem';
  if (id !== undefined) note.id = `note-${id}`;
  const words = document.createElement('span');
  words.textContent = text;
  const close = document.createElement('button');
  close.textContent = 'OK';
  close.addEventListener('click', () => note.remove());
  note.append(words, close);
  notes.append(note);
  return note;
}

/** At the end of a card, or of a form that stands alone. */
function sayPending(card, press) {
  const said = card.querySelector(':scope > .pending') ?? document.createElement('p');
  if (press === undefined) return said.remove();
  said.className = 'pending';
  const isLate = !navigator.onLine || pauseMs > FIRST_PAUSE_MS;
  said.textContent = isLate
    ? `${press.doing}: kept here, sent when the network is back`
    : `${press.doing} …`;
  card.append(said);
}

/** Where a card's press waits, the card says so and takes no other. */
function paint() {
  for (const card of document.querySelectorAll('#board article')) {
    const own = kept.find(({ url }) => url.includes(`/pickups/${card.dataset.pickup}/`));
    card.classList.toggle('waiting', own !== undefined);
    for (const button of card.querySelectorAll('button')) button.disabled = own !== undefined;
    sayPending(card, own);
  }
  for (const form of document.querySelectorAll('form.alone')) {
    const own = kept.find(({ url }) => url === new URL(form.action).pathname);
    for (const button of form.querySelectorAll('button')) button.disabled = own !== undefined;
    sayPending(form, own);
  }
  const since = Number(document.documentElement.dataset.keptSince);
  const count = `${kept.length} press${kept.length === 1 ? '' : 'es'}`;
  if (isSignedOut) {
    const waits = kept.length > 0 ? ` ${count} kept here will be sent then.` : '';
    network.innerHTML =
      '<div class="note problem">You are signed out. <a href="">Sign in</a>.</div>';
    network.firstElementChild.append(waits);
  } else if (kept.length > 0 && (!navigator.onLine || pauseMs > FIRST_PAUSE_MS)) {
    network.innerHTML = '<div class="note problem"></div>';
    network.firstElementChild.textContent = `No network. ${count} kept here, sent when it is back. You can go on working.`;
  } else if (!Number.isNaN(since)) {
    const at = new Date(since).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
    network.innerHTML = '<div class="note problem"></div>';
    network.firstElementChild.textContent = `No network. This is what was known at ${at}. You can go on working.`;
  } else network.textContent = '';
  document.dispatchEvent(new Event('throughline:pressed'));
}

function fieldsOf(form) {
  const fields = new URLSearchParams(new FormData(form));
  fields.delete('token');
  return fields;
}

document.addEventListener('submit', (event) => {
  const form = event.target;
  // A button that has a path of its own is no press.
  if (!form.classList.contains('press') || event.submitter?.hasAttribute('formaction')) return;
  event.preventDefault();
  const fields = fieldsOf(form);
  const key = fields.get('key');
  const url = new URL(form.action).pathname;
  if (kept.some((one) => one.key === key || one.url === url)) return;
  if (kept.length >= MAX_KEPT) {
    notePlain('Too much is kept here already. Wait for the network.', 'many');
    return;
  }
  const { doing, order } = form.dataset;
  const press = { key, url, fields: fields.toString(), doing, order, atMs: Date.now() };
  keep((all) => [...all, press]);
  void send();
});

/** The server's answer; null where there is none, or one that says to try again. */
async function answerOf({ url, fields }) {
  const body = new URLSearchParams(fields);
  body.set('token', document.querySelector('input[name=token]').value);
  try {
    const response = await fetch(url, {
      method: 'POST',
      body,
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
    });
    if (response.status >= 500 || PASSING.includes(response.status)) return null;
    const isJson = (response.headers.get('content-type') ?? '').includes('json');
    const { text = '', href } = isJson ? await response.json() : {};
    return { status: response.status, text, href };
  } catch {
    return null;
  }
}

async function send() {
  if (isSending) return;
  isSending = true;
  clearTimeout(retry);
  try {
    while (kept.length > 0 && !isSignedOut) {
      const [first] = kept;
      const isOld = Date.now() - first.atMs > MAX_AGE_MS;
      const answer = isOld
        ? { status: 410, text: 'This waited for the network for a day and was not sent.' }
        : await answerOf(first);
      if (answer === null) return pause();
      pauseMs = FIRST_PAUSE_MS;
      if (answer.status === 401) {
        isSignedOut = true;
        return;
      }
      if (answer.status >= 400) {
        notePlain(`Order ${first.order}: ${answer.text}`);
        renewKey(first.key);
      }
      keep((all) => all.filter(({ key }) => key !== first.key));
      if (answer.href !== undefined) goOn(first, answer);
      document.dispatchEvent(new Event('throughline:done'));
    }
  } finally {
    isSending = false;
    paint();
  }
}

/** To what came of a press, where its form is still shown; else where to find it. */
function goOn({ url, order }, { href, text }) {
  const detail = { url, href, isShown: false };
  document.dispatchEvent(new CustomEvent('throughline:answered', { detail }));
  if (detail.isShown) return;
  const note = notePlain(`Order ${order}: ${text} `, `to-${href}`);
  if (note === undefined) return;
  note.classList.remove('problem');
  const link = document.createElement('a');
  link.href = href;
  link.textContent = 'Receipt';
  note.firstElementChild.append(link);
}

/** What was refused and is pressed again, otherwise, is another press. */
function renewKey(key) {
  for (const field of document.querySelectorAll('form.press input[name=key]')) {
    if (field.value !== key) continue;
    const [base, tries = '1'] = key.split('.');
    field.value = `${base}.${Number(tries) + 1}`;
  }
}

function pause() {
  pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  retry = setTimeout(() => void send(), pauseMs);
}

const sendNow = () => {
  pauseMs = FIRST_PAUSE_MS;
  void send();
};
window.addEventListener('online', sendNow);
window.addEventListener('offline', paint);
window.addEventListener('storage', ({ key }) => {
  if (key !== KEPT_AS) return;
  kept = load();
  paint();
});
document.addEventListener('throughline:reached', () => {
  delete document.documentElement.dataset.keptSince;
  paint();
  if (kept.length > 0 && pauseMs > FIRST_PAUSE_MS) sendNow();
});
document.addEventListener('throughline:signed-out', () => {
  isSignedOut = true;
  paint();
});
document.addEventListener('throughline:shown', paint);
paint();
void send();
