/** The lists of a store's page: each pickup is in the one that says what to do with it next. */
import { businessDate } from '../../../canonical/rules/posting/business-date';
import { contentHash } from '../../../store/ids';
import type { BoardRow, StoreBoard } from '../../../store/pickups/store-board';
import { MAX_BOARD_ROWS } from '../../../store/pickups/store-board';
import { markup, type Html } from '../html';
import type { Shown } from './card-parts';
import { collectCard } from './collect-card';
import { pickCard, putBackCard } from './pick-card';

interface List {
  readonly id: string;
  readonly title: string;
  readonly rows: readonly BoardRow[];
  readonly card: (row: BoardRow, shown: Shown) => Html;
  readonly isUrgent: boolean;
}

/** Who waits comes first, then what is to be fetched, then what is only kept. */
function listsOf(board: StoreBoard): readonly List[] {
  const { arrived, toPick, expiringToday, ready, toPutBack } = board;
  const isHere = new Set(arrived.map(({ pickupId }) => pickupId));
  const today = expiringToday.filter(({ pickupId }) => !isHere.has(pickupId));
  const isShown = new Set([...isHere, ...today.map(({ pickupId }) => pickupId)]);
  const later = ready.filter(({ pickupId }) => !isShown.has(pickupId));
  const collect = { card: collectCard };
  const urgent = { isUrgent: true };
  const calm = { isUrgent: false };
  return [
    { id: 'here', title: 'Here now', rows: arrived, ...collect, ...urgent },
    { id: 'pick', title: 'To pick', rows: toPick, card: pickCard, ...calm },
    { id: 'today', title: 'Expires today', rows: today, ...collect, ...urgent },
    { id: 'ready', title: 'Ready', rows: later, ...collect, ...calm },
    { id: 'back', title: 'Put back', rows: toPutBack, card: putBackCard, ...calm },
  ];
}

/** Changes with what is shown, and with the day; keys and tokens do not count. */
export function boardVersion(board: StoreBoard): string {
  return versionOf(
    board,
    listsOf(board).map(({ id, rows }) => [id, rows]),
  );
}

function versionOf({ timeZone }: { readonly timeZone: string }, shown: unknown): string {
  const today = businessDate(new Date().toISOString(), timeZone);
  return contentHash([today, shown]).slice(0, VERSION_CHARS);
}
const VERSION_CHARS = 16;

export function boardHtml(board: StoreBoard, shown: Shown): Html {
  const lists = listsOf(board);
  const isEmpty = lists.every(({ rows }) => rows.length === 0);
  return markup`<div id="board" data-version="${boardVersion(board)}">
    <nav aria-label="Lists">
      ${lists.map(
        ({ id, title, rows, isUrgent }) =>
          markup`<a
            href="#${id}"
            class="${rows.length === 0 ? 'none' : isUrgent ? 'urgent' : ''}"
            ><b>${rows.length}</b> ${title}</a
          >`,
      )}
    </nav>
    <p id="nothing"${isEmpty ? null : ' hidden'}>
      Nothing to do now. New orders appear here by themselves.
    </p>
    ${lists.map((list) => listHtml(list, shown))} ${moreHtml(board)}
  </div>`;
}

function listHtml({ id, title, rows, card }: List, shown: Shown): Html {
  return markup`<section id="${id}" aria-labelledby="${id}-title"${rows.length === 0 ? ' hidden' : null}>
    <h2 id="${id}-title">${title} <span class="quiet">${rows.length}</span></h2>
    ${rows.map(
      (row) =>
        markup`<article
          id="${id}-${row.pickupId}"
          class="card"
          tabindex="-1"
          aria-label="Order ${row.orderNo}"
          data-order="${row.orderNo}"
          data-pickup="${row.pickupId}"
          data-version="${versionOf(shown, row)}"
        >
          <h3>${row.orderNo} <span class="quiet">${row.channelInstance}</span></h3>
          ${card(row, shown)}
        </article>`,
    )}
  </section>`;
}

/** A list is cut where it is too long for anybody; the most urgent are on it. */
function moreHtml({ counts }: StoreBoard): Html {
  const isCut = Object.values(counts).some((count) => count > MAX_BOARD_ROWS);
  return markup`<p id="more" class="quiet"${isCut ? null : ' hidden'}>
    Each list shows its ${MAX_BOARD_ROWS} most urgent orders; others move up when these are done.
  </p>`;
}
