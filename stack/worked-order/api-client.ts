/** The API as one of its callers sees it: a key, JSON both ways or bytes as they are, a clear error. */

const CALL_TIMEOUT_MS = 10_000;
const JSON_TYPE = 'application/json';

export interface Api {
  get(path: string): Promise<unknown>;
  put(path: string, body: unknown): Promise<unknown>;
  post(path: string, body: unknown, idempotencyKey?: string): Promise<unknown>;
  postBytes(path: string, bytes: string): Promise<unknown>;
}

export class ApiError extends Error {
  override readonly name = 'ApiError';
}

/** Throws ApiError with the problem's own words on any status of 400 and above. */
export function apiClient(baseUrl: string, key?: string): Api {
  const call = async (
    method: string,
    path: string,
    body?: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<unknown> => {
    const response = await fetch(new URL(path, baseUrl), {
      method,
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
      headers: {
        'content-type': JSON_TYPE,
        ...(key ? { authorization: `Bearer ${key}` } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    if (!response.ok) throw new ApiError(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  };
  return {
    get: (path) => call('GET', path),
    put: (path, body) => call('PUT', path, JSON.stringify(body)),
    post: (path, body, idempotencyKey) =>
      call(
        'POST',
        path,
        JSON.stringify(body),
        idempotencyKey ? { 'idempotency-key': idempotencyKey } : {},
      ),
    postBytes: (path, bytes) =>
      call('POST', path, bytes, { 'content-type': 'application/octet-stream' }),
  };
}
