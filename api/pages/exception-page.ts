/** `/exceptions/{id}`: what it is, what it blocks, what was decided, and what may be decided now. */
import { formatMoney } from '../../canonical/rules/money/money';
import { APPROVING_ROLE } from '../../canonical/rules/exceptions/approval';
import { resolvingRole } from '../../canonical/rules/exceptions/resolving-role';
import type { Resolution } from '../../canonical/schema/exception';
import type { Limits } from '../../moments/exceptions/limits';
import type { ExceptionSeen } from '../../store/exceptions/exception-queries';
import type { ExceptionDecision, ExceptionStory } from '../../store/exceptions/exception-story';
import { mayAssign, mayResolve } from '../roles';
import { askedHtml, type Reader } from './asked-resolution';
import { historyTable, type HistoryEntry } from './history-table';
import { hiddenInputs, markup, type Html } from './html';
import { fromNow, timeText } from './time-text';

export interface ExceptionShown {
  readonly exception: ExceptionSeen;
  readonly story: ExceptionStory;
  readonly runbook: Html;
  /** The flow's page in the Temporal UI; null where no UI is known. */
  readonly flowUrl: string | null;
  readonly reader: Reader;
  /** How many others have to approve what the reader decides, and whether the reader may. */
  readonly limits: Limits;
  /** Of the reader's session, in every form. */
  readonly formToken: string;
  /** Names what a form of this page decides: sent twice it decides once. */
  readonly decisionKey: string;
  /** What came of the form before. */
  readonly notice: { readonly text: string; readonly isProblem: boolean } | null;
  /** Typed before, and to be typed again otherwise. */
  readonly typed: Readonly<Record<string, string>>;
}

/** `capture:1:2` as `capture (tender 1, invoice 2)`; what is no flow's step as it is. */
function blockedText({ step, about }: ExceptionStory, { blocks }: ExceptionSeen): string {
  if (step === null) return blocks;
  const which = Object.entries(about).map(
    ([name, value]) =>
      `${name.replace(/No$/, '').replaceAll(/[A-Z]/g, (x) => ` ${x.toLowerCase()}`)} ${value}`,
  );
  return which.length === 0 ? step : `${step} (${which.join(', ')})`;
}

export function exceptionHtml(shown: ExceptionShown): Html {
  const { exception, notice } = shown;
  return markup`<p class="quiet"><a href="/exceptions">Exceptions</a></p>
    <h1>${exception.title}</h1>
    <p>
      <span class="tag">${exception.code}</span
      ><span class="tag">${exception.state}</span>
      ${exception.isOverdue ? markup`<span class="tag late">overdue</span>` : null}
      ${exception.asked && markup`<span class="tag late">waits for approval</span>`}
    </p>
    ${notice && markup`<div class="note ${notice.isProblem ? 'problem' : ''}">${notice.text}</div>`}
    <div class="card">${factsHtml(shown)}</div>
    ${decideHtml(shown)}
    <h2>History</h2>
    ${historyHtml(shown)}
    <h2>Runbook</h2>
    <details class="card" id="runbook">
      <summary>${exception.code}</summary>
      ${shown.runbook}
    </details>`;
}

function factsHtml({ exception, story, flowUrl }: ExceptionShown): Html {
  const { detail, money, owner, code, assignee, deadlineAt, openedAt, cause, state } = exception;
  const { escalation, workflowId, orderId } = exception;
  const { order } = story;
  const rma = workflowId?.startsWith('return/') ? workflowId.slice('return/'.length) : null;
  const facts: readonly (readonly [string, Html | string | null])[] = [
    ['What it is', detail],
    ['What it blocks', blockedText(story, exception)],
    [
      'Money at stake',
      money === null ? 'none known' : formatMoney(money.minorUnits, money.currency),
    ],
    [
      'Order',
      order &&
        markup`${order.orderNo} of ${order.channelInstance},
        ${order.status}${flowUrl && markup` · <a href="${flowUrl}">its flow in the Temporal UI</a>`}`,
    ],
    ['Return', rma && markup`<a href="/returns/${rma}">its page</a>`],
    ['Owner', markup`${owner}; decided by <b>${resolvingRole(code)}</b>`],
    ['Looked after by', assignee ?? 'nobody yet'],
    [
      'Deadline',
      state === 'resolved'
        ? timeText(deadlineAt)
        : `${timeText(deadlineAt)} (${fromNow(deadlineAt)})`,
    ],
    ['Escalated', escalation && escalationText(escalation)],
    [
      'Opened',
      `${timeText(openedAt)}${exception.openings > 1 ? `, for the ${exception.openings}. time` : ''}`,
    ],
    [
      'Cause',
      markup`${cause.kind} ${
        bookPath(cause) === null
          ? markup`<code>${cause.ref}</code>`
          : markup`<a href="${bookPath(cause) ?? ''}">${cause.ref}</a>`
      }`,
    ],
    ['In the books', orderId && markup`<a href="/finance/orders/${orderId}">of its order</a>`],
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

/** Where finance looks at the cause; null: there is no page of it. */
function bookPath({ kind, ref }: ExceptionSeen['cause']): string | null {
  if (kind === 'settlement') return `/finance/settlements/${ref}`;
  return kind === 'period' ? `/finance/periods/${ref}` : null;
}

/** `at 2026-03-02 15:04 UTC, for the 2. time; payments was told`. */
function escalationText({ at, step, toldTo }: NonNullable<ExceptionSeen['escalation']>): string {
  const told = toldTo === null ? 'its owner has no address in the set-up' : `${toldTo} was told`;
  return `at ${timeText(at)}${step > 1 ? `, for the ${step}. time` : ''}; ${told}`;
}

interface Choice {
  readonly title: string;
  readonly explanation: string;
  readonly button: string;
}

const CHOICES: Readonly<Record<Resolution, Choice>> = {
  retry: {
    title: 'Try again',
    explanation: 'The blocked step is tried again. For when what stood in the way is gone.',
    button: 'Try again',
  },
  override: {
    title: 'Go on without it',
    explanation: 'The blocked step is skipped. For what was settled by hand outside.',
    button: 'Go on without it',
  },
  abandon: {
    title: 'Give it up',
    explanation:
      'The blocked step is given up for good; the runbook says what that undoes. It cannot be taken back.',
    button: 'Give it up',
  },
};

function decideHtml(shown: ExceptionShown): Html {
  const { exception, reader } = shown;
  const { role } = reader;
  const { code, resolutions, asked } = exception;
  if (exception.state === 'resolved') return markup``;
  // What needs no approval may still be decided while something else waits for it.
  const mine = resolutions.filter(
    (resolution) =>
      mayResolve(role, code, resolution) &&
      (asked === null || shown.limits.needed(resolution, role) === 0),
  );
  const others =
    mine.length === resolutions.length || asked !== null
      ? null
      : markup`<p class="quiet">
          ${mine.length === 0 ? 'It' : 'The rest'} is decided with a key of ${resolvingRole(code)};
          yours is of ${role}.
        </p>`;
  return markup`<h2>Decide</h2>
    ${asked && askedHtml(exception, asked, { reader, hidden: hidden(shown), limits: shown.limits })}
    ${mine.map((resolution) => resolutionForm(shown, resolution))}${others}
    ${mayAssign(role, code) ? assignForm(shown) : null}`;
}

const hidden = ({ formToken, decisionKey }: ExceptionShown): Html =>
  hiddenInputs({ token: formToken, decision: decisionKey });

function resolutionForm(shown: ExceptionShown, resolution: Resolution): Html {
  const { exceptionId, code } = shown.exception;
  const { title, explanation, button } = CHOICES[resolution];
  const id = `reason-${resolution}`;
  const others = shown.limits.needed(resolution, shown.reader.role);
  const isNeeded = resolution !== 'retry' || others > 0;
  const document =
    resolution === 'override' && code.startsWith('erp.')
      ? markup`<label for="document">Number of the document in the ERP</label
          ><input
            id="document"
            name="documentNo"
            maxlength="60"
            required
            value="${shown.typed['documentNo'] ?? ''}"
          />`
      : null;
  return markup`<form class="card" method="post" action="/exceptions/${exceptionId}/${resolution}">
    ${hidden(shown)}
    <h3>${title}</h3>
    <p class="quiet">${explanation} ${approvalText(others)}</p>
    <label for="${id}">Reason${isNeeded ? '' : ' (may be empty)'}, without personal data</label>
    <textarea
      id="${id}"
      name="reason"
      rows="2"
      maxlength="300"
      ${isNeeded ? markup` required` : null}
    >
${shown.typed['reason'] ?? ''}</textarea
    >${document}<button>${others === 0 ? button : 'Ask for approval'}</button>
  </form>`;
}

/** What comes after the reader's own word. */
function approvalText(others: number): string {
  if (others === 0) return '';
  const people = others === 1 ? 'one other person' : `${others} other people`;
  return `It is done once ${people} of ${APPROVING_ROLE} approved it.`;
}

function assignForm(shown: ExceptionShown): Html {
  const { exceptionId, assignee } = shown.exception;
  return markup`<form class="card" method="post" action="/exceptions/${exceptionId}/assign">
    ${hidden(shown)}
    <h3>Say who looks after it</h3>
    <label for="assignee">Team or shift</label>
    <input id="assignee" name="assignee" maxlength="120" required value="${assignee ?? ''}" />
    <button>Assign</button>
  </form>`;
}

const DECIDED: Readonly<Record<string, string>> = {
  'exception.assign': 'assigned',
  'exception.retry': 'tried again',
  'exception.override': 'gone on without it',
  'exception.abandon': 'given up',
  'exception.ask': 'approval asked for',
  'exception.approve': 'approved',
  'exception.deny': 'denied',
};

/** Decisions that resolve nothing. */
const LEAVES_OPEN: readonly string[] = ['exception.assign', 'exception.ask', 'exception.deny'];

function entryOf(decision: ExceptionDecision): HistoryEntry {
  const { action, actor, role, reason, assignee, documentNo, resolution, decidedAt } = decision;
  const words = [
    resolution,
    assignee && `to ${assignee}`,
    documentNo && `document ${documentNo}`,
    reason,
  ];
  return {
    at: decidedAt,
    what: DECIDED[action] ?? action,
    who: `${actor} (${role})`,
    words: words.filter((one) => one !== null && one !== '').join('; '),
  };
}

/** Of what comes back, the last opening is kept; the decisions before it stay. */
function historyHtml({ exception, story }: ExceptionShown): Html {
  const { openedAt, resolvedAt, resolvedBy, resolution, resolutionReason, openings } = exception;
  const decided = story.decisions.map(entryOf);
  const isByPerson = story.decisions.some(
    ({ action, decidedAt }) => !LEAVES_OPEN.includes(action) && decidedAt >= openedAt,
  );
  const opened = openings > 1 ? `opened again (${openings} times in all)` : 'opened';
  const entries: HistoryEntry[] = [
    ...decided,
    { at: openedAt, what: opened, who: 'the system', words: '' },
  ];
  if (resolvedAt !== null && !isByPerson) {
    const words = resolutionReason ?? '';
    entries.push({ at: resolvedAt, what: resolution ?? 'resolved', who: resolvedBy ?? '', words });
  }
  return historyTable(entries);
}
