/** What goes back to whom, and what is kept: in a preview, on a return's page, on its receipt. */
import { formatMoney, sum } from '../../../canonical/rules/money/money';
import { lacksApproval, returnAgendaOf } from '../../../canonical/rules/return/agenda';
import type { ReturnSnapshot } from '../../../canonical/rules/return/snapshot';
import type { ReturnStory } from '../../../store/returns/return-story';
import { markup, type Html } from '../html';
import { wordsOf } from '../returns/return-words';

const STATES: Readonly<Record<string, string>> = {
  due: 'on its way',
  refunded: 'refunded',
  failed: 'failed: support looks after it',
  'given-up': 'settled otherwise',
};

/** By means of payment; `isSaid`: with how each stands. */
export function refundsHtml(
  ret: ReturnSnapshot,
  story: ReturnStory,
  { isSaid }: { readonly isSaid: boolean },
): Html {
  const money = (minor: number) => formatMoney(minor, ret.currency);
  const feeMinor = sum(story.inspections.map((one) => one.feeMinor ?? 0));
  const { owedMinor } = returnAgendaOf(ret);
  const kindOf = ({ tenderNo, refundNo }: ReturnSnapshot['refunds'][number]) =>
    story.refunds.find((one) => one.tenderNo === tenderNo && one.refundNo === refundNo)?.kind ?? '';
  return markup`<table class="refund">
    ${ret.refunds.map(
      (one) =>
        markup`<tr>
          <td>
            ${wordsOf('tender', kindOf(one))}${
              isSaid ? markup` <span class="quiet">${STATES[one.state] ?? one.state}</span>` : null
            }
          </td>
          <td class="amount">${money(one.amountMinor)}</td>
        </tr>`,
    )}
    ${
      feeMinor === 0
        ? null
        : markup`<tr>
            <td>Restocking fee, kept</td>
            <td class="amount">${money(feeMinor)}</td>
          </tr>`
    }
    <tr class="total">
      <td>${isSaid ? 'Refund' : 'Goes back'}</td>
      <td class="amount">${money(owedMinor)}</td>
    </tr>
  </table>`;
}

/** Of units that wait for somebody's yes: what would go back. */
function waitingMinor({ inspections }: ReturnSnapshot): number {
  return sum(inspections.filter(lacksApproval).map((one) => one.refundMinor ?? 0));
}

export function previewHtml(ret: ReturnSnapshot, story: ReturnStory): Html {
  const open = ret.inspections.find(lacksApproval);
  if (open !== undefined) {
    const needed = open.approvalsNeeded - open.approvedBy.length;
    return markup`<div class="note">
      ${formatMoney(waitingMinor(ret), ret.currency)} would go back once
      ${needed === 1 ? 'one person' : `${needed} people`} of finance said yes. The goods stay here.
    </div>`;
  }
  const [wait] = ret.exceptions;
  if (ret.refunds.length === 0 && wait !== undefined) {
    return markup`<div class="note">
      The goods are taken in; the refund follows by itself: ${wait.detail}.
    </div>`;
  }
  return markup`<div class="card">${refundsHtml(ret, story, { isSaid: false })}</div>`;
}
