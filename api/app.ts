/** The HTTP server as a value: middleware in order, then the table of routes. */
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import helmet from 'helmet';
import type { ApiDependencies } from './dependencies';
import { createAuthenticate } from './http/authenticate';
import { correlate, correlatedOf } from './http/correlation';
import { addressLimit, keyLimit } from './http/limits';
import { faultFields, requestLog } from './http/logging';
import { mountRoutes } from './http/mount';
import { sendProblem, toProblem } from './http/problem';
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

/** Builds the app; it listens nowhere yet. */
export function createApp(dependencies: ApiDependencies): Express {
  const { db, log } = dependencies;
  const app = express();
  const metrics = createMetrics(db);
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.use(metrics.observe, requestLog(log), securityHeaders(), correlate, addressLimit());
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
  mountPages(app, doors, dependencies);
  mountRoutes(app, routes, doors, dependencies);
  // Express knows an error handler by its four parameters.
  app.use((error: unknown, _request: Request, response: Response, next: NextFunction) => {
    const problem = toProblem(error);
    response.locals['problem'] = problem.code;
    if (problem.code === 'internal') log.error(faultFields(error), 'unexpected failure');
    if (response.headersSent) return next(error);
    sendProblem(response, problem, correlatedOf(response).correlationId);
  });
  return app;
}
