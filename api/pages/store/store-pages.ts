/**
 * `/stores/{storeId}`: what a store does with its pickups. A press is the API's own: the same route is
 * asked, in the name of whoever signed in. A store's key sees its own store only.
 */
import type { Express } from 'express';
import { pickupsByCode, pickupsByOrderNo } from '../../../store/pickups/pickup-queries';
import { boardOf, type StoreBoard } from '../../../store/pickups/store-board';
import type { ApiDependencies } from '../../dependencies';
import type { Doors } from '../../http/mount';
import { Problem, toProblem } from '../../http/problem';
import { found, type KeyedRoute } from '../../http/route';
import { countingCodes } from '../../pickup-press';
import { MAY } from '../../roles';
import {
  acceptPickupRoute,
  arrivedPickupRoute,
  extendPickupRoute,
  handOverPickupRoute,
  putBackPickupRoute,
  readyPickupRoute,
  rejectPickupRoute,
  substituteUnitsRoute,
} from '../../routes/pickups';
import { STORES } from '../areas';
import { markup, type Html } from '../html';
import { seeOther, send, type PageCall } from '../page-call';
import { formToken, requireFormToken } from '../session';
import { fieldsOf, mountSignIn, readerHtml, signedIn } from '../sign-in';
import { mountCounterPages } from '../counter/counter-pages';
import { boardHtml, boardVersion } from './board-html';
import { pressBody } from './press-body';
import { BOARD_SCRIPTS, mountScripts } from './script-files';
import { isFromScript, NO_STORE, placeOf, storePages, type StoreCall } from './store-call';
import { STORE_STYLE } from './store-style';
import { foundWords, problemWords } from './store-words';
import { tabsHtml } from './tabs';

const UNKNOWN_HERE = 'no order of this store has this number or code';
const MAX_FIND_CHARS = 80;

const PRESSES: Readonly<Record<string, KeyedRoute>> = {
  accept: acceptPickupRoute,
  ready: readyPickupRoute,
  arrived: arrivedPickupRoute,
  'hand-over': handOverPickupRoute,
  reject: rejectPickupRoute,
  substitute: substituteUnitsRoute,
  extend: extendPickupRoute,
  'put-back': putBackPickupRoute,
};

async function boardFor({ dependencies, storeId }: StoreCall): Promise<StoreBoard> {
  return found(await boardOf(dependencies.db, storeId), NO_STORE);
}

function boardPart({ session, storeId }: StoreCall, board: StoreBoard): Html {
  return boardHtml(board, {
    storeId,
    timeZone: board.timeZone,
    formToken: formToken(session),
    mayPress: MAY.pressPickups.some((role) => role === session.caller.role),
  });
}

interface Notice {
  readonly text: string;
  readonly isProblem: boolean;
}

async function showStore(call: StoreCall, status: number, notice: Notice | null): Promise<void> {
  const { response, session, storeId } = call;
  const [{ name }, board] = await Promise.all([placeOf(call), boardFor(call)]);
  const body = markup`<h1>${name}</h1>
    ${tabsHtml(storeId, 'pickups')}
    <div id="top">
    <form id="find" role="search" method="post" action="/stores/${storeId}/find">
      <input type="hidden" name="token" value="${formToken(session)}" />
      <label for="text">Order number or pickup code</label
      ><input
        id="text"
        name="text"
        placeholder="Scan or type an order or code"
        maxlength="${MAX_FIND_CHARS}"
        autocomplete="off"
        autocapitalize="characters"
        spellcheck="false"
        enterkeyhint="search"
        required
        autofocus
      /><button>Find</button>
    </form>
    <div id="network" role="status"></div>
    <div id="notes" role="alert">
      ${notice && markup`<div class="note ${notice.isProblem ? 'problem' : ''}">${notice.text}</div>`}
    </div>
    <p id="found" role="status"></p></div>
    ${boardPart(call, board)}`;
  const dressed = { style: STORE_STYLE, scripts: BOARD_SCRIPTS };
  send(response, status, { title: name, body, reader: readerHtml(session, STORES), ...dressed });
}

/** What changed, for the page's script; nothing where it shows that already. */
async function readBoard(call: StoreCall): Promise<void> {
  const board = await boardFor(call);
  const { request, response } = call;
  response.setHeader('Cache-Control', 'no-store');
  if (request.query['seen'] === boardVersion(board)) response.status(204).end();
  else response.type('html').send(boardPart(call, board).toString());
}

/** A number as it is read out, or the code that a customer shows: one that is not known is counted. */
async function lookUp({ dependencies, session, storeId }: StoreCall, text: string) {
  const { db } = dependencies;
  const byNumber = await pickupsByOrderNo(db, storeId, text);
  if (byNumber.length > 0) return { rows: byNumber, isByCode: false };
  return countingCodes(session.caller, async () => {
    const rows = await pickupsByCode(db, storeId, text.toUpperCase());
    if (rows.length === 0) throw new Problem('pickup_code', UNKNOWN_HERE);
    return { rows, isByCode: true };
  });
}

async function find(call: StoreCall): Promise<void> {
  const { request, response, session } = call;
  const fields = fieldsOf(request);
  requireFormToken(session, fields['token'] ?? '');
  const text = (fields['text'] ?? '').trim().replace(/^#/, '').slice(0, MAX_FIND_CHARS);
  const { rows, isByCode } = await lookUp(call, text);
  const words = rows.map(foundWords).join(' ');
  if (!isFromScript(call)) return showStore(call, 200, { text: words, isProblem: false });
  response.setHeader('Cache-Control', 'no-store');
  response.json({ text: words, isByCode, pickupIds: rows.map(({ pickupId }) => pickupId) });
}

async function press(call: StoreCall): Promise<void> {
  const { request, response, dependencies, session, storeId } = call;
  const { token = '', key = '', ...fields } = fieldsOf(request);
  requireFormToken(session, token);
  const name = String(request.params['press']);
  const route = Object.hasOwn(PRESSES, name) ? PRESSES[name] : undefined;
  if (route === undefined) throw new Problem('not_found', 'there is no such press');
  const params = { pickupId: String(request.params['pickupId']) };
  const asked = { params, caller: session.caller, request, response };
  try {
    const json = pressBody(name, fields);
    const answer = await route.ask({ ...asked, json, idempotencyKey: key }, dependencies);
    if (answer.status >= 400) throw refusedBefore(answer.body);
  } catch (error) {
    const problem = toProblem(error);
    if (problem.status >= 500 || isFromScript(call)) throw problem;
    response.locals['problem'] = problem.code;
    return showStore(call, problem.status, { text: problemWords(problem), isProblem: true });
  }
  if (isFromScript(call)) response.json({});
  else seeOther(response, `/stores/${storeId}`);
}

/** The answer that the key had the first time. */
function refusedBefore(body: unknown): Problem {
  const { code, detail } = body as { code: Problem['code']; detail: string };
  return new Problem(code, detail);
}

async function home(call: PageCall): Promise<void> {
  const session = await signedIn(call, STORES);
  if (session === null) return;
  const { storeId } = session.caller;
  if (storeId !== null) return seeOther(call.response, `/stores/${storeId}`);
  const body = markup`<h1>Stores</h1>
    <p>The page of a store is <code>/stores/</code> and its id.</p>`;
  send(call.response, 200, { title: 'Stores', body, reader: readerHtml(session, STORES) });
}

export function mountStorePages(app: Express, doors: Doors, dependencies: ApiDependencies): void {
  const { form, page, ofStore } = storePages(doors, dependencies);
  mountScripts(app);
  app.get('/stores', page('/stores', home));
  mountSignIn(app, STORES, { form, page });
  app.get(
    '/stores/:storeId',
    ofStore('', (call) => showStore(call, 200, null)),
  );
  mountCounterPages(app, doors, dependencies);
  app.get('/stores/:storeId/board', ofStore('/board', readBoard));
  app.post('/stores/:storeId/find', form, ofStore('/find', find));
  const onePress = '/pickups/{pickupId}/{press}';
  app.post('/stores/:storeId/pickups/:pickupId/:press', form, ofStore(onePress, press));
}
