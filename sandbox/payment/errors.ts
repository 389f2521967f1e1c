/** Errors in Stripe's shape. https://docs.stripe.com/api/errors */
import type { Answer } from '../system';

export interface StripeError {
  type: 'invalid_request_error' | 'card_error' | 'idempotency_error' | 'api_error';
  code?: string;
  message: string;
  param?: string;
  decline_code?: string;
  payment_intent?: unknown;
  charge?: string;
}

export function stripeError(status: number, error: StripeError): Answer {
  return { status, body: { error: { ...error, doc_url: docUrl(error.code) } } };
}

export function invalidRequest(message: string, param?: string, code?: string): Answer {
  return stripeError(400, { type: 'invalid_request_error', message, param, code });
}

export function noSuch(what: string, id: string, param: string): Answer {
  return stripeError(404, {
    type: 'invalid_request_error',
    code: 'resource_missing',
    message: `No such ${what}: '${id}'`,
    param,
  });
}

function docUrl(code: string | undefined): string | undefined {
  if (code === undefined) return undefined;
  return `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}`;
}
