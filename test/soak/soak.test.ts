/** The soak of bench/resilience, short: the same processes, the same checks. `npm run soak:resilience` is the long one. */
import { describe, expect, it } from 'vitest';
import { soak } from '../../bench/resilience/run.ts';

describe('three upstreams with changing faults, one dead, and reloads', () => {
  it('keep every promise', { timeout: 120_000 }, async () => {
    const { verdicts } = await soak({
      faultSeconds: 4,
      deadSeconds: 2,
      reloads: 5,
      clients: 40,
      warmMs: 500,
      switchMs: 1_500,
      deadlineMs: 30_000,
      seed: 3,
      parallel: 16,
      tokensPerSecond: 50,
    });
    expect(verdicts.filter(({ holds }) => !holds)).toEqual([]);
    expect(verdicts.length).toBe(9);
  });
});
