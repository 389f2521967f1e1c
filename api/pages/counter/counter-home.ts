/** `/stores/{storeId}/returns`: look an order up, and what came back here. */
import { returnAgendaOf, unitsOf } from '../../../canonical/rules/return/agenda';
import { formatMoney } from '../../../canonical/rules/money/money';
import type { SoldSeen } from '../../../store/returns/find-sold';
import type { ReturnListed } from '../../../store/returns/return-story';
import { markup, type Html } from '../html';
import { STATUS_WORDS } from '../returns/return-words';
import { localText } from '../store/store-time';
import { tabsHtml } from '../store/tabs';

export interface CounterShown {
  readonly storeId: string;
  readonly storeName: string;
  readonly timeZone: string;
  readonly formToken: string;
  readonly mayPress: boolean;
}

export interface Notice {
  readonly text: string;
  readonly isProblem: boolean;
}

export const noticeHtml = (notice: Notice | null): Html =>
  markup`<div id="network" role="status"></div>
    <div id="notes" role="alert">
      ${notice && markup`<div class="note ${notice.isProblem ? 'problem' : ''}">${notice.text}</div>`}
    </div>`;

export function counterHome(
  shown: CounterShown,
  of: {
    readonly returns: readonly ReturnListed[];
    readonly found: readonly SoldSeen[];
    readonly notice: Notice | null;
  },
): Html {
  const { storeId, storeName, formToken } = shown;
  return markup`<h1>${storeName}</h1>
    ${tabsHtml(storeId, 'returns')}
    <div id="top">
      <form id="find" role="search" method="post" action="/stores/${storeId}/returns/find">
        <input type="hidden" name="token" value="${formToken}" />
        <label for="text">Order number, receipt, return number or phone</label
        ><input
          id="text"
          name="text"
          placeholder="Order, receipt or phone"
          maxlength="80"
          autocomplete="off"
          spellcheck="false"
          enterkeyhint="search"
          required
          autofocus
        /><button>Find</button>
      </form>
      ${noticeHtml(of.notice)}
    </div>
    <div id="results">${foundHtml(shown, of.found)}</div>
    <div id="lists">${listsHtml(shown, of.returns)}</div>`;
}

export function foundHtml({ storeId, timeZone }: CounterShown, found: readonly SoldSeen[]): Html {
  if (found.length === 0) return markup``;
  return markup`<h2>Which order?</h2>
    ${found.map(
      ({ orderId, orderNo, channelInstance, placedAt, totalMinor, currency, goods }) =>
        markup`<a class="card pick" href="/stores/${storeId}/returns/orders/${orderId}"
          ><b>${orderNo}</b> <span class="quiet">${channelInstance}</span
          ><span>${goods.map(({ units, name }) => `${units} × ${name}`).join(', ')}</span
          ><span class="quiet"
            >${localText(placedAt, timeZone)} · ${formatMoney(totalMinor, currency)}</span
          ></a
        >`,
    )}`;
}

/** What to do first comes first. */
const LISTS = [
  { title: 'Here, to be looked at', has: ['received'] },
  { title: 'Waits for a yes of finance', has: ['awaiting-approval', 'requested'] },
  { title: 'Expected here', has: ['approved', 'in-transit'] },
  { title: 'Taken back lately', has: ['inspected', 'refunded', 'closed'] },
] as const;

function listsHtml(shown: CounterShown, returns: readonly ReturnListed[]): Html {
  const lists = LISTS.map(({ title, has }) => ({
    title,
    rows: returns.filter(({ ret }) => has.some((one) => one === returnAgendaOf(ret).status)),
  })).filter(({ rows }) => rows.length > 0);
  if (lists.length === 0) {
    return markup`<p>Nothing came back here lately. Find the order of who stands before you.</p>`;
  }
  return markup`${lists.map(
    ({ title, rows }) =>
      markup`<section>
        <h2>${title} <span class="quiet">${rows.length}</span></h2>
        ${rows.map((row) => rowHtml(shown, row))}
      </section>`,
  )}`;
}

function rowHtml({ storeId, timeZone }: CounterShown, { ret, openedAt }: ReturnListed): Html {
  const { status, refundedMinor, owedMinor, currency } = returnAgendaOf(ret);
  const { expected, received } = unitsOf(ret);
  const units = Math.max(expected, received);
  return markup`<a class="card pick" href="/stores/${storeId}/returns/${ret.rma}"
    ><b>${ret.orderNo}</b> <span class="quiet">${ret.channelInstance}</span
    ><span
      >${units} unit${units === 1 ? '' : 's'}${
        owedMinor === 0
          ? ''
          : `, ${formatMoney(refundedMinor, currency)} of ${formatMoney(owedMinor, currency)} refunded`
      }</span
    ><span class="quiet">${STATUS_WORDS[status].title} · ${localText(openedAt, timeZone)}</span></a
  >`;
}
