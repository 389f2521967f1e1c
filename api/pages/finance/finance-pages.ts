/**
 * `/finance`: what finance works from, each table also as a file for a spreadsheet. What is signed on
 * the close board is the API's own: the same route is asked, in the name of whoever signed in.
 */
import type { Express, Request } from 'express';
import { newId } from '../../../store/ids';
import type { ApiDependencies } from '../../dependencies';
import type { Doors } from '../../http/mount';
import { Problem } from '../../http/problem';
import { found, type KeyedRoute } from '../../http/route';
import {
  approvePeriodRoute,
  approveReopeningRoute,
  closePeriodRoute,
  preparePeriodRoute,
  reopenPeriodRoute,
  sendBackPeriodRoute,
  shownPeriod,
} from '../../routes/periods';
import { FINANCE } from '../areas';
import { Html, markup } from '../html';
import {
  pagesOf,
  problemShown,
  refusalOf,
  seeOther,
  send,
  type PageCall,
  type PageKind,
} from '../page-call';
import { formToken, requireFormToken, requireOwnPage, type Session } from '../session';
import { fieldsOf, mountSignIn, readerHtml, signedIn } from '../sign-in';
import { clearingView, exceptionsView, grossToNetView } from './clearing-views';
import { FINANCE_STYLE } from './finance-style';
import { accountView, journalView, orderView, trialBalanceView } from './ledger-views';
import { boardView, periodsView, type Board } from './period-views';
import { settlementView, settlementsView } from './settlement-views';
import { tableCsv, tableHtml, type Table } from './table';
import { choiceHtml, chosen, type Asked, type View, type ViewOf } from './view';

const FORM_LIMIT_BYTES = 16_384;
const MAX_FIELDS = 30;

const PLACES: readonly (readonly [path: string, title: string])[] = [
  ['/finance', 'Settlements'],
  ['/finance/exceptions', 'Exceptions'],
  ['/finance/clearing', 'Clearing'],
  ['/finance/trial-balance', 'Trial balance'],
  ['/finance/gross-to-net', 'Gross to net'],
  ['/finance/periods', 'Close'],
];

const VIEWS: readonly (readonly [route: string, view: ViewOf])[] = [
  ['/finance', settlementsView],
  ['/finance/settlements/{settlementId}', settlementView],
  ['/finance/orders/{orderId}', orderView],
  ['/finance/journals/{journalId}', journalView],
  ['/finance/accounts/{account}', accountView],
  ['/finance/exceptions', exceptionsView],
  ['/finance/clearing', clearingView],
  ['/finance/trial-balance', trialBalanceView],
  ['/finance/gross-to-net', grossToNetView],
  ['/finance/periods', periodsView],
];

const DECISIONS: Readonly<Record<string, KeyedRoute>> = {
  close: closePeriodRoute,
  prepare: preparePeriodRoute,
  approve: approvePeriodRoute,
  'send-back': sendBackPeriodRoute,
  reopen: reopenPeriodRoute,
  'approve-reopening': approveReopeningRoute,
};
const DONE: Readonly<Record<string, string>> = {
  close: 'Its close has begun.',
  prepare: 'You have signed. Another person approves it.',
  approve: 'Both have signed. Its books are locked in a moment.',
  'send-back': 'It is sent back.',
  reopen: 'It is asked for. Another person agrees to it.',
  'approve-reopening': 'It is open again.',
};

function textsOf(values: Request['query'] | Request['params']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value]] : [],
    ),
  );
}

function askedIn({ request, dependencies }: PageCall, { caller }: Session): Asked {
  const { db, configuration } = dependencies;
  const [params, query] = [textsOf(request.params), textsOf(request.query)];
  const of = { ...query, ...params };
  return { db, configuration, params, query, path: request.path, reader: caller, ...chosen(of) };
}

const isTable = (part: Html | Table): part is Table => !(part instanceof Html);

function sendView(
  { response }: PageCall,
  session: Session,
  asked: Asked,
  view: View,
  status = 200,
) {
  const { query, path } = asked;
  const tables = view.parts.filter(isTable);
  if (query['format'] === 'csv') {
    const wanted = query['table'];
    const table = found(
      tables.find(({ name }) => name === wanted) ?? null,
      'there is no such table on this page',
    );
    response.status(200).setHeader('Content-Type', 'text/csv; charset=utf-8');
    response.setHeader('Content-Disposition', `attachment; filename="${fileName(table)}.csv"`);
    response.setHeader('Cache-Control', 'no-store');
    response.send(tableCsv(table));
    return;
  }
  const fileAt = ({ name }: Table) =>
    `${path}?${new URLSearchParams({ ...query, format: 'csv', table: name }).toString()}`;
  const body = markup`<nav class="places" aria-label="Finance">
      ${PLACES.map(
        ([to, title]) =>
          markup`<a href="${to}"${to === path ? markup` aria-current="page"` : null}>${title}</a>`,
      )}
    </nav>
    <h1>${view.title}</h1>
    ${view.chooses === true ? choiceHtml(asked) : null}
    ${view.parts.map((part) => (isTable(part) ? tableHtml(part, fileAt(part)) : part))}`;
  const reader = readerHtml(session, FINANCE);
  send(response, status, { title: view.title, body, reader, style: FINANCE_STYLE });
}

const fileName = ({ name }: Table): string => name.replaceAll(/[^\w.-]/g, '_');

const readOf =
  (view: ViewOf) =>
  async (call: PageCall): Promise<void> => {
    const session = await signedIn(call, FINANCE);
    if (session === null) return;
    const asked = askedIn(call, session);
    sendView(call, session, asked, await view(asked));
  };

async function showBoard(
  call: PageCall,
  session: Session,
  beside: Pick<Board, 'notice' | 'typed'>,
  status = 200,
): Promise<void> {
  const asked = askedIn(call, session);
  const period = await shownPeriod(asked.db, monthIn(asked), asked.configuration);
  const keys = { formToken: formToken(session), decisionKey: newId('req') };
  sendView(call, session, asked, boardView({ asked, period, ...keys, ...beside }), status);
}

/** @throws Problem not_found where the path names no month */
function monthIn({ entity, month, params }: Asked) {
  found(params['month'] === month ? month : null, 'there is no such month');
  return { entity, month };
}

async function readBoard(call: PageCall): Promise<void> {
  const session = await signedIn(call, FINANCE);
  if (session === null) return;
  const text = DONE[String(call.request.query['done'] ?? '')];
  const notice = text === undefined ? null : { text, isProblem: false };
  await showBoard(call, session, { notice, typed: {} });
}

const ACCEPT = 'accept-';

/** Fields of the form as the body of the route: what is empty was not said. */
function bodyOf(action: string, typed: Readonly<Record<string, string>>): object {
  const said = Object.entries(typed).filter(([, text]) => text.trim() !== '');
  if (action !== 'prepare') return Object.fromEntries(said);
  const accept = said.flatMap(([name, text]) =>
    name.startsWith(ACCEPT) ? [[name.slice(ACCEPT.length), text]] : [],
  );
  return { accept: Object.fromEntries(accept) };
}

async function decide(call: PageCall): Promise<void> {
  const { request, response, dependencies } = call;
  requireOwnPage(request);
  const session = await signedIn(call, FINANCE);
  if (session === null) return;
  const action = String(request.params['action']);
  const route = Object.hasOwn(DECISIONS, action) ? DECISIONS[action] : undefined;
  if (route === undefined) throw new Problem('not_found', 'there is no such step');
  const { token = '', decision = '', ...typed } = fieldsOf(request);
  requireFormToken(session, token);
  const params = monthIn(askedIn(call, session));
  const { caller } = session;
  const json = bodyOf(action, typed);
  try {
    const of = { params, json, idempotencyKey: decision, caller, request, response };
    const answer = await route.ask(of, dependencies);
    if (answer.status >= 400) throw new Problem('period_state', 'it was refused before');
    seeOther(response, `/finance/periods/${params.entity}/${params.month}?done=${action}`);
  } catch (error) {
    const problem = refusalOf(response, error);
    const [first] = problem.errors;
    const text = first === undefined ? problem.detail : first.detail;
    await showBoard(call, session, { notice: { text, isProblem: true }, typed }, problem.status);
  }
}

const PAGES: PageKind = {
  maxFormBytes: FORM_LIMIT_BYTES,
  maxFields: MAX_FIELDS,
  showProblem: problemShown({ href: '/finance', title: 'Finance' }),
};

export function mountFinancePages(app: Express, doors: Doors, dependencies: ApiDependencies): void {
  const { form, page } = pagesOf(PAGES, { doors, dependencies });
  mountSignIn(app, FINANCE, { form, page });
  for (const [route, view] of VIEWS) {
    app.get(route.replaceAll(/\{(\w+)\}/g, ':$1'), page(route, readOf(view)));
  }
  const board = '/finance/periods/{entity}/{month}';
  app.get('/finance/periods/:entity/:month', page(board, readBoard));
  app.post('/finance/periods/:entity/:month/:action', form, page(`${board}/{action}`, decide));
}
