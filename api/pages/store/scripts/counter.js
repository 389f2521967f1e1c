/**
 * A counter for returns: what is scanned is counted, the refund is shown while one counts, and a
 * press that was answered goes on to the receipt. Without it, every step is a form that works.
 */
const ANSWER_LIMIT_MS = 10_000;
/** After the last change; a scanner sends a dozen signs at once. */
const PREVIEW_AFTER_MS = 300;
const ASKED_EVERY_MS = 1_500;
/** A minute; then whoever looks loads the page. */
const MOST_ASKS = 40;

document.documentElement.classList.add('has-script');
const find = document.getElementById('find');
const scan = document.getElementById('scan');
const field = document.getElementById('text');
const said = document.getElementById('found');
const counter = document.getElementById('counter');
const preview = document.getElementById('preview');

const isTypedInto = (element) =>
  element !== null && ['INPUT', 'SELECT', 'TEXTAREA'].includes(element.tagName);

document.addEventListener('keydown', (event) => {
  // A scanner ends with Enter: in a field of the form it is no press.
  if (event.key === 'Enter' && event.target.closest('#counter input') !== null) {
    event.preventDefault();
  }
  const isSign = event.key.length === 1 && event.key !== ' ';
  if (field === null || !isSign || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!isTypedInto(document.activeElement)) field.focus();
});

async function post(url, fields) {
  const response = await fetch(url, {
    method: 'POST',
    body: fields,
    headers: { accept: 'application/json' },
    signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
  });
  if (response.status === 401) document.dispatchEvent(new Event('throughline:signed-out'));
  return response.json();
}

find?.addEventListener('submit', (event) => {
  event.preventDefault();
  const fields = new URLSearchParams(new FormData(find));
  const notes = document.getElementById('notes');
  field.select();
  post(find.action, fields).then(
    ({ href, html = '', text }) => {
      if (href !== undefined) location.assign(href);
      document.getElementById('results').innerHTML = html;
      note(notes, text);
    },
    () => note(notes, 'No network: an order can only be looked up with it.'),
  );
});

function note(notes, text) {
  notes.textContent = '';
  if (text === undefined) return;
  const made = document.createElement('div');
  made.className = 'note problem';
  made.textContent = text;
  notes.append(made);
}

scan?.addEventListener('submit', (event) => {
  event.preventDefault();
  const text = field.value.trim();
  field.value = '';
  if (text === '') return;
  const line = [...counter.querySelectorAll('.line')].find(
    ({ dataset }) => dataset.sku.toLowerCase() === text.toLowerCase(),
  );
  if (line === undefined) {
    said.textContent = `${text} is not of this order, or cannot come back.`;
    return;
  }
  const units = line.querySelector('input[type=number]');
  const most = Number(units.max);
  const next = Number(units.value) + 1;
  units.value = String(Math.min(next, most));
  said.textContent =
    next > most
      ? `${line.dataset.name}: no more than ${most} can come back.`
      : `${line.dataset.name}: ${units.value} of ${most}.`;
  line.scrollIntoView({ block: 'nearest' });
  changed();
});

const countedUnits = () =>
  [...counter.querySelectorAll('input[type=number]')].filter(({ value }) => Number(value) > 0);

let timer;
let asked = 0;
function changed() {
  for (const line of counter.querySelectorAll('.line')) {
    const units = line.querySelector('input[type=number]');
    line.classList.toggle('counted', Number(units?.value) > 0);
  }
  if (preview === null) return;
  clearTimeout(timer);
  timer = setTimeout(() => void showPreview(), PREVIEW_AFTER_MS);
}

/** The last one that was asked for is the one that is shown. */
async function showPreview() {
  asked += 1;
  const own = asked;
  if (countedUnits().length === 0) {
    preview.textContent = '';
    return;
  }
  const { formAction } = counter.querySelector('[formaction]');
  const shown = await post(formAction, new URLSearchParams(new FormData(counter))).catch(() => ({
    text: 'No network: what goes back is worked out when it is back.',
  }));
  if (own !== asked) return;
  if (shown.html === undefined) note(preview, shown.text);
  else preview.innerHTML = shown.html;
}

counter?.addEventListener('input', changed);
if (counter !== null) changed();

document.addEventListener('throughline:answered', ({ detail }) => {
  if (counter !== null && detail.url === new URL(counter.action).pathname) {
    detail.isShown = true;
    location.assign(detail.href);
  }
});

document.getElementById('print')?.addEventListener('click', () => print());

/** Money on its way: how it stands is asked until it has arrived. */
let asks = 0;
async function look() {
  const standing = document.getElementById('standing');
  if (standing === null || standing.dataset.done === 'yes' || asks >= MOST_ASKS) return;
  asks += 1;
  try {
    const response = await fetch(location.href, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) });
    const next = new DOMParser().parseFromString(await response.text(), 'text/html');
    const now = next.getElementById('standing');
    if (now !== null && now.dataset.version !== standing.dataset.version) {
      standing.replaceWith(now);
      document.getElementById('receipt').replaceWith(next.getElementById('receipt'));
    }
  } catch {
    // Asked again in a moment.
  }
  setTimeout(() => void look(), ASKED_EVERY_MS);
}
setTimeout(() => void look(), ASKED_EVERY_MS);

window.addEventListener('online', () => {
  if (document.documentElement.dataset.keptSince !== undefined) location.reload();
});
