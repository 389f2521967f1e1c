/** `/stores/{storeId}/returns/{rma}`: how a return stands, what is still to be looked at, its receipt. */
import { formatMoney, sum } from '../../../canonical/rules/money/money';
import { lacksApproval, returnAgendaOf } from '../../../canonical/rules/return/agenda';
import type { ReturnInspection, ReturnSnapshot } from '../../../canonical/rules/return/snapshot';
import { refundOf } from '../../../canonical/rules/return/worth';
import { contentHash } from '../../../store/ids';
import type { ReturnStory } from '../../../store/returns/return-story';
import { markup, type Html } from '../html';
import { wordsOf } from '../returns/return-words';
import { pressInputs } from '../store/card-parts';
import { paperText } from '../store/store-time';
import { noticeHtml, type CounterShown, type Notice } from './counter-home';
import { lineInputs } from './line-inputs';
import { refundsHtml } from './refund-html';

export interface CounterReturnShown {
  readonly ret: ReturnSnapshot;
  readonly story: ReturnStory;
  readonly notice: Notice | null;
}

export function counterReturn(shown: CounterShown, of: CounterReturnShown): Html {
  const { storeId } = shown;
  const { ret, story } = of;
  return markup`<p class="quiet"><a href="/stores/${storeId}/returns">Returns</a></p>
    <h1>Return of order ${ret.orderNo} <span class="quiet">${ret.channelInstance}</span></h1>
    ${noticeHtml(of.notice)} ${standingHtml(ret)}
    ${shown.mayPress ? inspectForm(shown, ret, story) : null}
    ${receiptHtml(shown, ret, story)}
    <p class="screen">
      <button id="print" class="main" type="button">Print the receipt</button>
      <a href="/stores/${storeId}/returns">Next customer</a>
    </p>`;
}

/** Drawn anew by the page's script while money is on its way. */
function standingHtml(ret: ReturnSnapshot): Html {
  const words = standingWords(ret);
  const isDone = words.isDone ? 'yes' : 'no';
  return markup`<div
    id="standing"
    class="note ${words.isProblem ? 'problem' : ''}"
    role="status"
    data-done="${isDone}"
    data-version="${contentHash(words).slice(0, 16)}"
  >
    ${words.text}
  </div>`;
}

interface Words {
  readonly text: string;
  readonly isDone: boolean;
  readonly isProblem: boolean;
}

function standingWords(ret: ReturnSnapshot): Words {
  const { status, owedMinor, refundedMinor, units } = returnAgendaOf(ret);
  const money = (minor: number) => formatMoney(minor, ret.currency);
  const say = (text: string, more: Partial<Words> = {}): Words => ({
    ...{ text, isDone: true, isProblem: false },
    ...more,
  });
  const [wait] = ret.exceptions;
  const needed = ret.inspections.find(lacksApproval)?.approvalsNeeded ?? 0;
  if (status === 'awaiting-approval') {
    return say(
      `${needed === 1 ? 'Somebody' : `${needed} people`} of finance must say yes first. The customer may go: the refund follows by itself.`,
    );
  }
  if (units.received > units.inspected) return say('Look at what came, and say how you found it.');
  if (owedMinor > 0 && refundedMinor === owedMinor) return say(`${money(owedMinor)} refunded.`);
  if (wait !== undefined) {
    return say(`It waits: ${wait.detail}. ${wait.owner} looks after it.`, { isProblem: true });
  }
  if (owedMinor > 0) return say(`${money(owedMinor)} is on its way back.`, { isDone: false });
  if (status === 'approved')
    return say(`${units.expected} expected. Find the order to take it back.`);
  if (status === 'denied') return say('It was denied.', { isProblem: true });
  return say('Nothing is owed for it.');
}

const nameOf = ({ goods }: ReturnStory, lineNo: number) =>
  goods.find((one) => one.lineNo === lineNo)?.name ?? `line ${lineNo}`;

/** Units that are at this store and that nobody has looked at. */
function unitsHere(ret: ReturnSnapshot, storeId: string, lineNo: number): number {
  const of = (rows: readonly Placed[]) =>
    sum(
      rows
        .filter(({ locationId }) => locationId === storeId)
        .flatMap(({ lines }) => lines.filter((line) => line.lineNo === lineNo))
        .map(({ quantity }) => quantity),
    );
  return of(ret.receipts) - of(ret.inspections);
}
interface Placed {
  readonly locationId: string | null;
  readonly lines: readonly { readonly lineNo: number; readonly quantity: number }[];
}

function inspectForm(shown: CounterShown, ret: ReturnSnapshot, story: ReturnStory): Html | null {
  const { storeId, formToken } = shown;
  const lines = ret.lines
    .map(({ lineNo }) => ({ lineNo, here: unitsHere(ret, storeId, lineNo) }))
    .filter(({ here }) => here > 0);
  if (lines.length === 0 || ret.state !== 'approved') return null;
  return markup`<form
    id="counter"
    class="press alone screen"
    method="post"
    action="/stores/${storeId}/returns/${ret.rma}/inspect"
    data-doing="It was looked at"
    data-order="${ret.orderNo}"
  >
    ${pressInputs(formToken)}${lines.map(
      ({ lineNo, here }) =>
        markup`<article class="card line">
          <h3>${nameOf(story, lineNo)}</h3>
          ${lineInputs({ lineNo, mostUnits: here, units: here })}
        </article>`,
    )}
    <button class="main">This is how I found it</button>
  </form>`;
}

function receiptHtml(
  { storeName, timeZone }: CounterShown,
  ret: ReturnSnapshot,
  story: ReturnStory,
): Html {
  const money = (minor: number) => formatMoney(minor, ret.currency);
  const last = story.receipts.at(-1)?.receivedAt ?? story.openedAt;
  const rows = ret.inspections.flatMap((one) => rowsOf(one, story));
  return markup`<article class="card receipt" id="receipt">
    <h2>${storeName}: receipt of a return</h2>
    <p>
      ${paperText(last, timeZone)}<br />Order ${ret.orderNo}, ${ret.channelInstance}<br />Return
      <code>${ret.rma}</code>
    </p>
    <table>
      ${rows.map(
        ({ lineNo, units, conditions, minor }) =>
          markup`<tr>
            <td>
              ${units} × ${nameOf(story, lineNo)}<br /><span class="quiet"
                >${conditions.join(', ')}</span
              >
            </td>
            <td class="amount">${minor === null ? 'not decided yet' : money(minor)}</td>
          </tr>`,
      )}
    </table>
    <div id="money">${ret.refunds.length === 0 ? null : refundsHtml(ret, story, { isSaid: true })}</div>
    <p class="quiet">Keep this receipt. A card shows a refund after some days.</p>
  </article>`;
}

/** A line of what was looked at, with what goes back for it; null until that is decided. */
function rowsOf({ inspectionNo, lines, state }: ReturnInspection, { inspections }: ReturnStory) {
  const worth = inspections.find((one) => one.inspectionNo === inspectionNo)?.worth ?? [];
  return [...new Set(lines.map(({ lineNo }) => lineNo))].map((lineNo) => {
    const own = lines.filter((line) => line.lineNo === lineNo);
    return {
      lineNo,
      units: sum(own.map(({ quantity }) => quantity)),
      conditions: own.flatMap(({ condition }) =>
        condition === null ? [] : [wordsOf('condition', condition)],
      ),
      minor:
        state === 'accepted' ? refundOf(worth.filter((piece) => piece.lineNo === lineNo)) : null,
    };
  });
}
