/** Connections as clients, proxies and attackers use them, over real sockets: what is answered, in which order, and what never becomes a request. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../../../test/support/until.ts';
import type { ByteSink, ByteStream } from '../../core/stream.ts';
import { dialects } from '../../dialect/dialects.ts';
import { ManualClock } from '../../runtime/manual-clock.ts';
import { systemClock, type Clock } from '../../runtime/clock.ts';
import type { InboundRequest, OutboundResponse } from '../inbound.ts';
import { createListener, type Listener } from '../listener.ts';

const LIMITS = {
  bodyBytes: 200_000,
  headerBytes: 4_096,
  headerTimeoutMs: 5_000,
  requestTimeoutMs: 5_000,
  clientStallMs: 5_000,
  keepAliveMs: 75_000,
};

const open: AsyncDisposable[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one[Symbol.asyncDispose]()));
});

interface House {
  readonly port: number;
  readonly listener: Listener;
  /** `METHOD target body` of every request that was handed on, in order. */
  readonly handled: string[];
}

type Answer = (inbound: InboundRequest, body: Buffer) => OutboundResponse | Promise<OutboundResponse>;

const text = (body: string): OutboundResponse => ({
  status: 200,
  headers: ['content-type', 'text/plain'],
  body: Buffer.from(body),
  inBandError: null,
});

async function start(
  answer: Answer = (inbound, body) => text(`<${inbound.target}:${body.toString()}>`),
  { clock = systemClock, limits = {} }: { clock?: Clock; limits?: Partial<typeof LIMITS> } = {},
): Promise<House> {
  const handled: string[] = [];
  const listener = createListener({
    limits: { ...LIMITS, ...limits },
    handle: async (inbound) => {
      const body = inbound.route.body === 'none' ? Buffer.alloc(0) : await inbound.readBody();
      handled.push(`${inbound.method} ${inbound.target} ${body.toString()}`);
      return answer(inbound, body);
    },
    operations: null,
    dialects,
    emit: () => undefined,
    clock,
  });
  open.push({ [Symbol.asyncDispose]: () => listener.close(0) });
  const { url } = await listener.listen({ host: '127.0.0.1', port: 0 });
  return { port: Number(url.split(':').at(-1)), listener, handled };
}

interface Client {
  readonly socket: Socket;
  readonly got: () => string;
  send(text: string): void;
  readonly closed: () => boolean;
}

async function dial(port: number): Promise<Client> {
  const socket = connect(port, '127.0.0.1');
  let data = '';
  let closed = false;
  socket.on('data', (chunk) => (data += chunk.toString('latin1')));
  socket.on('error', () => undefined);
  socket.on('close', () => (closed = true));
  open.push({
    [Symbol.asyncDispose]: async () => {
      socket.destroy();
      await Promise.resolve();
    },
  });
  await once(socket, 'connect');
  return { socket, got: () => data, send: (bytes) => socket.write(bytes, 'latin1'), closed: () => closed };
}

const post = (body: string, ...fields: string[]): string =>
  `POST /api/chat HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n${fields.map((one) => `${one}\r\n`).join('')}\r\n${body}`;
const TAGS = 'GET /api/tags HTTP/1.1\r\nhost: x\r\n\r\n';
const CHUNKED =
  'POST /api/chat HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n1\r\n!\r\n0\r\n\r\n';
const answers = (got: string): readonly string[] => got.match(/<[^>]*>/g) ?? [];

describe('a connection', () => {
  it('is kept from request to request, and says for how long', async () => {
    const { port } = await start();
    const client = await dial(port);
    for (let at = 1; at <= 3; at += 1) {
      client.send(post(`${at}`));
      await until(() => answers(client.got()).length === at, 'the answer');
    }
    expect(answers(client.got())).toEqual(['</api/chat:1>', '</api/chat:2>', '</api/chat:3>']);
    const [head = ''] = client.got().split('\r\n\r\n');
    expect(head.split('\r\n').map((line) => line.replace(/^date: .*GMT$/, 'date: now'))).toEqual([
      'HTTP/1.1 200 OK',
      'content-type: text/plain',
      'date: now',
      'connection: keep-alive',
      'keep-alive: timeout=75',
      'content-length: 13',
    ]);
    expect(client.closed()).toBe(false);
  });

  it('is closed after the answer where the client asks for it', async () => {
    const { port } = await start();
    const client = await dial(port);
    client.send(post('{}', 'Connection: close'));
    await until(client.closed, 'the close');
    expect(client.got()).toContain('connection: close\r\n');
    expect(answers(client.got())).toEqual(['</api/chat:{}>']);
  });

  it.each([
    ['plain ones', [post('a'), post('b'), TAGS], ['</api/chat:a>', '</api/chat:b>', '</api/tags:>']],
    [
      'another’s behind a plain one',
      [post('a'), CHUNKED, post('b')],
      ['</api/chat:a>', '</api/chat:{}!>', '</api/chat:b>'],
    ],
    [
      'a plain one behind another’s',
      [CHUNKED, post('a'), TAGS],
      ['</api/chat:{}!>', '</api/chat:a>', '</api/tags:>'],
    ],
  ])('takes requests sent ahead, %s, and answers in order', async (_, requests, expected) => {
    // The first takes longer than the next.
    let wait = 20;
    const { port } = await start(async (inbound, body) => {
      wait /= 2;
      await new Promise((resolve) => setTimeout(resolve, wait));
      return text(`<${inbound.target}:${body.toString()}>`);
    });
    const client = await dial(port);
    client.send(requests.join(''));
    await until(() => answers(client.got()).length === expected.length, 'all answers');
    expect(answers(client.got())).toEqual(expected);
  });

  it('may bring a request in any pieces', async () => {
    const { port } = await start();
    const whole = `${post('some body')}${TAGS}${CHUNKED}`;
    for (const size of [1, 7, 40, 101]) {
      const client = await dial(port);
      client.socket.setNoDelay(true);
      for (let at = 0; at < whole.length; at += size) {
        client.send(whole.slice(at, at + size));
        await new Promise((resolve) => setImmediate(resolve));
      }
      await until(() => answers(client.got()).length === 3, `three answers to pieces of ${size}`);
      expect(answers(client.got())).toEqual(['</api/chat:some body>', '</api/tags:>', '</api/chat:{}!>']);
    }
  });

  it('brings long bodies, and takes long answers', async () => {
    const { port } = await start((_, body) => text(`<${body.toString().toUpperCase()}>`));
    const client = await dial(port);
    const long = 'abc'.repeat(60_000);
    client.send(post(long));
    await until(() => client.got().endsWith('>'), 'the answer');
    expect(answers(client.got())).toEqual([`<${long.toUpperCase()}>`]);
    client.send(post('x'));
    await until(() => client.got().endsWith('<X>'), 'the next');
  });

  it('answers what node:http knows and the fast path does not', async () => {
    const { port } = await start();
    const expects = await dial(port);
    expects.send('POST /api/chat HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n');
    await until(() => expects.got().includes('100 Continue'), 'the word to go on');
    expects.send('{}');
    await until(() => answers(expects.got()).length === 1, 'the answer');
    const head = await dial(port);
    head.send('HEAD /api/tags HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    await until(head.closed, 'the close');
    expect(head.got()).toMatch(/^HTTP\/1\.1 200 OK/);
    expect(answers(head.got())).toEqual([]);
    const old = await dial(port);
    old.send('GET /api/tags HTTP/1.0\r\n\r\n');
    await until(old.closed, 'the close');
    expect(answers(old.got())).toEqual(['</api/tags:>']);
  });

  it('that breaks off tells who works on its request', async () => {
    let asked: InboundRequest | null = null;
    const { port } = await start((inbound) => {
      asked = inbound;
      return new Promise<never>(() => undefined);
    });
    for (const leave of [(socket: Socket) => socket.destroy(), (socket: Socket) => socket.end()]) {
      asked = null;
      const client = await dial(port);
      client.send(post('{}'));
      await until(() => asked !== null, 'the request');
      leave(client.socket);
      await until(() => (asked as unknown as InboundRequest).cancel.cancelled, 'the cancellation');
    }
  });
});

describe('a stream', () => {
  function source(): { stream: ByteStream; sink: () => ByteSink } {
    let held: ByteSink | null = null;
    const stream: ByteStream = {
      start: (sink) => {
        held = sink;
      },
      resume: () => undefined,
      cancel: () => undefined,
    };
    return { stream, sink: () => held as unknown as ByteSink };
  }
  const streaming = (stream: ByteStream, ...headers: string[]): OutboundResponse => ({
    status: 200,
    headers,
    body: stream,
    inBandError: null,
  });

  it('goes out chunk by chunk, and the connection goes on after its end', async () => {
    const driven = source();
    let first = true;
    const { port } = await start(() => {
      if (!first) return text('<next>');
      first = false;
      return streaming(driven.stream, 'content-type', 'application/x-ndjson');
    });
    const client = await dial(port);
    client.send(post('{}'));
    await until(() => driven.sink() !== null, 'the start');
    driven.sink().write(Buffer.from('{"a":1}\n'));
    await until(() => client.got().endsWith('8\r\n{"a":1}\n\r\n'), 'the first chunk');
    expect(client.got()).toContain('transfer-encoding: chunked\r\n');
    driven.sink().write(Buffer.alloc(0));
    driven.sink().write(Buffer.alloc(100_000, 'x'));
    driven.sink().end();
    await until(
      () => client.got().endsWith(`8\r\n{"a":1}\n\r\n186a0\r\n${'x'.repeat(100_000)}\r\n0\r\n\r\n`),
      'the end',
    );
    client.send(post('{}'));
    await until(() => client.got().endsWith('<next>'), 'the next answer');
  });

  it.each([
    ['less than', ['12345']],
    ['more than', ['12345', '1234567890']],
  ])('that has %s the length it said is cut', async (_, chunks) => {
    const driven = source();
    const { port } = await start(() => streaming(driven.stream, 'content-length', '10'));
    const client = await dial(port);
    client.send(post('{}'));
    await until(() => driven.sink() !== null, 'the start');
    for (const chunk of chunks) driven.sink().write(Buffer.from(chunk));
    driven.sink().end();
    await until(client.closed, 'the cut');
  });

  it('of a known length is sent as it is', async () => {
    const driven = source();
    const { port } = await start(() => streaming(driven.stream, 'content-length', '10'));
    const client = await dial(port);
    client.send(post('{}'));
    await until(() => driven.sink() !== null, 'the start');
    driven.sink().write(Buffer.from('12345'));
    driven.sink().write(Buffer.from('67890'));
    driven.sink().end();
    await until(() => client.got().endsWith('\r\n\r\n1234567890'), 'the body');
    expect(client.got()).not.toContain('transfer-encoding');
    expect(client.closed()).toBe(false);
  });
});

describe('an answer', () => {
  it('that has no body says so, and one that may not have any says nothing', async () => {
    let status = 200;
    const { port } = await start(() => ({ status, headers: [], body: null, inBandError: null }));
    const client = await dial(port);
    for (const [wanted, length] of [
      [200, true],
      [204, false],
      [304, false],
    ] as const) {
      status = wanted;
      const before = client.got().length;
      client.send(post('{}'));
      await until(() => client.got().slice(before).endsWith('\r\n\r\n'), 'the head');
      expect(client.got().slice(before)).toMatch(new RegExp(`^HTTP/1.1 ${wanted} `));
      expect(client.got().slice(before).includes('content-length: 0\r\n')).toBe(length);
    }
  });

  it('with a header that would break out of its line is not sent', async () => {
    const { port } = await start(() => ({
      ...text('<x>'),
      headers: ['x-bad', 'a\r\nset-cookie: b'],
    }));
    const client = await dial(port);
    client.send(post('{}'));
    await until(client.closed, 'the cut');
    expect(client.got()).toBe('');
  });
});

describe('time', () => {
  it('ends connections that say nothing, first loudly, later quietly', async () => {
    const clock = new ManualClock();
    const { port, listener } = await start(undefined, { clock });
    const silent = await dial(port);
    const kept = await dial(port);
    kept.send(post('{}'));
    await until(() => answers(kept.got()).length === 1 && listener.connections === 2, 'the answer');
    clock.advance(6_000);
    await until(silent.closed, 'the end of the silent one');
    expect(silent.got()).toMatch(/^HTTP\/1\.1 408 .*limits\.headerTimeoutMs/s);
    clock.advance(71_000);
    await until(kept.closed, 'the end of the idle one');
    expect(answers(kept.got())).toEqual(['</api/chat:{}>']);
  });
});

/** RFC 9112, 11.2: whatever stands behind such a head must never become a request of its own. */
describe('a request that two readers could take differently', () => {
  const HIDDEN = 'POST /api/generate HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}';
  const head = (...fields: string[]): string =>
    `POST /api/chat HTTP/1.1\r\nhost: x\r\n${fields.map((one) => `${one}\r\n`).join('')}\r\n`;
  it.each([
    [
      'length before transfer coding',
      head('content-length: 4', 'transfer-encoding: chunked') + `0\r\n\r\n${HIDDEN}`,
    ],
    [
      'transfer coding before length',
      head('transfer-encoding: chunked', 'content-length: 4') + `0\r\n\r\n${HIDDEN}`,
    ],
    ['two lengths', head('content-length: 0', `content-length: ${HIDDEN.length}`) + HIDDEN],
    ['a list of lengths', head(`content-length: 0, ${HIDDEN.length}`) + HIDDEN],
    ['a signed length', head('content-length: +0') + HIDDEN],
    ['a hexadecimal length', head('content-length: 0x0') + HIDDEN],
    ['a blank before the colon of the length', head('content-length : 0') + HIDDEN],
    ['a blank before the colon of the coding', head('transfer-encoding : chunked') + `0\r\n\r\n${HIDDEN}`],
    ['a folded coding', head('transfer-encoding:', ' chunked') + `0\r\n\r\n${HIDDEN}`],
    ['a coding that is none', head('transfer-encoding: xchunked') + `0\r\n\r\n${HIDDEN}`],
    ['chunked before another coding', head('transfer-encoding: chunked, identity') + `0\r\n\r\n${HIDDEN}`],
    ['a field ended by LF', `POST /api/chat HTTP/1.1\r\nhost: x\ncontent-length: 0\r\n\r\n${HIDDEN}`],
    ['a CR in a value', head('x: a\rcontent-length: 0') + HIDDEN],
    ['a NUL in a value', head('x: a\0') + HIDDEN],
    ['a chunk size with a sign', head('transfer-encoding: chunked') + `-1\r\n\r\n${HIDDEN}`],
    [
      'a chunk that is longer than it says',
      head('transfer-encoding: chunked') + `1\r\nabc\r\n0\r\n\r\n${HIDDEN}`,
    ],
  ])('with %s is refused and ends the connection', async (_, bytes) => {
    const { port, handled } = await start();
    for (const before of ['', post('before')]) {
      handled.length = 0;
      const client = await dial(port);
      client.send(before + bytes);
      await until(client.closed, 'the end');
      expect(handled.filter((one) => one.includes('generate'))).toEqual([]);
      expect(client.got()).toMatch(/HTTP\/1\.1 400 Bad Request\r\n[^<]*$/);
    }
  });
});
