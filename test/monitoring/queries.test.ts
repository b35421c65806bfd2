/**
 * Every query of every dashboard and every rule, executed by a real Prometheus that scraped two real gateways driven
 * through their states: each has to answer with something finite. What is empty in one state is shown in the other.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/core/json.ts';
import { grafanaDashboards } from '../../src/observability/dashboards/dashboards.ts';
import { hasComponent } from '../support/components.ts';
import { startPrometheus, type Prometheus } from '../support/prometheus.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { until } from '../support/until.ts';

const MODEL = 'llama3.2:1b';
/** What needs a state that this run does not drive, and why. */
const NOT_DRIVEN: Readonly<Record<string, string>> = {
  'llamascope-upstreams: Waits in vain A': 'nobody leaves the queue before it is his turn',
  'llamascope-upstreams: Hedged embeddings A': 'hedging needs a second upstream',
  'llamascope-cache: Answers held against a fresh one A': 'labels come from mode bounded and from shadow',
  'llamascope-cache: Audited hits by rule A': 'audits come from mode bounded and from shadow',
  'llamascope-cache: Store writes and errors B': 'the store does not fail',
  'llamascope-cache: Store times B': 'there is no other replica',
  'llamascope-cache: Taken in from elsewhere C': 'there is no other replica',
  'llamascope-serving: Models loaded again A': 'driven by test/flow/ollama-care.test.ts: it needs two probes in between',
  'llamascope-runtime: Problems of the telemetry itself A': 'nothing goes wrong with it',
  'llamascope-runtime: Problems of the telemetry itself B': 'nothing goes wrong with it',
  'llamascope-runtime: Readers of this page B': 'no reader is turned away',
  'llamascope-runtime: Snapshots and long ranges A': 'a snapshot is written every five minutes',
  'llamascope-runtime: Snapshots and long ranges B': 'the page has no Prometheus to ask',
};

interface Query {
  readonly place: string;
  readonly expr: string;
}

function queriesOf(uid: string, json: JsonObject): readonly Query[] {
  const panels = json['panels'] as unknown as readonly {
    readonly title: string;
    readonly targets?: readonly { readonly expr: string; readonly refId: string }[];
  }[];
  return panels.flatMap(({ title, targets }) =>
    (targets ?? []).map(({ expr, refId }) => ({ place: `${uid}: ${title} ${refId}`, expr })),
  );
}

const QUERIES = Object.entries(grafanaDashboards({ prefix: '', datasource: null })).flatMap(([uid, json]) =>
  queriesOf(uid, json),
);

/** As Grafana fills it in when nothing was chosen. */
function filledIn(expr: string): string {
  return expr
    .replaceAll('$__rate_interval', '30s')
    .replaceAll('$job', 'llamascope')
    .replaceAll(/\$(instance|upstream|model)/g, '.*');
}

describe.skipIf(!hasComponent('prometheus') && process.env['CI'] !== 'true')('every query', () => {
  let folder = '';
  let stack: Stack;
  let prometheus: Prometheus;
  const answers = new Map<string, number>();

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'llamascope-queries-'));
    stack = await startStack({
      simulator: { loadMs: 80, tokensPerSecond: 2_000, prefillTokensPerSecond: 20_000, numParallel: 2 },
      upstream: {
        name: 'gpu-1',
        parallel: 2,
        queue: { max: 2, waitMs: 300 },
        breaker: { consecutiveFailures: 6, openMs: 500 },
        timeouts: { connectMs: 500 },
        adaptive: { enabled: true },
      },
      config: {
        cache: { mode: 'on', sampled: true, embedder: 'builtin', maxEntries: 12, store: 'sqlite', sqlite: { path: join(folder, 'cache.db') } },
        retry: { max: 1, baseMs: 5 },
        models: { 'ghost:1b': { fallbacks: [MODEL] } },
        dashboard: { snapshotPath: join(folder, 'history') },
      },
    });
    prometheus = await startPrometheus(stack.url, 500);
    await until(async () => (await prometheus.query('up')).some(({ value }) => value === 1), 'a scrape');
    await drive(stack);
    // Two scrapes after the last event, so that every rate has what it needs.
    const due = Date.now() + 1_500;
    await until(() => Date.now() > due, 'the last scrapes');
    for (const { place, expr } of QUERIES) {
      const result = await prometheus.query(filledIn(expr));
      answers.set(place, result.filter(({ value }) => Number.isFinite(value)).length);
    }
  }, 120_000);
  afterAll(async () => {
    await prometheus[Symbol.asyncDispose]();
    await stack[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  it('answers with something finite', () => {
    const empty = QUERIES.filter(({ place }) => (answers.get(place) ?? 0) === 0).map(({ place }) => place);
    report(QUERIES, answers);
    expect(empty.filter((place) => !(place in NOT_DRIVEN))).toEqual([]);
  });
});

/** The table of what was asked and how many series answered, for docs/. */
function report(queries: readonly Query[], answered: ReadonlyMap<string, number>): void {
  const folder = new URL('../../.cache/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const rows = queries.map(({ place, expr }) => `| ${place} | ${String(answered.get(place) ?? 0)} | \`${expr.replaceAll('|', '\\|')}\` |`);
  writeFileSync(new URL('queries.md', folder), ['| query | series | PromQL |', '|---|---|---|', ...rows, ''].join('\n'));
}

/** Through every state that leaves a trace in the metrics. */
async function drive({ url, simulator, gateway }: Stack): Promise<void> {
  const post = async (path: string, body: unknown, headers: Record<string, string> = {}, ms = 10_000): Promise<void> => {
    const sent = fetch(`${url}${path}`, { method: 'POST', body: JSON.stringify(body), headers, signal: AbortSignal.timeout(ms) });
    await sent.then((response) => response.arrayBuffer()).catch(() => undefined);
  };
  const chat = (content: string, more: Record<string, unknown> = {}, headers: Record<string, string> = {}, ms?: number): Promise<void> =>
    post('/api/chat', { model: MODEL, messages: [{ role: 'user', content }], ...more }, headers, ms);
  const viewer = new AbortController();
  const feed = fetch(`${url}/dashboard/api/stream`, { signal: viewer.signal }).then((one) => one.text());
  await gateway.reload(gateway.config);
  await gateway.reload({ upstreams: [] }).catch(() => undefined);
  const round = async (n: number): Promise<void> => {
    await chat('What is the capital of France?');
    await chat('What is the capital of France?');
    await chat('Which city is the capital of France?');
    await chat('What is the capital of Germany?');
    await chat(`How deep is lake number ${String(n)}?`, { model: n % 2 === 0 ? 'qwen2.5:0.5b' : MODEL });
    await chat(`How wide is lake number ${String(n)}?`, { options: { num_ctx: n % 2 === 0 ? 2_048 : 8_192 } });
    await chat('hello', {}, { 'x-llamascope-cache': 'bypass' });
    await chat(`who are you ${String(n)}`, { model: 'ghost:1b' });
    await post('/v1/chat/completions', { model: MODEL, stream: true, messages: [{ role: 'user', content: `tell ${String(n)}` }] });
    await Promise.all([1, 2, 3].map(() => post('/api/embed', { model: 'none', input: `text ${String(n)}` })));
    await Promise.all([1, 2, 3].map(() => fetch(`${url}/api/tags`).then((one) => one.arrayBuffer())));
    await fetch(`${url}/nowhere`).then((one) => one.arrayBuffer());
    // More at once than slots and places; one that will not wait, one that leaves.
    await Promise.all(Array.from({ length: 9 }, (_, i) => chat(`at once ${String(n)} ${String(i)} `.repeat(20), { model: 'qwen2.5:0.5b' }, {}, 10 + 30 * i)));
    await chat(`in a hurry ${String(n)} ${'x '.repeat(200)}`, {}, { 'x-request-timeout-ms': '1' });
    await chat(`gone ${String(n)} ${'y '.repeat(400)}`, {}, {}, 15);
  };
  for (let n = 0; n < 6; n += 1) await round(n);
  await fetch(`${url}/admin/baseline`, { method: 'PUT' }).then((one) => one.arrayBuffer());
  simulator.setFaults({ seed: 1, rules: [{ fault: 'status', status: 429, count: 2 }, { fault: 'status', status: 500, rate: 0.5, count: 10 }] });
  for (let n = 6; n < 9; n += 1) await round(n);
  simulator.setFaults({ rules: [{ fault: 'refuse', path: '*' }] });
  await simulator.settled();
  // The faults before may have left the breaker open, and then nobody tries to connect.
  await fetch(`${url}/admin/breakers/gpu-1/reset`, { method: 'POST' });
  for (let n = 0; n < 12; n += 1) await chat(`refused ${String(n)}`);
  simulator.clearFaults();
  await simulator.settled();
  await fetch(`${url}/admin/breakers/gpu-1/isolate`, { method: 'POST' });
  for (let n = 0; n < 3; n += 1) await chat(`rejected ${String(n)}`);
  await fetch(`${url}/admin/breakers/gpu-1/reset`, { method: 'POST' });
  for (let n = 9; n < 12; n += 1) await round(n);
  viewer.abort();
  await feed.catch(() => undefined);
}
