/** What a store has pages for: at the top of each. */
import { markup, type Html } from '../html';

const TABS = [
  { id: 'pickups', title: 'Pickups', path: '' },
  { id: 'returns', title: 'Returns', path: '/returns' },
] as const;

export function tabsHtml(storeId: string, current: (typeof TABS)[number]['id']): Html {
  return markup`<p class="tabs">
    ${TABS.map(({ id, title, path }) =>
      id === current
        ? markup`<b aria-current="page">${title}</b>`
        : markup`<a href="/stores/${storeId}${path}">${title}</a>`,
    )}
  </p>`;
}
