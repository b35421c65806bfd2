/**
 * Writes what is derived: the configuration reference and its JSON Schema from the schema, the cache key's from its table, the metrics reference from the
 * catalogue. `--check` writes nothing and fails, naming each file that is out of date.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { cacheKeyReference } from './cache-key/reference.ts';
import { configurationReference } from '../src/config/reference.ts';
import { configJsonSchema } from '../src/config/schema-tree.ts';
import { metricsReference } from '../src/telemetry/reference.ts';

const ROOT = new URL('../', import.meta.url);
const files: Readonly<Record<string, string>> = {
  'docs/configuration.md': configurationReference(),
  'docs/reference/cache-key.md': cacheKeyReference(),
  'docs/reference/metrics.md': metricsReference(),
  'llamascope.schema.json': `${JSON.stringify(configJsonSchema, null, 2)}\n`,
};

let stale = 0;
for (const [path, content] of Object.entries(files)) {
  const file = new URL(path, ROOT);
  if (!process.argv.includes('--check')) {
    writeFileSync(file, content);
    continue;
  }
  if (read(file) === content) continue;
  stale += 1;
  process.stderr.write(`${path} is out of date: run npm run generate\n`);
}
process.exitCode = stale > 0 ? 1 : 0;

function read(file: URL): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
