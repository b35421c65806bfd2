/**
 * What it costs to record one request: every event of a streamed cache miss, through the event bus and the observer
 * into all the metrics they feed, beside the Prometheus client's own labelled calls making the same changes. Making
 * the event objects is counted on our side. Rounds are interleaved, so that a noisy machine disturbs both alike.
 *
 * `node bench/micro/metrics.ts` prints a table and fails when recording takes over 1,000 ns or is not at least
 * 5 times cheaper than the client's calls. It also times a scrape of at least 2,000 series.
 */
import { Counter, Gauge, Histogram, Registry } from '@prometheus-io/client';
import { clientId, modelId, requestId, breakerName, upstreamName } from '../../src/core/ids.ts';
import type { Emit } from '../../src/core/events.ts';
import type { StateReader } from '../../src/core/state.ts';
import { ENDPOINTS } from '../../src/core/route.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { createEventBus } from '../../src/runtime/event-bus.ts';
import { CATALOGUE, type MetricName } from '../../src/telemetry/catalogue.ts';
import { bucketBounds, type MetricShape } from '../../src/telemetry/catalogue/definition.ts';
import { createTelemetry, type Telemetry } from '../../src/telemetry/telemetry.ts';

const ROUNDS = 9;
const REQUESTS_PER_ROUND = 100_000;
const LIBRARY_REQUESTS_PER_ROUND = 20_000;
const SCRAPES = 101;
const MAX_NS = 1_000;
const MIN_RATIO = 5;
const MAX_SCRAPE_MS = 2;

const UPSTREAM = upstreamName('gpu-1');
const BREAKER = breakerName('gpu-1');
const MODEL = modelId('llama3.2:1b');
const CLIENT = clientId('app');
const ID = requestId('0123456789abcdef-00001');

function createState(models: readonly string[], upstreams: readonly string[]): StateReader {
  return {
    breakers: () =>
      upstreams.map((name) => ({
        name: breakerName(name),
        state: 'closed',
        consecutiveFailures: 0,
        lastStateChangeAt: 1_700_000_000_000,
        inFlight: 0,
        retryAfterMs: null,
        manual: null,
      })),
    pools: () =>
      upstreams.map((name) => ({
        client: upstreamName(name),
        connections: 1,
        maxsize: 8,
        busy: 0,
        idle: 1,
        pending: 0,
      })),
    queues: () =>
      upstreams.map((name) => ({
        upstream: upstreamName(name),
        depth: 0,
        permits: 1,
        permitsInUse: 0,
        oldestWaitMs: 0,
        adaptiveLimit: null,
      })),
    upstreams: () =>
      upstreams.map((name) => ({
        name: upstreamName(name),
        kind: 'ollama',
        url: 'http://127.0.0.1:11434',
        healthy: true,
        reason: 'answers',
        probedAt: null,
        version: null,
        models: models.map(modelId),
        resident: [],
        inRotation: true,
        weight: 1,
        hint: null,
        simulator: false,
        draining: false,
        inFlight: 0,
      })),
    cache: () => ({
      mode: 'on',
      embedder: null,
      entries: 1,
      maxEntries: 10,
      bytes: 1,
      maxBytes: 10,
      falseHitBound: null,
      store: { kind: 'memory', state: 'ok', reason: null, pending: 0 },
    }),
  };
}

/** The events of one streamed miss, as the stages emit them. `i` varies the values. */
function emitMiss(emit: Emit, i: number): void {
  const ms = 1 + (i % 500);
  emit({ type: 'request.started', endpoint: '/api/chat' });
  emit({ type: 'cache.embedded', durationMs: 0.3, failed: false });
  emit({
    type: 'cache.looked-up',
    result: 'miss',
    bypass: null,
    similarity: 0.5 + (i % 50) / 100,
    exactMs: 0.02,
    semanticMs: 0.4,
    shadowHit: false,
    shadowBounded: false,
    match: null,
  });
  emit({ type: 'queue.waited', upstream: UPSTREAM, durationMs: ms });
  emit({ type: 'pool.request-sent', client: UPSTREAM, reused: true, waitMs: 0.2 });
  emit({ type: 'upstream.attempted', upstream: UPSTREAM, outcome: 'success', durationMs: ms * 20 });
  emit({ type: 'breaker.settled', breaker: BREAKER, status: 'success' });
  emit({ type: 'cache.stored', result: 'stored', bytes: 900 });
  emit({
    type: 'request.finished',
    id: ID,
    endpoint: '/api/chat',
    model: MODEL,
    client: CLIENT,
    outcome: 'ok',
    served: 'upstream',
    status: 200,
    streamed: true,
    upstream: UPSTREAM,
    cache: 'miss',
    attempts: 1,
    durationMs: ms * 20,
    ttftMs: ms * 2,
    overheadMs: 0.3,
    queuedMs: ms,
    usage: { promptTokens: 30, completionTokens: 120 },
    times: { totalNs: ms * 2e7, loadNs: ms * 1e4, promptEvalNs: ms * 1e6, evalNs: ms * 1e7 },
    errorCode: null,
  });
}

/** The same changes by the client library's labelled calls, on metrics of the same names, labels and buckets. */
function createLibraryRecorder(): (i: number) => void {
  const registers = [new Registry()];
  const made = new Map<string, Counter | Gauge | Histogram>();
  function make<T>(name: MetricName, create: (common: { name: string; help: string }) => T): T {
    const metric = create({ name, help: CATALOGUE[name].help });
    made.set(name, metric as unknown as Counter);
    return metric;
  }
  const labelNames = (name: MetricName): string[] => Object.keys(CATALOGUE[name].labels);
  const counter = (name: MetricName): Counter<string> =>
    make(name, (common) => new Counter({ ...common, labelNames: labelNames(name), registers }));
  const histogram = (name: MetricName): Histogram<string> => {
    const shape: MetricShape = CATALOGUE[name];
    const buckets = [...bucketBounds(shape)];
    return make(
      name,
      (common) => new Histogram({ ...common, labelNames: labelNames(name), buckets, registers }),
    );
  };
  const inFlight = new Gauge({
    name: 'llamascope_inflight_requests',
    help: CATALOGUE.llamascope_inflight_requests.help,
    labelNames: ['endpoint'],
    registers,
  });
  const requests = counter('llamascope_requests_total');
  const duration = histogram('llamascope_request_duration_seconds');
  const overhead = histogram('llamascope_overhead_seconds');
  const firstToken = histogram('llamascope_time_to_first_token_seconds');
  const perToken = histogram('llamascope_time_per_output_token_seconds');
  const load = histogram('llamascope_model_load_seconds');
  const prefill = histogram('llamascope_prefill_seconds');
  const decode = histogram('llamascope_decode_seconds');
  const tokens = counter('llamascope_tokens_total');
  const misses = counter('semcache_misses_total');
  const lookup = histogram('llamascope_semcache_lookup_seconds');
  const similarity = histogram('llamascope_semcache_similarity');
  const embed = histogram('llamascope_semcache_embed_seconds');
  const stores = counter('llamascope_semcache_stores_total');
  const wait = histogram('llamascope_queue_wait_seconds');
  const sent = counter('connection_pool_requests_total');
  const reused = counter('llamascope_pool_connections_reused_total');
  const acquire = histogram('llamascope_pool_acquire_seconds');
  const attempts = counter('llamascope_upstream_attempts_total');
  const calls = counter('circuit_breaker_calls_total');

  return (i) => {
    const ms = 1 + (i % 500);
    const endpoint = '/api/chat';
    inFlight.inc({ endpoint });
    embed.observe(0.0003);
    misses.inc();
    similarity.observe(0.5 + (i % 50) / 100);
    lookup.observe({ tier: 'exact' }, 0.00002);
    lookup.observe({ tier: 'semantic' }, 0.0004);
    wait.observe({ upstream: UPSTREAM }, ms / 1_000);
    sent.inc({ client_name: UPSTREAM });
    reused.inc();
    acquire.observe(0.0002);
    attempts.inc({ upstream: UPSTREAM, outcome: 'success' });
    calls.inc({ breaker_name: BREAKER, status: 'success' });
    stores.inc({ result: 'stored' });
    inFlight.dec({ endpoint });
    requests.inc({ endpoint, outcome: 'ok' });
    duration.observe({ endpoint, served: 'upstream' }, ms / 50);
    overhead.observe({ path: 'miss' }, 0.0003);
    firstToken.observe({ model: MODEL }, ms / 500);
    perToken.observe({ model: MODEL }, (ms * 18) / 119_000);
    tokens.inc({ model: MODEL, direction: 'input' }, 30);
    tokens.inc({ model: MODEL, direction: 'output' }, 120);
    load.observe({ model: MODEL }, ms / 1e5);
    prefill.observe({ model: MODEL }, ms / 1_000);
    decode.observe({ model: MODEL }, ms / 100);
  };
}

function nsPerRequest(requests: number, record: (i: number) => void): number {
  const startedAt = process.hrtime.bigint();
  for (let i = 0; i < requests; i += 1) record(i);
  return Number(process.hrtime.bigint() - startedAt) / requests;
}

interface Range {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

function rangeOf(values: readonly number[]): Range {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? NaN;
  return { median: at(Math.floor(sorted.length / 2)), min: at(0), max: at(sorted.length - 1) };
}

function startTelemetry(state: StateReader): { telemetry: Telemetry; emit: Emit } {
  const bus = createEventBus();
  const telemetry = createTelemetry({ enabled: true }, { bus, state, clock: systemClock, version: 'bench' });
  return { telemetry, emit: bus.emit };
}

function recordingCost(): { ours: Range; library: Range; allocation: Range } {
  const { telemetry, emit } = startTelemetry(createState([MODEL], [UPSTREAM]));
  const nobody = createEventBus().emit;
  const viaLibrary = createLibraryRecorder();
  const rounds: { ours: number[]; library: number[]; allocation: number[] } = {
    ours: [],
    library: [],
    allocation: [],
  };
  for (let round = -2; round < ROUNDS; round += 1) {
    const ours = nsPerRequest(REQUESTS_PER_ROUND, (i) => {
      emitMiss(emit, i);
    });
    const library = nsPerRequest(LIBRARY_REQUESTS_PER_ROUND, viaLibrary);
    const allocation = nsPerRequest(REQUESTS_PER_ROUND, (i) => {
      emitMiss(nobody, i);
    });
    // The first two rounds warm the compiler up.
    if (round < 0) continue;
    rounds.ours.push(ours);
    rounds.library.push(library);
    rounds.allocation.push(allocation);
  }
  telemetry.close();
  return {
    ours: rangeOf(rounds.ours),
    library: rangeOf(rounds.library),
    allocation: rangeOf(rounds.allocation),
  };
}

/** A gateway with six upstreams and sixteen models, every endpoint in use. */
async function scrapeCost(): Promise<{ series: number; ours: Range; library: Range }> {
  const models = Array.from({ length: 16 }, (_, i) => `model-${i}:latest`);
  const upstreams = ['gpu-1', 'gpu-2', 'gpu-3', 'gpu-4', 'gpu-5', 'gpu-6'];
  const { telemetry, emit } = startTelemetry(createState(models, upstreams));
  for (const model of models) {
    for (const endpoint of ENDPOINTS) {
      emitMiss((event) => {
        emit(event.type === 'request.finished' ? { ...event, endpoint, model: modelId(model) } : event);
      }, model.length);
    }
  }
  const { metrics } = telemetry;
  if (metrics === null) throw new Error('telemetry is switched on here');
  const lines = (await telemetry.render(undefined)).body.split('\n');
  const series = lines.filter((line) => line !== '' && !line.startsWith('#')).length;
  const ours: number[] = [];
  const library: number[] = [];
  for (let scrape = -20; scrape < SCRAPES; scrape += 1) {
    const startedAt = process.hrtime.bigint();
    await telemetry.render('application/openmetrics-text');
    const rendered = process.hrtime.bigint();
    await metrics.registry.metrics();
    const byLibrary = process.hrtime.bigint();
    if (scrape < 0) continue;
    ours.push(Number(rendered - startedAt) / 1e6);
    library.push(Number(byLibrary - rendered) / 1e6);
  }
  telemetry.close();
  return { series, ours: rangeOf(ours), library: rangeOf(library) };
}

function row(name: string, range: Range, unit: string, digits: number): string {
  const cells = [range.median, range.min, range.max].map((value) => value.toFixed(digits).padStart(10));
  return `${name.padEnd(52)}${cells.join('')}  ${unit}\n`;
}

const recording = recordingCost();
const scrape = await scrapeCost();
const ratio = recording.library.median / recording.ours.median;
process.stdout.write(
  `Node ${process.version}, ${ROUNDS} interleaved rounds\n` +
    `${''.padEnd(52)}${['median', 'min', 'max'].map((head) => head.padStart(10)).join('')}\n` +
    row('recording one miss, all events and metrics', recording.ours, 'ns', 0) +
    row('  of which making and passing on the events', recording.allocation, 'ns', 0) +
    row("the same by the client library's labelled calls", recording.library, 'ns', 0) +
    `${'  times as much'.padEnd(52)}${ratio.toFixed(1).padStart(10)}\n` +
    row(`scrape of ${scrape.series} series, state read and rendered`, scrape.ours, 'ms', 2) +
    row('  rendered by the client library instead', scrape.library, 'ms', 2),
);
const failures = [
  ...(recording.ours.median > MAX_NS ? [`recording takes more than ${MAX_NS} ns`] : []),
  ...(ratio < MIN_RATIO ? [`recording is less than ${MIN_RATIO} times cheaper than the client library`] : []),
  ...(scrape.ours.median > MAX_SCRAPE_MS ? [`a scrape takes more than ${MAX_SCRAPE_MS} ms`] : []),
];
for (const failure of failures) process.stdout.write(`FAILED: ${failure}\n`);
if (failures.length > 0) process.exitCode = 1;
