/**
 * Writes what is derived: the configuration reference and its JSON Schema from the schema, the cache key's from its table, the metrics reference from the
 * catalogue, runbooks, rules and what else watches the gateway from typed values over the catalogue. `--check` writes nothing and fails, naming each file that is out of date.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cacheKeyReference } from './cache-key/reference.ts';
import { configurationReference } from '../src/config/reference.ts';
import { configJsonSchema } from '../src/config/schema-tree.ts';
import { prometheusExample } from '../src/observability/rules/print-scrape.ts';
import { monitoringArtefacts, runbookPages } from '../src/observability/artefacts.ts';
import { DEFAULT_OBJECTIVES } from '../src/observability/rules/rules.ts';
import { metricsReference } from '../src/telemetry/reference.ts';
import { ALL_QUERIES, queriesReport } from '../test/monitoring/all-queries.ts';

const DEFAULTS = {
  job: 'llamascope',
  prefix: '',
  gatewayUrl: 'http://127.0.0.1:11435',
  grafanaUrl: 'http://127.0.0.1:3000',
  webhookUrl: 'http://127.0.0.1:5001',
  datasource: null,
  objectives: DEFAULT_OBJECTIVES,
};
const below = (folder: string, all: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(all).map(([path, content]) => [`${folder}/${path}`, content]));

const ROOT = new URL('../', import.meta.url);
const files: Readonly<Record<string, string>> = {
  'docs/configuration.md': configurationReference(),
  'docs/reference/cache-key.md': cacheKeyReference(),
  'docs/reference/metrics.md': metricsReference(),
  'docs/reference/queries.md': queriesReport(ALL_QUERIES),
  'llamascope.schema.json': `${JSON.stringify(configJsonSchema, null, 2)}\n`,
  ...below('docs/runbooks', runbookPages(DEFAULTS)),
  ...below('monitoring', monitoringArtefacts(DEFAULTS)),
  'deploy/compose/prometheus.yml': prometheusExample({
    job: DEFAULTS.job,
    gatewayUrl: 'http://llamascope:11435',
    alertmanager: 'alertmanager:9093',
    tokenFile: '/run/secrets/admin-token',
  }),
};

let stale = 0;
for (const [path, content] of Object.entries(files)) {
  const file = new URL(path, ROOT);
  if (!process.argv.includes('--check')) {
    mkdirSync(new URL('.', file), { recursive: true });
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
