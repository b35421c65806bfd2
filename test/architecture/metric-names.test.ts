/** Whatever looks like one of our metrics, in texts and files that are written by hand or generated, is one. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { COMPARE_METRICS } from '../../src/core/compare-metrics.ts';
import { CATALOGUE } from '../../src/telemetry/catalogue.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PLACES = [
  'README.md',
  'CONTRIBUTING.md',
  'docs',
  'monitoring',
  'deploy',
  'web/src',
  'examples',
  'src/observability',
];
const TEXT = /\.(md|ya?ml|json|tsx?|js|mjs|html|service)$/;
const NAME =
  /(?<![\w/.-])(?:circuit_breaker|connection_pool|semcache|llamascope)_[a-z][a-z0-9_]*[a-z0-9](?![\w*]|\.(?:md|yaml|json))/g;
/** Of the series of a histogram. */
const SUFFIX = /_(?:bucket|sum|count)$/;
/** What `llamascope compare` writes for backfilling is no metric of a gateway. */
const BACKFILLED: ReadonlySet<string> = new Set(Object.values(COMPARE_METRICS));
const BACKFILLED_SUFFIX = /_(?:total|bucket|sum|count)$/;

const known: ReadonlySet<string> = new Set(Object.keys(CATALOGUE));

function files(path: string): readonly string[] {
  const whole = join(ROOT, path);
  if (TEXT.test(path)) return [whole];
  return readdirSync(whole, { recursive: true, encoding: 'utf8' })
    .filter((name) => TEXT.test(name) && !name.includes('.test.'))
    .map((name) => join(whole, name));
}

describe('names of metrics', () => {
  it.each(PLACES)('in %s are in the catalogue', (place) => {
    const unknown = files(place).flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(NAME)]
        .map(([name]) => name)
        .filter(
          (name) =>
            !known.has(name) &&
            !known.has(name.replace(SUFFIX, '')) &&
            !BACKFILLED.has(name.replace(BACKFILLED_SUFFIX, '')),
        )
        .map((name) => `${file.slice(ROOT.length)}: ${name}`),
    );
    expect([...new Set(unknown)]).toEqual([]);
  });
});
