/** Puts routes on a server: key, role, limits, work, answer; unknown paths and wrong methods. */
import { type Express, type NextFunction, type Request, type Response } from 'express';
import type { ApiDependencies } from '../dependencies';
import { requireRight, type Authenticate, type Caller } from './authenticate';
import type { Answer } from './keyed';
import type { KeyLimit } from './limits';
import { Problem } from './problem';
import type { Route } from './route';

/** Nobody is asked for a key on such a route, and nobody is named in its log. */
const ANONYMOUS: Caller = {
  role: 'auditor',
  label: 'anonymous',
  callerId: '-',
  channels: [],
  sources: [],
  types: [],
  storeId: null,
  othersSources: [],
};

export function sendAnswer(response: Response, answer: Answer): void {
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  response.status(answer.status);
  if (answer.body === undefined) response.end();
  else if (answer.status >= 400) {
    response.type('application/problem+json').send(JSON.stringify(answer.body));
  } else response.json(answer.body);
}

/** `/v1/orders/{orderId}` → `/v1/orders/:orderId`. */
function expressPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}

export interface Doors {
  readonly authenticate: Authenticate;
  readonly limit: KeyLimit;
}

export function mountRoutes(
  app: Express,
  routes: readonly Route[],
  doors: Doors,
  dependencies: ApiDependencies,
): void {
  for (const route of routes) {
    const serve = async (request: Request, response: Response, next: NextFunction) => {
      response.locals['route'] = route.path;
      try {
        // What a key opens has people or money in it: no cache on the way keeps it.
        if (route.roles !== null) response.setHeader('Cache-Control', 'no-store');
        const caller = route.roles === null ? ANONYMOUS : await doors.authenticate(request);
        if (route.roles !== null) {
          response.locals['caller'] = caller;
          requireRight(caller, route.roles, route.sameAs);
          await doors.limit(request, response);
        }
        const answer = await route.serve(request, response, caller, dependencies);
        if (answer !== null) sendAnswer(response, answer);
      } catch (error) {
        next(error);
      }
    };
    app[route.method](expressPath(route.path), serve);
  }
  refuseOtherMethods(app, routes);
}

function refuseOtherMethods(app: Express, routes: readonly Route[]): void {
  for (const path of new Set(routes.map((route) => route.path))) {
    const offered = routes.filter((route) => route.path === path);
    const methods = offered.map((route) => route.method.toUpperCase());
    const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : [])].join(', ');
    app.all(expressPath(path), (request, _response, next) => {
      next(
        new Problem('method_not_allowed', `${request.method} is not offered here`, {
          headers: { Allow: allow },
        }),
      );
    });
  }
  app.use((_request, _response, next) => {
    next(new Problem('not_found', 'there is no such path; /docs lists them all'));
  });
}
