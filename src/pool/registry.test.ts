import { describe, expect, it } from 'vitest';
import { exchangeOf, poolRig, type ExchangeOptions } from '../../test/support/exchange.ts';
import { ollamaLike } from '../../test/support/ollama-like.ts';
import {
  CHAT_JSON,
  closedPort,
  NDJSON,
  ndjson,
  startRawUpstream,
  type Respond,
} from '../../test/support/raw-upstream.ts';
import { readStream, type Reading } from '../../test/support/read-stream.ts';
import { routeOf } from '../../test/support/send.ts';
import { until } from '../../test/support/until.ts';
import { GatewayError } from '../core/errors.ts';
import type { Exchange, GatewayResponse } from '../core/request.ts';
import { upstreamName } from '../core/ids.ts';
import { ManualClock } from '../runtime/manual-clock.ts';
import type { Upstreams } from './registry.ts';

const fails: Respond = (_, response) => {
  response.writeHead(500, { 'content-type': 'application/json' }).end('{"error":"broken"}');
};
const cut: Respond = (_, __, socket) => void socket.destroy();
const WHOLE = { stream: false, body: Buffer.from('{"model":"m","stream":false}') } as const;

function read(response: GatewayResponse): Reading {
  if (response.body === null || Buffer.isBuffer(response.body)) throw new Error('the answer does not stream');
  return readStream(response.body);
}

async function refusal(upstreams: Upstreams, exchange: Exchange): Promise<GatewayError> {
  return upstreams.handle(exchange).then(
    () => {
      throw new Error('it was not refused');
    },
    (error: unknown) => error as GatewayError,
  );
}

/** Sends `count` whole answers one after the other and says how each ended. */
async function drive(upstreams: Upstreams, count: number, options: ExchangeOptions = {}): Promise<string[]> {
  const seen: string[] = [];
  for (let i = 0; i < count; i += 1) {
    const exchange = exchangeOf({ ...WHOLE, ...options });
    try {
      const response = await upstreams.handle(exchange);
      seen.push(`${exchange.upstream ?? ''} ${String(response.status)}`);
    } catch (error) {
      seen.push((error as GatewayError).code);
    }
  }
  return seen;
}

/** Nothing is held any more, anywhere. */
function expectAtRest(upstreams: Upstreams): void {
  for (const queue of upstreams.queues()) expect(queue).toMatchObject({ depth: 0, permitsInUse: 0 });
  for (const breaker of upstreams.breakers()) expect(breaker.inFlight).toBe(0);
  for (const pool of upstreams.pools()) expect(pool.busy).toBe(0);
}

describe('a request', () => {
  it('leaves in the exchange what it learned, and is counted once', async () => {
    await using upstream = await startRawUpstream(ollamaLike().respond);
    await using rig = poolRig([{ name: 'up', url: upstream.url }]);
    const exchange = exchangeOf();
    const reading = read(await rig.upstreams.handle(exchange));
    await reading.over;
    expect(exchange).toMatchObject({
      upstream: 'up',
      tried: ['up'],
      attempts: 1,
      queuedMs: 0,
      usage: { promptTokens: 3, completionTokens: 5 },
      times: { totalNs: 9 },
    });
    expect(exchange.firstContentAt).toBeGreaterThanOrEqual(exchange.request.receivedAt);
    expect(exchange.waitedMs).toBeGreaterThan(0);
    expect(rig.of('upstream.added')).toEqual([{ type: 'upstream.added', upstream: 'up' }]);
    expect(rig.of('upstream.attempted')).toMatchObject([{ upstream: 'up', outcome: 'success' }]);
    expect(rig.of('breaker.settled')).toEqual([
      { type: 'breaker.settled', breaker: 'up', status: 'success' },
    ]);
    expect(rig.of('queue.waited')).toMatchObject([{ upstream: 'up', durationMs: 0 }]);
    expect(rig.of('pool.request-sent')).toMatchObject([{ client: 'up', reused: false }]);
    expectAtRest(rig.upstreams);
  });

  it('holds permit and breaker until the last byte, not until the header', async () => {
    let end: () => void = () => undefined;
    const server = ollamaLike({
      chat: (_, response) => {
        response.writeHead(200, NDJSON);
        response.write(ndjson.content('a'));
        end = () => response.end(ndjson.done());
      },
    });
    await using upstream = await startRawUpstream(server.respond);
    await using rig = poolRig([{ name: 'up', url: upstream.url, parallel: 1 }]);
    const reading = read(await rig.upstreams.handle(exchangeOf()));
    expect(rig.upstreams.queues()).toMatchObject([{ upstream: 'up', depth: 0, permits: 5, permitsInUse: 1 }]);
    expect(rig.upstreams.breakers()[0]?.inFlight).toBe(1);
    const second = exchangeOf();
    const waiting = rig.upstreams.handle(second);
    expect(rig.upstreams.queues()[0]?.depth).toBe(1);
    // Reads have no permit to wait for.
    const route = routeOf('GET', '/api/tags');
    const tags = await rig.upstreams.handle(
      exchangeOf({ route, method: 'GET', body: null, model: null, stream: false }),
    );
    expect(tags.status).toBe(200);
    expect(rig.upstreams.queues()[0]?.depth).toBe(1);
    end();
    await reading.over;
    const next = read(await waiting);
    expect(second.queuedMs).toBeGreaterThan(0);
    expect(second.waitedMs).toBeGreaterThanOrEqual(second.queuedMs);
    end();
    await next.over;
    expectAtRest(rig.upstreams);
  });

  it('given up while queued leaves at once; mid-stream it closes the upstream’s connection', async () => {
    await using upstream = await startRawUpstream((_, response) => {
      response.writeHead(200, NDJSON);
      response.write(ndjson.content('a'));
    });
    await using rig = poolRig([{ name: 'up', url: upstream.url, parallel: 1 }]);
    const first = exchangeOf();
    const reading = read(await rig.upstreams.handle(first));
    const queued = exchangeOf();
    const waiting = refusal(rig.upstreams, queued);
    queued.cancel.cancel(new GatewayError('client_closed', 'the client went away'));
    expect(rig.upstreams.queues()[0]?.depth).toBe(0);
    expect(await waiting).toMatchObject({ code: 'client_closed' });
    expect(queued.attempts).toBe(0);
    const at = performance.now();
    first.cancel.cancel(new GatewayError('client_closed', 'the client went away'));
    await until(() => upstream.closedAt.length === 1, 'the close');
    expect((upstream.closedAt[0] ?? 0) - at).toBeLessThan(50);
    expect(reading.error).toMatchObject({ code: 'client_closed' });
    expect(rig.of('breaker.ignored')).toEqual([
      { type: 'breaker.ignored', breaker: 'up', reason: 'client_aborted' },
    ]);
    expect(rig.of('breaker.settled')).toHaveLength(0);
    expectAtRest(rig.upstreams);
  });

  it('given up in the moment its permit comes gives it to the next', async () => {
    let end: () => void = () => undefined;
    const server = ollamaLike({
      chat: (_, response) => {
        response.writeHead(200, NDJSON);
        response.write(ndjson.content('a'));
        end = () => response.end(ndjson.done());
      },
    });
    await using upstream = await startRawUpstream(server.respond);
    await using rig = poolRig([{ name: 'up', url: upstream.url, parallel: 1 }]);
    const stream = (await rig.upstreams.handle(exchangeOf())).body;
    if (stream === null || Buffer.isBuffer(stream)) throw new Error('the answer does not stream');
    const queued = exchangeOf();
    const waiting = refusal(rig.upstreams, queued);
    const next = rig.upstreams.handle(exchangeOf());
    expect(rig.upstreams.queues()[0]?.depth).toBe(2);
    // Frees the permit, which is granted at once; the one who gets it hears of it only later.
    stream.cancel(new Error('gone'));
    queued.cancel.cancel(new GatewayError('client_closed', 'the client went away'));
    expect(await waiting).toMatchObject({ code: 'client_closed' });
    expect(queued.attempts).toBe(0);
    const reading = read(await next);
    end();
    await reading.over;
    expectAtRest(rig.upstreams);
  });

  it('whose own deadline passes says so to the breaker', async () => {
    await using upstream = await startRawUpstream(() => undefined);
    await using rig = poolRig([{ name: 'up', url: upstream.url }]);
    const exchange = exchangeOf();
    const waiting = refusal(rig.upstreams, exchange);
    await until(() => upstream.received.length === 1, 'the request');
    exchange.cancel.cancel(new GatewayError('deadline_exceeded', 'too late'));
    expect(await waiting).toMatchObject({ code: 'deadline_exceeded' });
    expect(rig.of('breaker.ignored')[0]?.reason).toBe('deadline');
  });

  it('on a dead kept-alive connection goes out once more and counts for nothing at the breaker', async () => {
    let die = false;
    const server = ollamaLike();
    await using upstream = await startRawUpstream((asked, response, socket) => {
      if (die && asked.connection === 1) socket.destroy();
      else server.respond(asked, response, socket);
    });
    await using rig = poolRig([{ name: 'up', url: upstream.url }]);
    await drive(rig.upstreams, 1);
    die = true;
    await until(async () => {
      const exchange = exchangeOf(WHOLE);
      const response = await rig.upstreams.handle(exchange);
      expect(response.status).toBe(200);
      return exchange.attempts === 2;
    }, 'the dead connection to be used');
    expect(rig.of('breaker.ignored')).toEqual([
      { type: 'breaker.ignored', breaker: 'up', reason: 'stale_connection' },
    ]);
    expect(rig.of('breaker.settled').every((one) => one.status === 'success')).toBe(true);
    expectAtRest(rig.upstreams);
  });

  it('that is passed through unread is not sent twice', async () => {
    const server = ollamaLike();
    await using upstream = await startRawUpstream((asked, response, socket) => {
      if (asked.target === '/api/delete') socket.destroy();
      else server.respond(asked, response, socket);
    });
    await using rig = poolRig([{ name: 'up', url: upstream.url, pool: { maxsize: 1, keepAliveMs: 4_000 } }]);
    await drive(rig.upstreams, 1);
    const route = routeOf('DELETE', '/api/delete');
    const error = await refusal(rig.upstreams, exchangeOf({ route, method: 'DELETE', model: null }));
    expect(error).toMatchObject({ outcome: 'reset' });
    expect(upstream.received.filter((asked) => asked.target === '/api/delete')).toHaveLength(1);
    expectAtRest(rig.upstreams);
  });
});

describe('the breaker', () => {
  const breaker = { consecutiveFailures: 3, openMs: 1_000, jitter: 0, closeAfter: 1 } as const;

  it('opens after the configured failures, refuses once per request, and recovers', async () => {
    const clock = new ManualClock();
    const server = ollamaLike({ chat: fails });
    const { chat } = ollamaLike();
    await using upstream = await startRawUpstream(server.respond);
    await using rig = poolRig([{ name: 'up', url: upstream.url, breaker }], clock);
    const { upstreams } = rig;
    expect(await drive(upstreams, 5)).toEqual(['up 500', 'up 500', 'up 500', 'breaker_open', 'breaker_open']);
    expect(upstream.received).toHaveLength(3);
    expect(rig.of('breaker.rejected')).toHaveLength(2);
    expect(rig.of('breaker.settled').map((one) => one.status)).toEqual(['failure', 'failure', 'failure']);
    const error = await refusal(upstreams, exchangeOf());
    expect(error).toMatchObject({ status: 503, retryAfterMs: 1_000, outcome: null });
    expect(error.message).toBe('upstream up is failing and its circuit breaker is open');
    expect(upstreams.elsewhere(exchangeOf())).toBe(false);
    server.chat = chat;
    clock.advance(1_000);
    expect(upstreams.breaker('up')?.snapshot().state).toBe('half_open');
    expect(await drive(upstreams, 1)).toEqual(['up 200']);
    expect(upstreams.breaker('up')?.snapshot().state).toBe('closed');
    expectAtRest(upstreams);
  });

  it('half-open lets only its probes in', async () => {
    const clock = new ManualClock();
    const server = ollamaLike({ chat: fails });
    await using upstream = await startRawUpstream(server.respond);
    await using rig = poolRig(
      [{ name: 'up', url: upstream.url, breaker: { ...breaker, halfOpenMax: 1 } }],
      clock,
    );
    await drive(rig.upstreams, 3);
    server.chat = () => undefined;
    clock.advance(1_000);
    const probe = exchangeOf();
    const waiting = refusal(rig.upstreams, probe);
    await until(() => upstream.received.length === 4, 'the probe');
    expect(await refusal(rig.upstreams, exchangeOf())).toMatchObject({
      code: 'breaker_open',
      retryAfterMs: 1_000,
    });
    expect(rig.upstreams.queues()[0]?.permitsInUse).toBe(1);
    probe.cancel.cancel(new Error('gone'));
    await waiting;
    expectAtRest(rig.upstreams);
  });

  it('half-open and full is asked once by a request, whose model breaker then counts one not sent', async () => {
    const clock = new ManualClock();
    const server = ollamaLike({ models: [{ name: 'a' }, { name: 'b' }], chat: cut });
    await using upstream = await startRawUpstream(server.respond);
    await using rig = poolRig(
      [{ name: 'up', url: upstream.url, breaker: { ...breaker, perModel: true, halfOpenMax: 1 } }],
      clock,
    );
    // Cut three times in a row opens the upstream's breaker; two times and one leave those of the models closed.
    await rig.upstreams.start();
    await drive(rig.upstreams, 2, { model: 'a' });
    await drive(rig.upstreams, 1, { model: 'b' });
    let probes = 0;
    server.chat = () => void (probes += 1);
    clock.advance(1_000);
    const probe = exchangeOf({ model: 'b' });
    const waiting = refusal(rig.upstreams, probe);
    await until(() => probes === 1, 'the probe');
    const refused = await refusal(rig.upstreams, exchangeOf({ ...WHOLE, model: 'a' }));
    const ignored = rig.of('breaker.ignored').filter(({ reason }) => reason === 'not_sent');
    probe.cancel.cancel(new Error('gone'));
    await waiting;
    expect(refused).toMatchObject({ code: 'breaker_open' });
    expect(ignored).toMatchObject([{ breaker: 'up/a' }]);
    expectAtRest(rig.upstreams);
  });

  it('that is open is skipped while another upstream can serve, without a rejection', async () => {
    await using bad = await startRawUpstream(fails);
    await using good = await startRawUpstream(ollamaLike().respond);
    await using rig = poolRig([
      { name: 'bad', url: bad.url, breaker: { ...breaker, consecutiveFailures: 1 } },
      { name: 'good', url: good.url },
    ]);
    const seen = await drive(rig.upstreams, 20);
    expect(bad.received.length).toBeLessThanOrEqual(1);
    expect(seen.filter((one) => one === 'good 200').length).toBeGreaterThanOrEqual(19);
    expect(rig.of('breaker.rejected')).toHaveLength(0);
  });

  it.each(['reject', 'leastRemaining'] as const)('open everywhere: %s', async (allOpen) => {
    const clock = new ManualClock();
    await using one = await startRawUpstream(fails);
    await using two = await startRawUpstream(fails);
    await using rig = poolRig(
      [
        { name: 'one', url: one.url, breaker: { ...breaker, consecutiveFailures: 1, allOpen } },
        { name: 'two', url: two.url, breaker: { ...breaker, consecutiveFailures: 1, allOpen } },
      ],
      clock,
    );
    const { upstreams } = rig;
    const [first] = await drive(upstreams, 1);
    clock.advance(100);
    await drive(upstreams, 1);
    expect(upstreams.breakers().map((snapshot) => snapshot.state)).toEqual(['open', 'open']);
    if (allOpen === 'leastRemaining') {
      expect(await drive(upstreams, 3)).toEqual([first, first, first]);
      expect(rig.of('breaker.rejected')).toHaveLength(0);
      // Isolated by hand is an order, not a guess: it is never passed.
      upstreams.breaker('one')?.isolate();
      upstreams.breaker('two')?.isolate();
    }
    expect(await drive(upstreams, 1)).toEqual(['breaker_open']);
    expect(rig.of('breaker.rejected')).toHaveLength(1);
    expectAtRest(upstreams);
  });

  it('isolated refuses, observing lets through what it would refuse', async () => {
    await using upstream = await startRawUpstream(fails);
    await using rig = poolRig([{ name: 'up', url: upstream.url, breaker }]);
    const control = rig.upstreams.breaker('up');
    control?.isolate();
    expect(await drive(rig.upstreams, 1)).toEqual(['breaker_open']);
    control?.observeOnly();
    expect(await drive(rig.upstreams, 5)).toEqual(Array.from({ length: 5 }, () => 'up 500'));
    expect(control?.snapshot()).toMatchObject({ state: 'open', manual: 'observing' });
  });
});

describe('several upstreams', () => {
  it('each get the models they have, and the tried are avoided', async () => {
    const a = ollamaLike({ models: [{ name: 'm', digest: 'da' }] });
    const b = ollamaLike({ models: [{ name: 'm' }, { name: 'only-b', digest: 'db' }] });
    await using first = await startRawUpstream(a.respond);
    await using second = await startRawUpstream(b.respond);
    await using rig = poolRig([
      { name: 'a', url: first.url },
      { name: 'b', url: second.url },
    ]);
    const { upstreams } = rig;
    expect(upstreams.snapshots().map((one) => one.healthy)).toEqual([false, false]);
    await upstreams.start();
    expect(upstreams.snapshots()).toMatchObject([
      {
        name: 'a',
        kind: 'ollama',
        url: first.url,
        healthy: true,
        version: '0.12.0',
        models: ['m'],
        simulator: false,
      },
      { name: 'b', healthy: true },
    ]);
    expect(await drive(upstreams, 5, { model: 'only-b' })).toEqual(Array.from({ length: 5 }, () => 'b 200'));
    expect(await drive(upstreams, 3, { tried: [upstreamName('a')] })).toEqual(['b 200', 'b 200', 'b 200']);
    expect(upstreams.elsewhere(exchangeOf({ tried: [upstreamName('a')] }))).toBe(true);
    expect(upstreams.elsewhere(exchangeOf({ tried: [upstreamName('a'), upstreamName('b')] }))).toBe(false);
    expect(upstreams.elsewhere(exchangeOf({ model: 'only-b', tried: [upstreamName('b')] }))).toBe(false);
    expect(upstreams.modelDigest('m')).toBe('da');
    expect(upstreams.modelDigest('only-b')).toBe('db');
    expect(upstreams.modelDigest('nowhere')).toBeNull();
  });

  it('that speak no such protocol are none', async () => {
    await using rig = poolRig([{ name: 'o', kind: 'openai', url: 'http://127.0.0.1:1' }]);
    const error = await refusal(rig.upstreams, exchangeOf());
    expect(error).toMatchObject({ code: 'no_upstream' });
    expect(error.message).toContain('kind ollama');
  });

  it('drain one by one: its line moves on, what runs goes on', async () => {
    let end: () => void = () => undefined;
    const busy = ollamaLike({
      chat: (_, response) => {
        response.writeHead(200, NDJSON);
        response.write(ndjson.content('a'));
        end = () => response.end(ndjson.done());
      },
    });
    await using first = await startRawUpstream(busy.respond);
    await using second = await startRawUpstream(ollamaLike({ models: [] }).respond);
    await using rig = poolRig([
      { name: 'a', url: first.url, parallel: 1 },
      { name: 'b', url: second.url },
    ]);
    const { upstreams } = rig;
    await upstreams.start();
    const running = exchangeOf();
    const reading = read(await upstreams.handle(running));
    const queued = exchangeOf(WHOLE);
    const waiting = upstreams.handle(queued);
    expect(upstreams.queues()[0]?.depth).toBe(1);
    const drained = upstreams.drain('a');
    expect((await waiting).status).toBe(200);
    expect(queued).toMatchObject({ upstream: 'b', tried: ['b'] });
    expect(upstreams.snapshots()[0]).toMatchObject({ healthy: false, reason: 'draining' });
    expect(reading.ended).toBe(false);
    end();
    await drained;
    expect(reading.error).toBeNull();
    await upstreams.drain('b');
    expect(await refusal(upstreams, exchangeOf())).toMatchObject({
      code: 'no_upstream',
      message: 'every upstream is draining',
    });
    await expect(upstreams.drain('nobody')).rejects.toMatchObject({ code: 'no_upstream' });
    expect(upstreams.breaker('nobody')).toBeNull();
  });
});

describe('the close', () => {
  it('turns away the queued, waits for the running, then cuts what is left', async () => {
    const clock = new ManualClock();
    await using upstream = await startRawUpstream((_, response) => {
      response.writeHead(200, NDJSON);
      response.write(ndjson.content('a'));
    });
    const rig = poolRig([{ name: 'up', url: upstream.url, parallel: 1 }], clock);
    const reading = read(await rig.upstreams.handle(exchangeOf({ clock })));
    const waiting = refusal(rig.upstreams, exchangeOf({ clock }));
    const closed = rig.upstreams.close(3_000);
    expect(await waiting).toMatchObject({ code: 'draining' });
    clock.advance(2_999);
    expect(reading.ended).toBe(false);
    clock.advance(1);
    await closed;
    expect(reading.error).toMatchObject({ code: 'draining' });
    await until(() => upstream.open === 0, 'every socket to close');
    expect(clock.pending).toBe(0);
    expect(rig.of('upstream.removed')).toEqual([{ type: 'upstream.removed', upstream: 'up' }]);
    expect(rig.of('breaker.removed')).toHaveLength(1);
    expect(rig.upstreams.pools()).toMatchObject([{ connections: 0, busy: 0, idle: 0 }]);
    expectAtRest(rig.upstreams);
  });

  it('does not wait for its deadline when nothing runs', async () => {
    const clock = new ManualClock();
    const rig = poolRig([{ name: 'up', url: `http://127.0.0.1:${String(await closedPort())}` }], clock);
    await rig.upstreams.start();
    await rig.upstreams.close(1_000_000);
    expect(clock.pending).toBe(0);
  });
});

describe('calls of the gateway’s own', () => {
  const embedding = (respond: Respond): ReturnType<typeof ollamaLike> =>
    ollamaLike({ models: [{ name: 'minilm:latest', digest: 'd' }], chat: respond });

  it('use the same connections and count among them, with a breaker of their own', async () => {
    const server = embedding((_, response) => response.end('{"embeddings":[[1]]}'));
    await using upstream = await startRawUpstream(server.respond);
    await using rig = poolRig([{ name: 'up', url: upstream.url }]);
    const { upstreams } = rig;
    expect(upstreams.embeddingModel(null)).toBeNull();
    await upstreams.start();
    const at = upstreams.embeddingModel(null);
    expect(at).toEqual({ upstream: 'up', kind: 'ollama', model: 'minilm:latest', digest: 'd' });
    if (at === null) return;
    expect(String(await upstreams.embed(at, Buffer.from('{"input":["a"]}')))).toBe('{"embeddings":[[1]]}');
    expect(rig.of('pool.request-sent')).toHaveLength(1);
    expect(rig.of('breaker.settled')).toMatchObject([{ breaker: 'up/minilm:latest', status: 'success' }]);
    expect(upstreams.breakers().map((one) => one.name)).toEqual(['up', 'up/minilm:latest']);
    expect(upstreams.breaker('up/minilm:latest')?.snapshot().state).toBe('closed');
    const asked = upstream.received.at(-1);
    expect(asked).toMatchObject({ method: 'POST', target: '/api/embed', body: '{"input":["a"]}' });
    await expect(
      upstreams.embed({ ...at, upstream: upstreamName('nobody') }, Buffer.from('{}')),
    ).rejects.toMatchObject({ code: 'no_upstream' });
    expectAtRest(upstreams);
  });

  it('fail by themselves: the upstream’s own breaker stays closed', async () => {
    const server = embedding(fails);
    await using upstream = await startRawUpstream(server.respond);
    await using rig = poolRig([
      { name: 'up', url: upstream.url, breaker: { consecutiveFailures: 2, jitter: 0 } },
    ]);
    await rig.upstreams.start();
    const at = rig.upstreams.embeddingModel('minilm');
    if (at === null) throw new Error('no embedding model');
    const call = (): Promise<Buffer> => rig.upstreams.embed(at, Buffer.from('{}'));
    await expect(call()).rejects.toMatchObject({
      code: 'upstream_failed',
      message: expect.stringContaining('broken') as string,
    });
    await expect(call()).rejects.toMatchObject({ code: 'upstream_failed' });
    await expect(call()).rejects.toMatchObject({ code: 'breaker_open' });
    expect(rig.of('breaker.rejected')).toEqual([{ type: 'breaker.rejected', breaker: 'up/minilm:latest' }]);
    expect(rig.upstreams.breaker('up')?.snapshot().state).toBe('closed');
    expect(await drive(rig.upstreams, 1)).toEqual(['up 500']);
  });

  it('survive a dead kept-alive connection and a missing body, and end with the pool', async () => {
    let mode: 'well' | 'dead' | 'empty' | 'hang' = 'well';
    const server = embedding((asked, response, socket) => {
      if (mode === 'dead' && asked.connection === 2) socket.destroy();
      else if (mode === 'empty') response.writeHead(204).end();
      else if (mode !== 'hang') response.end('{"embeddings":[]}');
    });
    await using upstream = await startRawUpstream(server.respond);
    const rig = poolRig([{ name: 'up', url: upstream.url, pool: { maxsize: 1, keepAliveMs: 4_000 } }]);
    await rig.upstreams.start();
    const at = rig.upstreams.embeddingModel(null);
    if (at === null) throw new Error('no embedding model');
    const call = (): Promise<Buffer> => rig.upstreams.embed(at, Buffer.from('{}'));
    await call();
    mode = 'dead';
    expect(String(await call())).toBe('{"embeddings":[]}');
    expect(rig.of('breaker.ignored')).toMatchObject([{ reason: 'stale_connection' }]);
    mode = 'empty';
    await expect(call()).rejects.toMatchObject({ code: 'upstream_failed' });
    mode = 'hang';
    const hanging = call();
    const seen = upstream.received.length;
    await until(() => upstream.received.length > seen, 'the call');
    await Promise.all([rig.upstreams.close(0), expect(hanging).rejects.toMatchObject({ code: 'draining' })]);
    expect(rig.of('breaker.removed')).toHaveLength(2);
    expectAtRest(rig.upstreams);
  });

  it('go to an OpenAI-compatible server by its path', async () => {
    await using upstream = await startRawUpstream((asked, response) => {
      response.end(asked.target === '/v1/models' ? '{"data":[{"id":"text-embedding-3"}]}' : '{"data":[]}');
    });
    await using rig = poolRig([{ name: 'o', kind: 'openai', url: `${upstream.url}/v1` }]);
    await rig.upstreams.start();
    const at = rig.upstreams.embeddingModel(null);
    if (at === null) throw new Error('no embedding model');
    await rig.upstreams.embed(at, Buffer.from('{}'));
    expect(upstream.received.at(-1)?.target).toBe('/v1/embeddings');
  });
});

function afterMs(exchange: ReturnType<typeof exchangeOf>, ms: number): NodeJS.Timeout {
  return setTimeout(() => exchange.cancel.cancel(new Error('gone')), ms);
}

/** Gives up what hangs: so many turns of the loop, 25 ms apart or more, after it was sent. However slow the machine is, what comes has come by then. */
function afterTurns(exchange: ReturnType<typeof exchangeOf>, turns: number): NodeJS.Timeout {
  let seen = 0;
  return setInterval(() => {
    if (exchange.attempts > 0 && (seen += 1) > turns) exchange.cancel.cancel(new Error('gone'));
  }, 25);
}

it('every answer and every fault, mixed: nothing is left, and the sums match what the server saw', async () => {
  const server = ollamaLike({
    chat: (asked, response, socket) => {
      const whole = asked.body.includes('"stream":false');
      switch (asked.number % 11) {
        case 0:
          return void socket.resetAndDestroy();
        case 1:
          return void response.writeHead(200, NDJSON).end(ndjson.content('a'));
        case 2:
          return void response.writeHead(200, NDJSON).end(ndjson.error('broken'));
        case 3:
          return void response.writeHead(503, { 'retry-after': '1' }).end('{"error":"busy"}');
        case 4:
          return void response.writeHead(200, { 'content-type': 'application/json' }).end('{"garbled');
        case 5:
          response.writeHead(200, NDJSON);
          return void response.write(ndjson.content('a'), () =>
            setTimeout(() => socket.resetAndDestroy(), 2),
          );
        case 6:
          return void response.writeHead(404).end('{"error":"model \'m\' not found"}');
        case 7:
          // Hangs until the client gives up.
          return void response.writeHead(200, NDJSON).write(ndjson.content('a'));
        default:
          if (whole) response.writeHead(200, { 'content-type': 'application/json' }).end(CHAT_JSON);
          else response.writeHead(200, NDJSON).end(ndjson.content('a').repeat(3) + ndjson.done());
      }
    },
  });
  await using upstream = await startRawUpstream(server.respond);
  const rig = poolRig([
    {
      name: 'up',
      url: upstream.url,
      parallel: 8,
      queue: { max: 1_000, waitMs: 30_000 },
      pool: { maxsize: 6, keepAliveMs: 4_000 },
      breaker: { consecutiveFailures: null },
    },
  ]);
  const { upstreams } = rig;
  const one = async (index: number): Promise<void> => {
    const exchange = exchangeOf(index % 3 === 0 ? WHOLE : {});
    const giveUp = index % 7 === 0 ? afterMs(exchange, index % 40) : afterTurns(exchange, 10);
    try {
      const { body } = await upstreams.handle(exchange);
      if (body !== null && !Buffer.isBuffer(body)) {
        const reading = readStream(body);
        if (index % 5 === 0) body.cancel(new Error('gone'));
        else await reading.over;
      }
    } catch (error) {
      expect(error).toBeInstanceOf(GatewayError);
    } finally {
      clearInterval(giveUp);
    }
  };
  await Promise.all(Array.from({ length: 600 }, (_, index) => one(index)));
  expectAtRest(upstreams);
  const attempted = rig.of('upstream.attempted');
  const settled = rig.of('breaker.settled').length + rig.of('breaker.ignored').length;
  expect(settled).toBe(attempted.length);
  await until(
    () => upstreams.pools()[0]?.connections === upstream.open,
    'both sides to count the same connections',
  );
  // The server may accept a little later than the connection is made.
  await until(() => rig.of('pool.connected').length === upstream.accepted, 'every connection to be accepted');
  // A head written right before its request was given up may never have reached the server.
  expect(rig.of('pool.request-sent').length).toBeGreaterThanOrEqual(upstream.received.length);
  const outcomes = new Set(attempted.map((event) => event.outcome));
  for (const outcome of [
    'success',
    'reset',
    'truncated',
    'stream_error',
    'overloaded',
    'malformed',
    'model_missing',
    'aborted',
  ])
    expect(outcomes).toContain(outcome);
  await upstreams.close(0);
  expect(upstreams.pools()).toMatchObject([{ connections: 0, busy: 0 }]);
  await until(() => upstream.open === 0, 'every socket to close');
});
