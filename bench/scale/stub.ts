/**
 * The server behind the gateway while its cost is measured: answers like Ollama, at once or in a stream of a steady pace
 * that the question names ("every 500 ms"), until the reader goes away. As many addresses as the first argument says, all
 * in this one process, which must not be what limits; each is said on a line of its own.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const TICK_MS = 5;
const ANSWER = JSON.stringify({
  model: 'm',
  created_at: '2026-01-01T00:00:00Z',
  message: {
    role: 'assistant',
    content: 'An answer of a sentence or two, as long as such answers tend to be. '.repeat(6),
  },
  done: true,
  done_reason: 'stop',
  prompt_eval_count: 26,
  eval_count: 90,
});
const CHUNK = `${JSON.stringify({ model: 'm', created_at: '2026-01-01T00:00:00Z', message: { role: 'assistant', content: 'word ' }, done: false })}\n`;
const LISTINGS: Readonly<Record<string, string>> = {
  '/api/version': '{"version":"0.12.0"}',
  '/api/tags': '{"models":[{"name":"m","model":"m"}]}',
  '/api/ps': '{"models":[]}',
};

interface Stream {
  readonly response: ServerResponse;
  readonly everyMs: number;
  dueAt: number;
}

const streams = new Set<Stream>();
let opened = 0;
setInterval(() => {
  const now = performance.now();
  for (const stream of streams) {
    if (stream.dueAt > now) continue;
    stream.response.write(CHUNK);
    stream.dueAt = Math.max(stream.dueAt + stream.everyMs, now);
  }
}, TICK_MS);

function respond(request: IncomingMessage, response: ServerResponse): void {
  const listing = LISTINGS[request.url ?? ''];
  if (listing !== undefined) {
    response.writeHead(200, { 'content-type': 'application/json' }).end(listing);
    return;
  }
  let body = '';
  request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
  request.on('end', () => {
    const every = /every ([\d.]+) ms/.exec(body)?.[1];
    if (every === undefined) {
      response.writeHead(200, { 'content-type': 'application/json' }).end(ANSWER);
      return;
    }
    response.writeHead(200, { 'content-type': 'application/x-ndjson' }).write(CHUNK);
    const everyMs = Number(every);
    // Spread over the interval by the golden ratio, so that any number of streams is spread evenly.
    opened += 1;
    const stream = { response, everyMs, dueAt: performance.now() + ((opened * 0.618_034) % 1) * everyMs };
    streams.add(stream);
    response.on('close', () => streams.delete(stream));
  });
}

for (let left = Number(process.argv[2] ?? 1); left > 0; left -= 1) {
  const server = createServer({ keepAliveTimeout: 0 }, respond);
  server.listen(0, '127.0.0.1', 20_000, () => {
    process.stdout.write(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}\n`);
  });
}
