/** Signing in to the pages, and out. */
import type { Request } from 'express';
import { z } from 'zod';
import { ExceptionId } from '../../canonical/schema/ids';
import { requireRight } from '../http/authenticate';
import { toProblem } from '../http/problem';
import { MAY } from '../roles';
import { markup, type Html, type Page } from './html';
import { seeOther, send, type PageCall } from './page-call';
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
export function readerHtml(session: Session): Html {
  const { label, role } = session.caller;
  return markup`${label === role ? role : `${label} (${role})`} ·
    <form method="post" action="/exceptions/sign-out">
      <input type="hidden" name="token" value="${formToken(session)}" /><button class="plain">
        Sign out
      </button>
    </form>`;
}

function signInPage(exceptionId: string, problem: string | null): Page {
  return {
    title: 'Sign in',
    body: markup`<h1>Sign in</h1>
      <p>With your key. It is asked for once in eight hours and is not kept in this browser.</p>
      ${problem && markup`<div class="note problem">${problem}</div>`}
      <form class="card" method="post" action="/exceptions/sign-in">
        <input type="hidden" name="exceptionId" value="${exceptionId}" /><label for="key">Key</label
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
export async function signedIn(call: PageCall): Promise<Session | null> {
  const { request, response, doors, dependencies } = call;
  const session = await readSession(request, dependencies);
  if (session !== null) {
    response.locals['caller'] = session.caller;
    requireRight(session.caller, MAY.readExceptions);
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
    const id = ExceptionId.safeParse(request.params['exceptionId']).data ?? '';
    send(response, 401, signInPage(id, null));
  }
  return null;
}

export async function signIn({ request, response, doors, dependencies }: PageCall) {
  requireOwnPage(request);
  const fields = fieldsOf(request);
  const key = (fields['key'] ?? '').trim();
  const to = ExceptionId.safeParse(fields['exceptionId']).data ?? '';
  try {
    // The door of the API: what limits and refuses a bearer key does so here.
    request.headers.authorization = `Bearer ${key}`;
    const caller = await doors.authenticate(request);
    response.locals['caller'] = caller;
    requireRight(caller, MAY.readExceptions);
  } catch (error) {
    const problem = toProblem(error);
    if (problem.status !== 401 && problem.status !== 403) throw problem;
    const why = problem.status === 401 ? 'This key is not known here.' : problem.detail;
    return send(response, problem.status, signInPage(to, why));
  }
  await openSession(request, response, key, dependencies);
  seeOther(response, to === '' ? '/exceptions' : `/exceptions/${to}`);
}

export async function signOut({ request, response, dependencies }: PageCall) {
  requireOwnPage(request);
  const session = await readSession(request, dependencies);
  if (session !== null) {
    requireFormToken(session, fieldsOf(request)['token'] ?? '');
    await closeSession(request, response, session, dependencies);
  }
  seeOther(response, '/exceptions');
}
