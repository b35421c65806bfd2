import type { CoalescedKind, RequestEvent } from '../../core/events.ts';
import type { ModelEvent } from '../../core/model-event.ts';
import { REQUEST_OUTCOMES, type RequestOutcome } from '../../core/outcome.ts';
import { ENDPOINTS, type Endpoint } from '../../core/route.ts';
import type { MetricCatalogue } from '../catalogue.ts';
import type { Counter, Gauge, Histogram } from '../instruments.ts';
import type { Metrics } from '../metrics.ts';
import { ByValue } from './by-value.ts';
import type { ModelInstruments, ModelRecorder } from './models.ts';

type Finished = RequestEvent & { type: 'request.finished' };

interface EndpointInstruments {
  readonly inFlight: Gauge;
  readonly outcomes: ReadonlyMap<RequestOutcome, Counter>;
  readonly durations: ByValue<'upstream' | 'cache', Histogram>;
}

/** What clients experience, and from the same event what the models did. */
export class RequestRecorder {
  readonly #models: ModelRecorder;
  readonly #endpoints: ByValue<Endpoint, EndpointInstruments>;
  readonly #overhead: ByValue<'hit' | 'miss', Histogram>;
  readonly #aborts: ByValue<'waiting' | 'streaming', Counter>;
  readonly #coalesced: ByValue<CoalescedKind, Counter>;
  readonly #unmatched: Counter;

  constructor(metrics: Metrics<MetricCatalogue>, models: ModelRecorder) {
    this.#models = models;
    const requests = metrics.counter('llamascope_requests_total');
    const counted = new Map(
      ENDPOINTS.map((endpoint) => [
        endpoint,
        new Map(REQUEST_OUTCOMES.map((outcome) => [outcome, requests.labels({ endpoint, outcome })])),
      ]),
    );
    const inFlight = metrics.gauge('llamascope_inflight_requests');
    const durations = metrics.histogram('llamascope_request_duration_seconds');
    this.#endpoints = new ByValue((endpoint) => ({
      inFlight: inFlight.labels({ endpoint }),
      outcomes: counted.get(endpoint) ?? new Map<RequestOutcome, Counter>(),
      durations: new ByValue((served) => durations.labels({ endpoint, served })),
    }));
    const overhead = metrics.histogram('llamascope_overhead_seconds');
    this.#overhead = new ByValue((path) => overhead.labels({ path }));
    const aborts = metrics.counter('llamascope_client_aborts_total');
    this.#aborts = new ByValue((phase) => aborts.labels({ phase }));
    const coalesced = metrics.counter('llamascope_coalesced_requests_total');
    this.#coalesced = new ByValue((kind) => coalesced.labels({ kind }));
    this.#unmatched = metrics.counter('llamascope_unmatched_requests_total').labels({});
  }

  observe(event: RequestEvent | Exclude<ModelEvent, { type: 'model.serialised' }>): void {
    switch (event.type) {
      case 'request.started':
        this.#endpoints.at(event.endpoint).inFlight.inc();
        break;
      case 'request.finished':
        this.#finished(event);
        break;
      case 'request.coalesced':
        this.#coalesced.at(event.kind).inc();
        break;
      case 'client.aborted':
        this.#aborts.at(event.phase).inc();
        break;
      case 'request.unmatched':
        this.#unmatched.inc();
        break;
      case 'model.fell-back':
        this.#models.at(event.from).fallbacks.at(event.reason).inc();
        break;
      case 'model.reloaded':
        this.#models.at(event.model).reloaded(event.upstream);
        break;
    }
  }

  #finished(event: Finished): void {
    const endpoint = this.#endpoints.at(event.endpoint);
    endpoint.inFlight.dec();
    endpoint.outcomes.get(event.outcome)?.inc();
    const { served } = event;
    if (served === 'none') return;
    endpoint.durations.at(served).observe(event.durationMs / 1_000);
    if (event.overheadMs !== null) {
      this.#overhead.at(served === 'cache' ? 'hit' : 'miss').observe(event.overheadMs / 1_000);
    }
    // A replay costs no model anything: its tokens and times were counted when the answer was made.
    if (served === 'upstream') this.#served(event);
  }

  /** Looks the model up only if there is something to say: `GET`s have none. */
  #served(event: Finished): void {
    const { usage, times, ttftMs } = event;
    const firstTokenMs = event.streamed ? ttftMs : null;
    if (usage === null && times === null && firstTokenMs === null) return;
    const model = this.#models.at(event.model);
    if (firstTokenMs !== null) {
      model.firstToken.observe(firstTokenMs / 1_000);
      // Unfinished streams are out: their token count, if any, does not belong to their duration.
      if (usage !== null && usage.completionTokens > 1 && event.outcome === 'ok') {
        const seconds = (event.durationMs - firstTokenMs) / 1_000;
        model.perToken.observe(seconds / (usage.completionTokens - 1));
      }
    }
    if (usage !== null) {
      model.tokens.input.add(usage.promptTokens);
      model.tokens.output.add(usage.completionTokens);
    }
    if (times !== null) observeTimes(model, times);
  }
}

/** Upstreams leave a time out when it is zero, so zero means not reported. */
function observeTimes(model: ModelInstruments, times: NonNullable<Finished['times']>): void {
  if (times.loadNs > 0) model.load.observe(times.loadNs / 1e9);
  if (times.promptEvalNs > 0) model.prefill.observe(times.promptEvalNs / 1e9);
  if (times.evalNs > 0) model.decode.observe(times.evalNs / 1e9);
}
