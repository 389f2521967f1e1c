/**
 * `/stores/{storeId}/returns`: what a store does with what customers bring back. A press is the API's
 * own: the same route is asked, in the name of whoever signed in. A phone number that is looked up is
 * in a body, never in a URL or a log.
 */
import type { Express } from 'express';
import { OrderId } from '../../../canonical/schema/ids';
import { Rma } from '../../../canonical/schema/return';
import { previewAtCounter } from '../../../moments/return/at-counter';
import { refusalsByLine } from '../../../moments/return/request';
import { takeReturn } from '../../../moments/return/return-moment';
import type { Sql } from '../../../store/database';
import { newId } from '../../../store/ids';
import type { SoldSeen } from '../../../store/returns/find-sold';
import { orderOfReturn } from '../../../store/returns/return-queries';
import { counterLines, readReturnStory, returnsAtStore } from '../../../store/returns/return-story';
import { loadReturn } from '../../../store/returns/returns';
import { findSold, type SoldOrder } from '../../../store/returns/sold';
import type { ApiDependencies } from '../../dependencies';
import { correlatedOf } from '../../http/correlation';
import type { Doors } from '../../http/mount';
import { Problem } from '../../http/problem';
import { found, type KeyedRoute } from '../../http/route';
import { returnImpossible, returnRefused } from '../../return-problems';
import { MAY } from '../../roles';
import { takeAtCounterRoute } from '../../routes/counter-returns';
import { inspectReturnRoute } from '../../routes/returns';
import { CounterBody } from '../../schema/return';
import { STORES } from '../areas';
import type { Html } from '../html';
import { seeOther, send } from '../page-call';
import { refusalWords } from '../returns/return-words';
import { formToken, requireFormToken } from '../session';
import { fieldsOf, readerHtml } from '../sign-in';
import { COUNTER_SCRIPTS } from '../store/script-files';
import { isFromScript, placeOf, storePages, type StoreCall } from '../store/store-call';
import { STORE_STYLE } from '../store/store-style';
import { answering, rmaOfAnswer, sayToScript } from './counter-answer';
import { inspectBody, takeBody } from './counter-body';
import { soldAsShown } from './counter-find';
import { counterHome, foundHtml, type CounterShown, type Notice } from './counter-home';
import { counterOrder } from './counter-order';
import { counterReturn } from './counter-return';
import { COUNTER_STYLE } from './counter-style';
import { previewHtml } from './refund-html';

const MAX_FIND_CHARS = 80;
const DAYS_SHOWN = 3;
const DAY_MS = 86_400_000;
const UNKNOWN_ORDER = 'there is no such order';
const UNKNOWN_RETURN = 'there is no such return';

type Fields = Readonly<Record<string, string>>;

async function shownFor(call: StoreCall): Promise<CounterShown> {
  const { storeId, session } = call;
  const { name, timeZone } = await placeOf(call);
  return {
    ...{ storeId, storeName: name, timeZone, formToken: formToken(session) },
    mayPress: MAY.takeAtCounter.some((role) => role === session.caller.role),
  };
}

function show({ response, session }: StoreCall, status: number, title: string, body: Html): void {
  const dressed = { style: STORE_STYLE + COUNTER_STYLE, scripts: COUNTER_SCRIPTS };
  send(response, status, { title, body, reader: readerHtml(session, STORES), ...dressed });
}

async function home(
  call: StoreCall,
  status: number,
  { sold = [], notice = null }: { sold?: readonly SoldSeen[]; notice?: Notice | null } = {},
): Promise<void> {
  const since = new Date(Date.now() - DAYS_SHOWN * DAY_MS).toISOString();
  const [shown, returns] = await Promise.all([
    shownFor(call),
    returnsAtStore(call.dependencies.db, call.storeId, since),
  ]);
  const of = { returns: [...returns].reverse(), found: sold, notice };
  show(call, status, `Returns, ${shown.storeName}`, counterHome(shown, of));
}

async function find(call: StoreCall): Promise<void> {
  const { request, response, session, storeId } = call;
  const { db } = call.dependencies;
  const { token = '', text: typed = '' } = fieldsOf(request);
  requireFormToken(session, token);
  const text = typed.trim().replace(/^#/, '').slice(0, MAX_FIND_CHARS);
  const goTo = (path: string) => {
    const href = `/stores/${storeId}/returns/${path}`;
    if (isFromScript(call)) sayToScript(call, { href });
    else seeOther(response, href);
  };
  const work = async () => {
    const isReturn = Rma.safeParse(text).success && (await orderOfReturn(db, text)) !== null;
    if (isReturn) return goTo(text);
    const sold = await soldAsShown(db, session.caller, text);
    const [only] = sold;
    if (sold.length === 1 && only) return goTo(`orders/${only.orderId}`);
    if (!isFromScript(call)) return home(call, 200, { sold });
    sayToScript(call, { html: foundHtml(await shownFor(call), sold).toString() });
  };
  const refused = (status: number, notice: Notice) => home(call, status, { notice });
  await answering(call, work, { lines: () => Promise.resolve([]), refused });
}

async function orderOf({ request, dependencies }: StoreCall): Promise<SoldOrder> {
  const parsed = OrderId.safeParse(request.params['orderId']);
  const orderId = found(parsed.data ?? null, UNKNOWN_ORDER);
  return found(await findSold(dependencies.db, { orderId }), UNKNOWN_ORDER);
}

interface OnOrder {
  readonly typed?: Fields;
  readonly preview?: Html;
  readonly notice?: Notice;
}

async function showOrder(
  call: StoreCall,
  status: number,
  { typed = {}, preview, notice }: OnOrder = {},
): Promise<void> {
  const { db } = call.dependencies;
  const sold = await orderOf(call);
  const now = new Date().toISOString();
  const [shown, lines, refused] = await Promise.all([
    shownFor(call),
    counterLines(db, sold.orderId),
    db.transaction((sql) => refusalsByLine(sql, sold.orderId, now)),
  ]);
  const refusals = new Map([...refused].map(([lineNo, why]) => [lineNo, refusalWords(why)]));
  const on = { typed, preview: preview ?? null, notice: notice ?? null };
  show(
    call,
    status,
    `Order ${sold.orderNo}`,
    counterOrder(shown, { sold, lines, refusals, ...on }),
  );
}

/** What the refund would be; nothing of it stays. */
async function preview(call: StoreCall): Promise<void> {
  const { token = '', ...typed } = fieldsOf(call.request);
  requireFormToken(call.session, token);
  const sold = await orderOf(call);
  const work = async () => {
    const html = await previewOf(call, sold, typed);
    if (isFromScript(call)) sayToScript(call, { html: html.toString() });
    else await showOrder(call, 200, { typed, preview: html });
  };
  await answering(call, work, {
    lines: () => counterLines(call.dependencies.db, sold.orderId),
    refused: (status, notice) => showOrder(call, status, { typed, notice }),
  });
}

async function previewOf(
  { dependencies, session, storeId, response }: StoreCall,
  sold: SoldOrder,
  typed: Fields,
): Promise<Html> {
  // Until somebody says why it comes back, for the reason for which a fee is kept.
  const body = takeBody(sold.orderId, { ...typed, reason: typed['reason'] || 'changed-mind' });
  const asked = CounterBody.safeParse(body);
  if (!asked.success) throw new Problem('invalid_request', 'count the items in whole units');
  const { lines, reason } = asked.data;
  const by = {
    requestKey: `preview:${newId('req')}`,
    askedBy: session.caller.label,
    role: session.caller.role,
    correlationId: correlatedOf(response).correlationId,
    askedAt: new Date().toISOString(),
  };
  const see = async (sql: Sql, rma: string) =>
    previewHtml(await takeReturn(sql, rma), found(await readReturnStory(sql, rma), UNKNOWN_RETURN));
  const at = { storeId, lines, reason };
  const came = await previewAtCounter(dependencies.db, sold, at, { by, see });
  if (came.outcome === 'refused') throw returnRefused(came.refusals, lines);
  if (came.outcome === 'impossible') throw returnImpossible(came.problems);
  return came.seen;
}

interface Press {
  readonly route: KeyedRoute;
  readonly params: Readonly<Record<string, string>>;
  readonly orderId: string;
  readonly body: (fields: Fields) => object;
  readonly refused: (status: number, on: { typed: Fields; notice: Notice }) => Promise<void>;
}

/** Asks the API's own route, in the reader's name. */
async function press(call: StoreCall, { route, params, orderId, body, refused }: Press) {
  const { request, response, dependencies, session, storeId } = call;
  const { token = '', key = '', ...typed } = fieldsOf(request);
  requireFormToken(session, token);
  const work = async () => {
    const asked = { params, json: body(typed), idempotencyKey: key, request, response };
    const answer = await route.ask({ ...asked, caller: session.caller }, dependencies);
    const href = `/stores/${storeId}/returns/${rmaOfAnswer(answer)}`;
    if (isFromScript(call)) sayToScript(call, { href, text: 'It is taken back.' });
    else seeOther(response, href);
  };
  await answering(call, work, {
    lines: () => counterLines(dependencies.db, orderId),
    refused: (status, notice) => refused(status, { typed, notice }),
  });
}

async function take(call: StoreCall): Promise<void> {
  const { orderId } = await orderOf(call);
  await press(call, {
    route: takeAtCounterRoute,
    params: { storeId: call.storeId },
    orderId,
    body: (fields) => takeBody(orderId, fields),
    refused: (status, on) => showOrder(call, status, on),
  });
}

async function returnOf({ request, dependencies }: StoreCall) {
  const rma = found(Rma.safeParse(request.params['rma']).data ?? null, UNKNOWN_RETURN);
  return found(await loadReturn(dependencies.db, rma), UNKNOWN_RETURN);
}

async function showReturn(call: StoreCall, status: number, notice: Notice | null = null) {
  const ret = await returnOf(call);
  const story = found(await readReturnStory(call.dependencies.db, ret.rma), UNKNOWN_RETURN);
  const body = counterReturn(await shownFor(call), { ret, story, notice });
  show(call, status, `Return of order ${ret.orderNo}`, body);
}

async function inspect(call: StoreCall): Promise<void> {
  const { rma, orderId } = await returnOf(call);
  await press(call, {
    route: inspectReturnRoute,
    params: { rma },
    orderId,
    body: (fields) => inspectBody(call.storeId, fields),
    refused: (status, { notice }) => showReturn(call, status, notice),
  });
}

export function mountCounterPages(app: Express, doors: Doors, dependencies: ApiDependencies): void {
  const { form, ofStore } = storePages(doors, dependencies);
  const base = '/stores/:storeId/returns';
  const ofOrder = '/returns/orders/{orderId}';
  const ofReturn = '/returns/{rma}';
  app.get(
    base,
    ofStore('/returns', (call) => home(call, 200)),
  );
  app.post(`${base}/find`, form, ofStore('/returns/find', find));
  app.get(
    `${base}/orders/:orderId`,
    ofStore(ofOrder, (call) => showOrder(call, 200)),
  );
  app.post(`${base}/orders/:orderId/preview`, form, ofStore(`${ofOrder}/preview`, preview));
  app.post(`${base}/orders/:orderId/take`, form, ofStore(`${ofOrder}/take`, take));
  app.get(
    `${base}/:rma`,
    ofStore(ofReturn, (call) => showReturn(call, 200)),
  );
  app.post(`${base}/:rma/inspect`, form, ofStore(`${ofReturn}/inspect`, inspect));
}
