/**
 * The field that a scanner types into: an order's number is looked for on the page, anything else is
 * asked of the server. What is typed outside of every field goes there too.
 */
const ANSWER_LIMIT_MS = 10_000;

const form = document.getElementById('find');
const field = document.getElementById('text');
const said = document.getElementById('found');

const isTypedInto = (element) =>
  element !== null && ['INPUT', 'SELECT', 'TEXTAREA'].includes(element.tagName);

document.addEventListener('keydown', (event) => {
  const isSign = event.key.length === 1 && event.key !== ' ';
  if (!isSign || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!isTypedInto(document.activeElement)) field.focus();
});

const cardsOf = (attribute, value) =>
  [...document.querySelectorAll('#board article')].filter(
    ({ dataset }) => dataset[attribute].toLowerCase() === value.toLowerCase(),
  );

/** To the card; where the goods lie ready, with the hand-over open. */
function goTo(cards, code) {
  const card = cards.find((one) => one.querySelector('[data-fold=hand-over]') !== null) ?? cards[0];
  const handOver = card.querySelector('[data-fold=hand-over]');
  if (handOver !== null) {
    handOver.open = true;
    if (code !== undefined) {
      handOver.querySelector('select[name=proof]').value = 'code';
      handOver.querySelector('input[name=code]').value = code;
    }
  }
  card.scrollIntoView({ block: 'start' });
  const next = handOver ?? card;
  (next.querySelector('button.main:enabled') ?? card).focus({ preventScroll: true });
}

async function ask(text) {
  const body = new URLSearchParams({ text, token: form.elements.token.value });
  const response = await fetch(form.action, {
    method: 'POST',
    body,
    headers: { accept: 'application/json' },
    signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
  });
  if (response.status === 401) document.dispatchEvent(new Event('throughline:signed-out'));
  return response.json();
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  const text = field.value.trim().replace(/^#/, '');
  field.value = '';
  said.textContent = '';
  if (text === '') return;
  const here = cardsOf('order', text);
  if (here.length > 0) {
    goTo(here);
    return;
  }
  ask(text).then(
    ({ text: words, pickupIds = [], isByCode = false }) => {
      said.textContent = words;
      const cards = pickupIds.flatMap((pickupId) => cardsOf('pickup', pickupId));
      if (cards.length > 0) goTo(cards, isByCode ? text : undefined);
    },
    () => {
      said.textContent = 'No network: type the order number instead of scanning a code.';
    },
  );
});
