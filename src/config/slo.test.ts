import { describe, expect, it } from 'vitest';
import { DEFAULT_OBJECTIVES } from '../observability/rules/rules.ts';
import { BUCKETS } from '../telemetry/catalogue/definition.ts';
import { ConfigError } from './problems.ts';
import { resolveConfig } from './resolve.ts';
import { OBJECTIVE_THRESHOLDS_MS } from './slo-schema.ts';

const UPSTREAMS = [{ name: 'a', url: 'http://127.0.0.1:1' }];
const resolve = (slo: unknown): unknown => resolveConfig({ upstreams: UPSTREAMS, slo } as never).slo;
const problem = (slo: unknown): string => {
  try {
    resolve(slo);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
};

describe('objectives', () => {
  it('have defaults, and may be none', () => {
    expect(resolve(undefined)).toEqual([
      { name: 'availability', kind: 'availability', objective: 0.99, thresholdMs: null },
      { name: 'first-token', kind: 'first-token', objective: 0.95, thresholdMs: 10_000 },
    ]);
    // What `llamascope generate` commits for everybody is made for the same promises.
    expect(resolve(undefined)).toEqual(DEFAULT_OBJECTIVES);
    expect(resolve([])).toEqual([]);
    expect(resolve([{ name: 'fast', kind: 'token-time', objective: 0.95, thresholdMs: 50 }])).toHaveLength(1);
  });

  it.each([
    [[{ name: 'a', kind: 'availability', objective: 0.93 }], 'slo[0].objective'],
    [[{ name: 'a', kind: 'availability', objective: 1 }], 'slo[0].objective'],
    [[{ name: 'A b', kind: 'availability', objective: 0.99 }], 'slo[0].name'],
    [[{ name: 'a', kind: 'speed', objective: 0.99 }], 'slo[0].kind'],
    [
      [{ name: 'a', kind: 'availability', objective: 0.99, thresholdMs: 5 }],
      '5 means nothing for kind availability',
    ],
    [[{ name: 'a', kind: 'first-token', objective: 0.99 }], 'null cannot be counted for kind first-token'],
    [[{ name: 'a', kind: 'first-token', objective: 0.99, thresholdMs: 3_000 }], 'expected one of 1, 5, 25'],
    [
      [
        { name: 'a', kind: 'availability', objective: 0.99 },
        { name: 'a', kind: 'availability', objective: 0.95 },
      ],
      'already the name of slo[0]',
    ],
  ])('%j is refused', (slo, message) => {
    expect(problem(slo)).toContain(message);
  });

  it('can only be set on bounds that the histograms have', () => {
    const bounds = (seconds: readonly number[]): number[] => seconds.map((one) => one * 1_000);
    expect(OBJECTIVE_THRESHOLDS_MS).toEqual({
      'first-token': bounds(BUCKETS.answer),
      'token-time': bounds(BUCKETS.token),
    });
  });
});
