// Stands in for sandbox, worker and API in tests of the supervisor: answers on its ports with the
// health that is asked for, and behaves on signals and a lost channel as the real ones do.
// Environment: STAND_IN_PORTS, blank or a comma-separated list.
import http from 'node:http';

const ports = (process.env['STAND_IN_PORTS'] ?? '').split(',').filter(Boolean).map(Number);
const servers = ports.map((port) =>
  http
    .createServer((_request, response) => response.end('{"status":"ok"}'))
    .listen(port, '127.0.0.1'),
);

function end(): void {
  for (const server of servers) server.close();
  process.exit(0);
}

process.on('SIGTERM', end);
process.on('disconnect', end);
process.send?.({ ready: true });
