/** Bounded mode through the cache: labels from misses, hits once they say so, audits, feedback, shadow. */
import { describe, expect, it } from 'vitest';
import { dialects } from '../../dialect/dialects.ts';
import type { CacheDeps, CacheOptions } from '../cache.ts';
import { seededRng } from '../../runtime/rng.ts';
import { CacheBench, chat, headerOf, textAnswer, upstreamResponse, WordEmbedder } from '../test-support.ts';

/** Words that no lexicon has and that are no spelling of each other: two of them are two things to the guard. */
const rng = seededRng(7);
const letter = (): string => String.fromCharCode(97 + Math.floor(rng.next() * 26));
const THINGS = Array.from({ length: 150 }, () => `zor${Array.from({ length: 9 }, letter).join('')}`);
const thing = (i: number): string => THINGS[i]!;
const question = (i: number): string => `What is the main use of ${thing(i)} in gardening?`;
const reworded = (i: number): string => `what is the main use of ${thing(i)} in gardening please`;

function open(options: Partial<CacheOptions>, deps: Partial<CacheDeps> = {}): CacheBench {
  const bench = new CacheBench(dialects, { mode: 'bounded', delta: 0.05, audit: 0, ...options }, deps);
  bench.cache.setEmbedder(new WordEmbedder('words', 512));
  // One thing, one answer, whatever the words around it.
  bench.upstream = (exchange) => {
    const asked = /zor\w+/.exec(JSON.stringify(exchange.request.facts.json))?.[0] ?? '';
    return Promise.resolve(upstreamResponse(exchange, textAnswer(`Use ${asked} well.`)));
  };
  return bench;
}

async function teach(bench: CacheBench, from: number, to: number): Promise<string[]> {
  const results: string[] = [];
  for (let i = from; i < to; i += 1) {
    await bench.ask(chat(question(i)));
    results.push((await bench.ask(chat(reworded(i)))).result ?? '');
  }
  return results;
}

describe('bounded mode', () => {
  it('serves nothing by meaning until labels say that it may, then does', async () => {
    const bench = open({});
    const results = await teach(bench, 0, 130);
    expect(results.slice(0, 59)).not.toContain('hit-semantic');
    expect(results.slice(-10)).toEqual(new Array<string>(10).fill('hit-semantic'));
    const labels = bench.of('cache.labelled');
    expect(labels.every((label) => label.source === 'miss' && label.verdict === 'right')).toBe(true);
    expect(bench.cache.snapshot().falseHitBound).toBeLessThanOrEqual(0.05);
  }, 30_000);

  it('never opens where fresh answers differ', async () => {
    const bench = open({});
    let count = 0;
    bench.upstream = (exchange) => {
      count += 1;
      return Promise.resolve(upstreamResponse(exchange, textAnswer(`Answer number ${String(count)}`)));
    };
    expect(await teach(bench, 0, 120)).not.toContain('hit-semantic');
    expect(bench.of('cache.labelled').at(-1)?.verdict).toBe('wrong');
    expect(bench.cache.snapshot().falseHitBound).toBe(1);
  }, 30_000);

  it('asks the judge where wording alone does not tell; no opinion is no label', async () => {
    const opinions = [true, false, null, new Error('gone')];
    const asked: string[] = [];
    const judge = (model: string): Promise<boolean | null> => {
      asked.push(model);
      const opinion = opinions[asked.length - 1] ?? null;
      return opinion instanceof Error ? Promise.reject(opinion) : Promise.resolve(opinion);
    };
    const bench = open({ judgeModel: 'judge:1b' }, { judge });
    let count = 0;
    const words = ['it grows well', 'well it grows'];
    bench.upstream = (exchange) => {
      count += 1;
      return Promise.resolve(upstreamResponse(exchange, textAnswer(words[count % 2]!)));
    };
    await teach(bench, 0, 4);
    expect(asked).toEqual(new Array<string>(4).fill('judge:1b'));
    expect(bench.of('cache.labelled').map((label) => label.verdict)).toEqual([
      'right',
      'wrong',
      'unknown',
      'unknown',
    ]);
    bench.cache.configure({ mode: 'bounded', judgeModel: null, audit: 0, delta: 0.1 });
    await teach(bench, 4, 5);
    expect(bench.of('cache.labelled').at(-1)?.verdict).toBe('wrong');
  });
});

describe('audits', () => {
  const always = { rng: { next: () => 0 } };

  it('ask a hit again behind the client, compare, and store the fresh answer', async () => {
    const bench = open({ mode: 'on', threshold: 0.7, audit: 0.5 }, always);
    await bench.ask(chat(question(1)));
    const before = bench.asked;
    expect((await bench.ask(chat(reworded(1)))).result).toBe('hit-semantic');
    expect(bench.asked).toBe(before + 1);
    expect(bench.of('cache.labelled')).toEqual([
      { type: 'cache.labelled', source: 'audit', verdict: 'right', audited: ['threshold'] },
    ]);
    expect((await bench.ask(chat(reworded(1)))).result).toBe('hit-exact');
    expect(bench.cache.snapshot().falseHitBound).toBeGreaterThan(0.9);
  });

  it('of streams and of upstreams that fail bring a label or "unknown", never an error', async () => {
    const bench = open({ mode: 'on', threshold: 0.7, audit: 1 }, always);
    const streamed = { stream: true };
    await bench.ask(chat(question(2), streamed));
    expect((await bench.ask(chat(reworded(2), streamed))).result).toBe('hit-semantic');
    expect(bench.of('cache.labelled').at(-1)?.verdict).toBe('right');
    await bench.ask(chat(question(3)));
    bench.upstream = () => Promise.reject(new Error('upstream gone'));
    expect((await bench.ask(chat(reworded(3)))).result).toBe('hit-semantic');
    expect(bench.of('cache.labelled').at(-1)).toMatchObject({ source: 'audit', verdict: 'unknown' });
    bench.upstream = () =>
      Promise.resolve({
        status: 503,
        headers: [],
        body: Buffer.alloc(0),
        streaming: false,
        outcome: 'overloaded',
      });
    expect((await bench.ask(chat(reworded(3)))).result).toBe('hit-semantic');
    expect(bench.of('cache.labelled').at(-1)).toMatchObject({ source: 'audit', verdict: 'unknown' });
  });

  it('are one at a time, given up after two minutes, and end with the cache', async () => {
    const bench = open({ mode: 'on', threshold: 0.7, audit: 1 }, always);
    for (const i of [4, 5, 6]) await bench.ask(chat(question(i)));
    const before = bench.asked;
    const cancelled: string[] = [];
    bench.upstream = (exchange) =>
      new Promise((_, reject) => {
        exchange.cancel.onCancel((reason) => {
          cancelled.push(reason.message);
          reject(reason);
        });
      });
    for (const i of [4, 5]) {
      const response = await bench.send(bench.exchange(chat(reworded(i))));
      expect(headerOf(response, 'x-llamascope-cache')).toBe('hit-semantic');
      await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    }
    expect(bench.asked).toBe(before + 1);
    bench.clock.advance(120_000);
    await bench.cache.idle();
    expect(cancelled).toEqual(['an audit took longer than 120000 ms']);
    await bench.send(bench.exchange(chat(reworded(6))));
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    await bench.cache.close();
    expect(cancelled.at(-1)).toBe('the cache is closing');
  });
});

describe('feedback', () => {
  it('that a hit was wrong removes its entry and is a label', async () => {
    const bench = open({ mode: 'on', threshold: 0.7 });
    await bench.ask(chat(question(1)));
    const { response } = await bench.ask(chat(reworded(1)));
    const id = headerOf(response, 'x-llamascope-entry')!;
    expect(await bench.cache.feedback(id, true)).toEqual({ labelled: true, removed: false });
    expect(await bench.cache.feedback(id, false)).toEqual({ labelled: true, removed: true });
    expect(bench.of('cache.labelled').map(({ source, verdict }) => [source, verdict])).toEqual([
      ['feedback', 'right'],
      ['feedback', 'wrong'],
    ]);
    expect((await bench.ask(chat(reworded(1)))).result).toBe('miss');
    expect(await bench.cache.feedback('nobody', false)).toEqual({ labelled: false, removed: false });
  });
});

describe('shadow mode', () => {
  it('tells what on and bounded would have served, each with its share of wrong ones', async () => {
    const bench = open({ mode: 'shadow', threshold: 0.7 });
    await teach(bench, 0, 120);
    const last = bench.of('cache.looked-up').at(-1)!;
    expect([last.result, last.shadowHit, last.shadowBounded]).toEqual(['miss', true, true]);
    expect(bench.of('cache.labelled')[0]?.audited).toEqual(['threshold']);
    expect(bench.of('cache.labelled').at(-1)?.audited).toEqual(['threshold', 'bounded']);
    expect(bench.cache.snapshot().falseHitBound).toBeLessThan(0.05);
  }, 30_000);
});
