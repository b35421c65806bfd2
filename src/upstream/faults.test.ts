import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import {
  CHAT_JSON,
  closedPort,
  NDJSON,
  ndjson,
  startRawUpstream,
  startTcpUpstream,
  type Respond,
} from '../../test/support/raw-upstream.ts';
import { readStream, wholeText } from '../../test/support/read-stream.ts';
import { rig } from '../../test/support/send.ts';
import { until } from '../../test/support/until.ts';
import { ManualClock } from '../runtime/manual-clock.ts';

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };

const answers =
  (status: number, body: string, headers: Record<string, string> = {}): Respond =>
  (_, response) => {
    response.writeHead(status, { ...JSON_TYPE, ...headers }).end(body);
  };

describe('no connection', () => {
  it('refused', async () => {
    await using up = rig(`http://127.0.0.1:${String(await closedPort())}`);
    const sent = up.send();
    expect(await sent.failure()).toMatchObject({ code: 'upstream_unreachable', outcome: 'connect_error' });
    expect(sent.end).toMatchObject({ outcome: 'connect_error', sent: false });
    expect(up.of('pool.connect-failed')).toEqual([
      { type: 'pool.connect-failed', client: 'up', reason: 'refused' },
    ]);
    expect(up.of('pool.request-sent')).toHaveLength(0);
  });

  it('unknown host name', async () => {
    await using up = rig('http://no-such-host.invalid:1');
    const failure = await up.send().failure();
    expect(failure).toMatchObject({ code: 'upstream_unreachable', outcome: 'connect_error' });
    expect(failure.message).toContain('could not be resolved');
    expect(up.of('pool.connect-failed')[0]?.reason).toBe('dns');
  });

  it('TLS to a server without it', async () => {
    await using plain = await startTcpUpstream((socket) => {
      socket.on('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    });
    await using up = rig(`https://127.0.0.1:${String(plain.port)}`);
    expect(await up.send().failure()).toMatchObject({ outcome: 'connect_error' });
    expect(up.of('pool.connect-failed')[0]?.reason).toBe('tls');
  });

  it('a handshake that never ends', async () => {
    await using silent = await startTcpUpstream(() => undefined);
    await using up = rig(`https://127.0.0.1:${String(silent.port)}`, { connectMs: 50 });
    expect(await up.send().failure()).toMatchObject({ outcome: 'connect_error' });
    expect(up.of('pool.connect-failed')[0]?.reason).toBe('timeout');
    expect(up.transport.snapshot().connections).toBe(0);
  });
});

describe('a cut', () => {
  it('before the answer', async () => {
    await using upstream = await startRawUpstream((_, __, socket) => socket.resetAndDestroy());
    await using up = rig(upstream.url);
    const sent = up.send();
    expect(await sent.failure()).toMatchObject({ code: 'upstream_unreachable', outcome: 'reset' });
    expect(sent.end).toMatchObject({ stale: false, sent: true });
  });

  it('before the answer, on a connection that was kept alive: stale', async () => {
    await using upstream = await startRawUpstream((asked, response, socket) => {
      if (asked.number === 1) response.writeHead(200, JSON_TYPE).end(CHAT_JSON);
      else socket.destroy();
    });
    await using up = rig(upstream.url);
    await up.send({ streamWanted: false }).answer;
    // A connection can be taken again one turn of the event loop after its answer.
    await delay(1);
    const sent = up.send({ streamWanted: false });
    expect(await sent.failure()).toMatchObject({ outcome: 'reset' });
    expect(sent.end).toMatchObject({ stale: true, outcome: 'reset' });
  });

  it('of an idle connection is noticed before it is used', async () => {
    await using upstream = await startRawUpstream(answers(200, CHAT_JSON));
    await using up = rig(upstream.url);
    await up.send({ streamWanted: false }).answer;
    upstream.closeIdle();
    await until(() => up.transport.snapshot().connections === 0, 'the close to arrive');
    expect((await up.send({ streamWanted: false }).answer).status).toBe(200);
    await up.send({ streamWanted: false }).answer;
    up.transport.closeIdle();
    await until(() => up.transport.snapshot().connections === 0, 'our close');
    expect((await up.send({ streamWanted: false }).answer).status).toBe(200);
  });

  it('after the header, before content', async () => {
    await using upstream = await startRawUpstream((_, response, socket) => {
      response.writeHead(200, NDJSON);
      response.write(ndjson.content(''), () => setImmediate(() => socket.resetAndDestroy()));
    });
    await using up = rig(upstream.url);
    const sent = up.send();
    expect(await sent.failure()).toMatchObject({ code: 'upstream_cut', outcome: 'reset' });
    expect(sent.end.stale).toBe(false);
  });

  it('after everything was said is none', async () => {
    await using upstream = await startRawUpstream((_, response, socket) => {
      response.writeHead(200, NDJSON);
      response.write(ndjson.content('a') + ndjson.done(), () =>
        setTimeout(() => socket.resetAndDestroy(), 20),
      );
    });
    await using up = rig(upstream.url);
    const sent = up.send();
    const reading = readStream(await sent.stream());
    await reading.over;
    expect(reading.error).toBeNull();
    expect(sent.end).toMatchObject({ outcome: 'success', usage: { promptTokens: 3, completionTokens: 5 } });
  });
});

describe('a stream that ends too early', () => {
  it('before content', async () => {
    await using upstream = await startRawUpstream((_, response) => {
      response.writeHead(200, NDJSON).end(ndjson.content(''));
    });
    await using up = rig(upstream.url);
    expect(await up.send().failure()).toMatchObject({ code: 'upstream_cut', outcome: 'truncated' });
  });

  it('after content', async () => {
    await using upstream = await startRawUpstream((_, response) => {
      response.writeHead(200, NDJSON).end(ndjson.content('a'));
    });
    await using up = rig(upstream.url);
    const sent = up.send();
    const reading = readStream(await sent.stream());
    await reading.over;
    expect(reading.text).toBe(ndjson.content('a'));
    expect(reading.error).toMatchObject({ code: 'upstream_cut', outcome: 'truncated' });
    expect(sent.end.outcome).toBe('truncated');
  });
});

describe('an error inside a stream', () => {
  it('before content is the answer of the attempt', async () => {
    await using upstream = await startRawUpstream((_, response) => {
      response.writeHead(200, NDJSON).end(ndjson.error('out of memory'));
    });
    await using up = rig(upstream.url);
    const failure = await up.send().failure();
    expect(failure).toMatchObject({ code: 'upstream_failed', outcome: 'stream_error' });
    expect(failure.message).toContain('out of memory');
  });

  it('before content, from an upstream that does not end, is not waited for', async () => {
    await using upstream = await startRawUpstream((_, response) => {
      response.writeHead(200, NDJSON);
      response.write(ndjson.error('out of memory'));
    });
    await using up = rig(upstream.url);
    expect(await up.send().failure()).toMatchObject({ outcome: 'stream_error' });
    await until(() => upstream.open === 0, 'the connection to be closed');
  });

  it('cut off by its line feed at the very end still counts', async () => {
    await using upstream = await startRawUpstream((_, response) => {
      response.writeHead(200, NDJSON).end('{"error":"no line feed"}');
    });
    await using up = rig(upstream.url);
    expect(await up.send().failure()).toMatchObject({ outcome: 'stream_error' });
  });

  it('after content reaches the client as it is, and counts', async () => {
    await using upstream = await startRawUpstream((_, response) => {
      response.writeHead(200, NDJSON);
      response.write(ndjson.content('a'));
      setTimeout(() => response.end(ndjson.error('out of memory')), 20);
    });
    await using up = rig(upstream.url);
    const sent = up.send();
    const reading = readStream(await sent.stream());
    await reading.over;
    expect(reading.text).toBe(ndjson.content('a') + ndjson.error('out of memory'));
    expect(reading.error).toBeNull();
    expect(sent.end).toMatchObject({ outcome: 'stream_error', error: null });
  });
});

describe('an error status', () => {
  it.each([
    [500, '{"error":"model runner has unexpectedly stopped"}', {}, 'server_error', null],
    [
      503,
      '{"error":"server busy, please try again. maximum pending requests exceeded"}',
      {},
      'overloaded',
      null,
    ],
    [503, '{"error":"something"}', {}, 'server_error', null],
    [503, '', { 'retry-after': '7' }, 'overloaded', 7_000],
    [529, '{}', {}, 'overloaded', null],
    [429, '{}', { 'retry-after': '2' }, 'rate_limited', 2_000],
    [404, '{"error":"model \'x\' not found"}', {}, 'model_missing', null],
    [404, '{"error":{"message":"The model `x` does not exist."}}', {}, 'model_missing', null],
    [404, '404 page not found', {}, 'client_error', null],
    [400, '{"error":"bad"}', { 'retry-after': 'soon' }, 'client_error', null],
    [302, '', { location: '/elsewhere' }, 'client_error', null],
  ] as const)('%i %s %o', async (status, body, headers, outcome, retryAfterMs) => {
    await using upstream = await startRawUpstream(answers(status, body, headers));
    await using up = rig(upstream.url);
    const sent = up.send();
    const response = await sent.answer;
    expect(response).toMatchObject({ status, outcome, streaming: false });
    expect(wholeText(response.body)).toBe(body);
    expect(response.retryAfterMs ?? null).toBe(retryAfterMs);
    expect(sent.end).toMatchObject({ outcome, error: null, retryAfterMs });
    expect(sent.firstContent).toHaveLength(0);
  });

  it('with a date says how long from now', async () => {
    const clock = new ManualClock(Date.parse('2026-08-01T00:00:00Z'));
    await using upstream = await startRawUpstream(
      answers(503, '', { 'retry-after': 'Sat, 01 Aug 2026 00:00:09 GMT' }),
    );
    await using up = rig(upstream.url, {}, clock);
    expect((await up.send().answer).retryAfterMs).toBe(9_000);
  });

  it('with an endless body is cut at the cap', async () => {
    await using upstream = await startRawUpstream((_, response) => {
      response.writeHead(500, { 'content-type': 'text/html' });
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(10_000)));
      };
      response.on('drain', more);
      more();
    });
    await using up = rig(upstream.url, { limits: { errorBytes: 50_000 } });
    const sent = up.send();
    const response = await sent.answer;
    expect(response.body).toHaveLength(50_000);
    expect(response.headers).toContain('50000');
    expect(sent.end.outcome).toBe('server_error');
    await until(() => upstream.open === 0, 'the upstream to be stopped');
  });
});

describe('another protocol', () => {
  it.each([
    ['{"model":"m","mess', 'malformed'],
    ['<html>', 'malformed'],
    ['{"error":"inside a 200"}', 'stream_error'],
  ])('a 200 with %s', async (body, outcome) => {
    await using upstream = await startRawUpstream(answers(200, body));
    await using up = rig(upstream.url);
    const sent = up.send({ streamWanted: false });
    expect(await sent.failure()).toMatchObject({ status: 502, outcome });
    expect(sent.end.outcome).toBe(outcome);
    expect(sent.firstContent).toHaveLength(0);
  });

  it('not HTTP at all', async () => {
    await using upstream = await startTcpUpstream((socket) => {
      socket.on('data', () => socket.write('SSH-2.0-OpenSSH_9.9\r\n'));
    });
    await using up = rig(`http://127.0.0.1:${String(upstream.port)}`);
    expect(await up.send().failure()).toMatchObject({ code: 'upstream_malformed', outcome: 'malformed' });
    await until(() => up.transport.snapshot().connections === 0, 'the socket to close');
  });

  it('a chunked answer that closes without its last chunk is a cut', async () => {
    await using upstream = await startTcpUpstream((socket) => {
      socket.on('data', () =>
        socket.end(
          'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"mod',
        ),
      );
    });
    await using up = rig(`http://127.0.0.1:${String(upstream.port)}`);
    expect(await up.send({ streamWanted: false }).failure()).toMatchObject({ outcome: 'reset' });
  });

  it('a request that cannot be written is a defect, not the upstream’s failure', async () => {
    await using upstream = await startRawUpstream(answers(200, CHAT_JSON));
    await using up = rig(upstream.url);
    const sent = up.send({ target: 'no slash' });
    expect(await sent.failure()).toMatchObject({ code: 'internal', outcome: null });
    expect(sent.end).toMatchObject({ outcome: 'aborted', sent: false });
  });
});

describe('time limits', () => {
  const limits = { firstContentMs: 1_000, wholeMs: 3_000, idleMs: 500, totalMs: null };

  it('no header, of a stream and of an answer in one piece', async () => {
    const clock = new ManualClock();
    await using upstream = await startRawUpstream(() => undefined);
    await using up = rig(upstream.url, {}, clock);
    const stream = up.send({ timeouts: limits });
    const whole = up.send({ timeouts: limits, streamWanted: false });
    const read = up.send({ timeouts: limits, reading: 'whole', method: 'GET', body: null });
    const opaque = up.send({ timeouts: limits, reading: 'opaque' });
    await until(() => upstream.received.length === 4, 'the requests');
    clock.advance(999);
    expect([stream, whole, read, opaque].map((one) => one.ends.length)).toEqual([0, 0, 0, 0]);
    clock.advance(1);
    expect(await stream.failure()).toMatchObject({
      code: 'upstream_timeout',
      outcome: 'first_token_timeout',
    });
    expect(read.end.outcome).toBe('first_token_timeout');
    expect(whole.ends).toHaveLength(0);
    clock.advance(2_000);
    expect(whole.end.outcome).toBe('first_token_timeout');
    clock.advance(10_000_000);
    expect(opaque.ends).toHaveLength(0);
    expect(clock.pending).toBe(0);
    await until(() => upstream.open === 1, 'the others to be closed');
  });

  it('content that stops; comments and pings do not count', async () => {
    const clock = new ManualClock();
    let write: (text: string) => void = () => undefined;
    await using upstream = await startRawUpstream((_, response) => {
      response.writeHead(200, NDJSON);
      write = (text) => void response.write(text);
      write(ndjson.content('a'));
    });
    await using up = rig(upstream.url, {}, clock);
    const sent = up.send({ timeouts: limits });
    const reading = readStream(await sent.stream());
    clock.advance(400);
    write(ndjson.content('b'));
    await until(() => reading.text.includes('"b"'), 'the next item');
    clock.advance(400);
    write('\n\n');
    await until(() => reading.text.endsWith('\n\n'), 'the empty lines');
    expect(sent.ends).toHaveLength(0);
    clock.advance(100);
    expect(reading.error).toMatchObject({ code: 'upstream_timeout', outcome: 'idle_timeout' });
    expect(sent.end.outcome).toBe('idle_timeout');
    expect(clock.pending).toBe(0);
    await until(() => upstream.open === 0, 'the connection to be closed');
  });

  it('a reader that holds the stream up is not the upstream’s silence', async () => {
    const clock = new ManualClock();
    let write: (text: string) => void = () => undefined;
    await using upstream = await startRawUpstream((_, response) => {
      response.writeHead(200, NDJSON);
      write = (text) => void response.write(text);
      write(ndjson.content('a'));
    });
    await using up = rig(upstream.url, {}, clock);
    const sent = up.send({ timeouts: limits });
    const reading = readStream(await sent.stream(), { held: true });
    clock.advance(10_000);
    expect(sent.ends).toHaveLength(0);
    reading.go();
    clock.advance(499);
    expect(sent.ends).toHaveLength(0);
    clock.advance(1);
    expect(sent.end.outcome).toBe('idle_timeout');
  });

  it('an answer that is complete but not ended is a success', async () => {
    const clock = new ManualClock();
    await using upstream = await startRawUpstream((_, response) => {
      response.writeHead(200, NDJSON);
      response.write(ndjson.content('a') + ndjson.done());
    });
    await using up = rig(upstream.url, {}, clock);
    const sent = up.send({ timeouts: limits });
    const reading = readStream(await sent.stream());
    clock.advance(500);
    expect(reading).toMatchObject({ ended: true, error: null });
    expect(sent.end.outcome).toBe('success');
    await until(() => upstream.open === 0, 'the connection to be closed');
  });

  it('the whole', async () => {
    const clock = new ManualClock();
    await using upstream = await startRawUpstream((_, response) => {
      response.writeHead(200, NDJSON);
      response.write(ndjson.content('a'));
    });
    await using up = rig(upstream.url, {}, clock);
    const sent = up.send({ timeouts: { ...limits, idleMs: 100_000, totalMs: 5_000 } });
    const reading = readStream(await sent.stream());
    clock.advance(5_000);
    expect(reading.error).toMatchObject({ code: 'upstream_timeout', outcome: 'total_timeout' });
    expect(clock.pending).toBe(0);
  });

  it('a body that is passed on must keep coming', async () => {
    const clock = new ManualClock();
    let write: () => void = () => undefined;
    await using upstream = await startRawUpstream((_, response) => {
      response.writeHead(200, JSON_TYPE);
      write = () => void response.write('x'.repeat(2_000));
      write();
    });
    await using up = rig(upstream.url, { limits: { answerBytes: 1_000 } }, clock);
    const sent = up.send({ timeouts: limits, streamWanted: false });
    const reading = readStream(await sent.stream());
    clock.advance(400);
    write();
    await until(() => reading.bytes === 4_000, 'the next bytes');
    clock.advance(400);
    expect(sent.ends).toHaveLength(0);
    clock.advance(100);
    expect(sent.end.outcome).toBe('idle_timeout');
  });

  it('a wait for a connection that takes too long is our own shedding', async () => {
    const clock = new ManualClock();
    await using upstream = await startRawUpstream(() => undefined);
    await using up = rig(upstream.url, { maxsize: 1 }, clock);
    const first = up.send({ timeouts: { ...limits, firstContentMs: 100_000 } });
    const second = up.send({ timeouts: limits });
    await until(() => upstream.received.length === 1, 'the first');
    clock.advance(1_000);
    expect(await second.failure()).toMatchObject({ code: 'queue_timeout', outcome: null });
    expect(second.end).toMatchObject({ sent: false, outcome: 'aborted' });
    expect(first.ends).toHaveLength(0);
  });

  it('leave no timer, subscription or socket behind after a success', async () => {
    const clock = new ManualClock();
    await using upstream = await startRawUpstream(answers(200, CHAT_JSON));
    await using up = rig(upstream.url, {}, clock);
    await up.send({ streamWanted: false, timeouts: { ...limits, totalMs: 9_000 } }).answer;
    expect(clock.pending).toBe(0);
    await delay(1);
    expect(up.transport.inFlight).toBe(0);
  });
});
