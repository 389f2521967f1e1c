/** A runaway client is stopped; a peak is not. */
import { createServer } from 'node:http';
import express from 'express';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KEY_REQUESTS_PER_SECOND, keyLimit } from '../../api/http/limits';
import { sendProblem, toProblem } from '../../api/http/problem';

const LIMIT = 5;
const app = express();
const limit = keyLimit(LIMIT);
app.use((request, response, next) => {
  response.locals['caller'] = { callerId: request.get('x-caller') };
  limit(request, response).then(
    () => response.end(),
    (error: unknown) => sendProblem(response, toProblem(error)),
  );
  void next;
});
const server = createServer(app);
let url = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

test('a key over its limit is told to come again, other keys are served', async () => {
  const call = (caller: string) => fetch(url, { headers: { 'x-caller': caller } });
  const answers = await Promise.all(Array.from({ length: LIMIT + 1 }, () => call('a')));
  const refused = answers.filter((answer) => answer.status === 429);
  expect(refused).toHaveLength(1);
  expect(refused[0]?.headers.get('retry-after')).toBe('1');
  expect(await refused[0]?.json()).toMatchObject({ code: 'rate_limited', retryable: true });
  expect((await call('b')).status).toBe(200);
});

test("a flash sale's 300 orders a second from one shop stay far below the limit", () => {
  expect(KEY_REQUESTS_PER_SECOND).toBeGreaterThanOrEqual(4 * 300);
});
