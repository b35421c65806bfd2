/**
 * What a worker tells of itself: a report a few times a second, and one whenever it is asked. Events that only people
 * and the primary want to hear of wait for the next report; everything that is counted comes as sums.
 */
import { CATALOGUE } from '../telemetry/catalogue.ts';
import { DeltaReader } from '../telemetry/deltas.ts';
import { nodeProcess } from '../telemetry/process.ts';
import type { GatewayEvent } from '../core/events.ts';
import type { Parts } from '../gateway/parts.ts';
import { refusalOf } from '../live/log-sentences.ts';
import type { ProcessFigures, ToldEvent, WorkerReport, WorkerState } from './messages.ts';

/** Events about single requests that a report holds; beyond, the page hears of fewer than the counters count. */
const MOST_OF_REQUESTS = 2_000;

/** What the primary counts itself: it happens once for all workers, or is read of all of them together. */
const COUNTED_BY_PRIMARY: ReadonlySet<string> = new Set([
  'scrape',
  'live',
  'config.reloaded',
  'operation.performed',
  'breaker.transitioned',
  'health.panic-changed',
  'cache.evicted',
  'cache.store-failed',
  'cache.store-wrote',
  'cache.restored',
  'cache.replicated',
]);

/** Rare, and each of them says how something is from now on: none gets lost. */
const TOLD: ReadonlySet<GatewayEvent['type']> = new Set([
  'breaker.added',
  'breaker.removed',
  'breaker.transitioned',
  'upstream.added',
  'upstream.removed',
  'upstream.health-changed',
  'health.panic-changed',
  'model.serialised',
]);

export interface ReporterOptions {
  /** Of the contract metrics. */
  readonly prefix: string;
  readonly showText: boolean;
  /** Open ones, of clients. */
  readonly connections: () => number;
}

export class Reporter {
  readonly #parts: Parts;
  readonly #showText: boolean;
  readonly #connections: () => number;
  readonly #deltas: DeltaReader;
  #events: ToldEvent[] = [];
  #ofRequests = 0;
  #asked = false;
  #following = false;

  constructor(parts: Parts, options: ReporterOptions) {
    this.#parts = parts;
    this.#showText = options.showText;
    this.#connections = options.connections;
    const own = countedByWorkers(options.prefix);
    this.#deltas = new DeltaReader(parts.telemetry.metrics?.families ?? [], (name) => own.has(name));
    for (const { name } of parts.upstreams.snapshots())
      this.#keep({ event: { type: 'upstream.added', upstream: name } });
    for (const { name, lastStateChangeAt: at } of parts.upstreams.breakers())
      this.#keep({ event: { type: 'breaker.added', breaker: name, at } });
    parts.bus.subscribe((event) => {
      this.#hear(event);
    });
  }

  /** Runs what the primary told it to do: events of it are marked. */
  following(work: () => void): void {
    this.#following = true;
    try {
      work();
    } finally {
      this.#following = false;
    }
  }

  take(): WorkerReport {
    const { embedderProblem } = this.#parts.facts();
    const events = this.#events;
    this.#events = [];
    this.#ofRequests = 0;
    return {
      state: stateOf(this.#parts),
      process: processFigures(),
      metrics: this.#deltas.take(),
      connections: this.#connections(),
      inFlight: inFlightOf(this.#parts),
      events,
      embedderProblem,
    };
  }

  #hear(event: GatewayEvent): void {
    if (event.type === 'request.finished') {
      // That somebody has asked something at all is news once.
      if (!this.#asked) this.#keep({ event });
      this.#asked = true;
    } else if (event.type === 'breaker.transitioned') {
      const { retryAfterMs = null } = this.#parts.upstreams.breaker(event.breaker)?.snapshot() ?? {};
      this.#keep({ event, openMs: retryAfterMs, followed: this.#following });
    } else if (event.type === 'cache.looked-up') this.#hearHit(event);
    else if (TOLD.has(event.type)) this.#keep({ event });
    else if (refusalOf(event) !== null) this.#keepOfRequest({ event });
  }

  #hearHit(event: GatewayEvent & { type: 'cache.looked-up' }): void {
    const { match } = event;
    if (match === null) return;
    const { entryId, request, model } = match;
    // A function cannot travel: what it answers does, where it may.
    const told = { ...event, match: { entryId, request, model } } as unknown as GatewayEvent;
    this.#keepOfRequest({ event: told, texts: this.#showText ? match.texts() : null });
  }

  #keep(told: ToldEvent): void {
    this.#events.push(told);
  }

  #keepOfRequest(told: ToldEvent): void {
    this.#ofRequests += 1;
    if (this.#ofRequests <= MOST_OF_REQUESTS) this.#keep(told);
  }
}

/** Full names of the families that are summed over the workers. */
function countedByWorkers(prefix: string): ReadonlySet<string> {
  const names = Object.entries(CATALOGUE).flatMap(([name, definition]) => {
    const { type, fedBy } = definition;
    const process = type === 'counter' && fedBy.some((feed) => feed === 'process');
    if (process || fedBy.some((feed) => COUNTED_BY_PRIMARY.has(feed))) return [];
    return [('prefixable' in definition ? prefix : '') + name];
  });
  return new Set(names);
}

function stateOf({ state }: Parts): WorkerState {
  return {
    breakers: state.breakers(),
    pools: state.pools(),
    queues: state.queues(),
    upstreams: state.upstreams(),
    cache: state.cache(),
  };
}

function processFigures(): ProcessFigures {
  const source = nodeProcess;
  return {
    cpu: source.cpuUsage(),
    memory: source.memoryUsage(),
    heapLimit: source.heapLimit(),
    eventLoop: source.eventLoop(),
    resources: source.resources(),
  };
}

function inFlightOf({ telemetry }: Parts): WorkerReport['inFlight'] {
  const family = telemetry.metrics?.gauge('llamascope_inflight_requests');
  return [...(family?.series() ?? [])].map(({ labels, instrument }) => [
    labels['endpoint'] ?? '',
    instrument.value(),
  ]);
}
