/** The HTTP server as a value: middleware in order, then the table of routes. */
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import helmet from 'helmet';
import { measureAccepts } from './accept-latency';
import type { ApiDependencies } from './dependencies';
import { createAuthenticate } from './http/authenticate';
import { correlate, correlatedOf } from './http/correlation';
import { addressLimit, keyLimit } from './http/limits';
import { faultFields, requestLog } from './http/logging';
import { mountRoutes } from './http/mount';
import { Problem, sendProblem, toProblem } from './http/problem';
import { createMetrics } from './metrics';
import { openApiDocument } from './openapi/document';
import { referencePage } from './openapi/render';
import { mountPages } from './pages/pages';
import { routes } from './routes';

/** Pages carry their style inline and load nothing; TLS and HSTS belong to what stands in front. */
function securityHeaders() {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: ["'unsafe-inline'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: false,
  });
}

/** What needs no store. */
const OPEN_AT_START = new Set(['/', '/healthz', '/readyz']);

/** Builds the app; it listens nowhere yet. */
export function createApp(dependencies: ApiDependencies): Express {
  const { db, log, storage, stage } = dependencies;
  const app = express();
  const metrics = createMetrics(db);
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.use(metrics.observe, requestLog(log), securityHeaders(), correlate, addressLimit());
  app.post('/v1/orders', measureAccepts(db, log));
  app.get('/metrics', (_request, response, next) => {
    metrics.render().then(({ text, mediaType }) => response.type(mediaType).send(text), next);
  });
  app.get('/openapi.json', (_request, response) => {
    response.json(openApiDocument());
  });
  app.get('/docs', (_request, response) => {
    response.type('html').send(referencePage(openApiDocument()));
  });
  const doors = {
    authenticate: createAuthenticate(db, Date.now, metrics.keyRefused),
    limit: keyLimit(),
  };
  app.use((request, _response, next) => {
    if (stage() !== 'starting' || OPEN_AT_START.has(request.path)) return next();
    next(new Problem('unavailable', 'it is starting; /readyz names what it waits for'));
  });
  mountPages(app, doors, dependencies);
  mountRoutes(app, routes, doors, dependencies);
  // Express knows an error handler by its four parameters.
  app.use((error: unknown, _request: Request, response: Response, next: NextFunction) => {
    storage.saw(error);
    const problem = toProblem(error);
    response.locals['problem'] = problem.code;
    if (problem.code === 'internal') log.error(faultFields(error), 'unexpected failure');
    if (response.headersSent) return next(error);
    sendProblem(response, problem, correlatedOf(response).correlationId);
  });
  return app;
}
