import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../runtime/clock.ts';
import { Client } from './client.ts';
import type { RequestResult } from './outcome.ts';

const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.closeAllConnections();
});

async function ask(
  listener: RequestListener,
  given: { stream?: boolean; kind?: 'ollama' | 'openai'; expected?: string | null; timeoutMs?: number } = {},
): Promise<RequestResult> {
  const server = createServer(listener);
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = new Client(
    {
      url: `http://127.0.0.1:${String(port)}/prefix/`,
      kind: given.kind ?? 'ollama',
      model: 'm',
      timeoutMs: given.timeoutMs ?? 5_000,
      apiKey: 'k',
    },
    systemClock,
  );
  const now = systemClock.now();
  const request = {
    id: 'r-1',
    atMs: null,
    question: 'q?',
    expected: given.expected === undefined ? 'yes' : given.expected,
    kind: 'first' as const,
    stream: given.stream ?? false,
  };
  try {
    return await client.ask(request, now, now);
  } finally {
    await client.close();
    server.close();
  }
}

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): RequestListener =>
  (request, response) => {
    request.resume();
    response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
  };
const yes = { message: { content: 'yes' }, done: true };

describe('a client of an experiment', () => {
  it('sends what it is, and where', async () => {
    const seen: Record<string, unknown> = {};
    await ask((request, response) => {
      seen['url'] = request.url;
      seen['id'] = request.headers['x-request-id'];
      seen['key'] = request.headers.authorization;
      seen['timeout'] = request.headers['x-request-timeout-ms'];
      json(200, yes)(request, response);
    });
    expect(seen).toEqual({ url: '/prefix/api/chat', id: 'r-1', key: 'Bearer k', timeout: '5000' });
  });

  it.each([
    ['a right answer', json(200, yes), 'served', null],
    ['one from a cache', json(200, yes, { 'x-llamascope-cache': 'hit-semantic' }), 'cached', null],
    [
      'a wrong one from a cache',
      json(200, { ...yes, message: { content: 'no' } }, { 'x-llamascope-cache': 'hit-exact' }),
      'wrong',
      'another answer than the right one',
    ],
    ['an error status', json(500, { error: 'boom' }), 'failed', '500 boom'],
    ['an OpenAI error', json(400, { error: { message: 'bad' } }), 'failed', '400 bad'],
    ['a strange error', json(400, { error: [1] }), 'failed', '400 error'],
    ['an error without a text', json(400, { error: {} }), 'failed', '400 error'],
    ['a refusal', json(503, { error: 'busy' }), 'refused', '503 busy'],
    ['a limit', json(429, 'slow down'), 'refused', '429 not JSON'],
    [
      'its own deadline, told in time',
      json(504, { error: 'the deadline is near' }),
      'refused',
      '504 the deadline is near',
    ],
    ['a timeout of the upstream', json(504, { error: 'no content' }), 'timed_out', '504 no content'],
    ['no JSON', json(200, 'hello'), 'failed', 'not JSON'],
    ['an error in a 200', json(200, { error: 'runner gone' }), 'failed', 'runner gone'],
  ] as const)('judges %s', async (_, listener, outcome, reason) => {
    expect(await ask(listener)).toMatchObject({ outcome, reason });
  });

  it.each([
    ['whole', `{"message":{"content":"y"}}\n{"message":{"content":"es"},"done":true}\n`, 'served', null],
    ['cut', `{"message":{"content":"yes"}}\n`, 'failed', 'cut before its end'],
    ['ended by an error', `{"message":{"content":"y"}}\n{"error":"stalled"}`, 'failed', 'stalled'],
    ['broken', `{"message":`, 'failed', 'a broken line in the stream'],
  ])('judges a stream that is %s', async (_, body, outcome, reason) => {
    const result = await ask(json(200, body), { stream: true });
    expect(result).toMatchObject({ outcome, reason });
    if (outcome === 'served') expect(result.firstContentMs).toBeGreaterThan(0);
  });

  it('reads OpenAI answers, whole and streamed', async () => {
    const whole = { choices: [{ message: { content: 'yes' } }] };
    expect(await ask(json(200, whole), { kind: 'openai' })).toMatchObject({ outcome: 'served' });
    const events = ['{"choices":[{"delta":{"content":"yes"}}]}', '{"choices":[]}', '[DONE]'];
    const stream = events.map((data) => `data: ${data}\n\n`).join('');
    expect(await ask(json(200, stream), { kind: 'openai', stream: true })).toMatchObject({
      outcome: 'served',
    });
    const uncut = await ask(json(200, stream.replace('data: [DONE]\n\n', ': ping\n\n')), {
      kind: 'openai',
      stream: true,
    });
    expect(uncut).toMatchObject({ outcome: 'failed', reason: 'cut before its end' });
  });

  it('gives up in time, and names a connection that failed', async () => {
    const silent = await ask((request) => void request.resume(), { timeoutMs: 60 });
    expect(silent).toMatchObject({ outcome: 'timed_out', status: null, reason: 'no answer in time' });
    expect(silent.endedMs).toBeGreaterThanOrEqual(59);
    const cut = await ask((request) => void request.socket.destroy());
    expect(cut).toMatchObject({ outcome: 'failed', status: null, cache: null });
    expect(cut.reason).not.toBe('');
  });

  it('takes any answer where none is known to be right', async () => {
    expect(await ask(json(200, yes), { expected: null })).toMatchObject({ outcome: 'served' });
    expect(await ask(json(200, { message: {}, done: true }), { expected: null })).toMatchObject({
      outcome: 'failed',
    });
  });
});
