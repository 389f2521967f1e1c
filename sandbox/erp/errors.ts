/** Errors in the shape of NetSuite's REST services. */
import type { Answer } from '../system';

export interface ErrorDetail {
  detail: string;
  code: string;
  path?: string;
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  413: 'Content Too Large',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

const DETAILS_MAX = 100;

export function netsuiteError(status: number, details: readonly ErrorDetail[]): Answer {
  return {
    status,
    headers: { 'content-type': 'application/vnd.oracle.resource+json; type=error' },
    body: {
      type: 'https://www.rfc-editor.org/rfc/rfc9110.html#name-status-codes',
      title: TITLES[status] ?? 'Error',
      status,
      'o:errorDetails': details.slice(0, DETAILS_MAX).map(({ detail, code, path }) => ({
        detail,
        'o:errorPath': path,
        'o:errorCode': code,
      })),
    },
  };
}
