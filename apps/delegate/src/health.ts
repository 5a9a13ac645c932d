import { createServer, type Server } from 'node:http';

/** Answers probes: `/healthz` while the process works, `/readyz` while it is connected. The only thing a delegate listens with. */
export function serveHealth(port: number, state: { connected: () => boolean }): Server {
  const server = createServer((request, response) => {
    const known = request.url === '/healthz' || request.url === '/readyz';
    const good = request.url === '/healthz' || state.connected();
    response.writeHead(known ? (good ? 200 : 503) : 404, { 'content-type': 'text/plain' });
    response.end(known ? (good ? 'ok\n' : 'not connected to the control plane\n') : 'not found\n');
  });
  server.requestTimeout = 5000;
  server.listen(port);
  server.unref();
  return server;
}
