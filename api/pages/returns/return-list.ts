/** `/returns`: what comes back and has not ended, by state, the oldest first, and who is to act. */
import { formatMoney } from '../../../canonical/rules/money/money';
import { returnAgendaOf } from '../../../canonical/rules/return/agenda';
import { RETURN_STATUSES, type ReturnStatus } from '../../../canonical/flows/return';
import { MAX_RETURNS_LISTED, type ReturnListed } from '../../../store/returns/return-story';
import { markup, type Html } from '../html';
import { STATUS_WORDS } from './return-words';

const MINUTE_MS = 60_000;
const MINUTES_A_DAY = 1_440;

/** `3 days`, `5 h`, `12 min`. */
function ageText(from: string, now = Date.now()): string {
  const minutes = Math.max(0, Math.round((now - Date.parse(from)) / MINUTE_MS));
  const days = Math.floor(minutes / MINUTES_A_DAY);
  if (days > 0) return `${days} day${days === 1 ? '' : 's'}`;
  return minutes >= 60 ? `${Math.floor(minutes / 60)} h` : `${minutes} min`;
}

/** Of the first thing that it waits for; else of its state. */
export function nextToAct({ ret }: Pick<ReturnListed, 'ret'>): string {
  const [wait] = ret.exceptions;
  return wait?.owner ?? STATUS_WORDS[returnAgendaOf(ret).status].next;
}

export interface ListShown {
  readonly returns: readonly ReturnListed[];
  /** Which were asked for: a state of those that are open, or those that ended. */
  readonly asked: ReturnStatus | 'ended' | null;
  readonly title: string;
}

export function returnListHtml({ returns, asked, title }: ListShown): Html {
  const statusOf = ({ ret }: ReturnListed) => returnAgendaOf(ret).status;
  const shown = RETURN_STATUSES.some((status) => status === asked)
    ? returns.filter((one) => statusOf(one) === asked)
    : returns;
  const states = RETURN_STATUSES.map((status) => ({
    status,
    count: returns.filter((one) => statusOf(one) === status).length,
  })).filter(({ count }) => count > 0);
  const tag = (href: string, text: string, isCurrent: boolean) =>
    isCurrent
      ? markup`<b class="tag" aria-current="page">${text}</b>`
      : markup`<a class="tag" href="${href}">${text}</a>`;
  return markup`<h1>${title}</h1>
    <p>
      ${tag('/returns', 'All that are open', asked === null)}
      ${
        asked === 'ended'
          ? null
          : states.map(({ status, count }) =>
              tag(
                `/returns?status=${status}`,
                `${STATUS_WORDS[status].title} ${count}`,
                asked === status,
              ),
            )
      }
      ${tag('/returns?status=ended', 'Ended lately', asked === 'ended')}
    </p>
    ${shown.length === 0 ? markup`<p>There is none.</p>` : tableHtml(shown)}
    ${
      returns.length < MAX_RETURNS_LISTED
        ? null
        : markup`<p class="quiet">The ${MAX_RETURNS_LISTED} oldest; others move up when these end.</p>`
    }`;
}

function tableHtml(shown: readonly ReturnListed[]): Html {
  return markup`<table>
    <tr>
      <th>Open for</th>
      <th>Order</th>
      <th>State</th>
      <th>Refunded</th>
      <th>Next to act</th>
    </tr>
    ${shown.map((one) => {
      const { ret, openedAt, closedAt } = one;
      const { status, owedMinor, refundedMinor } = returnAgendaOf(ret);
      const money = (minor: number) => formatMoney(minor, ret.currency);
      return markup`<tr>
        <td>${closedAt === null ? ageText(openedAt) : `ended ${ageText(closedAt)} ago`}</td>
        <td>
          <a href="/returns/${ret.rma}">${ret.orderNo}</a><br /><span class="quiet"
            >${ret.channelInstance}</span
          >
        </td>
        <td>
          ${STATUS_WORDS[status].title}${
            ret.exceptions.length === 0
              ? null
              : markup`<br /><span class="quiet">${ret.exceptions[0]?.code ?? ''}</span>`
          }
        </td>
        <td>${owedMinor === 0 ? '' : `${money(refundedMinor)} of ${money(owedMinor)}`}</td>
        <td>${nextToAct(one)}</td>
      </tr>`;
    })}
  </table>`;
}
