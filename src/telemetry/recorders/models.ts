import { FALLBACK_REASONS, type FallbackReason } from '../../core/outcome.ts';
import type { UpstreamSnapshot } from '../../core/state.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { MetricCatalogue } from '../catalogue.ts';
import type { Counter, Histogram } from '../instruments.ts';
import type { Metrics } from '../metrics.ts';
import { ByValue } from './by-value.ts';

/** One model's instruments, each made when it is first needed: an embedding model never has a token pace. */
export class ModelInstruments {
  readonly #metrics: Metrics<MetricCatalogue>;
  readonly #model: string;
  #firstToken: Histogram | null = null;
  #perToken: Histogram | null = null;
  #load: Histogram | null = null;
  #prefill: Histogram | null = null;
  #decode: Histogram | null = null;
  #fallbacks: ByValue<FallbackReason, Counter> | null = null;
  #tokens: { readonly input: Counter; readonly output: Counter } | null = null;

  constructor(metrics: Metrics<MetricCatalogue>, model: string) {
    this.#metrics = metrics;
    this.#model = model;
  }

  get firstToken(): Histogram {
    return (this.#firstToken ??= this.#histogram('llamascope_time_to_first_token_seconds'));
  }

  get perToken(): Histogram {
    return (this.#perToken ??= this.#histogram('llamascope_time_per_output_token_seconds'));
  }

  get load(): Histogram {
    return (this.#load ??= this.#histogram('llamascope_model_load_seconds'));
  }

  get prefill(): Histogram {
    return (this.#prefill ??= this.#histogram('llamascope_prefill_seconds'));
  }

  get decode(): Histogram {
    return (this.#decode ??= this.#histogram('llamascope_decode_seconds'));
  }

  get fallbacks(): ByValue<FallbackReason, Counter> {
    if (this.#fallbacks === null) {
      const family = this.#metrics.counter('llamascope_model_fallbacks_total');
      const model = this.#model;
      this.#fallbacks = new ByValue((reason) => family.labels({ model, reason }));
    }
    return this.#fallbacks;
  }

  /** Rare, and the series of an upstream go when it does: nothing is kept here. */
  reloaded(upstream: string): void {
    this.#metrics.counter('llamascope_model_reloads_total').labels({ upstream, model: this.#model }).inc();
  }

  get tokens(): { readonly input: Counter; readonly output: Counter } {
    if (this.#tokens === null) {
      const family = this.#metrics.counter('llamascope_tokens_total');
      const model = this.#model;
      this.#tokens = {
        input: family.labels({ model, direction: 'input' }),
        output: family.labels({ model, direction: 'output' }),
      };
    }
    return this.#tokens;
  }

  #histogram(
    name:
      | 'llamascope_time_to_first_token_seconds'
      | 'llamascope_time_per_output_token_seconds'
      | 'llamascope_model_load_seconds'
      | 'llamascope_prefill_seconds'
      | 'llamascope_decode_seconds',
  ): Histogram {
    return this.#metrics.histogram(name).labels({ model: this.#model });
  }
}

/** The label of models that no upstream has, and of those beyond the cap. */
export const OTHER_MODEL = 'other';

/** The most series that a counter has per model: those of the fallbacks, one per reason. */
const COUNTER_SERIES = FALLBACK_REASONS.length;

/** A client that invents model names makes us look at the upstreams' lists this often, not at each request. */
const REFRESH_MS = 1_000;

/**
 * Instruments by model. A client writes the model's name, so the label is that name only if an upstream has such a
 * model (or has it as `name:latest`, which is what Ollama takes a bare name for), and `other` if not. Nothing
 * is remembered about unknown names, so inventing them costs no memory.
 */
export class ModelRecorder {
  readonly #metrics: Metrics<MetricCatalogue>;
  readonly #upstreams: () => readonly UpstreamSnapshot[];
  readonly #clock: Clock;
  readonly #maxModels: number;
  readonly #byLabel = new Map<string, ModelInstruments>();
  /** By name as clients write it: known models and their short forms only. */
  readonly #byName = new Map<string, ModelInstruments>();
  readonly #folded = new Set<string>();
  #known: ReadonlySet<string> = new Set();
  #refreshAt = -Infinity;

  constructor(metrics: Metrics<MetricCatalogue>, upstreams: () => readonly UpstreamSnapshot[], clock: Clock) {
    this.#metrics = metrics;
    this.#upstreams = upstreams;
    this.#clock = clock;
    this.#maxModels = this.#modelsWithinCaps();
  }

  at(model: string | null): ModelInstruments {
    if (model === null) return this.#labelled(OTHER_MODEL);
    const known = this.#byName.get(model);
    if (known !== undefined) return known;
    const label = this.#labelOf(model);
    const instruments = this.#labelled(label);
    if (label !== OTHER_MODEL) this.#byName.set(model, instruments);
    return instruments;
  }

  #labelOf(model: string): string {
    const label = this.#knownAs(model);
    if (label === null) return OTHER_MODEL;
    if (this.#byLabel.has(label)) return label;
    const named = this.#byLabel.size - (this.#byLabel.has(OTHER_MODEL) ? 1 : 0);
    if (named < this.#maxModels) return label;
    this.#fold(label);
    return OTHER_MODEL;
  }

  #knownAs(model: string): string | null {
    const find = (): string | null => {
      if (this.#known.has(model)) return model;
      return this.#known.has(`${model}:latest`) ? `${model}:latest` : null;
    };
    const found = find();
    if (found !== null || this.#clock.now() < this.#refreshAt) return found;
    this.#refreshAt = this.#clock.now() + REFRESH_MS;
    try {
      this.#known = new Set(this.#upstreams().flatMap((upstream) => upstream.models));
    } catch {
      // The scrape reads the same state and counts its failures; until it recovers, new models are `other`.
      return null;
    }
    return find();
  }

  /** As many as fit beside `other` in the family that needs the most lines for one. */
  #modelsWithinCaps(): number {
    let fits = Infinity;
    for (const family of this.#metrics.families) {
      if (!family.labelNames.includes('model')) continue;
      const lines = family.type === 'counter' ? COUNTER_SERIES : family.linesPerSeries;
      fits = Math.min(fits, Math.floor(family.budget.max / lines) - 1);
    }
    return fits;
  }

  /** Said once per model and family in `llamascope_metric_series_dropped_total`. */
  #fold(label: string): void {
    if (this.#folded.has(label)) return;
    this.#folded.add(label);
    for (const family of this.#metrics.families) {
      if (family.labelNames.includes('model')) family.budget.drop();
    }
  }

  #labelled(model: string): ModelInstruments {
    const made = this.#byLabel.get(model);
    if (made !== undefined) return made;
    const instruments = new ModelInstruments(this.#metrics, model);
    this.#byLabel.set(model, instruments);
    return instruments;
  }
}
