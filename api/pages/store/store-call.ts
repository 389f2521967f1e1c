/** A request for a page of one store: who may see it, and what its errors look like there. */
import { LocationId } from '../../../canonical/schema/ids';
import { findLocation } from '../../../store/master/locations';
import type { ApiDependencies } from '../../dependencies';
import { locationSeen } from '../../http/authenticate';
import type { Doors } from '../../http/mount';
import { Problem, toProblem } from '../../http/problem';
import { found } from '../../http/route';
import { STORES } from '../areas';
import { pagesOf, problemPage, send, type PageCall, type PageKind } from '../page-call';
import { requireOwnPage, type Session } from '../session';
import { signedIn } from '../sign-in';
import { problemWords } from './store-words';

export const NO_STORE = 'there is no such store';
const FORM_LIMIT_BYTES = 262_144;
/** Two fields for each line of an order, and some. */
const MAX_FIELDS = 20_100;

export interface StoreCall extends PageCall {
  readonly session: Session;
  readonly storeId: string;
}

export const isFromScript = ({ request }: PageCall) => request.get('accept') === 'application/json';

/** Another's store is refused in the same words whether or not there is one. @throws Problem */
function storeOf({ request }: PageCall, { caller }: Session): string {
  const parsed = LocationId.safeParse(request.params['storeId']);
  const storeId = parsed.success ? parsed.data : '';
  if (locationSeen(caller, storeId) !== storeId) {
    throw new Problem('forbidden', 'this is the page of another store');
  }
  return storeId;
}

/** Its name and clock. @throws Problem not_found */
export async function placeOf({ dependencies, storeId }: StoreCall) {
  const place = found(await findLocation(dependencies.db, storeId), NO_STORE);
  if (place.kind !== 'store') throw new Problem('not_found', NO_STORE);
  return place;
}

/** In words for the page's script; else as a page. What is a fault of ours the last one logs. */
function showStoreProblem(call: PageCall, error: unknown): void {
  const { response } = call;
  const problem = toProblem(error);
  if (problem.code === 'internal' || response.headersSent) throw error;
  response.locals['problem'] = problem.code;
  if (isFromScript(call)) {
    response.setHeader('Cache-Control', 'no-store');
    response.status(problem.status).json({ text: problemWords(problem) });
    return;
  }
  send(response, problem.status, problemPage(problem, { href: '/stores', title: 'Your store' }));
}

const STORE_PAGES: PageKind = {
  maxFormBytes: FORM_LIMIT_BYTES,
  maxFields: MAX_FIELDS,
  showProblem: showStoreProblem,
};

/** Handlers of the stores' pages; `ofStore` for those of one store. */
export function storePages(doors: Doors, dependencies: ApiDependencies) {
  const { form, page } = pagesOf(STORE_PAGES, { doors, dependencies });
  return {
    form,
    page,
    ofStore: (route: string, work: (call: StoreCall) => Promise<void>) =>
      page(`/stores/{storeId}${route}`, async (call) => {
        if (call.request.method === 'POST') requireOwnPage(call.request);
        const session = await signedIn(call, STORES);
        if (session !== null) await work({ ...call, session, storeId: storeOf(call, session) });
      }),
  };
}
