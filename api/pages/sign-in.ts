/** Signing in to an area of the pages, and out. */
import type { Express, Request } from 'express';
import { z } from 'zod';
import { requireRight } from '../http/authenticate';
import { toProblem } from '../http/problem';
import { idAsked, type Area } from './areas';
import { markup, type Html, type Page } from './html';
import { seeOther, send, type PageCall, type pagesOf } from './page-call';
import {
  closeSession,
  formToken,
  openSession,
  readSession,
  requireFormToken,
  requireOwnPage,
  type Session,
} from './session';

const Fields = z.record(z.string(), z.string());

/** What was typed; a field that comes twice is no form of ours. */
export function fieldsOf(request: Request): z.infer<typeof Fields> {
  return Fields.safeParse(request.body).data ?? {};
}

/** Who reads, and the way out: at the head of their pages. */
export function readerHtml(session: Session, { path }: Area): Html {
  const { label, role } = session.caller;
  return markup`${label === role ? role : `${label} (${role})`} ·
    <form method="post" action="${path}/sign-out">
      <input type="hidden" name="token" value="${formToken(session)}" /><button class="plain">
        Sign out
      </button>
    </form>`;
}

/** The page that somebody came for; a path of the area, whatever a form says. */
function pathAsked({ path }: Area, asked: string): string {
  const isOne = asked.startsWith(`${path}/`) && /^(\/[\w.-]+)+$/.test(asked);
  return isOne && !asked.startsWith(`${path}/sign-`) ? asked : '';
}

interface SigningIn {
  readonly id: string;
  /** Where to go on; empty where the id says it. */
  readonly at: string;
  readonly problem: string | null;
}

function signInPage({ path, param }: Area, { id, at, problem }: SigningIn): Page {
  return {
    title: 'Sign in',
    body: markup`<h1>Sign in</h1>
      <p>With your key. It is asked for once in eight hours and is not kept in this browser.</p>
      ${problem && markup`<div class="note problem">${problem}</div>`}
      <form class="card" method="post" action="${path}/sign-in">
        <input type="hidden" name="${param}" value="${id}" /><input
          type="hidden"
          name="at"
          value="${at}"
        /><label for="key">Key</label
        ><input
          id="key"
          name="key"
          type="password"
          autocomplete="current-password"
          maxlength="512"
          required
          autofocus
        />
        <button>Sign in</button>
      </form>`,
  };
}

/**
 * Whoever is signed in, with the rights and the limits of their key; null where the reader was asked
 * to sign in.
 */
export async function signedIn(call: PageCall, area: Area): Promise<Session | null> {
  const { request, response, doors, dependencies } = call;
  const session = await readSession(request, dependencies);
  if (session !== null) {
    response.locals['caller'] = session.caller;
    requireRight(session.caller, area.roles);
    await doors.limit(request, response);
    return session;
  }
  const isAgain = request.query['again'] !== undefined;
  if (request.get('sec-fetch-site') === 'cross-site' && request.method === 'GET' && !isAgain) {
    // A strict cookie does not come along with a link on another site: it does from our own page.
    const own = `${request.path}?again=1`;
    const body = markup`<p><a href="${own}">Go on</a></p>`;
    send(response, 200, { title: 'Throughline', body, goesOnTo: own });
  } else {
    const id = idAsked(area, request.params);
    const at = request.method === 'GET' ? pathAsked(area, request.path) : '';
    send(response, 401, signInPage(area, { id, at, problem: null }));
  }
  return null;
}

async function signIn({ request, response, doors, dependencies }: PageCall, area: Area) {
  requireOwnPage(request);
  const fields = fieldsOf(request);
  const key = (fields['key'] ?? '').trim();
  const id = idAsked(area, fields);
  const at = pathAsked(area, fields['at'] ?? '');
  try {
    // The door of the API: what limits and refuses a bearer key does so here.
    request.headers.authorization = `Bearer ${key}`;
    const caller = await doors.authenticate(request);
    response.locals['caller'] = caller;
    requireRight(caller, area.roles);
  } catch (error) {
    const problem = toProblem(error);
    if (problem.status !== 401 && problem.status !== 403) throw problem;
    const why = problem.status === 401 ? 'This key is not known here.' : problem.detail;
    return send(response, problem.status, signInPage(area, { id, at, problem: why }));
  }
  await openSession(request, response, { key, area }, dependencies);
  seeOther(response, at || (id === '' ? area.path : `${area.path}/${id}`));
}

async function signOut({ request, response, dependencies }: PageCall, area: Area) {
  requireOwnPage(request);
  const session = await readSession(request, dependencies);
  if (session !== null) {
    requireFormToken(session, fieldsOf(request)['token'] ?? '');
    await closeSession(request, response, { session, area }, dependencies);
  }
  seeOther(response, area.path);
}

/** Where people sign in to a part of the pages, and out of it. */
export function mountSignIn(app: Express, area: Area, { form, page }: ReturnType<typeof pagesOf>) {
  const [at, out] = [`${area.path}/sign-in`, `${area.path}/sign-out`];
  app.post(
    at,
    form,
    page(at, (call) => signIn(call, area)),
  );
  app.post(
    out,
    form,
    page(out, (call) => signOut(call, area)),
  );
}
