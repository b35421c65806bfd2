import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CATALOGUE } from './catalogue.ts';
import { metricsReference } from './reference.ts';

describe('the metric reference', () => {
  it('is what the catalogue says now (else: npm run generate)', () => {
    const committed = readFileSync(new URL('../../docs/reference/metrics.md', import.meta.url), 'utf8');
    expect(committed).toBe(metricsReference());
  });

  it('has every metric with its help', () => {
    const text = metricsReference();
    for (const [name, metric] of Object.entries(CATALOGUE)) {
      expect(text).toContain(`### \`${name}\`\n\n${metric.help}\n`);
    }
  });
});
