/** Pages for people: home, the API's reference, and the document that it is rendered from. */
import type { Express } from 'express';
import type { Configuration } from '../../canonical/schema/configuration';
import { openApiDocument } from './document';
import { homePage, referencePage } from './render';

export function mountPages(app: Express, configuration: Configuration): void {
  let reference: string | undefined;
  app.get('/', (_request, response) => {
    response.type('html').send(homePage(configuration));
  });
  app.get('/openapi.json', (_request, response) => {
    response.json(openApiDocument());
  });
  app.get('/docs', (_request, response) => {
    reference ??= referencePage(openApiDocument());
    response.type('html').send(reference);
  });
}
