/** `/exceptions/{id}`: what it is, what it blocks, what was decided, and what may be decided now. */
import { formatMoney } from '../../canonical/rules/money/money';
import { resolvingRole } from '../../canonical/rules/exceptions/resolving-role';
import type { Role } from '../../canonical/schema/api-key';
import type { Resolution } from '../../canonical/schema/exception';
import type { ExceptionSeen } from '../../store/exceptions/exception-queries';
import type { ExceptionDecision, ExceptionStory } from '../../store/exceptions/exception-story';
import { mayAssign, mayResolve } from '../roles';
import { markup, type Html } from './html';

export interface ExceptionShown {
  readonly exception: ExceptionSeen;
  readonly story: ExceptionStory;
  readonly runbook: Html;
  /** The flow's page in the Temporal UI; null where no UI is known. */
  readonly flowUrl: string | null;
  readonly role: Role;
  /** Of the reader's session, in every form. */
  readonly formToken: string;
  /** Names what a form of this page decides: sent twice it decides once. */
  readonly decisionKey: string;
  /** What came of the form before. */
  readonly notice: { readonly text: string; readonly isProblem: boolean } | null;
  /** Typed before, and to be typed again otherwise. */
  readonly typed: Readonly<Record<string, string>>;
}

const MINUTE_MS = 60_000;
const MINUTES = 60;

/** `2026-03-02 15:04 UTC`. */
export function timeText(instant: string): string {
  return `${instant.slice(0, 10)} ${instant.slice(11, 16)} UTC`;
}

/** `in 3 h 12 min`, `12 min ago`. */
export function fromNow(instant: string, now = Date.now()): string {
  const minutes = Math.round((Date.parse(instant) - now) / MINUTE_MS);
  const [hours, rest] = [Math.floor(Math.abs(minutes) / MINUTES), Math.abs(minutes) % MINUTES];
  const text = hours > 0 ? `${hours} h ${rest} min` : `${rest} min`;
  return minutes < 0 ? `${text} ago` : `in ${text}`;
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
  const { order } = story;
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
    ['Owner', markup`${owner}; decided by <b>${resolvingRole(code)}</b>`],
    ['Looked after by', assignee ?? 'nobody yet'],
    [
      'Deadline',
      state === 'resolved'
        ? timeText(deadlineAt)
        : `${timeText(deadlineAt)} (${fromNow(deadlineAt)})`,
    ],
    [
      'Opened',
      `${timeText(openedAt)}${exception.openings > 1 ? `, for the ${exception.openings}. time` : ''}`,
    ],
    ['Cause', markup`${cause.kind} <code>${cause.ref}</code>`],
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
  const { exception, role } = shown;
  const { code, resolutions } = exception;
  if (exception.state === 'resolved') return markup``;
  const mine = resolutions.filter((resolution) => mayResolve(role, code, resolution));
  const others =
    mine.length === resolutions.length
      ? null
      : markup`<p class="quiet">
          ${mine.length === 0 ? 'It' : 'The rest'} is decided with a key of ${resolvingRole(code)};
          yours is of ${role}.
        </p>`;
  return markup`<h2>Decide</h2>
    ${mine.map((resolution) => resolutionForm(shown, resolution))}${others}
    ${mayAssign(role, code) ? assignForm(shown) : null}`;
}

function hidden({ formToken, decisionKey }: ExceptionShown): Html {
  return markup`<input type="hidden" name="token" value="${formToken}" /><input
      type="hidden"
      name="decision"
      value="${decisionKey}"
    />`;
}

function resolutionForm(shown: ExceptionShown, resolution: Resolution): Html {
  const { exceptionId, code } = shown.exception;
  const { title, explanation, button } = CHOICES[resolution];
  const isNeeded = resolution !== 'retry';
  const id = `reason-${resolution}`;
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
    <p class="quiet">${explanation}</p>
    <label for="${id}">Reason${isNeeded ? '' : ' (may be empty)'}, without personal data</label>
    <textarea
      id="${id}"
      name="reason"
      rows="2"
      maxlength="300"
      ${isNeeded ? markup` required` : null}
    >
${shown.typed['reason'] ?? ''}</textarea
    >${document}<button>${button}</button>
  </form>`;
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
};

interface Entry {
  readonly at: string;
  readonly what: string;
  readonly who: string;
  readonly words: string;
}

function entryOf(decision: ExceptionDecision): Entry {
  const { action, actor, role, reason, assignee, documentNo, decidedAt } = decision;
  const words = [assignee && `to ${assignee}`, documentNo && `document ${documentNo}`, reason];
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
    ({ action, decidedAt }) => action !== 'exception.assign' && decidedAt >= openedAt,
  );
  const opened = openings > 1 ? `opened again (${openings} times in all)` : 'opened';
  const entries: Entry[] = [
    ...decided,
    { at: openedAt, what: opened, who: 'the system', words: '' },
  ];
  if (resolvedAt !== null && !isByPerson) {
    const words = resolutionReason ?? '';
    entries.push({ at: resolvedAt, what: resolution ?? 'resolved', who: resolvedBy ?? '', words });
  }
  entries.sort((a, b) => (a.at < b.at ? -1 : 1));
  return markup`<table>
    <tr>
      <th>When</th>
      <th>What</th>
      <th>Who</th>
      <th>Reason</th>
    </tr>
    ${entries.map(
      ({ at, what, who, words }) =>
        markup`<tr>
          <td>${timeText(at)}</td>
          <td>${what}</td>
          <td>${who}</td>
          <td>${words}</td>
        </tr>`,
    )}
  </table>`;
}

/** What is open, what is due first on top. */
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
        ({ exceptionId, deadlineAt, title, code, owner, money, isOverdue, assignee }) =>
          markup`<tr>
            <td>
              ${fromNow(deadlineAt)}${isOverdue ? markup` <span class="tag late">overdue</span>` : null}
            </td>
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
