import type { GatewayEvent } from '../../src/core/events.ts';
import type { StateReader } from '../../src/core/state.ts';
import { createEventBus, type EventBus } from '../../src/runtime/event-bus.ts';
import { ManualClock } from '../../src/runtime/manual-clock.ts';
import type { ProcessSource } from '../../src/telemetry/process.ts';
import { createTelemetry, type Telemetry, type TelemetryOptions } from '../../src/telemetry/telemetry.ts';
import { parseExposition, valueOf, type Sample } from '../support/metrics.ts';
import { oneUpstream, readerOf, type WritableState } from './state.ts';

export interface TelemetryStand extends Disposable {
  readonly bus: EventBus;
  readonly clock: ManualClock;
  readonly state: WritableState;
  readonly telemetry: Telemetry;
  emit(...events: readonly GatewayEvent[]): void;
  body(accept?: string): Promise<string>;
  samples(): Promise<readonly Sample[]>;
  /** The value of the one series with these labels, from a scrape. */
  value(name: string, labels?: Readonly<Record<string, string>>): Promise<number>;
  /** `name{labels} value` for each series of a family, sorted. */
  lines(name: string): Promise<readonly string[]>;
}

/** Telemetry over a manual clock, state that the test writes, and a process that stands still. */
export function startTelemetry(
  options: Partial<TelemetryOptions> = {},
  given: { state?: WritableState; reader?: StateReader; process?: ProcessSource } = {},
): TelemetryStand {
  const bus = createEventBus();
  const clock = new ManualClock();
  const state = given.state ?? oneUpstream();
  const telemetry = createTelemetry(
    { enabled: true, ...options },
    {
      bus,
      clock,
      state: given.reader ?? readerOf(state),
      version: '1.2.3',
      process: given.process ?? stillProcess(),
    },
  );
  const body = async (accept?: string): Promise<string> => (await telemetry.render(accept)).body;
  const samples = async (): Promise<readonly Sample[]> => parseExposition(await body());
  return {
    bus,
    clock,
    state,
    telemetry,
    emit: (...events) => {
      for (const event of events) bus.emit(event);
    },
    body,
    samples,
    value: async (name, labels = {}) => valueOf(await samples(), name, labels),
    lines: async (name) =>
      (await body())
        .split('\n')
        .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
        .toSorted(),
    [Symbol.dispose]: () => {
      telemetry.close();
    },
  };
}

export function stillProcess(change: Partial<ProcessSource> = {}): ProcessSource {
  return {
    cpuUsage: () => ({ user: 2_500_000, system: 500_000 }),
    memoryUsage: () => ({ rss: 90e6, heapUsed: 20e6, heapTotal: 40e6, external: 5e6 }),
    heapLimit: () => 4e9,
    eventLoop: () => ({ active: 1_500, idle: 8_500 }),
    resources: () => [
      'TCPSocketWrap',
      'TCPSocketWrap',
      'TCPServerWrap',
      'PipeWrap',
      'Timeout',
      'FSReqCallback',
    ],
    uptime: () => 10,
    onGarbageCollection: () => () => undefined,
    ...change,
  };
}
