import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { GatewayError } from '../core/errors.ts';
import type { GatewayEvent } from '../core/events.ts';
import type { ByteSink, ByteStream } from '../core/stream.ts';
import { dialects } from '../dialect/dialects.ts';
import { systemClock } from '../runtime/clock.ts';
import type { HandleRequest, InboundRequest, OutboundResponse } from './inbound.ts';
import { createListener, type Listener, type ListenerLimits } from './listener.ts';

const LIMITS: ListenerLimits = {
  bodyBytes: 1_000,
  headerBytes: 4_096,
  headerTimeoutMs: 5_000,
  requestTimeoutMs: 200,
  clientStallMs: 200,
  keepAliveMs: 75_000,
};

const open: Listener[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((listener) => listener.close(0)));
});

async function start(
  handle: HandleRequest,
  limits: Partial<ListenerLimits> = {},
): Promise<{ url: string; port: number; events: GatewayEvent[]; listener: Listener }> {
  const events: GatewayEvent[] = [];
  const listener = createListener({
    limits: { ...LIMITS, ...limits },
    handle,
    operations: null,
    dialects,
    emit: (event) => events.push(event),
    clock: systemClock,
  });
  open.push(listener);
  const { url } = await listener.listen({ host: '127.0.0.1', port: 0 });
  return { url, port: Number(url.split(':').at(-1)), events, listener };
}

const text = (body: string, status = 200): OutboundResponse => ({
  status,
  headers: ['content-type', 'text/plain', 'content-length', String(Buffer.byteLength(body))],
  body: Buffer.from(body),
  inBandError: null,
});

const echo: HandleRequest = async (inbound) => {
  try {
    const body = await inbound.readBody();
    return text(`${inbound.method} ${inbound.target} ${body.length}`);
  } catch (error) {
    const { code, status, message } = error as GatewayError;
    return text(`${code}: ${message}`, status);
  }
};

/** A stream driven by the test. */
function source(): {
  stream: ByteStream;
  sink: () => ByteSink;
  resumed: () => number;
  cancelled: () => Error | null;
} {
  let held: ByteSink | null = null;
  let resumes = 0;
  let cancelledWith: Error | null = null;
  return {
    stream: {
      start: (sink) => {
        held = sink;
      },
      resume: () => {
        resumes += 1;
      },
      cancel: (reason) => {
        cancelledWith = reason;
      },
    },
    sink: () => held as unknown as ByteSink,
    resumed: () => resumes,
    cancelled: () => cancelledWith,
  };
}

const streaming = (stream: ByteStream, inBand: boolean): OutboundResponse => ({
  status: 200,
  headers: ['content-type', 'application/x-ndjson'],
  body: stream,
  inBandError: inBand ? (error) => Buffer.from(`{"error":"${error.message}"}\n`) : null,
});

async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited 5 s in vain for: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function rawSocket(port: number): { socket: Socket; received: () => string } {
  const socket = connect(port, '127.0.0.1');
  let data = '';
  socket.on('data', (chunk) => (data += chunk.toString('latin1')));
  socket.on('error', () => undefined);
  return { socket, received: () => data };
}

describe('listener', () => {
  it('hands a routed request to handle and writes its answer', async () => {
    const { url } = await start(echo);
    const response = await fetch(`${url}/api/chat?x=1`, { method: 'POST', body: 'abc' });
    expect([response.status, await response.text()]).toEqual([200, 'POST /api/chat?x=1 3']);
  });

  it('refuses unknown paths and methods in the dialect of the path, and counts them', async () => {
    const { url, events } = await start(echo);
    const unknown = await fetch(`${url}/debug/pprof`, { method: 'POST', body: 'x' });
    expect(unknown.status).toBe(404);
    expect(await unknown.json()).toMatchObject({ error: expect.stringContaining('/debug/pprof') as string });
    const wrong = await fetch(`${url}/v1/chat/completions`);
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST']);
    expect(await wrong.json()).toMatchObject({ error: { code: 'method_not_allowed' } });
    expect(events).toEqual([
      { type: 'request.unmatched', status: 404 },
      { type: 'request.unmatched', status: 405 },
    ]);
  });

  it('refuses a body over the limit whether its length is declared or found out, and the client can read why', async () => {
    const { url } = await start(echo);
    const declared = await fetch(`${url}/api/chat`, { method: 'POST', body: 'x'.repeat(200_000) });
    expect([declared.status, await declared.text()]).toEqual([
      413,
      'body_too_large: the request body is 200000 bytes, more than the limit of 1000 bytes (limits.bodyBytes)',
    ]);
    const chunked = await fetch(`${url}/api/chat`, {
      method: 'POST',
      duplex: 'half',
      body: new Blob(['y'.repeat(200_000)]).stream(),
    });
    expect([chunked.status, await chunked.text()]).toEqual([
      413,
      'body_too_large: the request body is larger than the limit of 1000 bytes (limits.bodyBytes)',
    ]);
  });

  it('gives up on a client that never finishes sending', async () => {
    const { port } = await start(echo);
    const { socket, received } = rawSocket(port);
    socket.write('POST /api/chat HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc');
    await once(socket, 'close');
    expect(received()).toContain('HTTP/1.1 408 ');
    expect(received()).toContain('request_timeout: the request body did not arrive within 200 ms');
  });

  it('answers headers that never end, too many headers and nonsense without a request', async () => {
    const { port } = await start(echo, { headerTimeoutMs: 200 });
    const slow = rawSocket(port);
    slow.socket.write('POST /api/chat HTTP/1.1\r\nhost: x\r\n');
    const flood = rawSocket(port);
    flood.socket.write(`GET / HTTP/1.1\r\nhost: x\r\nx-flood: ${'a'.repeat(10_000)}\r\n\r\n`);
    const nonsense = rawSocket(port);
    nonsense.socket.write('HELLO\r\n\r\n');
    const chunks = rawSocket(port);
    chunks.socket.write('POST /api/chat HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n');
    await Promise.all([slow, flood, nonsense, chunks].map(({ socket }) => once(socket, 'close')));
    expect(slow.received()).toMatch(/^HTTP\/1\.1 408 .*headers did not arrive in time/s);
    expect(flood.received()).toMatch(/^HTTP\/1\.1 431 .*limits\.headerBytes/s);
    expect(nonsense.received()).toMatch(/^HTTP\/1\.1 400 .*not valid HTTP/s);
    expect(chunks.received()).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('tells handle at once when the client goes away', async () => {
    let inbound: InboundRequest | null = null;
    const { port } = await start((request) => {
      inbound = request;
      return new Promise(() => undefined);
    });
    const { socket } = rawSocket(port);
    socket.write('POST /api/chat HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}');
    await until(() => inbound !== null, 'the request');
    socket.destroy();
    await until(() => (inbound as unknown as InboundRequest).cancel.cancelled, 'the cancellation');
    expect((inbound as unknown as InboundRequest).cancel.reason).toMatchObject({ code: 'client_closed' });
  });

  it('streams with back-pressure and hangs up on a client that never reads', async () => {
    const driven = source();
    const { port } = await start(() => Promise.resolve(streaming(driven.stream, true)), {
      clientStallMs: 300,
    });
    const { socket } = rawSocket(port);
    socket.pause();
    socket.write('POST /api/chat HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}');
    await until(() => driven.sink() !== null, 'the stream to start');
    const chunk = Buffer.alloc(256 * 1024, 0x61);
    let written = 0;
    // Kernel buffers take some megabytes first: go on after each resume, until nothing moves any more.
    await until(() => {
      if (driven.cancelled() !== null) return true;
      const resumes = driven.resumed();
      if (written > 0 && resumes < written) return false;
      while (driven.sink().write(chunk)) continue;
      written = resumes + 1;
      return false;
    }, 'the stall to cancel the stream');
    await until(() => driven.cancelled() !== null, 'the stall to cancel the stream');
    socket.destroy();
  });

  it('resumes a paused stream when the client reads again', async () => {
    const driven = source();
    const { url } = await start(() => Promise.resolve(streaming(driven.stream, true)));
    const pending = fetch(`${url}/api/chat`, { method: 'POST', body: '{}' });
    await until(() => driven.sink() !== null, 'the stream to start');
    expect(driven.sink().write(Buffer.alloc(4 * 1024 * 1024, 0x61))).toBe(false);
    const body = (await pending).text();
    await until(() => driven.resumed() > 0, 'the resume');
    driven.sink().end();
    expect((await body).length).toBe(4 * 1024 * 1024);
  });

  it('ends a failed stream with the in-band error of the dialect, and cuts it where there is none', async () => {
    for (const inBand of [true, false]) {
      const driven = source();
      const { url } = await start(() => Promise.resolve(streaming(driven.stream, inBand)));
      const pending = fetch(`${url}/api/chat`, { method: 'POST', body: '{}' });
      await until(() => driven.sink() !== null, 'the stream to start');
      driven.sink().write(Buffer.from('{"a":1}\n'));
      const response = await pending;
      driven.sink().fail(new GatewayError('upstream_cut', 'cut short'));
      driven.sink().end(); // nothing after the end counts
      if (inBand) expect(await response.text()).toBe('{"a":1}\n{"error":"cut short"}\n');
      else await expect(response.text()).rejects.toThrow();
    }
  });

  it('closes idle connections at once and busy ones after their answer', async () => {
    let answer: ((response: OutboundResponse) => void) | null = null;
    const { url, listener, port } = await start(
      () => new Promise<OutboundResponse>((resolve) => (answer = resolve)),
    );
    const idle = rawSocket(port);
    await once(idle.socket, 'connect');
    const pending = fetch(`${url}/api/chat`, { method: 'POST', body: '{}' });
    await until(() => answer !== null && listener.connections === 2, 'the request and the idle connection');
    const closed = listener.close(5_000);
    (answer as unknown as (response: OutboundResponse) => void)(text('done'));
    expect(await (await pending).text()).toBe('done');
    idle.socket.destroy();
    await closed;
    expect(listener.connections).toBe(0);
    await expect(fetch(url)).rejects.toThrow();
  });

  it('cuts what is left when the closing deadline passes', async () => {
    const { url, listener } = await start(() => new Promise(() => undefined));
    const pending = fetch(`${url}/api/chat`, { method: 'POST', body: '{}' });
    pending.catch(() => undefined);
    await until(() => listener.connections === 1, 'the connection');
    await listener.close(20);
    await expect(pending).rejects.toThrow();
  });

  it('reports an address that is taken', async () => {
    const { port } = await start(echo);
    const second = createListener({
      limits: LIMITS,
      handle: echo,
      operations: null,
      dialects,
      emit: () => undefined,
      clock: systemClock,
    });
    await expect(second.listen({ host: '127.0.0.1', port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
