/**
 * The pages for people, without a script: sign in with a key, see what waits, decide. A decision is
 * the API's own: the same route is asked, in the name of whoever signed in.
 */
import type { Express, Request } from 'express';
import { ExceptionId } from '../../canonical/schema/ids';
import { listExceptions, readException } from '../../store/exceptions/exception-queries';
import { readExceptionStory } from '../../store/exceptions/exception-story';
import { newId } from '../../store/ids';
import type { ApiDependencies } from '../dependencies';
import type { Doors } from '../http/mount';
import { Problem } from '../http/problem';
import { found, type KeyedRoute } from '../http/route';
import { temporalUiUrl } from '../order-shown';
import { limitsOf } from '../../moments/exceptions/limits';
import { approveExceptionRoute, denyExceptionRoute } from '../routes/exception-approvals';
import {
  abandonExceptionRoute,
  assignExceptionRoute,
  overrideExceptionRoute,
  retryExceptionRoute,
} from '../routes/exceptions';
import { EXCEPTIONS } from './areas';
import { exceptionListHtml } from './exception-list';
import { exceptionHtml, type ExceptionShown } from './exception-page';
import { homePage } from './home-page';
import { markup } from './html';
import {
  pagesOf,
  problemShown,
  refusalOf,
  seeOther,
  send,
  type PageCall,
  type PageKind,
} from './page-call';
import { isRunbook, runbook } from './runbook';
import { formToken, requireFormToken, requireOwnPage, type Session } from './session';
import { mountFinancePages } from './finance/finance-pages';
import { mountReturnPages } from './returns/return-pages';
import { mountStorePages } from './store/store-pages';
import { fieldsOf, mountSignIn, readerHtml, signedIn } from './sign-in';

const UNKNOWN = 'there is no exception with that id';
const FORM_LIMIT_BYTES = 16_384;
const MAX_FIELDS = 20;
/** On one page; the API's list goes on where this ends. */
const MAX_LISTED = 200;
const UNRESOLVED = ['open', 'assigned', 'escalated'] as const;

const DECISIONS: Readonly<Record<string, KeyedRoute>> = {
  assign: assignExceptionRoute,
  retry: retryExceptionRoute,
  override: overrideExceptionRoute,
  abandon: abandonExceptionRoute,
  approve: approveExceptionRoute,
  deny: denyExceptionRoute,
};
const DONE: Readonly<Record<string, string>> = {
  assign: 'It is assigned.',
  retry: 'It is tried again. Should the reason come back, it opens again.',
  override: 'It goes on without the blocked step.',
  abandon: 'The blocked step is given up.',
  approve: 'Your approval is recorded.',
  deny: 'It is denied, and waits for another decision.',
  asked: 'It is asked for, and waits for the word of another.',
};

async function list(call: PageCall): Promise<void> {
  const session = await signedIn(call, EXCEPTIONS);
  if (session === null) return;
  const { db } = call.dependencies;
  const filter = { owner: null, orderId: null, after: null, limit: MAX_LISTED };
  const body = exceptionListHtml(await listExceptions(db, { ...filter, states: UNRESOLVED }));
  send(call.response, 200, { title: 'Exceptions', body, reader: readerHtml(session, EXCEPTIONS) });
}

async function showException(
  { request, response, dependencies }: PageCall,
  session: Session,
  more: Pick<ExceptionShown, 'notice' | 'typed'> & { readonly status: number },
): Promise<void> {
  const { db, configuration } = dependencies;
  const exceptionId = idIn(request);
  const exception = found(await readException(db, exceptionId), UNKNOWN);
  const story = found(await readExceptionStory(db, exceptionId), UNKNOWN);
  const { workflowId, title, code } = exception;
  const body = exceptionHtml({
    ...{ exception, story, notice: more.notice, typed: more.typed },
    runbook: await runbook(code),
    flowUrl: workflowId && temporalUiUrl(configuration, workflowId),
    reader: session.caller,
    limits: await limitsOf(db, exception),
    formToken: formToken(session),
    decisionKey: newId('req'),
  });
  send(response, more.status, { title, body, reader: readerHtml(session, EXCEPTIONS) });
}

async function readOne(call: PageCall): Promise<void> {
  const session = await signedIn(call, EXCEPTIONS);
  if (session === null) return;
  const text = DONE[String(call.request.query['done'] ?? '')];
  const notice = text === undefined ? null : { text, isProblem: false };
  await showException(call, session, { status: 200, notice, typed: {} });
}

async function decide(call: PageCall): Promise<void> {
  const { request, response, dependencies } = call;
  requireOwnPage(request);
  const exceptionId = idIn(request);
  const action = String(request.params['action']);
  const route = Object.hasOwn(DECISIONS, action) ? DECISIONS[action] : undefined;
  if (route === undefined) throw new Problem('not_found', 'there is no such decision');
  const session = await signedIn(call, EXCEPTIONS);
  if (session === null) return;
  const { token = '', decision = '', ...typed } = fieldsOf(request);
  requireFormToken(session, token);
  const json = Object.fromEntries(Object.entries(typed).filter(([, text]) => text.trim() !== ''));
  const { caller } = session;
  const asked = { params: { exceptionId }, json, idempotencyKey: decision };
  try {
    const answer = await route.ask({ ...asked, caller, request, response }, dependencies);
    if (answer.status >= 400) throw new Problem('decision_refused', 'it was refused before');
    const done = answer.status === 202 ? 'asked' : action;
    seeOther(response, `/exceptions/${exceptionId}?done=${done}`);
  } catch (error) {
    const problem = refusalOf(response, error);
    const notice = { text: problemText(problem), isProblem: true };
    await showException(call, session, { status: problem.status, notice, typed });
  }
}

async function readRunbook({ request, response }: PageCall): Promise<void> {
  const code = String(request.params['code']);
  if (!isRunbook(code)) throw new Problem('not_found', 'there is no such runbook');
  const body = markup`<h1>${code}</h1>
    ${await runbook(code)}`;
  send(response, 200, { title: code, body });
}

/** @throws Problem not_found */
function idIn(request: Request): string {
  return found(ExceptionId.safeParse(request.params['exceptionId']).data ?? null, UNKNOWN);
}

function problemText({ detail, errors }: Problem): string {
  const [first] = errors;
  return first === undefined ? detail : `${first.pointer.replace(/^\//, '')}: ${first.detail}`;
}

const PAGES: PageKind = {
  maxFormBytes: FORM_LIMIT_BYTES,
  maxFields: MAX_FIELDS,
  showProblem: problemShown({ href: '/exceptions', title: 'Exceptions' }),
};

export function mountPages(app: Express, doors: Doors, dependencies: ApiDependencies): void {
  const { form, page } = pagesOf(PAGES, { doors, dependencies });
  const one = '/exceptions/{exceptionId}';
  app.get('/', (_request, response) => {
    send(response, 200, homePage(dependencies.configuration));
  });
  app.get('/exceptions', page('/exceptions', list));
  mountSignIn(app, EXCEPTIONS, { form, page });
  app.get('/exceptions/:exceptionId', page(one, readOne));
  app.post('/exceptions/:exceptionId/:action', form, page(`${one}/{action}`, decide));
  mountFinancePages(app, doors, dependencies);
  mountReturnPages(app, doors, dependencies);
  mountStorePages(app, doors, dependencies);
  app.get('/runbooks/:code', page('/runbooks/{code}', readRunbook));
}
