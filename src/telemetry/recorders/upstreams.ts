import type {
  PoolEvent,
  QueueEvent,
  QueueLeaveReason,
  RetryReason,
  ConnectErrorReason,
  UpstreamEvent,
} from '../../core/events.ts';
import type { AttemptOutcome } from '../../core/outcome.ts';
import type { MetricCatalogue } from '../catalogue.ts';
import type { Counter, Histogram } from '../instruments.ts';
import type { Metrics } from '../metrics.ts';
import { ByName } from './by-name.ts';
import { ByValue } from './by-value.ts';

type HedgeResult = (UpstreamEvent & { type: 'hedge.ended' })['result'];
type QueueRejection = (QueueEvent & { type: 'queue.rejected' })['reason'];

interface UpstreamInstruments {
  readonly poolRequests: Counter;
  readonly attempts: ByValue<AttemptOutcome, Counter>;
  readonly retries: ByValue<RetryReason, Counter>;
  readonly connectErrors: ByValue<ConnectErrorReason, Counter>;
  readonly hedges: ByValue<HedgeResult, Counter>;
  readonly queueRejections: ByValue<QueueRejection, Counter>;
  /** Histograms take many lines each: made when somebody waits. */
  readonly queueWait: ByValue<'waited', Histogram>;
  readonly queuePosition: ByValue<'joined', Histogram>;
  readonly queueLeft: ByValue<QueueLeaveReason, Histogram>;
}

/** Attempts, retries, queue and connections, by upstream. */
export class UpstreamRecorder {
  readonly #upstreams: ByName<UpstreamInstruments>;
  readonly #budgetExhausted: Counter;
  readonly #panics: Counter;
  readonly #created: Counter;
  readonly #reused: Counter;
  readonly #acquire: Histogram;
  readonly #connect: Histogram;

  constructor(metrics: Metrics<MetricCatalogue>) {
    this.#budgetExhausted = metrics.counter('llamascope_retry_budget_exhausted_total').labels({});
    this.#panics = metrics.counter('llamascope_health_panics_total').labels({});
    this.#created = metrics.counter('llamascope_pool_connections_created_total').labels({});
    this.#reused = metrics.counter('llamascope_pool_connections_reused_total').labels({});
    this.#acquire = metrics.histogram('llamascope_pool_acquire_seconds').labels({});
    this.#connect = metrics.histogram('llamascope_pool_connect_seconds').labels({});
    const poolRequests = metrics.counter('connection_pool_requests_total');
    const connectErrors = metrics.counter('llamascope_pool_connect_errors_total');
    const attempts = metrics.counter('llamascope_upstream_attempts_total');
    const retries = metrics.counter('llamascope_retries_total');
    const hedges = metrics.counter('llamascope_hedges_total');
    const rejections = metrics.counter('llamascope_queue_rejections_total');
    const reloads = metrics.counter('llamascope_model_reloads_total');
    const queueWait = metrics.histogram('llamascope_queue_wait_seconds');
    const queuePosition = metrics.histogram('llamascope_queue_position');
    const queueLeft = metrics.histogram('llamascope_queue_left_seconds');
    this.#upstreams = new ByName(
      (upstream) => ({
        poolRequests: poolRequests.labels({ client_name: upstream }),
        attempts: new ByValue((outcome) => attempts.labels({ upstream, outcome })),
        retries: new ByValue((reason) => retries.labels({ upstream, reason })),
        connectErrors: new ByValue((reason) => connectErrors.labels({ client_name: upstream, reason })),
        hedges: new ByValue((result) => hedges.labels({ upstream, result })),
        queueRejections: new ByValue((reason) => rejections.labels({ upstream, reason })),
        queueWait: new ByValue(() => queueWait.labels({ upstream })),
        queuePosition: new ByValue(() => queuePosition.labels({ upstream })),
        queueLeft: new ByValue((reason) => queueLeft.labels({ upstream, reason })),
      }),
      (name) => {
        for (const family of [poolRequests, connectErrors]) family.removeWhere('client_name', name);
        for (const family of [attempts, retries, hedges, rejections]) family.removeWhere('upstream', name);
        reloads.removeWhere('upstream', name);
        for (const family of [queueWait, queuePosition, queueLeft]) family.removeWhere('upstream', name);
      },
    );
  }

  ensure(name: string): void {
    this.#upstreams.ensure(name);
  }

  observe(event: Exclude<UpstreamEvent, { type: 'upstream.health-changed' }> | QueueEvent | PoolEvent): void {
    switch (event.type) {
      case 'pool.request-sent':
        this.#upstreams.at(event.client)?.poolRequests.inc();
        if (event.reused) this.#reused.inc();
        this.#acquire.observe(event.waitMs / 1_000);
        break;
      case 'upstream.attempted':
        this.#upstreams.at(event.upstream)?.attempts.at(event.outcome).inc();
        break;
      case 'queue.waited':
        this.#upstreams
          .at(event.upstream)
          ?.queueWait.at('waited')
          .observe(event.durationMs / 1_000);
        break;
      case 'queue.joined':
        this.#upstreams.at(event.upstream)?.queuePosition.at('joined').observe(event.position);
        break;
      case 'queue.left':
        this.#upstreams
          .at(event.upstream)
          ?.queueLeft.at(event.reason)
          .observe(event.durationMs / 1_000);
        break;
      case 'pool.connected':
        this.#created.inc();
        this.#connect.observe(event.durationMs / 1_000);
        break;
      case 'pool.connect-failed':
        this.#upstreams.at(event.client)?.connectErrors.at(event.reason).inc();
        break;
      case 'queue.rejected':
        this.#upstreams.at(event.upstream)?.queueRejections.at(event.reason).inc();
        break;
      case 'hedge.ended':
        this.#upstreams.at(event.upstream)?.hedges.at(event.result).inc();
        break;
      case 'upstream.retried':
        this.#upstreams.at(event.upstream)?.retries.at(event.reason).inc();
        break;
      case 'health.panic-changed':
        if (event.active) this.#panics.inc();
        break;
      case 'retry.budget-exhausted':
        this.#budgetExhausted.inc();
        break;
      case 'upstream.added':
        this.#upstreams.added(event.upstream);
        break;
      case 'upstream.removed':
        this.#upstreams.removed(event.upstream);
        break;
    }
  }
}
