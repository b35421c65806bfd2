import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configurationReference } from './reference.ts';
import { configJsonSchema, leaves } from './schema-tree.ts';

const committed = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

describe('the configuration reference', () => {
  it('is what the schema says now (else: npm run generate)', () => {
    expect(committed('docs/configuration.md')).toBe(configurationReference());
    expect(JSON.parse(committed('llamascope.schema.json'))).toEqual(
      JSON.parse(JSON.stringify(configJsonSchema)),
    );
  });

  it('has every key with its default', () => {
    const text = configurationReference();
    for (const { path } of leaves) expect(text).toContain(`| \`${path.join('.')}\` |`);
    expect(text).toContain('| `cache.maxEntries` | a whole number from 1 to 10000000 | `10000` |');
    expect(text).toContain('| `upstreams[].queue.max` | a whole number from 0 to 1000000 | `256` |');
  });
});
