/**
 * The endurance run: mixed load with faults, aborts, scrapes and readers of the live page, for long. Every half minute the
 * gateway's garbage is collected and its memory and open handles are read. What must hold is in `verdicts`: memory that
 * does not grow, handles that do not grow, and a latency that does not drift.
 */
import { get, type ClientRequest } from 'node:http';
import type { FaultRule } from '../../src/simulator/index.ts';
import { startFleet, type Fleet } from '../fleet.ts';
import { scrape, sum } from '../watch.ts';
import { MixedLoad, type Ended, type Kind } from './load.ts';

export interface EnduranceOptions {
  readonly minutes: number;
  /** The same load before the run begins, minutes: until what fills by design (the page's finest history, 15 min) is full. */
  readonly warmUp: number;
  readonly perSecond: number;
  /** Readers of the live page's stream, each reconnecting once a minute. */
  readonly viewers: number;
  readonly seed: number;
  /** Between two measurements of memory. */
  readonly everyMs: number;
}

/** What the gateway held at one moment, its garbage collected. */
export interface Held {
  /** Minutes since the load began. */
  readonly minute: number;
  readonly rssMb: number;
  readonly heapMb: number;
  /** Of the resident memory, the history behind the live page: it fills for 48 hours, up to its bound. */
  readonly historyMb: number;
  /** Sockets, timers and requests that keep the event loop alive: the fewest of some readings, which leaves out what runs just then. */
  readonly handles: number;
}

export interface Verdict {
  readonly what: string;
  readonly holds: boolean;
  readonly figures: string;
}

export interface EnduranceReport {
  readonly options: EnduranceOptions;
  readonly verdicts: readonly Verdict[];
  readonly held: readonly Held[];
  readonly kinds: readonly KindReport[];
}

export interface KindReport {
  readonly kind: Kind;
  readonly requests: number;
  /** Share answered with a status below 400. */
  readonly ok: number;
  /** Milliseconds: the 50th and the 99th percentile of each third of the run. */
  readonly p50: readonly number[];
  readonly p99: readonly number[];
}

const MB = 1e6;
const HANDLE_READINGS = 10;
const HANDLE_READINGS_MS = 100;
const SCRAPE_MS = 5_000;
const RECONNECT_MS = 60_000;
const THIRDS = 3;

/** The same mild illness from beginning to end, so that the thirds of the run can be compared. */
const FAULTS: readonly FaultRule[] = [
  { fault: 'status', status: 500, rate: 0.03 },
  { fault: 'reset', rate: 0.02, afterItems: 0 },
  { fault: 'truncate', rate: 0.01, afterItems: 3 },
  { fault: 'error-in-stream', rate: 0.01, afterItems: 3 },
  { fault: 'delay', rate: 0.05, delayMs: 200 },
];
/** Small enough to be full, and evicting, long before memory is judged. */
const CONFIGURATION = {
  cache: { mode: 'on', maxEntries: 1_000, embedder: 'builtin' },
  probe: { intervalMs: 1_000, timeoutMs: 500 },
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export async function endure(options: EnduranceOptions): Promise<EnduranceReport> {
  await using fleet = await startFleet({
    parallel: 64,
    tokensPerSecond: 400,
    configuration: CONFIGURATION,
  });
  await Promise.all(
    fleet.upstreams.map((one, index) =>
      one.setFaults({ seed: options.seed + index, rules: FAULTS, draw: 'request' }),
    ),
  );
  const load = new MixedLoad(fleet.url, options.perSecond, options.seed);
  const stop = new AbortController();
  const beside = [scrapes(fleet, stop.signal), viewers(fleet, options.viewers, stop.signal)];
  try {
    const before = new MixedLoad(fleet.url, options.perSecond, options.seed + 1);
    await before.run(options.warmUp * 60_000);
    await before.close();
    const ms = options.minutes * 60_000;
    const from = performance.now();
    const held: Held[] = [];
    const running = load.run(ms);
    while (performance.now() - from < ms) {
      await pause(Math.min(options.everyMs, Math.max(1, from + ms - performance.now())));
      held.push(await measure(fleet, (performance.now() - from) / 60_000));
    }
    await running;
    const thirds = ms / THIRDS;
    return {
      options,
      held,
      kinds: kindsOf(load.ended, thirds),
      verdicts: [
        ...judgeMemory(held, options),
        judgeHandles(held, options),
        judgeLatency(load.ended, thirds),
        await judgeSums(fleet, before.started + load.started),
      ],
    };
  } finally {
    stop.abort();
    await load.close();
    await Promise.all(beside);
  }
}

async function scrapes(fleet: Fleet, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await fetch(`${fleet.url}/metrics`).then((response) => response.arrayBuffer());
    await until(signal, SCRAPE_MS);
  }
}

async function viewers(fleet: Fleet, count: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const readers = Array.from({ length: count }, () => reader(fleet.url));
    await until(signal, RECONNECT_MS);
    for (const one of readers) one.destroy();
  }
}

function reader(url: string): ClientRequest {
  const asked = get(`${url}/dashboard/api/stream`, { agent: false }, (response) => {
    response.on('error', () => undefined).resume();
  });
  return asked.on('error', () => undefined);
}

function until(signal: AbortSignal, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

async function measure(fleet: Fleet, minute: number): Promise<Held> {
  await fleet.collectGarbage();
  const samples = await scrape(fleet.url);
  let handles = Infinity;
  for (let reading = 0; reading < HANDLE_READINGS; reading += 1) {
    handles = Math.min(handles, sum(await scrape(fleet.url), 'llamascope_open_handles'));
    await pause(HANDLE_READINGS_MS);
  }
  return {
    minute,
    rssMb: sum(samples, 'llamascope_resident_memory_bytes') / MB,
    heapMb: sum(samples, 'llamascope_heap_bytes', { state: 'used' }) / MB,
    historyMb: sum(samples, 'llamascope_live_history_bytes') / MB,
    handles,
  };
}

/** Least-squares growth per ten minutes. */
export function growth(points: readonly (readonly [minute: number, value: number])[]): number {
  const n = points.length;
  const meanX = points.reduce((total, [x]) => total + x, 0) / n;
  const meanY = points.reduce((total, [, y]) => total + y, 0) / n;
  const covariance = points.reduce((total, [x, y]) => total + (x - meanX) * (y - meanY), 0);
  const variance = points.reduce((total, [x]) => total + (x - meanX) ** 2, 0);
  return variance === 0 ? 0 : (covariance / variance) * 10;
}

/** The part of the run that is judged: its last two thirds. */
function judged(held: readonly Held[], { minutes }: EnduranceOptions): readonly Held[] {
  return held.filter(({ minute }) => minute >= minutes / THIRDS);
}

function judgeMemory(held: readonly Held[], options: EnduranceOptions): readonly Verdict[] {
  const last = judged(held, options);
  return (
    [
      ['resident memory', 'rssMb'],
      ['heap in use', 'heapMb'],
    ] as const
  ).map(([name, key]) => {
    const per = growth(last.map((one) => [one.minute, one[key]]));
    return {
      what: `${name}, garbage collected: less than 1 MB more per 10 minutes over the last two thirds`,
      holds: per < 1,
      figures: `${per.toFixed(2)} MB per 10 minutes; ${last[0]?.[key].toFixed(1) ?? ''} MB → ${last.at(-1)?.[key].toFixed(1) ?? ''} MB`,
    };
  });
}

function judgeHandles(held: readonly Held[], options: EnduranceOptions): Verdict {
  const last = judged(held, options);
  const per = growth(last.map((one) => [one.minute, one.handles]));
  const most = Math.max(...last.map(({ handles }) => handles));
  return {
    what: 'open handles: no growth over the last two thirds (less than a twentieth of their number per 10 minutes)',
    holds: per < Math.max(1, most / 20),
    figures: `${per.toFixed(2)} per 10 minutes; ${last[0]?.handles ?? ''} → ${last.at(-1)?.handles ?? ''}, at most ${most}`,
  };
}

function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? NaN;
}

/** Of those that got an answer, in each third of the run. */
function inThirds(ended: readonly Ended[], third: number): readonly (readonly number[])[] {
  return Array.from({ length: THIRDS }, (_, index) =>
    ended
      .filter(({ at, status }) => status !== 0 && Math.min(THIRDS - 1, Math.floor(at / third)) === index)
      .map(({ took }) => took)
      .sort((a, b) => a - b),
  );
}

function judgeLatency(ended: readonly Ended[], third: number): Verdict {
  const p99 = inThirds(ended, third).map((took) => quantile(took, 0.99));
  const [first = NaN, , last = NaN] = p99;
  return {
    what: '99th percentile of the last third at most 1.2 times that of the first',
    holds: last <= first * 1.2,
    figures: `${p99.map((ms) => `${ms.toFixed(0)} ms`).join(', ')}: ${(last / first).toFixed(2)}×`,
  };
}

async function judgeSums(fleet: Fleet, started: number): Promise<Verdict> {
  const counted = sum(await scrape(fleet.url), 'llamascope_requests_total');
  return {
    what: 'every request is counted, once',
    holds: counted === started,
    figures: `${started} = ${counted}`,
  };
}

function kindsOf(ended: readonly Ended[], third: number): readonly KindReport[] {
  const kinds = [...new Set(ended.map(({ kind }) => kind))].sort();
  return kinds.map((kind) => {
    const own = ended.filter((one) => one.kind === kind);
    const thirds = inThirds(own, third);
    return {
      kind,
      requests: own.length,
      ok: own.filter(({ status }) => status > 0 && status < 400).length / own.length,
      p50: thirds.map((took) => quantile(took, 0.5)),
      p99: thirds.map((took) => quantile(took, 0.99)),
    };
  });
}
