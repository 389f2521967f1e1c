/** Is this process alive, and does it take work? */
import { createServer, type Server } from 'node:http';

export interface Readiness {
  /** What is missing, in words; empty when everything polls. */
  missing(): Promise<readonly string[]>;
}

/** `GET /healthz` and `GET /readyz` on the loopback; other paths are 404. */
export function serveHealth(port: number, readiness: Readiness): Promise<Server> {
  const server = createServer((request, response) => {
    const answer = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    if (request.url === '/healthz') return answer(200, { status: 'ok' });
    if (request.url !== '/readyz') return answer(404, { status: 'not found' });
    readiness
      .missing()
      .then((missing) =>
        answer(missing.length === 0 ? 200 : 503, {
          status: missing.length === 0 ? 'ready' : 'not ready',
          missing,
        }),
      )
      .catch(() => answer(503, { status: 'not ready', missing: ['unknown'] }));
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
