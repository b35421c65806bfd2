import { describe, expect, it } from 'vitest';
import { until } from '../test/support/until.ts';
import { resolveConfig } from './config/resolve.ts';
import type { TextEmbedder } from './core/embedder.ts';
import type { GatewayEvent } from './core/events.ts';
import type { Scorer } from './core/scorer.ts';
import { createEmbedderChoice } from './embedder-choice.ts';
import type { Roster } from './pool/roster.ts';
import { ManualClock } from './runtime/manual-clock.ts';

const none = {
  embeddingModel: () => null,
  embed: () => Promise.reject(new Error('no upstream')),
  roster: { find: () => null } as unknown as Roster,
};
const second: TextEmbedder = {
  identity: 'second',
  dimensions: 1,
  recommendedThreshold: 0.5,
  embed: (texts) => Promise.resolve(texts.map(() => Float32Array.of(1))),
  close: () => Promise.resolve(),
};

describe('a second opinion', () => {
  it('that is not to be had leaves the pair scorer alone, says so, and is tried again', async () => {
    const clock = new ManualClock();
    const events: GatewayEvent[] = [];
    const scorers: (Scorer | undefined)[] = [];
    let opened = 0;
    const choice = createEmbedderChoice(
      resolveConfig({
        upstreams: [{ name: 'one', url: 'http://127.0.0.1:1' }],
        cache: { mode: 'on', embedder: 'builtin', secondOpinion: 'use-lite' },
      }).cache,
      {
        upstreams: none,
        clock,
        emit: (event) => events.push(event),
        openSecond: () =>
          ++opened === 1 ? Promise.reject(new Error('not installed')) : Promise.resolve(second),
      },
      (_, scorer) => scorers.push(scorer),
    );
    await choice.choose();
    expect(choice.problem).toBe(
      'the semantic cache has no second opinion, its pair scorer decides alone: not installed',
    );
    expect(scorers.map((scorer) => scorer?.identity.includes('second'))).toEqual([false]);
    expect(events).toMatchObject([{ type: 'cache.embedded', failed: true }]);
    clock.advance(10_000);
    await until(() => scorers.length === 2, 'another try');
    expect(choice.problem).toBeNull();
    expect(scorers[1]?.identity).toContain('&');
    const [score] = (await scorers[1]?.score('how do I boil an egg', [
      { text: 'how can I boil an egg', similarity: 0.9 },
    ])) as readonly number[];
    expect(score).toBeGreaterThan(0.85);
    expect(events.at(-1)).toEqual({ type: 'cache.opinion', durationMs: 0, failed: false });
    await choice.close();
  });
});
