import { describe, expect, it } from 'vitest';
import type { GatewayResponse } from '../core/request.ts';
import { dialects } from '../dialect/dialects.ts';
import { createCache, type CacheOptions } from './cache.ts';
import { CACHE_DEFAULTS } from './options.ts';
import { openMemoryStore } from './store/memory.ts';
import {
  CacheBench,
  chat,
  drain,
  headerOf,
  routeFor,
  streamOf,
  textAnswer,
  upstreamResponse,
} from './test-support.ts';

const open = (options: Partial<CacheOptions> = {}): CacheBench =>
  new CacheBench(dialects, { mode: 'exact', ...options });

describe('an exact hit', () => {
  it('replays the answer with where it comes from in its headers', async () => {
    const bench = open();
    bench.upstream = async (exchange) => {
      bench.clock.advance(1_500);
      exchange.queuedMs = 300;
      return upstreamResponse(exchange, textAnswer('blue'));
    };
    const first = await bench.ask(chat('Why?'));
    expect(first.result).toBe('miss');
    expect(first.exchange).toMatchObject({ served: 'upstream', cache: { result: 'miss', similarity: null } });
    bench.clock.advance(61_900);
    const second = await bench.ask(chat('Why?'));
    expect(JSON.parse(second.body)).toEqual(JSON.parse(first.body));
    expect(second.response).toMatchObject({ status: 200, streaming: false });
    expect(second.response.headers).toEqual([
      'content-type',
      'application/json; charset=utf-8',
      'content-length',
      String(Buffer.byteLength(second.body)),
      'x-llamascope-cache',
      'hit-exact',
      'age',
      '61',
      'x-llamascope-entry',
      expect.stringMatching(/^[0-9a-f]{16}$/),
    ]);
    expect(second.exchange).toMatchObject({
      served: 'cache',
      cache: { result: 'hit-exact', similarity: null },
      firstContentAt: bench.clock.now(),
      usage: null,
    });
    expect(bench.asked).toBe(1);
    const stored = bench.of('cache.stored');
    expect(stored).toEqual([{ type: 'cache.stored', result: 'stored', bytes: bench.cache.snapshot().bytes }]);
    expect(bench.of('cache.looked-up').map(({ result, bypass }) => [result, bypass])).toEqual([
      ['miss', null],
      ['hit-exact', null],
    ]);
    expect(bench.of('cache.saved')).toEqual([{ type: 'cache.saved', seconds: 1.2, tokens: 30 }]);
  });

  it('saves what is known when the upstream gave no usage', async () => {
    const bench = open();
    bench.upstream = (exchange) =>
      Promise.resolve(upstreamResponse(exchange, textAnswer('blue', { usage: null, times: null })));
    await bench.ask(chat('Why?'));
    await bench.ask(chat('Why?'));
    expect(bench.of('cache.saved')).toEqual([{ type: 'cache.saved', seconds: 0, tokens: 0 }]);
  });

  it('finds the same request in other bytes: order of keys, white space, transport fields', async () => {
    const bench = open();
    await bench.ask(chat('Why?'));
    const { model, messages, options } = chat('Why?');
    const reordered = await bench.ask({ options, keep_alive: '5m', stream: false, messages, model });
    expect(reordered.result).toBe('hit-exact');
  });

  it.each(['/api/chat', '/v1/chat/completions'])(
    '%s: JSON from a stream and the reverse',
    async (template) => {
      const route = routeFor(template);
      const body = (stream: boolean, content: string): unknown => ({
        model: 'llama3.2:1b',
        messages: [{ role: 'user', content }],
        stream,
        ...(template === '/api/chat' ? { options: { temperature: 0 } } : { temperature: 0 }),
      });
      const dialect = dialects[route.dialect];
      for (const [first, second] of [
        [true, false],
        [false, true],
        [true, true],
      ] as const) {
        const bench = open();
        bench.upstream = (exchange) => {
          // As the pool does: usage is asked for, noted, and kept from a client that did not ask.
          exchange.usage = { promptTokens: 20, completionTokens: 10 };
          return Promise.resolve(upstreamResponse(exchange, textAnswer('The sky is blue, as a rule.')));
        };
        await bench.ask(body(first, 'Why?'), { route });
        const {
          response,
          exchange,
          body: replayed,
          result,
        } = await bench.ask(body(second, 'Why?'), { route });
        expect(result).toBe('hit-exact');
        expect(response.streaming).toBe(second);
        expect(headerOf(response, 'content-length')).toBe(
          second ? null : String(Buffer.byteLength(replayed)),
        );
        const read = dialect.readAnswer(route, exchange.request.facts, Buffer.from(replayed), second);
        expect(read).toMatchObject({
          text: 'The sky is blue, as a rule.',
          finish: 'stop',
          model: 'llama3.2:1b',
        });
        // What the answer cost is known even where the client was not told.
        expect(bench.of('cache.saved')).toMatchObject([{ tokens: 30 }]);
      }
    },
  );

  it('replays embeddings on their own route only', async () => {
    const bench = open();
    const route = routeFor('/api/embed');
    const json = { model: 'all-minilm', embeddings: [[0.1, 0.2]], total_duration: 5 };
    bench.upstream = (): Promise<GatewayResponse> =>
      Promise.resolve({
        status: 200,
        headers: ['content-type', 'application/json'],
        body: Buffer.from(JSON.stringify(json)),
        streaming: false,
      });
    await bench.ask({ model: 'all-minilm', input: 'hello' }, { route });
    const again = await bench.ask({ model: 'all-minilm', input: 'hello' }, { route });
    expect([again.result, JSON.parse(again.body)]).toEqual(['hit-exact', json]);
    const other = await bench.ask(
      { model: 'all-minilm', input: 'hello' },
      { route: routeFor('/v1/embeddings') },
    );
    expect(other.result).toBe('miss');
  });

  it('is there for a repeat in the very same turn, before the background had its turn', async () => {
    const bench = open();
    const first = await bench.send(bench.exchange(chat('Why?')));
    const second = await bench.send(bench.exchange(chat('Why?')));
    expect([headerOf(first, 'x-llamascope-cache'), headerOf(second, 'x-llamascope-cache')]).toEqual([
      'miss',
      'hit-exact',
    ]);
    await bench.cache.idle();
    expect(bench.of('cache.stored').length).toBe(1);
  });

  it('does not get younger than new when the wall clock is set back', async () => {
    let back = 0;
    const bench = open();
    const { clock } = bench;
    const wallMs = clock.wallMs.bind(clock);
    clock.wallMs = (): number => wallMs() - back;
    await bench.ask(chat('Why?'));
    back = 100_000;
    const { response } = await bench.ask(chat('Why?'));
    expect(headerOf(response, 'age')).toBe('0');
  });
});

describe('the time to live', () => {
  it('ends an entry to the millisecond, and the snapshot with it', async () => {
    const bench = open({ ttlMs: 5_000 });
    await bench.ask(chat('Why?'));
    bench.clock.advance(4_999);
    expect((await bench.ask(chat('Why?'))).result).toBe('hit-exact');
    bench.clock.advance(1);
    expect(bench.cache.snapshot()).toMatchObject({ entries: 0, bytes: 0 });
    expect((await bench.ask(chat('Why?'))).result).toBe('miss');
    expect(bench.of('cache.evicted')).toEqual([{ type: 'cache.evicted', reason: 'ttl' }]);
  });
});

describe('storing', () => {
  it('stores one of two identical misses at once', async () => {
    const bench = open();
    const releases: (() => void)[] = [];
    bench.upstream = (exchange) => {
      const response = upstreamResponse(exchange, textAnswer(`answer ${bench.asked}`));
      return new Promise((resolve) =>
        releases.push(() => {
          resolve(response);
        }),
      );
    };
    const both = [bench.send(bench.exchange(chat('Why?'))), bench.send(bench.exchange(chat('Why?')))];
    while (releases.length < 2) await Promise.resolve();
    for (const release of releases) release();
    for (const response of await Promise.all(both))
      expect(headerOf(response, 'x-llamascope-cache')).toBe('miss');
    await bench.cache.idle();
    expect(bench.cache.snapshot().entries).toBe(1);
    expect(bench.of('cache.stored').map(({ result }) => result)).toEqual(['stored', 'refused']);
    expect((await bench.ask(chat('Why?'))).body).toContain('answer 1');
  });

  it.each<[string, (bench: CacheBench) => void, string[]]>([
    ['an error status', answerWith({ status: 500 }), []],
    ['a partial status', answerWith({ status: 206 }), []],
    ['an attempt that failed', answerWith({ outcome: 'stream_error' }), []],
    ['no body', answerWith({ body: null }), []],
    ['a cut stream', answerWith({ streaming: true, body: streamOf([Buffer.from('{"do')]) }), ['refused']],
    ['what is not the protocol', answerWith({ body: Buffer.from('<html>') }), ['refused']],
    ['an error inside a 200', answerWith({ body: Buffer.from('{"error":"out of memory"}') }), ['refused']],
    [
      'an empty answer',
      (bench): void =>
        void (bench.upstream = (exchange): Promise<GatewayResponse> =>
          Promise.resolve(upstreamResponse(exchange, textAnswer('')))),
      ['refused'],
    ],
  ])('never stores %s', async (_, prepare, reported) => {
    const bench = open();
    prepare(bench);
    await bench.ask(chat('Why?'));
    expect((await bench.ask(chat('Why?'))).result).toBe('miss');
    expect(bench.of('cache.stored').map(({ result }) => result)).toEqual([...reported, ...reported]);
    expect(bench.cache.snapshot().entries).toBe(0);
  });

  it('never stores a stream that failed after its last item, or that the client left', async () => {
    const bench = open();
    bench.upstream = async (exchange) => {
      const { chunks } = dialects.ollama.writeAnswer(
        exchange.request.route,
        exchange.request.facts,
        textAnswer('whole'),
        'x',
      )!;
      return {
        status: 200,
        headers: [],
        body: streamOf(chunks, bench.asked === 1 ? new Error('reset') : null),
        streaming: true,
      };
    };
    await expect(bench.ask(chat('Why?', { stream: true }))).rejects.toThrow('reset');
    const left = await bench.send(bench.exchange(chat('Why?', { stream: true })));
    (left.body as ReturnType<typeof streamOf>).cancel(new Error('gone'));
    await bench.cache.idle();
    expect(bench.of('cache.stored')).toEqual([]);
    expect(bench.cache.snapshot().entries).toBe(0);
  });

  it('lets answers past that are larger than allowed, JSON or stream', async () => {
    const bench = open({ maxAnswerBytes: 400 });
    bench.upstream = (exchange) =>
      Promise.resolve(upstreamResponse(exchange, textAnswer('long '.repeat(200))));
    expect((await bench.ask(chat('Why?'))).body).toContain('long long');
    expect((await bench.ask(chat('Why?', { stream: true }))).body.length).toBeGreaterThan(1_000);
    expect(bench.of('cache.stored').map(({ result }) => result)).toEqual(['refused', 'refused']);
  });

  it('counts an answer that no room can be made for', async () => {
    const bench = open({ maxBytes: 100 });
    await bench.ask(chat('Why?'));
    expect(bench.of('cache.stored')).toEqual([{ type: 'cache.stored', result: 'refused', bytes: 0 }]);
  });

  it('passes every byte of a stream at once, before the next is there', async () => {
    const bench = open();
    const seen: string[] = [];
    bench.upstream = (): Promise<GatewayResponse> =>
      Promise.resolve({
        status: 200,
        headers: [],
        streaming: true,
        body: {
          start(sink): void {
            for (const text of ['a', 'b']) {
              sink.write(Buffer.from(text));
              expect(seen.at(-1)).toBe(text);
            }
            sink.end();
          },
          resume: () => undefined,
          cancel: () => undefined,
        },
      });
    const response = await bench.send(bench.exchange(chat('Why?', { stream: true })));
    (response.body as ReturnType<typeof streamOf>).start({
      write: (chunk) => seen.push(Buffer.from(chunk).toString()) > 0,
      end: () => seen.push('end'),
      fail: () => undefined,
    });
    expect(seen).toEqual(['a', 'b', 'end']);
  });
});

function answerWith(given: Partial<GatewayResponse>) {
  return (bench: CacheBench): void => {
    bench.upstream = (exchange): Promise<GatewayResponse> =>
      Promise.resolve({ ...upstreamResponse(exchange, textAnswer('fine')), ...given });
  };
}

describe('what a request may ask for', () => {
  it.each(['bypass', 'no-store'] as const)('%s: neither served nor stored', async (policy) => {
    const bench = open();
    await bench.ask(chat('Why?'));
    expect((await bench.ask(chat('Why?'), { policy })).result).toBe('bypass');
    expect((await bench.ask(chat('Other?'), { policy })).result).toBe('bypass');
    expect(bench.cache.snapshot().entries).toBe(1);
    expect(bench.of('cache.looked-up').map(({ bypass }) => bypass)).toEqual([null, 'header', 'header']);
    expect(bench.of('cache.stored').length).toBe(1);
  });

  it('refresh: a miss that replaces what is there', async () => {
    const bench = open();
    await bench.ask(chat('Why?'));
    const refreshed = await bench.ask(chat('Why?'), { policy: 'refresh' });
    expect([refreshed.result, refreshed.body.includes('answer 2')]).toEqual(['miss', true]);
    const after = await bench.ask(chat('Why?'));
    expect([after.result, after.body.includes('answer 2')]).toEqual(['hit-exact', true]);
    expect(bench.of('cache.evicted')).toEqual([{ type: 'cache.evicted', reason: 'replaced' }]);
    expect(bench.cache.snapshot().entries).toBe(1);
  });

  it('only-if-cached: the entry, or 504 without asking anybody', async () => {
    const bench = open();
    const exchange = bench.exchange(chat('Why?'), { policy: 'only-if-cached' });
    await expect(bench.send(exchange)).rejects.toMatchObject({ code: 'not_cached', status: 504 });
    expect(exchange.cache).toEqual({ result: 'miss', similarity: null });
    expect(bench.asked).toBe(0);
    await bench.ask(chat('Why?'));
    expect((await bench.ask(chat('Why?'), { policy: 'only-if-cached' })).result).toBe('hit-exact');
    expect(bench.of('cache.looked-up').length).toBe(3);
  });

  it('only-if-cached where nothing may be served: 504 too, counted as a bypass', async () => {
    const bench = open({ mode: 'off' });
    await expect(bench.ask(chat('Why?'), { policy: 'only-if-cached' })).rejects.toMatchObject({
      code: 'not_cached',
    });
    expect(bench.of('cache.looked-up').map(({ bypass }) => bypass)).toEqual(['mode_off']);
  });
});

describe('what is left alone', () => {
  it('mode off: nothing is looked up or stored', async () => {
    const bench = open({ mode: 'off' });
    await bench.ask(chat('Why?'));
    expect((await bench.ask(chat('Why?'))).result).toBe('bypass');
    expect(bench.of('cache.looked-up').map(({ bypass }) => bypass)).toEqual(['mode_off', 'mode_off']);
    expect(bench.cache.snapshot()).toEqual({
      mode: 'off',
      embedder: null,
      entries: 0,
      maxEntries: CACHE_DEFAULTS.maxEntries,
      bytes: 0,
      maxBytes: CACHE_DEFAULTS.maxBytes,
      falseHitBound: null,
      store: { kind: 'memory', state: 'ok', reason: null, pending: 0 },
    });
  });

  it('answers drawn at random, unless they are allowed; the second time recognised by their bytes', async () => {
    const random = chat('Why?', { options: { temperature: 0.8 } });
    const bench = open({ sampled: false });
    for (let i = 0; i < 2; i += 1) expect((await bench.ask(random)).result).toBe('bypass');
    expect(bench.of('cache.looked-up').map(({ bypass }) => bypass)).toEqual(['sampled', 'sampled']);
    expect((await bench.ask(random, { policy: 'refresh' })).result).toBe('bypass');
    const seeded = chat('Why?', { options: { temperature: 0.8, seed: 7 } });
    await bench.ask(seeded);
    expect((await bench.ask(seeded)).result).toBe('hit-exact');
    const generous = open({ sampled: true });
    await generous.ask(random);
    expect((await generous.ask(random)).result).toBe('hit-exact');
  });

  it('requests that are too long, have no exact form, or that the dialect cannot place', async () => {
    const bench = open({ maxRequestBytes: 500 });
    expect((await bench.ask(chat('x'.repeat(500)))).result).toBe('bypass');
    await bench.ask(chat('Why?', { options: { temperature: 0, seed: 2 ** 60 } }));
    bench.upstream = async () => ({ status: 200, headers: [], body: null, streaming: false });
    await bench.ask({ model: 'llama3.2:1b', keep_alive: 0, messages: [], stream: false });
    const unread = bench.exchange(chat('Why?'));
    await bench.send({ ...unread, request: { ...unread.request, body: null } });
    const broken = { ...dialects.ollama, canonicalRequest: () => { throw new Error('defect'); } }; // prettier-ignore
    await bench.send({ ...bench.exchange(chat('What?')), dialect: broken });
    expect(bench.of('cache.looked-up').map(({ bypass }) => bypass)).toEqual([
      'too_long',
      'uncacheable',
      'uncacheable',
      'uncacheable',
      'uncacheable',
    ]);
  });

  it('routes that cannot be cached: no header, no count, the very same response', async () => {
    const bench = open();
    const response: GatewayResponse = { status: 200, headers: [], body: null, streaming: false };
    bench.upstream = () => Promise.resolve(response);
    const exchange = bench.exchange(chat('Why?'), { route: { ...routeFor('/api/chat'), cacheable: false } });
    expect(await bench.send(exchange)).toBe(response);
    expect([response.headers, exchange.cache, bench.events]).toEqual([[], null, []]);
  });
});

describe('purge', () => {
  it('removes what matches, and answers how much that was', async () => {
    const bench = open();
    await bench.ask(chat('Why?'));
    await bench.ask(chat('Why?'), { tenant: 'other' });
    const id = headerOf((await bench.ask(chat('Why?'))).response, 'x-llamascope-entry')!;
    expect(await bench.cache.purge({ id })).toBe(1);
    expect(await bench.cache.purge({ tenant: 'nobody' })).toBe(0);
    expect((await bench.ask(chat('Why?'), { tenant: 'other' })).result).toBe('hit-exact');
    expect(await bench.cache.purge()).toBe(1);
    expect(bench.of('cache.evicted').map(({ reason }) => reason)).toEqual(['purge', 'purge']);
  });

  it('also forgets answers that were asked for before it and come after it', async () => {
    const bench = open();
    let release: () => void = () => undefined;
    bench.upstream = (exchange) =>
      new Promise((resolve) => {
        release = (): void => {
          resolve(upstreamResponse(exchange, textAnswer('old')));
        };
      });
    const asking = bench.ask(chat('Why?'));
    while (bench.asked === 0) await Promise.resolve();
    await bench.cache.purge();
    release();
    await asking;
    expect(bench.of('cache.stored').map(({ result }) => result)).toEqual(['refused']);
    expect(bench.cache.snapshot().entries).toBe(0);
  });
});

describe('a cache that is out of order', () => {
  const broken = (method: 'get' | 'put'): CacheBench =>
    new CacheBench(
      dialects,
      { mode: 'on' },
      {
        openStore: (options, deps) => {
          const store = openMemoryStore(options, deps);
          store[method] = (): never => {
            throw new Error('disk full');
          };
          return store;
        },
      },
    );

  it('is a miss when the store cannot be read', async () => {
    const bench = broken('get');
    for (let i = 0; i < 2; i += 1) expect((await bench.ask(chat('Why?'))).result).toBe('miss');
    expect(bench.of('cache.looked-up').map(({ result }) => result)).toEqual(['miss', 'miss']);
  });

  it('is a failed store when the store cannot be written', async () => {
    const bench = broken('put');
    expect((await bench.ask(chat('Why?'))).result).toBe('miss');
    expect(bench.of('cache.stored')).toEqual([{ type: 'cache.stored', result: 'failed', bytes: 0 }]);
  });

  it('is a miss, and stores anew, when an entry cannot be written out', async () => {
    for (const writeAnswer of [
      () => null,
      () => {
        throw new Error('defect');
      },
    ]) {
      // prettier-ignore
      const bench = open();
      await bench.ask(chat('Why?'));
      const exchange = { ...bench.exchange(chat('Why?')), dialect: { ...dialects.ollama, writeAnswer } };
      bench.upstream = (passed) =>
        Promise.resolve(upstreamResponse({ ...passed, dialect: dialects.ollama }, textAnswer('second')));
      const response = await bench.send(exchange);
      expect(headerOf(response, 'x-llamascope-cache')).toBe('miss');
      await drain(response);
      expect((await bench.ask(chat('Why?'))).body).toContain('second');
      expect(bench.cache.snapshot().entries).toBe(1);
    }
  });

  it('passes the errors of the upstream on untouched', async () => {
    const bench = open();
    bench.upstream = () => Promise.reject(new Error('upstream'));
    await expect(bench.ask(chat('Why?'))).rejects.toThrow('upstream');
    expect(bench.of('cache.looked-up').length).toBe(1);
  });
});

describe('close', () => {
  it('finishes what is being written, lets go of every timer and stores nothing more', async () => {
    const bench = open({ mode: 'on' });
    await bench.send(bench.exchange(chat('Why?')));
    await bench.cache.close();
    expect(bench.of('cache.stored').map(({ result }) => result)).toEqual(['stored']);
    expect(bench.clock.pending).toBe(0);
    expect((await bench.ask(chat('Why?'))).result).toBe('miss');
    expect(bench.cache.snapshot()).toMatchObject({ entries: 0, bytes: 0 });
  });
});

describe('options', () => {
  const deps = { clock: open().clock, emit: () => undefined, modelDigest: () => null };

  it.each<[Partial<CacheOptions>, string]>([
    [
      { mode: 'loose' as never },
      'cache.mode: "loose" is not valid, expected one of off, exact, shadow, on, bounded',
    ],
    [{ threshold: 0 }, 'cache.threshold: 0 is not valid, expected a number above 0 and at most 1, or null'],
    [{ threshold: 1.01 }, 'cache.threshold: 1.01'],
    [{ maxEntries: 0 }, 'cache.maxEntries: 0 is not valid, expected a whole number of at least 1'],
    [{ maxBytes: 1.5 }, 'cache.maxBytes: 1.5'],
    [{ ttlMs: 0 }, 'cache.ttlMs: 0 is not valid, expected a number of milliseconds above 0'],
    [{ delta: 1 }, 'cache.delta: 1 is not valid, expected a number above 0 and below 1'],
    [{ audit: 2 }, 'cache.audit: 2 is not valid, expected a number from 0 to 1'],
    [{ embedDeadlineMs: Infinity }, 'cache.embedDeadlineMs: null'],
  ])('refuses %j', (options, message) => {
    expect(() => createCache(options, deps)).toThrow(message);
  });

  it('starts in shadow mode without sampled answers unless told otherwise', () => {
    expect(createCache({}, deps).snapshot()).toMatchObject({ mode: 'shadow', entries: 0 });
    expect(CACHE_DEFAULTS.sampled).toBe(false);
  });
});
