/**
 * What the gateway is held against: the least that Node can do. `relay PORT`: node:http in front, the body gathered,
 * undici's dispatch behind, headers and chunks passed on at once. `hello`: node:http that reads the body and answers
 * from memory. Neither parses, counts, limits or protects anything.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';

const [mode, upstreamPort] = process.argv.slice(2);
const ANSWER = Buffer.from(JSON.stringify({ answer: 'x'.repeat(557) }));
const pool =
  mode === 'relay'
    ? new Pool(`http://127.0.0.1:${upstreamPort ?? ''}`, { connections: 1_024, pipelining: 1 })
    : null;

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
    if (pool === null) {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': ANSWER.length });
      response.end(ANSWER);
    } else relay(pool, request, response, body);
  });
});

function relay(to: Pool, request: IncomingMessage, response: ServerResponse, body: Buffer): void {
  to.dispatch(
    {
      method: request.method as 'POST',
      path: request.url ?? '/',
      headers: {
        'content-type': request.headers['content-type'] ?? '',
        'content-length': String(body.length),
      },
      body,
    },
    {
      onRequestStart: () => undefined,
      onResponseStart(_controller, status, headers) {
        response.writeHead(status, headers as Record<string, string>);
        response.flushHeaders();
      },
      onResponseData(_controller, chunk) {
        response.write(chunk);
      },
      onResponseEnd() {
        response.end();
      },
      onResponseError() {
        response.destroy();
      },
    },
  );
}

server.keepAliveTimeout = 60_000;
// A profile is written when the process ends by itself.
process.on('SIGTERM', () => process.exit(0));
server.listen(0, '127.0.0.1', 4_096, () => {
  process.stdout.write(`port ${String((server.address() as AddressInfo).port)}\n`);
});
