import { describe, expect, it } from 'vitest';
import { readComparison } from './read-comparison.ts';

const variant = {
  variant: 'direct',
  n: 100,
  success: 0.2,
  interval: { low: 0.13, high: 0.29 },
  outcomes: { wrong: 0 },
  p50Ms: 12,
  p95Ms: null,
  upstreamRequests: 100,
};
const report = {
  version: 1,
  verdict: 'Success 20 % → 50 %.',
  plan: { scenario: { name: 'sprint1', summary: 'Ten clients.' } },
  summary: { variants: [variant] },
};

describe('a comparison from a file', () => {
  it('is read', () => {
    expect(readComparison(JSON.stringify(report))).toEqual({
      title: 'sprint1: Ten clients.',
      verdict: 'Success 20 % → 50 %.',
      rows: [
        {
          variant: 'direct',
          n: 100,
          success: 0.2,
          low: 0.13,
          high: 0.29,
          p50Ms: 12,
          p95Ms: null,
          upstreamRequests: 100,
          wrong: 0,
        },
      ],
    });
  });

  it.each([
    '',
    '[]',
    '{}',
    'null',
    '{"version":2,"summary":{"variants":[]}}',
    '{"version":1,"summary":{"variants":[{}]}}',
  ])('is refused when it is none: %s', (text) => {
    expect(readComparison(text)).toBeNull();
  });
});
