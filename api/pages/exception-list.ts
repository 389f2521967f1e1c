/** `/exceptions`: what waits for people, what is due first on top. */
import { formatMoney } from '../../canonical/rules/money/money';
import type { ExceptionSeen } from '../../store/exceptions/exception-queries';
import { fromNow } from './time-text';
import { markup, type Html } from './html';

export function exceptionListHtml(open: readonly ExceptionSeen[]): Html {
  if (open.length === 0)
    return markup`<h1>Exceptions</h1>
      <p>Nothing waits for a person.</p>`;
  return markup`<h1>Exceptions</h1>
    <table>
      <tr>
        <th>Deadline</th>
        <th>What it is</th>
        <th>Owner</th>
        <th>Money</th>
      </tr>
      ${open.map(
        ({ exceptionId, deadlineAt, title, code, owner, money, assignee, ...one }) =>
          markup`<tr>
            <td>${fromNow(deadlineAt)}${tagsHtml(one)}</td>
            <td>
              <a href="/exceptions/${exceptionId}">${title}</a><br /><span class="quiet"
                >${code}</span
              >
            </td>
            <td>${assignee ?? owner}</td>
            <td>${money === null ? '' : formatMoney(money.minorUnits, money.currency)}</td>
          </tr>`,
      )}
    </table>`;
}

function tagsHtml({
  isOverdue,
  state,
  asked,
}: Pick<ExceptionSeen, 'isOverdue' | 'state' | 'asked'>) {
  const tags = [
    ...(isOverdue ? ['overdue'] : []),
    ...(state === 'escalated' ? ['escalated'] : []),
    ...(asked === null ? [] : ['waits for approval']),
  ];
  return markup`${tags.map((tag) => markup` <span class="tag late">${tag}</span>`)}`;
}
