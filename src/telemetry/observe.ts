/**
 * Events to instruments: the single subscriber between what happens and what is measured. Every event type is
 * handled; an unknown one does not compile. Recording never throws and never waits. A miss with all its events
 * costs a few hundred nanoseconds (`bench/micro/metrics.ts`), because instruments are resolved beforehand, so
 * that an event means a `Map.get` by name and an addition.
 */
import {
  WORKER_ENDS,
  type CacheEvent,
  type GatewayEvent,
  type SystemEvent,
  type UpstreamEvent,
  type WorkerEnd,
} from '../core/events.ts';
import type { ModelEvent } from '../core/model-event.ts';
import type { StateReader } from '../core/state.ts';
import type { Clock } from '../runtime/clock.ts';
import type { MetricCatalogue, MetricLabels } from './catalogue.ts';
import type { GaugeFamily } from './families.ts';
import type { Counter, Gauge } from './instruments.ts';
import type { Metrics } from './metrics.ts';
import { BreakerRecorder } from './recorders/breakers.ts';
import { ByValue } from './recorders/by-value.ts';
import { CacheStoreRecorder } from './recorders/cache-store.ts';
import { CacheRecorder } from './recorders/cache.ts';
import { ModelRecorder } from './recorders/models.ts';
import { RequestRecorder } from './recorders/requests.ts';
import { UpstreamRecorder } from './recorders/upstreams.ts';

type Serialised = ModelEvent & { readonly type: 'model.serialised' };
type HealthChanged = UpstreamEvent & { readonly type: 'upstream.health-changed' };

export class Observer {
  readonly #requests: RequestRecorder;
  readonly #cache: CacheRecorder;
  readonly #cacheStore: CacheStoreRecorder;
  readonly #breakers: BreakerRecorder;
  readonly #upstreams: UpstreamRecorder;
  readonly #reloads: ByValue<'applied' | 'rejected', Counter>;
  readonly #lastReload: Gauge;
  readonly #operations: ByValue<string, Counter>;
  readonly #workers: GaugeFamily<MetricLabels<'llamascope_workers'>>;
  readonly #workerExits: ByValue<WorkerEnd, Counter>;
  readonly #subscriberFailures: Counter;

  constructor(metrics: Metrics<MetricCatalogue>, state: StateReader, clock: Clock) {
    this.#requests = new RequestRecorder(metrics, new ModelRecorder(metrics, () => state.upstreams(), clock));
    this.#cache = new CacheRecorder(metrics);
    this.#cacheStore = new CacheStoreRecorder(metrics);
    this.#breakers = new BreakerRecorder(metrics);
    this.#upstreams = new UpstreamRecorder(metrics);
    const reloads = metrics.counter('llamascope_config_reloads_total');
    this.#reloads = new ByValue((result) => reloads.labels({ result }));
    this.#lastReload = metrics.gauge('llamascope_config_last_reload_timestamp_seconds').labels({});
    this.#lastReload.set(clock.wallMs() / 1_000);
    const operations = metrics.counter('llamascope_operations_total');
    this.#operations = new ByValue((action) => operations.labels({ action }));
    this.#workers = metrics.gauge('llamascope_workers');
    const exits = metrics.counter('llamascope_worker_exits_total');
    this.#workerExits = new ByValue((reason) => exits.labels({ reason }));
    this.#subscriberFailures = metrics.counter('llamascope_subscriber_failures_total').labels({});
  }

  /** A breaker that the state lists has its counters, even if it was added before anybody listened. */
  ensureBreaker(name: string): void {
    this.#breakers.ensure(name);
  }

  ensureUpstream(name: string): void {
    this.#upstreams.ensure(name);
  }

  observe(event: GatewayEvent): void {
    switch (event.type) {
      case 'request.started':
      case 'request.finished':
      case 'request.unmatched':
      case 'request.coalesced':
      case 'client.aborted':
      case 'model.fell-back':
      case 'model.reloaded':
        this.#requests.observe(event);
        break;
      case 'breaker.settled':
      case 'breaker.ignored':
      case 'breaker.rejected':
      case 'breaker.transitioned':
      case 'breaker.added':
      case 'breaker.removed':
        this.#breakers.observe(event);
        break;
      case 'upstream.attempted':
      case 'upstream.added':
      case 'upstream.removed':
      case 'upstream.retried':
      case 'health.panic-changed':
      case 'retry.budget-exhausted':
      case 'hedge.ended':
      case 'queue.joined':
      case 'queue.left':
      case 'queue.waited':
      case 'queue.rejected':
      case 'pool.request-sent':
      case 'pool.connected':
      case 'pool.connect-failed':
        this.#upstreams.observe(event);
        break;
      default:
        this.#observeRest(event);
    }
  }

  #observeRest(event: CacheEvent | SystemEvent | HealthChanged | Serialised): void {
    switch (event.type) {
      case 'cache.looked-up':
      case 'cache.labelled':
      case 'cache.embedded':
      case 'cache.vetoed':
      case 'cache.searched':
      case 'cache.opinion':
      case 'cache.stored':
      case 'cache.evicted':
      case 'cache.saved':
        this.#cache.observe(event);
        break;
      case 'cache.store-failed':
      case 'cache.store-wrote':
      case 'cache.restored':
      case 'cache.replicated':
        this.#cacheStore.observe(event);
        break;
      case 'cache.store-changed':
      case 'cache.purged':
      case 'upstream.health-changed':
      case 'model.serialised':
        // For the log: the gauge is read from the state at the scrape.
        break;
      case 'config.reloaded':
      case 'operation.performed':
      case 'subscriber.failed':
      case 'worker.ended':
      case 'workers.changed':
        this.#ofItself(event);
        break;
      default:
        // Compiles only while every event type is handled above. An unknown one at run time is let pass.
        event satisfies never;
    }
  }

  #ofItself(event: SystemEvent): void {
    if (event.type === 'config.reloaded') {
      this.#reloads.at(event.result).inc();
      if (event.result === 'applied') this.#lastReload.set(event.at / 1_000);
    } else if (event.type === 'operation.performed') this.#operations.at(event.action).inc();
    else if (event.type === 'worker.ended') this.#workerExits.at(event.reason).inc();
    else if (event.type === 'workers.changed') this.#countWorkers(event);
    else this.#subscriberFailures.inc();
  }
  #countWorkers({ ready, wanted }: SystemEvent & { type: 'workers.changed' }): void {
    this.#workers.labels({ state: 'ready' }).set(ready);
    this.#workers.labels({ state: 'wanted' }).set(wanted);
    // Both from the start, so that the first crash is an increase.
    for (const reason of WORKER_ENDS) this.#workerExits.at(reason);
  }
}
