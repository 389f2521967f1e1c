/** One request for a page, and how it is answered. */
import express, {
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import type { ApiDependencies } from '../dependencies';
import type { Doors } from '../http/mount';
import { toProblem, type Problem } from '../http/problem';
import { markup, pageHeaders, pageText, type Page } from './html';

export interface PageCall {
  readonly request: Request;
  readonly response: Response;
  readonly doors: Doors;
  readonly dependencies: ApiDependencies;
}

export function send(response: Response, status: number, page: Page): void {
  for (const [name, value] of Object.entries(pageHeaders(page))) response.setHeader(name, value);
  response.status(status).send(pageText(page));
}

/** How a set of pages is served: the forms that it takes, and what it shows of an error. */
export interface PageKind {
  readonly maxFormBytes: number;
  readonly maxFields: number;
  /** Throws what the last middleware is to log. */
  showProblem(call: PageCall, error: unknown): void;
}

/** Handlers of such pages, each known to metrics and logs by its route. */
export function pagesOf(
  { maxFormBytes: limit, maxFields: parameterLimit, showProblem }: PageKind,
  of: Pick<PageCall, 'doors' | 'dependencies'>,
) {
  return {
    form: express.urlencoded({ extended: false, limit, parameterLimit }),
    page:
      (route: string, work: (call: PageCall) => Promise<void>): RequestHandler =>
      (request: Request, response: Response, next: NextFunction) => {
        response.locals['route'] = route;
        const call = { request, response, ...of };
        work(call)
          .catch((error: unknown) => showProblem(call, error))
          .catch(next);
      },
  };
}

/** After a form: the browser reads the page anew, and sends nothing twice. */
export function seeOther(response: Response, path: string): void {
  response.setHeader('Cache-Control', 'no-store');
  response.redirect(303, path);
}

/** Shows what went wrong, and where to go on; a fault of ours is the last middleware's to log. */
export const problemShown =
  (goOn: { readonly href: string; readonly title: string }): PageKind['showProblem'] =>
  ({ response }, error) => {
    const problem = toProblem(error);
    if (problem.code === 'internal' || response.headersSent) throw error;
    response.locals['problem'] = problem.code;
    send(response, problem.status, problemPage(problem, goOn));
  };

/** A no to what was pressed, for the page that it was pressed on. @throws what is no such no */
export function refusalOf(response: Response, error: unknown): Problem {
  const problem = toProblem(error);
  if (problem.status >= 500 || problem.code === 'not_found') throw error;
  response.locals['problem'] = problem.code;
  return problem;
}

/** What went wrong, and where to go on. */
export function problemPage(
  { detail }: Problem,
  { href, title }: { readonly href: string; readonly title: string },
): Page {
  return {
    title: 'That did not work',
    body: markup`<h1>That did not work</h1>
      <div class="note problem">${detail}</div>
      <p><a href="${href}">${title}</a></p>`,
  };
}
