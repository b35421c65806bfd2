import { describe, expect, it } from 'vitest';
import { exchangeOf } from '../../test/support/exchange.ts';
import { upstreamName } from '../core/ids.ts';
import { seededRng } from '../runtime/rng.ts';
import { Sampler } from './sample.ts';
import { pick, suitable } from './select.ts';
import { candidate, type Given } from '../../test/support/candidate.ts';
import { TUNING_DEFAULTS } from './tuning.ts';

const DRAWS = 20_000;
type One = ReturnType<typeof candidate>;

function sampler(open: readonly string[] = [], sticky: 'none' | 'client' = 'none'): Sampler<One> {
  const routing = { ...TUNING_DEFAULTS.routing, sticky };
  return new Sampler<One>(seededRng(3), { routing }, (one) => open.includes(one.name));
}

function fleet(count: number, given: (index: number) => Given): readonly One[] {
  return Array.from({ length: count }, (_, index) => candidate(`u${String(index)}`, given(index)));
}

describe('drawing among many upstreams', () => {
  it('gives each the share that asking all of them gives', () => {
    const all = fleet(12, (index) => ({
      weight: 1 + (index % 4),
      healthy: index !== 1,
      models: index === 2 ? ['other'] : ['m'],
      draining: index === 3,
      tier: index === 4 ? 1 : 0,
      kind: index === 5 ? 'openai' : 'ollama',
      denied: index === 6 ? ['m'] : [],
      assigned: index % 3,
    }));
    const open = ['u7'];
    const exchange = exchangeOf({ tried: [upstreamName('u8')] });
    const drawing = sampler(open);
    const rng = seededRng(5);
    const counts = new Map<string, readonly [drawn: number, asked: number]>();
    for (let i = 0; i < DRAWS; i += 1) {
      const drawn = drawing.pick(all, exchange, false);
      const asked = pick(
        suitable(all, exchange).filter((one) => !open.includes(one.name)),
        exchange,
        { rng },
      );
      // Luck may not find two in time; whoever asks then asks all.
      for (const [at, one] of [drawn, asked].entries()) {
        if (one === null) continue;
        const [a, b] = counts.get(one.name) ?? [0, 0];
        counts.set(one.name, at === 0 ? [a + 1, b] : [a, b + 1]);
      }
    }
    expect([...counts.keys()].sort()).toEqual(['u0', 'u10', 'u9']);
    const total = [...counts.values()].reduce(([a, b], [x, y]) => [a + x, b + y], [0, 0]);
    expect(total[0]).toBeGreaterThan(DRAWS * 0.9);
    for (const [drawn, asked] of counts.values())
      expect(Math.abs(drawn / total[0] - asked / total[1])).toBeLessThan(0.02);
  });

  it('leaves the choice to asking all where they are few, where requests stick, and where none is to be found', () => {
    const well = (): Given => ({});
    const exchange = exchangeOf();
    expect(sampler().pick(fleet(7, well), exchange, false)).toBeNull();
    expect(sampler([], 'client').pick(fleet(20, well), exchange, false)).toBeNull();
    expect(
      sampler().pick(
        fleet(20, () => ({ healthy: false })),
        exchange,
        false,
      ),
    ).toBeNull();
    const oneWell = fleet(20, (index) => ({ healthy: index === 0 }));
    expect(sampler().pick(oneWell, exchange, false)).toBeNull();
  });

  it('does not ask health in panic, and learns of another roster', () => {
    const exchange = exchangeOf();
    const drawing = sampler();
    const ill = fleet(20, () => ({ healthy: false }));
    expect(ill).toContain(drawing.pick(ill, exchange, true));
    const heavier = fleet(9, () => ({ weight: 50, tier: 2 }));
    expect(heavier).toContain(drawing.pick(heavier, exchange, false));
  });
});
