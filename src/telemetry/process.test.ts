import { createServer } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { startTelemetry, stillProcess } from '../../test/telemetry/start.ts';
import { until } from '../../test/support/until.ts';
import { systemClock } from '../runtime/clock.ts';
import { CATALOGUE } from './catalogue.ts';
import { createMetrics } from './metrics.ts';
import { nodeProcess, startProcessCollector } from './process.ts';
import { createGuard } from './state-gauges.ts';

describe('process metrics', () => {
  it('show the figures in base units', async () => {
    using stand = startTelemetry();
    const expected: readonly (readonly [string, Record<string, string>, number])[] = [
      ['llamascope_build_info', { version: '1.2.3', node_version: process.version }, 1],
      ['llamascope_start_time_seconds', {}, 1_700_000_000 - 10],
      ['llamascope_cpu_seconds_total', { mode: 'user' }, 2.5],
      ['llamascope_cpu_seconds_total', { mode: 'system' }, 0.5],
      ['llamascope_resident_memory_bytes', {}, 90e6],
      ['llamascope_heap_bytes', { state: 'used' }, 20e6],
      ['llamascope_heap_bytes', { state: 'committed' }, 40e6],
      ['llamascope_heap_bytes', { state: 'limit' }, 4e9],
      ['llamascope_external_memory_bytes', {}, 5e6],
      ['llamascope_event_loop_seconds_total', { state: 'active' }, 1.5],
      ['llamascope_event_loop_seconds_total', { state: 'idle' }, 8.5],
      ['llamascope_open_handles', { type: 'tcp_socket' }, 2],
      ['llamascope_open_handles', { type: 'tcp_server' }, 1],
      ['llamascope_open_handles', { type: 'pipe' }, 1],
      ['llamascope_open_handles', { type: 'timer' }, 1],
      ['llamascope_open_handles', { type: 'other' }, 1],
    ];
    for (const [name, labels, value] of expected) {
      expect([name, labels, await stand.value(name, labels)]).toEqual([name, labels, value]);
    }
  });

  it('sample how late a timer fires, whether anybody scrapes or not', async () => {
    using stand = startTelemetry();
    const { clock } = stand;
    clock.advance(20);
    const before = await stand.samples();
    // The loop was blocked: time passed, and the timer that was due long ago fires only now.
    const now = clock.now.bind(clock);
    clock.now = () => now() + 130;
    clock.advance(20);
    const after = await stand.samples();
    const at = (samples: typeof before, name: string, le?: string): number | undefined =>
      samples.find(
        (sample) =>
          sample.name === `llamascope_event_loop_lag_seconds_${name}` &&
          (le === undefined || sample.labels['le'] === le),
      )?.value;
    expect([at(before, 'count'), at(before, 'sum')]).toEqual([1, 0]);
    expect([at(after, 'count'), at(after, 'sum')]).toEqual([2, 0.13]);
    expect([at(after, 'bucket', '0.1'), at(after, 'bucket', '0.25')]).toEqual([1, 2]);
  });

  it('count pauses for garbage collection by kind, and leave kinds they do not know out', async () => {
    const callbacks: ((kind: number, durationMs: number) => void)[] = [];
    let stopped = false;
    const source = stillProcess({
      onGarbageCollection: (callback) => {
        callbacks.push(callback);
        return () => {
          stopped = true;
        };
      },
    });
    using stand = startTelemetry({}, { process: source });
    for (const [kind, ms] of [
      [1, 2],
      [1, 3],
      [4, 60],
      [8, 1],
      [16, 1],
      [999, 1],
    ] as const) {
      callbacks[0]?.(kind, ms);
    }
    expect(await stand.lines('llamascope_gc_pause_seconds_sum')).toEqual([
      'llamascope_gc_pause_seconds_sum{kind="incremental"} 0.001',
      'llamascope_gc_pause_seconds_sum{kind="major"} 0.06',
      'llamascope_gc_pause_seconds_sum{kind="minor"} 0.005',
      'llamascope_gc_pause_seconds_sum{kind="weak_callbacks"} 0.001',
    ]);
    stand.telemetry.close();
    expect(stopped).toBe(true);
  });

  it('count a figure that cannot be read, and show the others', async () => {
    const fail = (): never => {
      throw new Error('not permitted');
    };
    const source = stillProcess({ cpuUsage: fail, memoryUsage: fail, eventLoop: fail, resources: fail });
    using stand = startTelemetry({}, { process: source });
    await stand.body();
    expect(await stand.lines('llamascope_collector_errors_total')).toEqual(
      ['cpu', 'event_loop', 'handles', 'memory'].map(
        (collector) => `llamascope_collector_errors_total{collector="${collector}"} 2`,
      ),
    );
    expect(await stand.value('semcache_size')).toBe(25);
  });

  it('are true of this process', async () => {
    const metrics = createMetrics(CATALOGUE);
    const guard = createGuard(metrics);
    const collector = startProcessCollector(metrics, { clock: systemClock, version: 'x', guard });
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const handles = metrics.gauge('llamascope_open_handles').labels({ type: 'tcp_server' });
    const cpu = metrics.counter('llamascope_cpu_seconds_total').labels({ mode: 'user' });
    const loop = metrics.counter('llamascope_event_loop_seconds_total').labels({ state: 'active' });
    const resident = metrics.gauge('llamascope_resident_memory_bytes').labels({});
    const lag = metrics.histogram('llamascope_event_loop_lag_seconds').labels({});
    const minor = metrics.histogram('llamascope_gc_pause_seconds').labels({ kind: 'minor' });
    collector.collect();
    const before = { cpu: cpu.value(), loop: loop.value(), servers: handles.value() };
    expect(before.servers).toBeGreaterThanOrEqual(1);
    expect(resident.value()).toBeGreaterThan(10e6);
    const garbage: unknown[] = [];
    await until(() => {
      for (let i = 0; i < 50_000; i += 1) garbage[i % 100] = { i, text: `${i}` };
      return minor.count() > 0 && lag.count() > 1;
    }, 'a garbage collection and two samples of the lag');
    server.close();
    await until(() => {
      collector.collect();
      return handles.value() === before.servers - 1;
    }, 'the closed server to be gone from the open handles');
    expect(cpu.value()).toBeGreaterThan(before.cpu);
    expect(loop.value()).toBeGreaterThan(before.loop);
    collector.close();
    const started = metrics.gauge('llamascope_start_time_seconds').labels({}).value();
    expect(Math.abs(started - (systemClock.wallMs() / 1_000 - nodeProcess.uptime()))).toBeLessThan(5);
  });
});
