/** The close board: months, and of one what holds it up, who signed, and what may be pressed. */
import { CHECK_RULES, type CloseCheck } from '../../../canonical/rules/close/checks';
import { monthsOf } from '../../../store/close/months';
import { MAY } from '../../roles';
import { shownPeriod } from '../../routes/periods';
import type { PeriodView } from '../../schema/period';
import { hiddenInputs, markup, type Html } from '../html';
import { timeText } from '../time-text';
import { waitsHtml } from './settlement-views';
import { link, type Cell, type Table } from './table';
import { inBooks, type Asked, type View } from './view';

const pathOf = ({ entity, month }: Pick<PeriodView, 'entity' | 'month'>) =>
  `/finance/periods/${entity}/${month}`;

const signed = (by: string | null, at: string | null) =>
  by === null || at === null ? null : `${by}, ${timeText(at)}`;

/** `/finance/periods`. */
export async function periodsView({ db, configuration }: Asked): Promise<View> {
  const rows: Cell[][] = [];
  for (const of of await monthsOf(db, null)) {
    const one = await shownPeriod(db, of, configuration);
    rows.push([
      link(one.month, pathOf(one)),
      one.entity,
      one.state,
      one.checks.filter(({ isHolding }) => isHolding).length,
      signed(one.preparedBy, one.preparedAt),
      signed(one.approvedBy, one.approvedAt),
      one.closedAt === null ? null : timeText(one.closedAt),
    ]);
  }
  const table: Table = {
    name: 'periods',
    columns: ['Month', 'Entity', 'State', 'Held up by', 'Prepared', 'Approved', 'Closed'],
    rows,
    empty: 'Nothing is posted yet.',
  };
  return { title: 'Close', parts: [table] };
}

export interface Board {
  readonly asked: Asked;
  readonly period: PeriodView;
  /** Of the reader's session, in every form. */
  readonly formToken: string;
  /** Names what a form of this page decides: sent twice it decides once. */
  readonly decisionKey: string;
  readonly notice: { readonly text: string; readonly isProblem: boolean } | null;
  readonly typed: Readonly<Record<string, string>>;
}

/** `/finance/periods/{entity}/{month}`. */
export function boardView(board: Board): View {
  const { period, notice } = board;
  const { entity, month, state, closings, temporalUiUrl } = period;
  return {
    title: `${month} of ${entity}`,
    parts: [
      markup`<p>
          <span class="tag">${state}</span>
          ${closings > 1 ? markup`<span class="tag">closed for the ${closings}. time</span>` : null}
          ${period.firstDay} to ${period.lastDay}${
            temporalUiUrl && markup` · <a href="${temporalUiUrl}">its flow in the Temporal UI</a>`
          }
        </p>
        ${notice && markup`<div class="note ${notice.isProblem ? 'problem' : ''}" role="status">${notice.text}</div>`}
        ${waitsHtml(period.exceptions)} ${signaturesHtml(period)} ${formsHtml(board)}`,
      checksTable(board),
    ],
  };
}

function checksTable({ asked, period: { checks, month } }: Board): Table {
  return {
    name: `close-${month}`,
    title: 'Checks',
    columns: ['Check', 'State', 'What was found', 'Look', 'As of'],
    rows: checks.map(({ name, title, state, finding, isHolding, checkedAt }) => [
      title,
      state === 'failed' ? (isHolding ? 'failed: holds it up' : 'failed, accepted') : state,
      finding,
      lookAt(name, asked),
      timeText(checkedAt),
    ]),
    empty: 'They are made when its close begins.',
  };
}

/** Where one sees what a check found. */
function lookAt(name: CloseCheck, asked: Asked): Cell {
  const books = inBooks(asked);
  const places: Readonly<Partial<Record<CloseCheck, readonly [string, string]>>> = {
    'earlier-periods': ['months', '/finance/periods'],
    'trial-balance': ['trial balance', `/finance/trial-balance${books}`],
    'sources-in': ['settlements', '/finance'],
    'settlements-tied': ['settlements', '/finance'],
    'clearing-aged': ['clearing', `/finance/clearing${books}`],
    'stock-valued': ['INV', `/finance/accounts/INV${books}`],
    'reserves-reviewed': ['RFL', `/finance/accounts/RFL${books}`],
    'foreign-items': ['clearing', `/finance/clearing${books}`],
    'exceptions-open': ['exceptions', '/finance/exceptions'],
  };
  const place = places[name];
  return place === undefined ? null : link(place[0], place[1]);
}

function signaturesHtml({ preparedBy, preparedAt, approvedBy, approvedAt, ...one }: PeriodView) {
  const { accepted, reopening } = one;
  return markup`${
    preparedBy === null
      ? null
      : markup`<p>Prepared by <b>${signed(preparedBy, preparedAt)}</b>.</p>`
  }${approvedBy === null ? null : markup`<p>Approved by <b>${signed(approvedBy, approvedAt)}</b>.</p>`}${
    accepted.length === 0
      ? null
      : markup`<p>Taken as it is:</p>
          <ul>
            ${accepted.map(
              ({ check, finding, reason }) =>
                markup`<li>${CHECK_RULES[check].title}: ${finding}. <b>${reason}</b></li>`,
            )}
          </ul>`
  }${
    reopening === null
      ? null
      : markup`<p>${reopening.askedBy} asks that it be opened again: <b>${reopening.reason}</b></p>`
  }`;
}

/** What may be pressed now, by whoever looks. */
function formsHtml(board: Board): Html | null {
  const { period, asked } = board;
  const { label, role } = asked.reader;
  if (!MAY.closePeriods.some((one) => one === role)) {
    return markup`<p class="quiet">
      Signed with a key of ${MAY.closePeriods.join(' or ')}; yours is of ${role}.
    </p>`;
  }
  switch (period.state) {
    case 'open':
    case 'reopened':
      return form(
        board,
        'close',
        'Begin to close it',
        'Its checks are made. Journals of it are taken until its books are locked.',
      );
    case 'closing':
      if (period.approvedBy !== null)
        return markup`<p>Both have signed: its books are being locked.</p>`;
      if (period.preparedBy === null) return prepareForm(board);
      return secondHtml(
        board,
        period.preparedBy === label,
        'approve',
        'Approve, and lock its books',
      );
    case 'closed':
      if (period.reopening === null) {
        return form(
          board,
          'reopen',
          'Ask that it be opened again',
          'Another person has to agree.',
          reasonHtml(board, 'reopen'),
        );
      }
      return secondHtml(
        board,
        period.reopening.askedBy === label,
        'approve-reopening',
        'Agree: open it again',
      );
  }
}

function secondHtml(board: Board, isOwn: boolean, verb: string, button: string): Html {
  const back = form(
    board,
    'send-back',
    isOwn ? 'Take it back' : 'Send it back',
    '',
    reasonHtml(board, 'send-back'),
  );
  if (isOwn) {
    return markup`<p class="quiet">You did the one half: somebody else does the other.</p>${back}`;
  }
  return markup`${form(board, verb, button, 'As what is below says it is now.')}${back}`;
}

function prepareForm(board: Board): Html {
  const { checks } = board.period;
  const holding = checks.filter(({ isHolding }) => isHolding);
  const fields = holding.flatMap(({ name, title, finding, mayAccept }) => {
    const id = `accept-${name}`;
    return mayAccept
      ? [
          markup`<label for="${id}">${title}: ${finding}. Why it is taken as it is</label
            ><input id="${id}" name="${id}" maxlength="300" value="${board.typed[id] ?? ''}" />`,
        ]
      : [markup`<p><b>${title}</b>: ${finding}. This has to be cured first.</p>`];
  });
  return form(
    board,
    'prepare',
    'Sign as prepared',
    holding.length === 0
      ? 'Nothing holds it up.'
      : 'The checks are made anew. What fails and is not said why holds it up.',
    markup`${fields}`,
  );
}

const reasonHtml = ({ typed }: Board, verb: string): Html =>
  markup`<label for="reason-${verb}">Reason, without personal data</label>
    <textarea id="reason-${verb}" name="reason" rows="2" maxlength="300" required>
${typed['reason'] ?? ''}</textarea
    >`;

function form(
  { period, formToken, decisionKey }: Board,
  verb: string,
  button: string,
  explanation: string,
  fields: Html | null = null,
): Html {
  return markup`<form class="card" method="post" action="${pathOf(period)}/${verb}">
    ${hiddenInputs({ token: formToken, decision: decisionKey })}
    <p class="quiet">${explanation}</p>
    ${fields}<button>${button}</button>
  </form>`;
}
