import type { GatewayEvent } from '../../core/events.ts';
import {
  COALESCED_KINDS,
  CONNECT_ERROR_REASONS,
  IGNORE_REASONS,
  QUEUE_LEAVE_REASONS,
  RETRY_REASONS,
  VETO_REASONS,
  WORKER_ENDS,
} from '../../core/events.ts';
import { BREAKER_STATES } from '../../core/breaker-state.ts';
import { ATTEMPT_OUTCOMES, FALLBACK_REASONS, REQUEST_OUTCOMES } from '../../core/outcome.ts';
import { ENDPOINTS } from '../../core/route.ts';
import type { StateReader } from '../../core/state.ts';

/**
 * The form of a catalogue entry. Entries are plain literals, so that names, labels and label values are
 * types: an undeclared metric, label or value does not compile, here and in everything built on it.
 */
export type MetricType = 'counter' | 'gauge' | 'histogram';

/** Base units only. Null: a count, a state or an information. */
export type Unit = 'seconds' | 'bytes' | 'ratio' | null;

/** How the values of several worker processes become one. `last`: they are the same, any one will do. */
export type Aggregate = 'sum' | 'max' | 'last';

/** What a metric is fed by: an event, a part of the state read at scrape, the process, the scrape itself or the live page. */
export type Feed = GatewayEvent['type'] | `state.${keyof StateReader}` | 'process' | 'scrape' | 'live';

/** Value sets that several metrics share, or that belong to the core vocabulary. */
export const CLOSED_LABELS: {
  readonly endpoint: typeof ENDPOINTS;
  readonly breaker_state: typeof BREAKER_STATES;
  readonly request_outcome: typeof REQUEST_OUTCOMES;
  readonly attempt_outcome: typeof ATTEMPT_OUTCOMES;
  readonly ignore_reason: typeof IGNORE_REASONS;
  readonly retry_reason: typeof RETRY_REASONS;
  readonly connect_error_reason: typeof CONNECT_ERROR_REASONS;
  readonly veto_reason: typeof VETO_REASONS;
  readonly fallback_reason: typeof FALLBACK_REASONS;
  readonly queue_leave_reason: typeof QUEUE_LEAVE_REASONS;
  readonly coalesced_kind: typeof COALESCED_KINDS;
  readonly worker_end: typeof WORKER_ENDS;
} = {
  endpoint: ENDPOINTS,
  breaker_state: BREAKER_STATES,
  request_outcome: REQUEST_OUTCOMES,
  attempt_outcome: ATTEMPT_OUTCOMES,
  ignore_reason: IGNORE_REASONS,
  retry_reason: RETRY_REASONS,
  connect_error_reason: CONNECT_ERROR_REASONS,
  veto_reason: VETO_REASONS,
  fallback_reason: FALLBACK_REASONS,
  queue_leave_reason: QUEUE_LEAVE_REASONS,
  coalesced_kind: COALESCED_KINDS,
  worker_end: WORKER_ENDS,
};

/** Labels whose values are not listed here, each with what bounds their number. */
export const OPEN_LABELS = {
  breaker: 'an upstream name, or `upstream/model`',
  upstream: 'the configured or detected upstream names',
  model: 'models that an upstream has, or `other`',
  operation: 'the changing routes of the operations plane',
  family: 'the metric names of this catalogue',
  version: 'one value per process',
  any: 'bounded by the caller, and by the cap per family',
} as const;

type ClosedLabel = keyof typeof CLOSED_LABELS;
type OpenLabel = keyof typeof OPEN_LABELS;
/** A shared value set by name, an open label by what bounds it, or the values themselves. */
export type LabelSpec = ClosedLabel | OpenLabel | readonly string[];

/** Upper bounds of histogram buckets, in base units. `+Inf` is implied. */
export const BUCKETS = {
  /** Whole answers and their first token: from a cache hit to a cold 70B model. */
  answer: [0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300],
  /** Parts of an answer's time as the model server reports them. */
  serving: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300],
  /** Time per output token: 1000 tokens/s to one token in two seconds. */
  token: [0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2],
  /** Work of our own that should take microseconds. */
  work: [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
  /** Waits for a turn, a socket or a connection. */
  wait: [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
  /** Turns in a queue. */
  position: [1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1_000],
  /** Pauses of the event loop. */
  pause: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
  /** Cosines: fine where thresholds are set. */
  cosine: [0.3, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.925, 0.95, 0.97, 0.98, 0.99, 1],
} as const;
export type BucketSet = keyof typeof BUCKETS;

/** What an instrument needs to know of a metric. */
export interface MetricShape {
  readonly type: MetricType;
  readonly help: string;
  readonly labels: Readonly<Record<string, LabelSpec>>;
  readonly unit?: Unit;
  readonly aggregate?: Aggregate;
  /** True for the contract metrics that `metrics.prefix` applies to. */
  readonly prefixable?: boolean;
  /** Histograms only. */
  readonly buckets?: BucketSet | readonly number[];
}

export type Catalogue = Readonly<Record<string, MetricShape>>;

/** What this product's own catalogue says of each metric beyond that. */
export interface MetricDefinition extends MetricShape {
  readonly unit: Unit;
  readonly aggregate: Aggregate;
  readonly fedBy: readonly Feed[];
}

/** The values a label may take, as a type. */
export type ValueOf<S> = S extends ClosedLabel
  ? (typeof CLOSED_LABELS)[S][number]
  : S extends OpenLabel
    ? string
    : S extends readonly (infer V extends string)[]
      ? V
      : never;

/** The labels of a metric with the values each may take; without labels, nothing but `{}`. */
export type LabelsOf<M extends MetricShape> = keyof M['labels'] extends never
  ? Readonly<Record<string, never>>
  : { readonly [K in keyof M['labels']]: ValueOf<M['labels'][K]> };

/** The names in a catalogue that are of one type. */
export type NamesOf<C extends Catalogue, T extends MetricType> = {
  [N in keyof C]: C[N]['type'] extends T ? N : never;
}[keyof C] &
  string;

/** The values a label may take, or null when the set is open. */
export function closedValues(spec: LabelSpec): readonly string[] | null {
  if (typeof spec !== 'string') return spec;
  return spec in CLOSED_LABELS ? CLOSED_LABELS[spec as ClosedLabel] : null;
}

export function bucketBounds(shape: MetricShape): readonly number[] {
  const { buckets } = shape;
  if (buckets === undefined) return [];
  return typeof buckets === 'string' ? BUCKETS[buckets] : buckets;
}
