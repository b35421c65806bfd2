import { describe, expect, it } from 'vitest';
import type { Catalogue } from './catalogue/definition.ts';
import { DeltaReader, DeltaWriter } from './deltas.ts';
import { createMetrics, type Metrics } from './metrics.ts';

const SHAPES = {
  jobs_total: { type: 'counter', help: 'Jobs.', labels: { kind: ['a', 'b'] } },
  wait_seconds: { type: 'histogram', help: 'Waits.', labels: {}, buckets: [1, 2] },
  depth: { type: 'gauge', help: 'Depth.', labels: {} },
  own_total: { type: 'counter', help: 'Not told.', labels: {} },
} as const satisfies Catalogue;

type All = Metrics<typeof SHAPES>;

function worker(): { metrics: All; tell: () => ReturnType<DeltaReader['take']> } {
  const metrics = createMetrics(SHAPES);
  const reader = new DeltaReader(metrics.families, (name) => name !== 'own_total');
  // As between processes: nothing but plain data.
  return { metrics, tell: () => structuredClone(reader.take()) };
}

describe('counts told to another process', () => {
  it('add up over processes, each series declared once, nothing told twice', () => {
    const sum = createMetrics(SHAPES);
    const workers = [worker(), worker()];
    const writers = workers.map(() => new DeltaWriter(sum.families));
    for (let round = 1; round <= 3; round += 1) {
      for (const [at, { metrics, tell }] of workers.entries()) {
        metrics
          .counter('jobs_total')
          .labels({ kind: 'a' })
          .add(at + round);
        metrics.histogram('wait_seconds').labels({}).observe(round);
        metrics.counter('own_total').labels({}).inc();
        metrics.gauge('depth').labels({}).set(9);
        const told = tell();
        expect(told.declared).toHaveLength(round === 1 ? 2 : 0);
        writers[at]?.add(told);
        writers[at]?.add(tell());
      }
    }
    expect(sum.counter('jobs_total').labels({ kind: 'a' }).value()).toBe(1 + 2 + 2 + 3 + 3 + 4);
    const waits = sum.histogram('wait_seconds').labels({}).snapshot();
    expect([[...waits.counts], waits.sum, waits.count]).toEqual([[2, 2, 2], 12, 6]);
    expect(sum.counter('own_total').labels({}).value()).toBe(0);
    expect(sum.gauge('depth').labels({}).value()).toBe(0);
  });

  it('never fall when a process is gone and another begins at nothing', () => {
    const sum = createMetrics(SHAPES);
    const value = (): number => sum.counter('jobs_total').labels({ kind: 'b' }).value();
    const first = worker();
    first.metrics.counter('jobs_total').labels({ kind: 'b' }).add(5);
    new DeltaWriter(sum.families).add(first.tell());
    expect(value()).toBe(5);
    const next = worker();
    next.metrics.counter('jobs_total').labels({ kind: 'b' }).add(1);
    new DeltaWriter(sum.families).add(next.tell());
    expect(value()).toBe(6);
  });

  it('declare a series that has counted nothing yet, so that its first increase is one', () => {
    const sum = createMetrics(SHAPES);
    const { metrics, tell } = worker();
    metrics.counter('jobs_total').labels({ kind: 'a' });
    new DeltaWriter(sum.families).add(tell());
    expect([...sum.counter('jobs_total').series()].map(({ labels }) => labels)).toEqual([{ kind: 'a' }]);
  });
});
