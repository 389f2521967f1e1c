/**
 * Who reads a page. A key is typed once into a form; from then on a cookie that no script and no
 * other site can use stands for it. Forms carry a token that only a page of that session has.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Request, Response } from 'express';
import { apiKeyHash } from '../../store/access/api-keys';
import {
  closePageSession,
  findPageSession,
  openPageSession,
} from '../../store/access/page-sessions';
import type { ApiDependencies } from '../dependencies';
import { callerOf, type Caller } from '../http/authenticate';
import { Problem } from '../http/problem';
import type { Area } from './areas';

/** A shift; then the key is asked for again. */
const LIFETIME_MS = 8 * 3_600_000;
const TOKEN_BYTES = 32;
const COOKIE = 'throughline_session';

export interface Session {
  readonly token: string;
  readonly caller: Caller;
}

function cookieOf(request: Request): string | undefined {
  const cookies = (request.headers.cookie ?? '').split(';').map((one) => one.trim().split('='));
  return cookies.find(([name]) => name === COOKIE)?.[1];
}

/** Of the pages of the same people only: signed in to a store's, nobody is signed in to support's. */
function cookieOptions(request: Request, path: string, { configuration }: ApiDependencies) {
  const secure = request.secure || configuration.PAGES_URL?.startsWith('https:') === true;
  return { httpOnly: true, sameSite: 'strict', path, secure } as const;
}

/** Null where nobody is signed in, or the key was revoked meanwhile. */
export async function readSession(
  request: Request,
  { db }: ApiDependencies,
): Promise<Session | null> {
  const token = cookieOf(request);
  if (token === undefined) return null;
  const keyHash = await findPageSession(db, apiKeyHash(token));
  const caller = keyHash === null ? null : await callerOf(db, keyHash);
  return caller && { token, caller };
}

export async function openSession(
  request: Request,
  response: Response,
  { key, area }: { readonly key: string; readonly area: Area },
  dependencies: ApiDependencies,
): Promise<void> {
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  const hashes = { tokenHash: apiKeyHash(token), keyHash: apiKeyHash(key) };
  await openPageSession(dependencies.db, { ...hashes, lifetimeMs: LIFETIME_MS });
  for (const path of area.signedInAt) {
    const options = cookieOptions(request, path, dependencies);
    response.cookie(COOKIE, token, { ...options, maxAge: LIFETIME_MS });
  }
}

export async function closeSession(
  request: Request,
  response: Response,
  { session, area }: { readonly session: Session; readonly area: Area },
  dependencies: ApiDependencies,
): Promise<void> {
  await closePageSession(dependencies.db, apiKeyHash(session.token));
  for (const path of area.signedInAt) {
    response.clearCookie(COOKIE, cookieOptions(request, path, dependencies));
  }
}

/** What the forms of a session's pages carry. */
export function formToken({ token }: Session): string {
  return createHmac('sha256', token).update('form').digest('base64url');
}

/** @throws Problem forbidden, for a form that no page of this session has shown */
export function requireFormToken(session: Session, given: string): void {
  const wanted = Buffer.from(formToken(session));
  const sent = Buffer.from(given);
  if (sent.length === wanted.length && timingSafeEqual(sent, wanted)) return;
  throw new Problem('forbidden', 'this form is not of your session: open the page again');
}

/**
 * Browsers say where a form was: a page of another site may neither decide nor sign anybody in.
 * @throws Problem forbidden
 */
export function requireOwnPage(request: Request): void {
  const site = request.get('sec-fetch-site');
  const origin = request.get('origin');
  const isOwn =
    site === undefined
      ? origin === undefined || hostOf(origin) === request.get('host')
      : site === 'same-origin';
  if (!isOwn) throw new Problem('forbidden', 'this form was sent from another site');
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}
