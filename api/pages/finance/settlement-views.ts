/** Settlements: how they stand, and each from gross to net down to its lines. */
import { SETTLEMENT_CLASSES, type SettlementClass } from '../../../canonical/ports/settlement';
import { formatMoney } from '../../../canonical/rules/money/money';
import { settlementStatus } from '../../../canonical/rules/settlement/agenda';
import type { SettlementSnapshot } from '../../../canonical/rules/settlement/snapshot';
import { ERROR_CODES } from '../../../canonical/schema/error-codes';
import { SettlementId } from '../../../canonical/schema/ids';
import { listSettlements } from '../../../store/settlement/settlement-list';
import {
  bookingsOf,
  grossToNet,
  journalsOfSettlement,
  LINE_STATES,
  listLines,
  type LineState,
} from '../../../store/settlement/settlement-queries';
import { loadSettlement } from '../../../store/settlement/settlements';
import { found } from '../../http/route';
import { temporalUiUrl } from '../../order-shown';
import { markup, type Html } from '../html';
import { timeText } from '../time-text';
import { amount, link, type Table } from './table';
import type { Asked, ViewOf } from './view';

const LISTED = 100;
const LINES_A_PAGE = 200;

/** `/finance`. */
export const settlementsView: ViewOf = async ({ db }) => {
  const listed = await listSettlements(db, { entity: null, from: null, to: null, limit: LISTED });
  return {
    title: 'Settlements',
    parts: [
      {
        name: 'settlements',
        columns: [
          ...['Received', 'Account', 'Settlement', 'State', 'Currency', 'Declared', 'Explained'],
          ...['Not explained', 'At the bank', 'Exceptions'],
        ],
        rows: listed.map((one) => {
          const { declaredNetMinor: declared, unexplainedMinor: left, currency } = one;
          return [
            timeText(one.receivedAt),
            one.account,
            link(one.reference, `/finance/settlements/${one.settlementId}`),
            settlementStatus(one),
            currency,
            amount(declared, currency),
            amount(declared === null ? null : declared - (left ?? 0), currency),
            amount(left, currency),
            amount(one.bankMinor, currency),
            one.exceptions,
          ];
        }),
        empty: 'No settlement has come yet.',
      },
    ],
  };
};

const stateAsked = (text: string | undefined) => LINE_STATES.find((one) => one === text) ?? null;
const classAsked = (text: string | undefined): SettlementClass | null =>
  SETTLEMENT_CLASSES.find((one) => one === text) ?? null;

/** `/finance/settlements/{settlementId}`. */
export const settlementView: ViewOf = async (asked) => {
  const unknown = 'there is no such settlement';
  const id = SettlementId.safeParse(asked.params['settlementId']).data ?? null;
  const one = found(await loadSettlement(asked.db, found(id, unknown)), unknown);
  const { settlementId, currency, source, account, entity } = one;
  const net = (minor: number | null) =>
    minor === null || currency === null ? 'not read' : formatMoney(minor, currency);
  const flowUrl = temporalUiUrl(asked.configuration, one.workflowId);
  const state = stateAsked(asked.query['state']);
  const tag = (name: string, query: string, isCurrent: boolean) =>
    markup`<a class="tag" href="${asked.path}${query}#lines"${
      isCurrent ? markup` aria-current="true"` : null
    }>${name}</a>`;
  return {
    title: `Settlement ${one.reference}`,
    parts: [
      markup`<p>
          <span class="tag">${settlementStatus(one)}</span> ${source} · ${account} · ${entity} ·
          declared ${net(one.declaredNetMinor)}, its lines ${net(one.linesNetMinor)}, the bank has
          shown ${net(one.bankMinor)}${
            flowUrl && markup` · <a href="${flowUrl}">its flow in the Temporal UI</a>`
          }
        </p>
        ${waitsHtml(one.exceptions)}`,
      await classTable(asked, one),
      markup`<p id="lines">
        ${LINE_STATES.map((name) => tag(name, `?state=${name}`, name === state))}
        ${tag('all', '', state === null)}
      </p>`,
      await lineTable(asked, one, state),
      await journalTable(asked, settlementId),
      await bankTable(asked, one),
    ],
  };
};

async function classTable({ db, path }: Asked, one: SettlementSnapshot): Promise<Table> {
  const { currency } = one;
  const classes = await grossToNet(db, one.settlementId);
  const net = ['Declared net', one.lineCount, currency, amount(one.declaredNetMinor, currency)];
  return {
    name: 'gross-to-net',
    title: 'Gross to net',
    columns: ['Class', 'Lines', 'Currency', 'Amount', 'Matched'],
    rows: [
      ...classes.map((row) => [
        link(row.class, `${path}?class=${row.class}#lines`),
        row.lines,
        currency,
        amount(row.amountMinor, currency),
        amount(row.matchedMinor, currency),
      ]),
      [...net, null],
    ],
    empty: 'It is not read yet.',
  };
}

const LINE_COLUMNS = [
  ...['Line', 'What the vendor says', 'Class', 'State', 'Currency', 'Amount', 'Matched'],
  ...['Order', 'Payment', 'Journal'],
];

async function lineTable(
  { db, path, query }: Asked,
  { settlementId, currency }: SettlementSnapshot,
  state: LineState | null,
): Promise<Table> {
  const lineClass = classAsked(query['class']);
  const afterLineNo = Number(query['after'] ?? 0) || 0;
  const filter = { state, class: lineClass, afterLineNo, limit: LINES_A_PAGE };
  const lines = await listLines(db, settlementId, filter);
  const last = lines.at(-1);
  const more = `state=${state ?? ''}&class=${lineClass ?? ''}#lines`;
  const asked = state ?? lineClass;
  return {
    name: 'lines',
    title: asked === null ? 'Lines' : `Lines: ${asked}`,
    columns: LINE_COLUMNS,
    rows: lines.map((line) => [
      line.lineNo,
      [line.transaction, line.type, line.description].filter((word) => word !== '').join(' · '),
      line.class,
      line.state,
      currency,
      amount(line.amountMinor, currency),
      amount(line.matchedMinor, currency),
      line.orderId === null
        ? line.orderRef
        : link(line.orderRef ?? line.orderId, `/finance/orders/${line.orderId}`),
      line.paymentRef,
      line.journalId === null ? null : link(line.journalId, `/finance/journals/${line.journalId}`),
    ]),
    empty: 'There is none.',
    next:
      last === undefined || lines.length < LINES_A_PAGE
        ? null
        : `${path}?after=${last.lineNo}&${more}`,
  };
}

async function journalTable({ db }: Asked, settlementId: string): Promise<Table> {
  const journals = await journalsOfSettlement(db, settlementId);
  return {
    name: 'journals',
    title: 'Journals',
    columns: ['Of', 'Rule', 'Journal'],
    rows: journals.map((row) => [
      row.kind,
      row.rule,
      link(row.journalId, `/finance/journals/${row.journalId}`),
    ]),
    empty: 'Nothing of it is posted.',
  };
}

async function bankTable({ db }: Asked, one: SettlementSnapshot): Promise<Table> {
  const bookings = await bookingsOf(db, one.settlementId);
  return {
    name: 'bank',
    title: 'At the bank',
    columns: ['Booked on', 'Bank account', 'Reference', 'Currency', 'Amount'],
    rows: bookings.map((row) => [
      row.bookedOn,
      row.bankAccount,
      row.bankRef,
      one.currency,
      amount(row.amountMinor, one.currency),
    ]),
    empty: 'The bank has not shown it.',
  };
}

const TITLES: Readonly<Record<string, { readonly title: string }>> = ERROR_CODES;

/** What somebody has to act on, each a link to where. */
export function waitsHtml(
  waits: readonly {
    readonly exceptionId: string;
    readonly code: string;
    readonly owner: string;
    readonly detail: string;
  }[],
): Html | null {
  if (waits.length === 0) return null;
  return markup`<h2>Waits for</h2>
    <ul>
      ${waits.map(
        ({ exceptionId, code, owner, detail }) =>
          markup`<li>
            <a href="/exceptions/${exceptionId}">${TITLES[code]?.title ?? code}</a> (${owner}): ${detail}
          </li>`,
      )}
    </ul>`;
}
