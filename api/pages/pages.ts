/**
 * The pages for people, without a script: sign in with a key, see what waits, decide. A decision is
 * the API's own: the same route is asked, in the name of whoever signed in.
 */
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { ExceptionId } from '../../canonical/schema/ids';
import { listExceptions, readException } from '../../store/exceptions/exception-queries';
import { readExceptionStory } from '../../store/exceptions/exception-story';
import { newId } from '../../store/ids';
import type { ApiDependencies } from '../dependencies';
import type { Doors } from '../http/mount';
import { Problem, toProblem } from '../http/problem';
import { found, type KeyedRoute } from '../http/route';
import { temporalUiUrl } from '../order-shown';
import {
  abandonExceptionRoute,
  assignExceptionRoute,
  overrideExceptionRoute,
  retryExceptionRoute,
} from '../routes/exceptions';
import { exceptionHtml, exceptionListHtml, type ExceptionShown } from './exception-page';
import { homePage } from './home-page';
import { markup } from './html';
import { seeOther, send, type PageCall } from './page-call';
import { isRunbook, runbook } from './runbook';
import { formToken, requireFormToken, requireOwnPage, type Session } from './session';
import { fieldsOf, readerHtml, signedIn, signIn, signOut } from './sign-in';

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
};
const DONE: Readonly<Record<string, string>> = {
  assign: 'It is assigned.',
  retry: 'It is tried again. Should the reason come back, it opens again.',
  override: 'It goes on without the blocked step.',
  abandon: 'The blocked step is given up.',
};

async function list(call: PageCall): Promise<void> {
  const session = await signedIn(call);
  if (session === null) return;
  const { db } = call.dependencies;
  const filter = { owner: null, orderId: null, after: null, limit: MAX_LISTED };
  const body = exceptionListHtml(await listExceptions(db, { ...filter, states: UNRESOLVED }));
  send(call.response, 200, { title: 'Exceptions', body, reader: readerHtml(session) });
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
    role: session.caller.role,
    formToken: formToken(session),
    decisionKey: newId('req'),
  });
  send(response, more.status, { title, body, reader: readerHtml(session) });
}

async function readOne(call: PageCall): Promise<void> {
  const session = await signedIn(call);
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
  const session = await signedIn(call);
  if (session === null) return;
  const { token = '', decision = '', ...typed } = fieldsOf(request);
  requireFormToken(session, token);
  const json = Object.fromEntries(Object.entries(typed).filter(([, text]) => text.trim() !== ''));
  const { caller } = session;
  const asked = { params: { exceptionId }, json, idempotencyKey: decision };
  try {
    const answer = await route.ask({ ...asked, caller, request, response }, dependencies);
    if (answer.status >= 400) throw new Problem('decision_refused', 'it was refused before');
    seeOther(response, `/exceptions/${exceptionId}?done=${action}`);
  } catch (error) {
    const problem = toProblem(error);
    if (problem.status >= 500 || problem.code === 'not_found') throw error;
    response.locals['problem'] = problem.code;
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

/** A page that says what went wrong; a fault of ours is the last middleware's to log. */
function showProblem(error: unknown, response: Response): void {
  const problem = toProblem(error);
  if (problem.code === 'internal' || response.headersSent) throw error;
  response.locals['problem'] = problem.code;
  const body = markup`<h1>That did not work</h1>
    <div class="note problem">${problem.detail}</div>
    <p><a href="/exceptions">Exceptions</a></p>`;
  send(response, problem.status, { title: 'That did not work', body });
}

export function mountPages(app: Express, doors: Doors, dependencies: ApiDependencies): void {
  const form = express.urlencoded({
    extended: false,
    limit: FORM_LIMIT_BYTES,
    parameterLimit: MAX_FIELDS,
  });
  const page = (route: string, work: (call: PageCall) => Promise<void>) => {
    return (request: Request, response: Response, next: NextFunction) => {
      response.locals['route'] = route;
      work({ request, response, doors, dependencies })
        .catch((error: unknown) => showProblem(error, response))
        .catch(next);
    };
  };
  const one = '/exceptions/{exceptionId}';
  app.get('/', (_request, response) => {
    send(response, 200, homePage(dependencies.configuration));
  });
  app.get('/exceptions', page('/exceptions', list));
  app.post('/exceptions/sign-in', form, page('/exceptions/sign-in', signIn));
  app.post('/exceptions/sign-out', form, page('/exceptions/sign-out', signOut));
  app.get('/exceptions/:exceptionId', page(one, readOne));
  app.post('/exceptions/:exceptionId/:action', form, page(`${one}/{action}`, decide));
  app.get('/runbooks/:code', page('/runbooks/{code}', readRunbook));
}
