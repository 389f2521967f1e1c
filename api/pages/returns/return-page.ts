/** `/returns/{rma}`: what is expected, came, was found and paid back; who decided what; what may be. */
import { formatMoney } from '../../../canonical/rules/money/money';
import { lacksApproval, returnAgendaOf } from '../../../canonical/rules/return/agenda';
import type { ReturnInspection, ReturnSnapshot } from '../../../canonical/rules/return/snapshot';
import { ERROR_CODES } from '../../../canonical/schema/error-codes';
import type { ReturnStory } from '../../../store/returns/return-story';
import { MAY } from '../../roles';
import { historyTable } from '../history-table';
import { timeText } from '../time-text';
import { hiddenInputs, markup, type Html } from '../html';
import type { Session } from '../session';
import { nextToAct } from './return-list';
import { STATUS_WORDS, wordsOf } from './return-words';

export interface ReturnShown {
  readonly ret: ReturnSnapshot;
  readonly story: ReturnStory;
  /** In the Temporal UI; null where none is known. */
  readonly flowUrl: string | null;
  readonly orderUrl: string | null;
  readonly reader: Session['caller'];
  readonly formToken: string;
  /** Names what a form of this page decides: sent twice it decides once. */
  readonly decisionKey: string;
  readonly notice: { readonly text: string; readonly isProblem: boolean } | null;
  readonly typed: Readonly<Record<string, string>>;
}

export function returnHtml(shown: ReturnShown): Html {
  const { ret, story, notice } = shown;
  const { status } = returnAgendaOf(ret);
  return markup`<p class="quiet"><a href="/returns">Returns</a></p>
    <h1>Return of order ${ret.orderNo} <span class="quiet">${ret.channelInstance}</span></h1>
    <p>
      <span class="tag">${STATUS_WORDS[status].title}</span>
      ${ret.isException ? markup`<span class="tag">Outside the policy</span>` : null}
      ${ret.isAnnounced ? null : markup`<span class="tag">Nobody had announced it</span>`}
    </p>
    ${notice && markup`<div class="note ${notice.isProblem ? 'problem' : ''}">${notice.text}</div>`}
    <div class="card">${factsHtml(shown)}</div>
    ${waitsHtml(ret)} ${decideHtml(shown)}
    <h2>Goods</h2>
    ${goodsHtml(ret, story)}
    <h2>Money</h2>
    ${moneyHtml(ret, story)}
    <h2>History</h2>
    ${historyHtml(ret, story)}`;
}

function factsHtml({ ret, story, flowUrl, orderUrl }: ReturnShown): Html {
  const facts: readonly (readonly [string, Html | string | null])[] = [
    ['Next to act', nextToAct({ ret })],
    ['Why', wordsOf('reason', ret.reason)],
    ['Asked by', ret.askedBy],
    ['Expected at', ret.expectedAt ?? 'any place'],
    [
      'Order',
      markup`${story.orderStatus}${
        orderUrl && markup` · <a href="${orderUrl}">its flow in the Temporal UI</a>`
      } · <a href="/returns?orderId=${ret.orderId}">all its returns</a>`,
    ],
    ['Its own flow', flowUrl && markup`<a href="${flowUrl}">in the Temporal UI</a>`],
    ['Opened', timeText(story.openedAt)],
    ['Ended', story.closedAt && timeText(story.closedAt)],
    ['Return number', markup`<code>${ret.rma}</code>`],
  ];
  return markup`<dl>
    ${facts.flatMap(([name, value]) =>
      value === null
        ? []
        : [
            markup`<dt>${name}</dt>
              <dd>${value}</dd>`,
          ],
    )}
  </dl>`;
}

function waitsHtml({ exceptions }: ReturnSnapshot): Html | null {
  if (exceptions.length === 0) return null;
  return markup`<h2>Waits for</h2>
    <ul>
      ${exceptions.map(
        ({ exceptionId, code, detail, owner }) =>
          markup`<li>
            <a href="/exceptions/${exceptionId}">${ERROR_CODES[code].title}</a> (${owner}): ${detail}
          </li>`,
      )}
    </ul>`;
}

/** What waits for somebody's yes; null where nothing does. */
function asked(ret: ReturnSnapshot): string | null {
  if (ret.state === 'requested') return 'The return itself: the policy says no to it.';
  const open = ret.inspections.find((one) => one.state === 'open' && lacksApproval(one));
  if (open === undefined) return null;
  const given = open.approvedBy.length === 0 ? 'nobody yet' : open.approvedBy.join(', ');
  const amount = formatMoney(open.refundMinor ?? 0, ret.currency);
  return `${amount} to go back. Approved by ${given}; ${open.approvalsNeeded} have to.`;
}

function decideHtml(shown: ReturnShown): Html | null {
  const { ret, reader } = shown;
  const what = asked(ret);
  if (what === null) return null;
  if (!MAY.approveReturns.some((role) => role === reader.role)) {
    return markup`<h2>Decide</h2>
      <p>${what}</p>
      <p class="quiet">Decided with a key of ${MAY.approveReturns.join(' or ')}; yours is of ${reader.role}.</p>`;
  }
  if (reader.label === ret.askedBy) {
    return markup`<h2>Decide</h2>
      <p>${what}</p>
      <p class="quiet">You asked for it: somebody else decides.</p>`;
  }
  return markup`<h2>Decide</h2>
    <p>${what}</p>
    ${decisionForm(shown, 'approve', 'Approve', 'It is paid back at once, or once the others have said yes.')}
    ${decisionForm(shown, 'deny', 'Deny', 'Goods that are here have to be sent back to the customer.')}`;
}

function decisionForm(
  { ret, formToken, decisionKey, typed }: ReturnShown,
  action: 'approve' | 'deny',
  button: string,
  explanation: string,
): Html {
  const id = `reason-${action}`;
  return markup`<form class="card" method="post" action="/returns/${ret.rma}/${action}">
    ${hiddenInputs({ token: formToken, decision: decisionKey })}
    <p class="quiet">${explanation}</p>
    <label for="${id}">Reason, without personal data</label>
    <textarea id="${id}" name="reason" rows="2" maxlength="300" required>
${typed['reason'] ?? ''}</textarea
    >
    <button>${button}</button>
  </form>`;
}

const nameOf = ({ goods }: ReturnStory, lineNo: number) =>
  goods.find((one) => one.lineNo === lineNo)?.name ?? `line ${lineNo}`;

function goodsHtml(ret: ReturnSnapshot, story: ReturnStory): Html {
  return markup`<table>
      <tr>
        <th>Item</th>
        <th>Expected</th>
        <th>Came</th>
        <th>Looked at</th>
        <th>Taken back</th>
      </tr>
      ${ret.lines.map(
        ({ lineNo, expected, received, inspected, accepted }) =>
          markup`<tr>
            <td>${nameOf(story, lineNo)}</td>
            <td>${expected}</td>
            <td>${received}</td>
            <td>${inspected}</td>
            <td>${accepted}</td>
          </tr>`,
      )}
    </table>
    <ul>
      ${ret.receipts.map(({ receiptNo, locationId, lines }) => {
        const at = story.receipts.find((one) => one.receiptNo === receiptNo)?.receivedAt ?? '';
        const units = lines.map((line) => `${line.quantity} × ${nameOf(story, line.lineNo)}`);
        return markup`<li>Came to ${locationId}, ${timeText(at)}: ${units.join(', ')}</li>`;
      })}
      ${ret.inspections.map((one) => inspectionHtml(one, story))}
    </ul>`;
}

function inspectionHtml(inspection: ReturnInspection, story: ReturnStory): Html {
  const { kind, inspectedBy, inspectedAt, lines, state } = inspection;
  if (kind !== 'inspected') {
    const how = kind === 'advance' ? 'before the goods are here' : 'without the goods';
    return markup`<li>Paid back ${how}, ${timeText(inspectedAt)}: ${state}</li>`;
  }
  const found = lines.map(
    ({ lineNo, quantity, condition, disposition }) =>
      `${quantity} × ${nameOf(story, lineNo)} ${wordsOf('condition', condition ?? '').toLowerCase()}, ${wordsOf('disposition', disposition ?? '')}`,
  );
  return markup`<li>
    Looked at by ${inspectedBy}, ${timeText(inspectedAt)}: ${found.join('; ')} (${state})
  </li>`;
}

function moneyHtml(ret: ReturnSnapshot, story: ReturnStory): Html {
  const money = (minor: number) => formatMoney(minor, ret.currency);
  const { owedMinor, refundedMinor } = returnAgendaOf(ret);
  if (owedMinor === 0 && ret.refunds.length === 0) return markup`<p>Nothing is owed yet.</p>`;
  const fees = story.inspections.filter(({ feeMinor }) => (feeMinor ?? 0) > 0);
  return markup`<p>${money(refundedMinor)} of ${money(owedMinor)} refunded.</p>
    <table>
      <tr>
        <th>Means of payment</th>
        <th>Amount</th>
        <th>State</th>
        <th>Reference</th>
      </tr>
      ${ret.refunds.map(({ tenderNo, refundNo, amountMinor, state }) => {
        const of = story.refunds.find(
          (one) => one.tenderNo === tenderNo && one.refundNo === refundNo,
        );
        const where = of?.isOutside === true ? ', made outside' : '';
        return markup`<tr>
          <td>${wordsOf('tender', of?.kind ?? '')}</td>
          <td>${money(amountMinor)}</td>
          <td>${state}${where}</td>
          <td>${of?.reference ?? null}</td>
        </tr>`;
      })}
      ${fees.map(
        ({ feeMinor }) =>
          markup`<tr>
            <td>Restocking fee</td>
            <td>${money(feeMinor ?? 0)}</td>
            <td>kept</td>
            <td></td>
          </tr>`,
      )}
    </table>`;
}

const DECIDED: Readonly<Record<string, string>> = {
  'return.request': 'asked for',
  'return.counter': 'taken back at the counter',
  'return.receive': 'received',
  'return.inspect': 'looked at',
  'return.approve': 'approved',
  'return.deny': 'denied',
};

function historyHtml(ret: ReturnSnapshot, story: ReturnStory): Html {
  const money = (minor: number) => formatMoney(minor, ret.currency);
  return historyTable([
    { at: story.openedAt, what: 'opened', who: ret.askedBy, words: '' },
    ...story.decisions.map(({ action, actor, role, reason, decidedAt }) => ({
      at: decidedAt,
      what: DECIDED[action] ?? action,
      who: `${actor} (${role})`,
      words: wordsOf('reason', reason ?? ''),
    })),
    ...story.refunds.flatMap(({ tenderNo, refundNo, refundedAt }) => {
      const made = ret.refunds.find(
        (one) => one.tenderNo === tenderNo && one.refundNo === refundNo,
      );
      return refundedAt === null || made === undefined
        ? []
        : [
            {
              at: refundedAt,
              what: `${money(made.amountMinor)} refunded`,
              who: 'the system',
              words: '',
            },
          ];
    }),
    ...(story.closedAt === null
      ? []
      : [{ at: story.closedAt, what: ret.state, who: 'the system', words: '' }]),
  ]);
}
