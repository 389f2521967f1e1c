/** One request for a page, and how it is answered. */
import type { Request, Response } from 'express';
import type { ApiDependencies } from '../dependencies';
import type { Doors } from '../http/mount';
import { PAGE_HEADERS, pageText, type Page } from './html';

export interface PageCall {
  readonly request: Request;
  readonly response: Response;
  readonly doors: Doors;
  readonly dependencies: ApiDependencies;
}

export function send(response: Response, status: number, page: Page): void {
  for (const [name, value] of Object.entries(PAGE_HEADERS)) response.setHeader(name, value);
  response.status(status).send(pageText(page));
}

/** After a form: the browser reads the page anew, and sends nothing twice. */
export function seeOther(response: Response, path: string): void {
  response.setHeader('Cache-Control', 'no-store');
  response.redirect(303, path);
}
