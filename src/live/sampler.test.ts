/** A day of samples on a clock that is moved: the rings against a plain list of everything that happened. */
import { describe, expect, it } from 'vitest';
import { bucketQuantile, evaluate } from '../observability/evaluate.ts';
import { gauge, increase, quantile, rate, type AnyExpr } from '../observability/expression.ts';
import { ManualClock } from '../runtime/manual-clock.ts';
import { CATALOGUE, type MetricCatalogue } from '../telemetry/catalogue.ts';
import { createMetrics, type Metrics } from '../telemetry/metrics.ts';
import { Rings } from './rings/rings.ts';
import { Sampler } from './sampler.ts';

/** On a full minute. */
const EPOCH = 1_700_000_040_000;
const EVERYTHING = {
  attempts: increase('llamascope_upstream_attempts_total'),
  byUpstream: increase('llamascope_upstream_attempts_total', { by: ['upstream'] }),
  rate: rate('llamascope_upstream_attempts_total', { where: { upstream: 'a' } }),
  p95: quantile(0.95, 'llamascope_queue_wait_seconds'),
  now: gauge('llamascope_queue_depth', { aggregate: 'sum' }),
  most: gauge('llamascope_queue_depth', { aggregate: 'max', over: 'max' }),
  least: gauge('llamascope_queue_depth', { aggregate: 'min', over: 'min' }),
  mean: gauge('llamascope_queue_depth', { aggregate: 'avg', over: 'avg' }),
};

interface Stand {
  readonly clock: ManualClock;
  readonly metrics: Metrics<MetricCatalogue>;
  readonly sampler: Sampler;
  /** One value of an expression, up to now. */
  value(expression: AnyExpr, seconds: number): number;
}

function stand(rings: Rings = new Rings(), onClockSet?: (byMs: number) => void): Stand {
  const clock = new ManualClock(EPOCH);
  const metrics = createMetrics(CATALOGUE);
  const sampler = new Sampler(Object.values(EVERYTHING), {
    metrics,
    telemetry: { refresh: () => undefined },
    clock,
    rings,
    ...(onClockSet === undefined ? {} : { onClockSet }),
  });
  return {
    clock,
    metrics,
    sampler,
    value: (expression, seconds) => {
      const moment = { endMs: sampler.rings.end, rangeSeconds: seconds };
      return evaluate(expression.node, sampler, moment)[0]?.value ?? NaN;
    },
  };
}

/** The same numbers in every run. */
function* numbers(seed: number): Generator<number, never> {
  let state = seed;
  for (;;) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    yield state / 2_147_483_648;
  }
}

describe('a day of samples', () => {
  const SECONDS = 86_400;
  const { clock, metrics, sampler, value } = stand();
  const random = numbers(7);
  const next = (): number => random.next().value;
  const added = new Float64Array(SECONDS);
  const depth = new Float64Array(SECONDS);
  const waits = metrics.histogram('llamascope_queue_wait_seconds').labels({ upstream: 'a' });
  const bounds = waits.bounds;
  const perSecond = new Float64Array(SECONDS * (bounds.length + 1));
  const attempts = ['a', 'b'].map((upstream) =>
    metrics.counter('llamascope_upstream_attempts_total').labels({ upstream, outcome: 'success' }),
  );
  const level = metrics.gauge('llamascope_queue_depth').labels({ upstream: 'a' });
  sampler.start();
  for (let second = 0; second < SECONDS; second++) {
    const count = Math.floor(next() * 20);
    added[second] = count * 2;
    for (const counter of attempts) counter.add(count);
    const before = waits.counts.slice();
    for (let i = 0; i < count; i++) waits.observe(10 ** (next() * 5 - 3.5));
    waits.counts.forEach((total, bucket) => {
      perSecond[second * (bounds.length + 1) + bucket] = total - (before[bucket] ?? 0);
    });
    depth[second] = Math.floor(next() * 100);
    level.set(depth[second] ?? 0);
    clock.advance(1_000);
  }

  const direct = (seconds: number): number => added.slice(SECONDS - seconds).reduce((a, b) => a + b, 0);
  /** Just inside, on and beyond the border of each tier, and all of it. */
  const WINDOWS = [1, 10, 60, 300, 840, 900, 960, 3_600, 21_540, 21_600, 21_660, 43_200, 86_400];

  it.each(WINDOWS)('is exact over %i s', (seconds) => {
    expect(value(EVERYTHING.attempts, seconds)).toBeCloseTo(direct(seconds), 6);
    expect(value(EVERYTHING.byUpstream, seconds)).toBeCloseTo(direct(seconds) / 2, 6);
    expect(value(EVERYTHING.rate, seconds)).toBeCloseTo(direct(seconds) / 2 / seconds, 9);
    const levels = depth.slice(SECONDS - seconds);
    expect(value(EVERYTHING.now, seconds)).toBe(levels[levels.length - 1]);
    expect(value(EVERYTHING.most, seconds)).toBe(levels.reduce((a, b) => Math.max(a, b)));
    expect(value(EVERYTHING.least, seconds)).toBe(levels.reduce((a, b) => Math.min(a, b)));
    expect(value(EVERYTHING.mean, seconds)).toBeCloseTo(levels.reduce((a, b) => a + b, 0) / seconds, 9);
  });

  it.each(WINDOWS)('has the quantile of a direct computation over %i s', (seconds) => {
    const counts = new Float64Array(bounds.length + 1);
    for (let second = SECONDS - seconds; second < SECONDS; second++) {
      for (let bucket = 0; bucket <= bounds.length; bucket++) {
        counts[bucket] = (counts[bucket] ?? 0) + (perSecond[second * (bounds.length + 1) + bucket] ?? 0);
      }
    }
    expect(counts.reduce((a, b) => a + b)).toBeGreaterThan(0);
    expect(value(EVERYTHING.p95, seconds)).toBeCloseTo(bucketQuantile(0.95, bounds, counts), 12);
  });

  it('answers between the borders with whole slots, within one of them', () => {
    for (const seconds of [905, 3_605, 21_630]) {
      expect(Math.abs(value(EVERYTHING.rate, seconds) / (direct(seconds) / 2 / seconds) - 1)).toBeLessThan(
        0.01,
      );
    }
  });

  it('keeps within the memory it says', () => {
    expect(sampler.rings.tracks.size).toBe(6);
    // A busy histogram 343 kB, a busy counter 49 kB, a restless gauge 214 kB over two days; here one histogram, four counters, one gauge.
    expect(sampler.rings.bytes).toBeGreaterThan(400_000);
    expect(sampler.rings.bytes).toBeLessThan(1_000_000);
  });
});

describe('the sampler', () => {
  it('takes a counter that begins anew for new, and counts what came before the first sample', () => {
    const { clock, metrics, sampler, value } = stand();
    const family = metrics.counter('llamascope_upstream_attempts_total');
    family.labels({ upstream: 'a', outcome: 'success' }).add(5);
    sampler.start();
    clock.advance(1_000);
    expect(value(EVERYTHING.attempts, 10)).toBe(5);
    family.removeWhere('upstream', 'a');
    clock.advance(1_000);
    family.labels({ upstream: 'a', outcome: 'success' }).add(3);
    clock.advance(1_000);
    expect(value(EVERYTHING.attempts, 10)).toBe(8);
  });

  it('has no value where nothing was sampled: a stall, or a gauge that is gone', () => {
    const { clock, metrics, sampler, value } = stand();
    metrics.gauge('llamascope_queue_depth').labels({ upstream: 'a' }).set(4);
    sampler.start();
    clock.advance(2_000);
    expect(value(EVERYTHING.now, 10)).toBe(4);
    metrics.gauge('llamascope_queue_depth').clear();
    clock.advance(5_000);
    expect(value(EVERYTHING.now, 10)).toBeNaN();
    sampler.stop();
    clock.advance(60_000);
    expect(clock.pending).toBe(0);
    sampler.sample();
    expect(evaluate(EVERYTHING.attempts.node, sampler, { endMs: EPOCH + 40_000, rangeSeconds: 10 })).toEqual(
      [],
    );
  });

  it('forgets the past when the clock is set back, and keeps counting from there', () => {
    const set: number[] = [];
    const { clock, metrics, sampler, value } = stand(new Rings(), (byMs) => set.push(byMs));
    const counter = metrics
      .counter('llamascope_upstream_attempts_total')
      .labels({ upstream: 'a', outcome: 'success' });
    const wall = clock.wallMs.bind(clock);
    sampler.start();
    counter.add(10);
    clock.advance(5_000);
    clock.wallMs = () => wall() - 3_600_000;
    counter.add(2);
    clock.advance(1_000);
    expect(set).toEqual([-3_600_000]);
    expect(value(EVERYTHING.attempts, 60)).toBe(2);
    expect(sampler.rings.end).toBeLessThan(EPOCH);
    clock.wallMs = () => wall() + 3_600_000;
    counter.add(3);
    clock.advance(2_000);
    expect(set[1]).toBe(7_200_000);
    expect(value(EVERYTHING.attempts, 10)).toBe(3);
  });
});

describe('rings', () => {
  it('shorten the past instead of growing, oldest and coarsest first', () => {
    const rings = new Rings({ maxBytes: 120_000 });
    const { clock, metrics, sampler, value } = stand(rings);
    const waits = metrics.histogram('llamascope_queue_wait_seconds').labels({ upstream: 'a' });
    const random = numbers(3);
    sampler.start();
    for (let second = 0; second < 8 * 3_600; second++) {
      waits.observe(random.next().value);
      clock.advance(1_000);
    }
    expect(rings.bytes).toBeLessThanOrEqual(120_000);
    expect(value(EVERYTHING.p95, 300)).toBeGreaterThan(0.5);
    expect(rings.end - (rings.since ?? 0)).toBeLessThan(8 * 3_600_000);
    expect(rings.end - (rings.since ?? 0)).toBeGreaterThan(15 * 60_000);
  });

  it('turn away series beyond their number, and count them', () => {
    const rings = new Rings({ maxTracks: 2 });
    const { clock, metrics, sampler } = stand(rings);
    for (const upstream of ['a', 'b', 'c', 'd'])
      metrics.gauge('llamascope_queue_depth').labels({ upstream }).set(1);
    sampler.start();
    clock.advance(1_000);
    expect(rings.tracks.size).toBe(2);
    expect(rings.refused).toBeGreaterThan(0);
  });

  it('keep no chunk of a gauge that stands still, and still answer for it', () => {
    const { clock, metrics, sampler, value } = stand();
    metrics.gauge('llamascope_queue_depth').labels({ upstream: 'a' }).set(7);
    sampler.start();
    clock.advance(3 * 3_600_000);
    expect(sampler.rings.bytes).toBeLessThan(20_000);
    expect([1, 600, 7_200].map((seconds) => value(EVERYTHING.mean, seconds))).toEqual([7, 7, 7]);
  });

  it('let go of a series that nobody has seen for two days', () => {
    const { clock, metrics, sampler } = stand(new Rings({ tiers: [{ stepSeconds: 1, slots: 60 }] }));
    metrics.gauge('llamascope_queue_depth').labels({ upstream: 'a' }).set(7);
    sampler.start();
    clock.advance(2_000);
    expect(sampler.rings.tracks.size).toBe(1);
    metrics.gauge('llamascope_queue_depth').clear();
    clock.advance(3_600_000);
    expect(sampler.rings.tracks.size).toBe(0);
    expect(sampler.rings.bytes).toBe(0);
  });
});
