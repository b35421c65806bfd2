import { describe, expect, it } from 'vitest';
import { dialects } from '../../dialect/dialects.ts';
import type { CacheDeps, CacheOptions } from '../cache.ts';
import { openMemoryStore } from '../store/memory.ts';
import {
  CacheBench,
  chat,
  drain,
  headerOf,
  textAnswer,
  upstreamResponse,
  WordEmbedder,
} from '../test-support.ts';

const CAPITAL = 'What is the capital city of France?';
const REWORDED = 'what is the capital city of France, please?';

function open(
  options: Partial<CacheOptions> = {},
  deps: Partial<CacheDeps> = {},
): CacheBench & { embedder: WordEmbedder } {
  const bench = new CacheBench(dialects, { mode: 'on', ...options }, deps);
  const embedder = new WordEmbedder();
  bench.cache.setEmbedder(embedder);
  return Object.assign(bench, { embedder });
}

const hang = (): Promise<never> => new Promise(() => undefined);
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a semantic hit', () => {
  it('serves a rewording, with its similarity and nobody else asked', async () => {
    const bench = open();
    await bench.ask(chat(CAPITAL));
    bench.clock.advance(2_000);
    const { response, exchange, body } = await bench.ask(chat(REWORDED));
    const similarity = exchange.cache?.similarity ?? 0;
    expect(similarity).toBeGreaterThan(0.75);
    expect(body).toContain('answer 1');
    expect(response.headers.slice(4)).toEqual([
      'x-llamascope-cache',
      'hit-semantic',
      'x-llamascope-similarity',
      similarity.toFixed(4),
      'age',
      '2',
      'x-llamascope-entry',
      expect.stringMatching(/^[0-9a-f]{16}$/),
    ]);
    expect(exchange).toMatchObject({ served: 'cache', cache: { result: 'hit-semantic' } });
    expect(exchange.firstContentAt).toBe(bench.clock.now());
    expect(bench.asked).toBe(1);
    expect(bench.of('cache.looked-up')).toMatchObject([
      { result: 'miss', similarity: null, semanticMs: null, shadowHit: false },
      { result: 'hit-semantic', similarity, semanticMs: 0, shadowHit: false },
    ]);
    expect(bench.of('cache.saved').length).toBe(1);
    expect(bench.cache.snapshot()).toMatchObject({ mode: 'on', embedder: 'words', entries: 1 });
  });

  it('costs no embedding while its scope is empty, and one per stored answer', async () => {
    const bench = open();
    const first = bench.exchange(chat(CAPITAL));
    const response = await bench.send(first);
    expect(bench.embedder.calls).toEqual([]);
    await drain(response);
    await bench.cache.idle();
    expect(bench.embedder.calls).toEqual([[CAPITAL]]);
    // The lookup's embedding is used again for storing.
    await bench.ask(chat('How do I boil an egg?'));
    expect(bench.embedder.calls).toEqual([[CAPITAL], ['How do I boil an egg?']]);
    // An exact hit needs none.
    await bench.ask(chat(CAPITAL));
    expect(bench.embedder.calls.length).toBe(2);
    expect(bench.of('cache.embedded').map(({ failed }) => failed)).toEqual([false, false]);
  });

  it('serves the candidate that the scorer likes best, of the three nearest that the guard leaves', async () => {
    const bench = open();
    const scored: string[][] = [];
    const likes = 'what is the capital city of France ?';
    bench.cache.setEmbedder(bench.embedder, {
      identity: 'test',
      recommendedThreshold: 0.5,
      floorFor: () => 0.4,
      score: (_question, pairs) => {
        scored.push(pairs.map(({ text }) => text));
        return Promise.resolve(pairs.map(({ text }) => (text === likes ? 0.6 : 0.4)));
      },
    });
    for (const text of [CAPITAL, likes, `${CAPITAL} `, `${CAPITAL}  `, 'what is the capital city of Peru'])
      await bench.ask(chat(text), { policy: 'refresh' });
    const { exchange, body } = await bench.ask(chat(REWORDED));
    expect(exchange.cache?.result).toBe('hit-semantic');
    expect(body).toContain('answer 2');
    expect(scored.at(-1)?.length).toBe(3);
    expect(scored.at(-1)).toContain(likes);
  });

  it('misses when the scorer fails', async () => {
    const bench = open();
    const failing = { identity: 'test', recommendedThreshold: 0.5, floorFor: (): number => 0 };
    bench.cache.setEmbedder(bench.embedder, {
      ...failing,
      score: () => {
        throw new Error('no score');
      },
    });
    await bench.ask(chat(CAPITAL));
    expect((await bench.ask(chat(REWORDED))).exchange.cache?.result).toBe('miss');
    bench.cache.setEmbedder(bench.embedder, { ...failing, score: () => [] });
    expect((await bench.ask(chat(`${REWORDED} `))).exchange.cache?.result).toBe('miss');
  });

  it('takes the next neighbour when the guard refuses the nearest', async () => {
    const bench = open();
    await bench.ask(chat('what is the capital city of France in 1200 please'));
    await bench.ask(chat('What is the capital city of France in 1300?'));
    const { result, body } = await bench.ask(chat('what is the capital city of France in 1300 please'));
    expect([result, body.includes('answer 2')]).toEqual(['hit-semantic', true]);
    expect(bench.of('cache.vetoed').at(-1)).toEqual({ type: 'cache.vetoed', reason: 'number' });
  });

  it('refuses each of a hundred questions that differ in a number, the first time and the next', async () => {
    const bench = open();
    const asked = (year: number): string => `What is the capital city of France in ${String(year)}?`;
    for (let year = 1_200; year < 1_300; year += 1)
      expect((await bench.ask(chat(asked(year)))).result).toBe('miss');
    const before = bench.of('cache.vetoed').length;
    expect((await bench.ask(chat(asked(1_400)))).result).toBe('miss');
    const vetoed = bench.of('cache.vetoed').slice(before);
    expect([vetoed.length, new Set(vetoed.map(({ reason }) => reason))]).toEqual([32, new Set(['number'])]);
    expect((await bench.ask(chat(`${asked(1_250)} Please.`))).result).toBe('hit-semantic');
  });

  it('is refused below the threshold, which the configuration may raise', async () => {
    const bench = open({ threshold: 0.999 });
    await bench.ask(chat(CAPITAL));
    const { result, exchange } = await bench.ask(chat(REWORDED));
    expect(result).toBe('miss');
    expect(exchange.cache?.similarity).toBeGreaterThan(0.75);
    expect(bench.of('cache.looked-up')[1]).toMatchObject({
      result: 'miss',
      similarity: exchange.cache?.similarity,
      semanticMs: 0,
    });
    expect(bench.of('cache.vetoed')).toEqual([]);
  });

  it('finds an answer whose own embedding is still on its way', async () => {
    const bench = open();
    const { embedder } = bench;
    const releases: (() => void)[] = [];
    embedder.answer = (texts) =>
      new Promise((resolve) => {
        releases.push(() => {
          resolve(texts.map((text) => embedder.vector(text)));
        });
      });
    await drain(await bench.send(bench.exchange(chat(CAPITAL))));
    await turn();
    const asking = bench.send(bench.exchange(chat(REWORDED)));
    await turn();
    releases[1]!();
    await turn();
    releases[0]!();
    expect(headerOf(await asking, 'x-llamascope-cache')).toBe('hit-semantic');
    await bench.cache.close();
  });

  it('does not wait for such an embedding past its deadline', async () => {
    const bench = open();
    bench.embedder.answer = (texts) =>
      bench.embedder.calls.length === 1
        ? hang()
        : Promise.resolve(texts.map((text) => bench.embedder.vector(text)));
    await drain(await bench.send(bench.exchange(chat(CAPITAL))));
    await turn();
    const asking = bench.send(bench.exchange(chat(REWORDED)));
    await turn();
    bench.clock.advance(250);
    expect(headerOf(await asking, 'x-llamascope-cache')).toBe('miss');
  });

  it('is never given to a refresh, nor to a text that must not be compared', async () => {
    const bench = open();
    await bench.ask(chat(CAPITAL));
    expect((await bench.ask(chat(REWORDED), { policy: 'refresh' })).result).toBe('miss');
    await bench.ask(chat('What is the weather in Paris today?'));
    const before = bench.embedder.calls.length;
    expect((await bench.ask(chat('what is the weather in Paris today'))).result).toBe('miss');
    expect(bench.embedder.calls.length).toBe(before);
  });

  it('is never given where only an identical request may be served', async () => {
    const bench = open();
    const tools = { tools: [{ type: 'function', function: { name: 'find', parameters: {} } }] };
    await bench.ask(chat(CAPITAL, tools));
    expect((await bench.ask(chat(REWORDED, tools))).result).toBe('miss');
    expect((await bench.ask(chat(CAPITAL, tools))).result).toBe('hit-exact');
    expect(bench.embedder.calls).toEqual([]);
  });

  it('satisfies only-if-cached, and what is too far does not', async () => {
    const bench = open();
    await bench.ask(chat(CAPITAL));
    expect((await bench.ask(chat(REWORDED), { policy: 'only-if-cached' })).result).toBe('hit-semantic');
    await expect(bench.ask(chat('How to boil eggs?'), { policy: 'only-if-cached' })).rejects.toMatchObject({
      code: 'not_cached',
    });
  });

  it('ends with its entry: expired, purged or replaced', async () => {
    const bench = open({ ttlMs: 10_000 });
    await bench.ask(chat(CAPITAL));
    bench.clock.advance(10_000);
    expect((await bench.ask(chat(REWORDED))).result).toBe('miss');
    await bench.cache.purge();
    expect((await bench.ask(chat(CAPITAL))).result).toBe('miss');
    await bench.ask(chat(CAPITAL), { policy: 'refresh' });
    expect((await bench.ask(chat(REWORDED))).body).toContain('answer 4');
  });

  it('is a miss when the candidate cannot be fetched, is another one by now, or cannot be written', async () => {
    let fetching: 'fails' | 'changed' | 'normal' = 'normal';
    const bench = open(
      {},
      {
        openStore: (options, deps) => {
          const store = openMemoryStore(options, deps);
          const get = store.get.bind(store);
          store.get = (key) => {
            const entry = get(key);
            if (fetching === 'normal' || entry === null || entry instanceof Promise) return entry;
            if (fetching === 'fails') throw new Error('gone');
            return { ...entry, id: 'another' };
          };
          return store;
        },
      },
    );
    await bench.ask(chat(CAPITAL));
    fetching = 'fails';
    expect((await bench.ask(chat(REWORDED), { policy: 'no-store' })).result).toBe('bypass');
    const failed = await bench.send(bench.exchange(chat(REWORDED)));
    expect(headerOf(failed, 'x-llamascope-cache')).toBe('miss');
    fetching = 'changed';
    const changed = await bench.send(bench.exchange(chat(`${REWORDED} thanks`)));
    expect(headerOf(changed, 'x-llamascope-cache')).toBe('miss');
    fetching = 'normal';
    const mute = { ...dialects.ollama, writeAnswer: () => null };
    bench.upstream = (exchange) =>
      Promise.resolve(upstreamResponse({ ...exchange, dialect: dialects.ollama }, textAnswer('fresh')));
    const unwritten = await bench.send({
      ...bench.exchange(chat('what is the capital city of France please tell')),
      dialect: mute,
    });
    expect(headerOf(unwritten, 'x-llamascope-cache')).toBe('miss');
    await bench.cache.close();
  });
});

describe('shadow mode', () => {
  it('records what it would have served, and serves the fresh answer', async () => {
    const bench = open({ mode: 'shadow' });
    await bench.ask(chat(CAPITAL));
    const { result, body, response, exchange } = await bench.ask(chat(REWORDED));
    expect([result, body.includes('answer 2')]).toEqual(['miss', true]);
    expect(headerOf(response, 'x-llamascope-similarity')).toBeNull();
    expect(exchange.served).toBe('upstream');
    expect(bench.of('cache.looked-up')[1]).toMatchObject({ result: 'miss', shadowHit: true });
    expect(bench.of('cache.looked-up')[1]?.similarity).toBeGreaterThan(0.75);
    expect(bench.of('cache.saved')).toEqual([]);
    expect((await bench.ask(chat(REWORDED))).result).toBe('hit-exact');
    expect(bench.embedder.calls.length).toBe(2);
  });

  it('asks the upstream at once, and has reported when the answer is handed on', async () => {
    const bench = open({ mode: 'shadow' });
    await bench.ask(chat(CAPITAL));
    bench.embedder.answer = hang;
    const asking = bench.send(bench.exchange(chat(REWORDED)));
    await turn();
    expect(bench.asked).toBe(2);
    expect(bench.of('cache.looked-up').length).toBe(1);
    bench.clock.advance(250);
    await asking;
    expect(bench.of('cache.looked-up')[1]).toMatchObject({ result: 'miss', semanticMs: 250 });
  });

  it('reports once also when the upstream fails, and never serves only-if-cached by meaning', async () => {
    const bench = open({ mode: 'shadow' });
    await bench.ask(chat(CAPITAL));
    bench.upstream = () => Promise.reject(new Error('down'));
    await expect(bench.ask(chat(REWORDED))).rejects.toThrow('down');
    await expect(bench.ask(chat(REWORDED), { policy: 'only-if-cached' })).rejects.toMatchObject({
      code: 'not_cached',
    });
    expect(bench.of('cache.looked-up').map(({ result, shadowHit }) => [result, shadowHit])).toEqual([
      ['miss', false],
      ['miss', true],
      ['miss', true],
    ]);
    expect(bench.asked).toBe(2);
  });
});

describe('exact mode', () => {
  it('never asks the embedder', async () => {
    const bench = open({ mode: 'exact' });
    await bench.ask(chat(CAPITAL));
    expect((await bench.ask(chat(REWORDED))).result).toBe('miss');
    expect(bench.embedder.calls).toEqual([]);
  });
});

describe('an embedder that is out of order', () => {
  it('costs a miss when it fails, and the answer is still stored', async () => {
    const bench = open();
    await bench.ask(chat(CAPITAL));
    bench.embedder.answer = () => Promise.reject(new Error('down'));
    expect((await bench.ask(chat(REWORDED))).result).toBe('miss');
    expect(bench.of('cache.embedded').map(({ failed }) => failed)).toEqual([false, true]);
    expect((await bench.ask(chat(REWORDED))).result).toBe('hit-exact');
  });

  it('costs its deadline when it hangs; what comes late is used for storing', async () => {
    const bench = open();
    await bench.ask(chat(CAPITAL));
    let release: () => void = () => undefined;
    const eggs = 'How long do I boil eggs for breakfast';
    bench.embedder.answer = (texts) =>
      new Promise((resolve) => {
        release = (): void => {
          resolve(texts.map((text) => bench.embedder.vector(text)));
        };
      });
    const asking = bench.send(bench.exchange(chat(eggs)));
    await turn();
    bench.clock.advance(249);
    await turn();
    expect(bench.asked).toBe(1);
    bench.clock.advance(1);
    await drain(await asking);
    await turn();
    release();
    await bench.cache.idle();
    bench.embedder.answer = (texts) => Promise.resolve(texts.map((text) => bench.embedder.vector(text)));
    expect((await bench.ask(chat(`${eggs}?`))).result).toBe('hit-semantic');
  });

  it('does not hold a request whose client has gone', async () => {
    const bench = open();
    await bench.ask(chat(CAPITAL));
    bench.embedder.answer = hang;
    const exchange = bench.exchange(chat(REWORDED));
    const asking = bench.send(exchange);
    await turn();
    exchange.cancel.cancel(new Error('gone'));
    await asking;
    expect(bench.asked).toBe(2);
  });

  it('is left alone for a while after three failures, so that it costs no request its deadline', async () => {
    const bench = open();
    await bench.ask(chat(CAPITAL));
    bench.embedder.answer = () => Promise.reject(new Error('down'));
    for (const question of ['one egg', 'two eggs', 'three eggs']) await bench.ask(chat(question));
    const calls = bench.embedder.calls.length;
    await bench.ask(chat(REWORDED));
    expect(bench.embedder.calls.length).toBe(calls);
    expect(bench.of('cache.looked-up').at(-1)).toMatchObject({ result: 'miss', semanticMs: null });
    await bench.cache.close();
    expect(bench.clock.pending).toBe(0);
  });
});

describe('changing the embedder', () => {
  it('starts a fresh index: vectors of two embedders never meet', async () => {
    const bench = open();
    await bench.ask(chat(CAPITAL));
    const other = new WordEmbedder('other words', 64);
    bench.cache.setEmbedder(other);
    expect((await bench.ask(chat(REWORDED))).result).toBe('miss');
    expect((await bench.ask(chat(`${REWORDED} thanks`))).result).toBe('hit-semantic');
    expect(bench.cache.snapshot().embedder).toBe('other words');
    expect((await bench.ask(chat(CAPITAL))).result).toBe('hit-exact');
  });

  it('keeps the index when the same one is set again', async () => {
    const bench = open();
    await bench.ask(chat(CAPITAL));
    bench.cache.setEmbedder(new WordEmbedder());
    expect((await bench.ask(chat(REWORDED))).result).toBe('hit-semantic');
  });

  it('in the middle of a lookup makes it a miss', async () => {
    const bench = open();
    await bench.ask(chat(CAPITAL));
    let release: () => void = () => undefined;
    bench.embedder.answer = (texts) =>
      new Promise((resolve) => {
        release = (): void => {
          resolve(texts.map((text) => bench.embedder.vector(text)));
        };
      });
    const asking = bench.send(bench.exchange(chat(REWORDED)));
    await turn();
    bench.cache.setEmbedder(new WordEmbedder('other', 32));
    release();
    expect(headerOf(await asking, 'x-llamascope-cache')).toBe('miss');
  });

  it('late embeds what was stored before there was one; to null leaves the exact tier', async () => {
    const bench = open();
    bench.cache.setEmbedder(null);
    await bench.ask(chat(CAPITAL));
    expect((await bench.ask(chat(REWORDED))).result).toBe('miss');
    expect(bench.cache.snapshot()).toMatchObject({ embedder: null, entries: 2 });
    bench.cache.setEmbedder(new WordEmbedder());
    await bench.cache.idle();
    expect((await bench.ask(chat(`${REWORDED} thanks`))).result).toBe('hit-semantic');
    bench.cache.setEmbedder(null);
    expect((await bench.ask(chat(`${REWORDED} thank you`))).result).toBe('miss');
    expect((await bench.ask(chat(CAPITAL))).result).toBe('hit-exact');
  });
});
