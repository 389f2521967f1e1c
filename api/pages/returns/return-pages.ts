/**
 * `/returns`: support's pages of what comes back. A decision is the API's own: the same route is
 * asked, in the name of whoever signed in.
 */
import type { Express } from 'express';
import { RETURN_STATUSES, type ReturnStatus } from '../../../canonical/flows/return';
import { OrderId } from '../../../canonical/schema/ids';
import { Rma } from '../../../canonical/schema/return';
import { newId } from '../../../store/ids';
import {
  endedReturns,
  openReturns,
  readReturnStory,
  returnsOfOrder,
} from '../../../store/returns/return-story';
import { loadReturn } from '../../../store/returns/returns';
import type { ApiDependencies } from '../../dependencies';
import type { Doors } from '../../http/mount';
import { Problem } from '../../http/problem';
import { found, type KeyedRoute } from '../../http/route';
import { temporalUiUrl } from '../../order-shown';
import { approveReturnRoute, denyReturnRoute } from '../../routes/returns';
import { RETURNS } from '../areas';
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
import { returnListHtml, type ListShown } from './return-list';
import { returnHtml, type ReturnShown } from './return-page';

const UNKNOWN = 'there is no such return';
const FORM_LIMIT_BYTES = 16_384;
const MAX_FIELDS = 20;

const DECISIONS: Readonly<Record<string, KeyedRoute>> = {
  approve: approveReturnRoute,
  deny: denyReturnRoute,
};
const DONE: Readonly<Record<string, string>> = {
  approve: 'Your approval is recorded.',
  deny: 'It is denied.',
};

async function listOf({ request, dependencies }: PageCall): Promise<ListShown> {
  const { db } = dependencies;
  const orderId = OrderId.safeParse(request.query['orderId']);
  if (orderId.success) {
    const returns = await returnsOfOrder(db, orderId.data);
    return { returns, asked: null, title: 'Returns of an order' };
  }
  const status = request.query['status'];
  if (status === 'ended') {
    const returns = [...(await endedReturns(db))].reverse();
    return { returns, asked: 'ended', title: 'Returns that ended' };
  }
  const asked: ReturnStatus | undefined = RETURN_STATUSES.find((one) => one === status);
  return { returns: await openReturns(db), asked: asked ?? null, title: 'Returns' };
}

async function list(call: PageCall): Promise<void> {
  const session = await signedIn(call, RETURNS);
  if (session === null) return;
  const shown = await listOf(call);
  const body = returnListHtml(shown);
  send(call.response, 200, { title: shown.title, body, reader: readerHtml(session, RETURNS) });
}

type Beside = Pick<ReturnShown, 'notice' | 'typed'>;

async function showReturn(
  { request, response, dependencies }: PageCall,
  session: Session,
  status: number,
  beside: Beside,
): Promise<void> {
  const { db, configuration } = dependencies;
  const rma = found(Rma.safeParse(request.params['rma']).data ?? null, UNKNOWN);
  const ret = found(await loadReturn(db, rma), UNKNOWN);
  const story = found(await readReturnStory(db, rma), UNKNOWN);
  const body = returnHtml({
    ...{ ret, story, ...beside },
    flowUrl: temporalUiUrl(configuration, ret.workflowId),
    orderUrl: temporalUiUrl(configuration, story.orderWorkflowId),
    reader: session.caller,
    formToken: formToken(session),
    decisionKey: newId('req'),
  });
  const title = `Return of order ${ret.orderNo}`;
  send(response, status, { title, body, reader: readerHtml(session, RETURNS) });
}

async function readOne(call: PageCall): Promise<void> {
  const session = await signedIn(call, RETURNS);
  if (session === null) return;
  const text = DONE[String(call.request.query['done'] ?? '')];
  const notice = text === undefined ? null : { text, isProblem: false };
  await showReturn(call, session, 200, { notice, typed: {} });
}

async function decide(call: PageCall): Promise<void> {
  const { request, response, dependencies } = call;
  requireOwnPage(request);
  const session = await signedIn(call, RETURNS);
  if (session === null) return;
  const action = String(request.params['action']);
  const route = Object.hasOwn(DECISIONS, action) ? DECISIONS[action] : undefined;
  if (route === undefined) throw new Problem('not_found', 'there is no such decision');
  const { token = '', decision = '', ...typed } = fieldsOf(request);
  requireFormToken(session, token);
  const rma = String(request.params['rma']);
  const { caller } = session;
  const asked = { params: { rma }, json: typed, idempotencyKey: decision };
  try {
    const answer = await route.ask({ ...asked, caller, request, response }, dependencies);
    if (answer.status >= 400) throw new Problem('return_state', 'it was refused before');
    seeOther(response, `/returns/${rma}?done=${action}`);
  } catch (error) {
    const problem = refusalOf(response, error);
    const [first] = problem.errors;
    const text = first === undefined ? problem.detail : first.detail;
    await showReturn(call, session, problem.status, { notice: { text, isProblem: true }, typed });
  }
}

const PAGES: PageKind = {
  maxFormBytes: FORM_LIMIT_BYTES,
  maxFields: MAX_FIELDS,
  showProblem: problemShown({ href: '/returns', title: 'Returns' }),
};

export function mountReturnPages(app: Express, doors: Doors, dependencies: ApiDependencies): void {
  const { form, page } = pagesOf(PAGES, { doors, dependencies });
  app.get('/returns', page('/returns', list));
  mountSignIn(app, RETURNS, { form, page });
  app.get('/returns/:rma', page('/returns/{rma}', readOne));
  app.post('/returns/:rma/:action', form, page('/returns/{rma}/{action}', decide));
}
