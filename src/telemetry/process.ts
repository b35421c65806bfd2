/**
 * The process's own figures. Own collectors, because the client library's reset what they read at each scrape, so
 * two readers steal from each other: here everything counts up from the start, or is the present.
 * A figure that cannot be read is left as it was, and the failure is counted; it never fails a scrape.
 */
import { constants, PerformanceObserver } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import type { Clock } from '../runtime/clock.ts';
import { eventLoopTimes } from '../runtime/event-loop.ts';
import type { MetricCatalogue, MetricLabels } from './catalogue.ts';
import type { Metrics } from './metrics.ts';
import type { Guard } from './state-gauges.ts';

/** Where the figures come from; the real ones unless a test says otherwise. */
export interface ProcessSource {
  /** Microseconds since the start. */
  cpuUsage(): { readonly user: number; readonly system: number };
  /** Bytes. */
  memoryUsage(): {
    readonly rss: number;
    readonly heapUsed: number;
    readonly heapTotal: number;
    readonly external: number;
  };
  /** Bytes. */
  heapLimit(): number;
  /** Milliseconds since the start. */
  eventLoop(): { readonly active: number; readonly idle: number };
  /** Names of the resources that keep the loop alive, as Node has them. */
  resources(): readonly string[];
  /** Seconds the process has been up. */
  uptime(): number;
  /** Calls back with V8's kind number and milliseconds for each collection, until the answered function is called. */
  onGarbageCollection(callback: (kind: number, durationMs: number) => void): () => void;
}

export const nodeProcess: ProcessSource = {
  cpuUsage: () => process.cpuUsage(),
  memoryUsage: () => process.memoryUsage(),
  heapLimit: () => getHeapStatistics().heap_size_limit,
  eventLoop: eventLoopTimes,
  resources: () => process.getActiveResourcesInfo(),
  uptime: () => process.uptime(),
  onGarbageCollection(callback) {
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const { kind } = (entry as unknown as { detail: { kind: number } }).detail;
        callback(kind, entry.duration);
      }
    });
    observer.observe({ entryTypes: ['gc'] });
    return () => {
      observer.disconnect();
    };
  },
};

/** 50 samples a second cost about 0.02 % of a core; a stall longer than this is always seen. */
const LAG_INTERVAL_MS = 20;

type GcKind = MetricLabels<'llamascope_gc_pause_seconds'>['kind'];
const GC_KINDS: ReadonlyMap<number, GcKind> = new Map([
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weak_callbacks'],
]);

type HandleType = MetricLabels<'llamascope_open_handles'>['type'];
const HANDLE_TYPES: ReadonlyMap<string, HandleType> = new Map([
  ['TCPSocketWrap', 'tcp_socket'],
  ['TCPServerWrap', 'tcp_server'],
  ['PipeWrap', 'pipe'],
  ['PipeServerWrap', 'pipe'],
  ['Timeout', 'timer'],
]);

export interface ProcessCollector {
  /** Reads what is read at a scrape. */
  collect(): void;
  close(): void;
}

export interface ProcessCollectorDeps {
  readonly clock: Clock;
  /** The product's version, for `llamascope_build_info`. */
  readonly version: string;
  readonly guard: Guard;
  readonly source?: ProcessSource;
}

export function startProcessCollector(
  metrics: Metrics<MetricCatalogue>,
  deps: ProcessCollectorDeps,
): ProcessCollector {
  const { clock, version, guard, source = nodeProcess } = deps;
  metrics.gauge('llamascope_build_info').labels({ version, node_version: process.version }).set(1);
  const startedAt = clock.wallMs() / 1_000 - source.uptime();
  metrics.gauge('llamascope_start_time_seconds').labels({}).set(startedAt);
  const collectors = scrapeCollectors(metrics, source);
  const stopLag = sampleEventLoopLag(metrics, clock);
  const stopGc = observeGarbageCollection(metrics, source);
  return {
    collect: () => {
      for (const [name, collect] of collectors) guard(name, collect);
    },
    close: () => {
      stopLag();
      stopGc();
    },
  };
}

function scrapeCollectors(
  metrics: Metrics<MetricCatalogue>,
  source: ProcessSource,
): readonly (readonly [Parameters<Guard>[0], () => void])[] {
  const cpu = metrics.counter('llamascope_cpu_seconds_total');
  const resident = metrics.gauge('llamascope_resident_memory_bytes').labels({});
  const heap = metrics.gauge('llamascope_heap_bytes');
  const external = metrics.gauge('llamascope_external_memory_bytes').labels({});
  const loop = metrics.counter('llamascope_event_loop_seconds_total');
  const handles = metrics.gauge('llamascope_open_handles');
  return [
    [
      'cpu',
      () => {
        const { user, system } = source.cpuUsage();
        cpu.labels({ mode: 'user' }).riseTo(user / 1e6);
        cpu.labels({ mode: 'system' }).riseTo(system / 1e6);
      },
    ],
    [
      'memory',
      () => {
        const usage = source.memoryUsage();
        resident.set(usage.rss);
        external.set(usage.external);
        heap.labels({ state: 'used' }).set(usage.heapUsed);
        heap.labels({ state: 'committed' }).set(usage.heapTotal);
        heap.labels({ state: 'limit' }).set(source.heapLimit());
      },
    ],
    [
      'event_loop',
      () => {
        const { active, idle } = source.eventLoop();
        loop.labels({ state: 'active' }).riseTo(active / 1_000);
        loop.labels({ state: 'idle' }).riseTo(idle / 1_000);
      },
    ],
    [
      'handles',
      () => {
        const open: Record<HandleType, number> = {
          tcp_socket: 0,
          tcp_server: 0,
          pipe: 0,
          timer: 0,
          other: 0,
        };
        for (const resource of source.resources()) open[HANDLE_TYPES.get(resource) ?? 'other'] += 1;
        for (const type of Object.keys(open) as HandleType[]) handles.labels({ type }).set(open[type]);
      },
    ],
  ];
}

/**
 * How late a repeating timer fires. Our own timer and not `monitorEventLoopDelay`, whose histogram can only answer
 * percentiles since its last reset: what Prometheus needs is bucket counts that add up over any window.
 */
function sampleEventLoopLag(metrics: Metrics<MetricCatalogue>, clock: Clock): () => void {
  const lag = metrics.histogram('llamascope_event_loop_lag_seconds').labels({});
  let due = clock.now() + LAG_INTERVAL_MS;
  const timer = clock.setTimer(LAG_INTERVAL_MS, () => {
    const now = clock.now();
    lag.observe(Math.max(0, now - due) / 1_000);
    due = now + LAG_INTERVAL_MS;
    timer.refresh();
  });
  return () => {
    timer.cancel();
  };
}

function observeGarbageCollection(metrics: Metrics<MetricCatalogue>, source: ProcessSource): () => void {
  const pauses = metrics.histogram('llamascope_gc_pause_seconds');
  return source.onGarbageCollection((kind, durationMs) => {
    const known = GC_KINDS.get(kind);
    if (known !== undefined) pauses.labels({ kind: known }).observe(durationMs / 1_000);
  });
}
