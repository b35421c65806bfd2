/**
 * The configuration as the parts receive it: plain data, complete (every default applied) and checked.
 * What each key means, its bounds and its default stand in `schema.ts`, once; docs/configuration.md is
 * written from there. Times are milliseconds, sizes are bytes.
 */
export interface Config {
  /** Address of the data plane, `host:port`; port 0 takes a free one. */
  readonly listen: string;
  /** Processes that take requests; 1 is this process alone, `auto` one per processor. */
  readonly workers: number | 'auto';
  readonly upstreams: readonly UpstreamConfig[];
  /** Aliases, fallbacks and load settings, by the name that a client writes. */
  readonly models: Readonly<Record<string, ModelConfig>>;
  /** Which of Ollama's calls that change models may pass: none, all, or those named. */
  readonly allowManagement: boolean | readonly ManagementCall[];
  readonly retry: RetryConfig;
  readonly admission: AdmissionConfig;
  readonly coalesce: CoalesceConfig;
  readonly hedge: HedgeConfig;
  readonly cache: CacheConfig;
  readonly limits: LimitsConfig;
  readonly admin: AdminConfig;
  readonly metrics: MetricsConfig;
  readonly dashboard: DashboardConfig;
  readonly probe: ProbeConfig;
  readonly health: HealthConfig;
  readonly routing: RoutingConfig;
  readonly log: LogConfig;
  readonly slo: readonly ObjectiveConfig[];
  /** How long running answers may go on after SIGTERM. */
  readonly drainMs: number;
}

export const MANAGEMENT_CALLS = ['pull', 'push', 'create', 'copy', 'delete', 'blobs'] as const;
export type ManagementCall = (typeof MANAGEMENT_CALLS)[number];

export interface UpstreamConfig {
  /** The `client_name` and `breaker_name` label. */
  readonly name: string;
  readonly kind: 'ollama' | 'openai';
  readonly url: string;
  readonly weight: number;
  readonly tier: number;
  /** Generations at once. */
  readonly parallel: number;
  /** Embedding calls at once, in a lane of their own. */
  readonly embeddingParallel: number;
  /** Requests at once by model: a name or a pattern with `*`. */
  readonly modelParallel: Readonly<Record<string, number>>;
  readonly adaptive: {
    readonly enabled: boolean;
    readonly min: number;
    readonly max: number;
    readonly tolerance: number;
  };
  readonly queue: { readonly max: number; readonly waitMs: number };
  readonly pool: { readonly maxsize: number; readonly keepAliveMs: number };
  readonly breaker: BreakerConfig;
  readonly timeouts: TimeoutsConfig;
  readonly headers: Readonly<Record<string, string>>;
  readonly apiKey: string | null;
  /** Names and patterns of the models it is there for, or null for whatever it lists. */
  readonly models: readonly string[] | null;
  readonly ollama: OllamaConfig;
  readonly askUsage: boolean;
  /** In place of the URL's host, or null. */
  readonly hostHeader: string | null;
  readonly tls: TlsConfig | null;
  readonly simulator: boolean;
}

export interface TlsConfig {
  readonly caFile: string | null;
  readonly certFile: string | null;
  readonly keyFile: string | null;
  readonly serverName: string | null;
  readonly insecureSkipVerify: boolean;
}

/** How models are loaded at an Ollama upstream; null leaves it to the client. */
export interface OllamaConfig {
  readonly numCtx: number | null;
  readonly keepAlive: string | number | null;
  readonly embeddingKeepAlive: string | number | null;
  readonly keepAliveOverride: boolean;
}

export interface ModelConfig {
  /** What the name stands for, or null when it is a model's own. */
  readonly model: string | null;
  readonly fallbacks: readonly string[];
  readonly numCtx: number | null;
  readonly keepAlive: string | number | null;
  readonly keepAliveOverride: boolean;
}

/** Which identical requests that meet share one attempt. */
export interface CoalesceConfig {
  readonly reads: boolean;
  readonly embeddings: boolean;
}

/** A second attempt beside a slow one. */
export interface HedgeConfig {
  readonly embeddings: boolean;
  /** Null: the 95th percentile of the last 100. */
  readonly afterMs: number | null;
}

/** Who goes first in a queue; higher numbers do. */
export interface AdmissionConfig {
  readonly priority: {
    readonly default: number;
    readonly headerMax: number;
    readonly keys: readonly { readonly key: string; readonly priority: number }[];
    readonly clients: Readonly<Record<string, number>>;
  };
}

/** Rates are 0 to 1; null switches a rule off. */
export interface BreakerConfig {
  readonly consecutiveFailures: number | null;
  readonly failureRate: number | null;
  readonly windowSize: number;
  readonly minCalls: number;
  readonly slowCallMs: number | null;
  readonly slowCallRate: number;
  readonly openMs: number;
  readonly maxOpenMs: number;
  readonly openDoubling: boolean;
  readonly jitter: number;
  readonly halfOpenMax: number;
  readonly closeAfter: number;
  readonly probeLeaseMs: number;
  readonly allOpen: 'reject' | 'leastRemaining';
  readonly perModel: boolean;
}

export interface TimeoutsConfig {
  readonly connectMs: number;
  readonly firstTokenMs: number;
  readonly loadMs: number;
  readonly idleMs: number;
  readonly totalMs: number | null;
}

export interface RetryConfig {
  /** Attempts after the first. */
  readonly max: number;
  readonly baseMs: number;
  /** Retries per request over a sliding window, 0 to 1. */
  readonly budget: number;
}

export const CACHE_MODES = ['off', 'exact', 'shadow', 'on', 'bounded'] as const;
export type CacheMode = (typeof CACHE_MODES)[number];

export interface CacheConfig {
  readonly mode: CacheMode;
  readonly sampled: boolean;
  /** Score, or null for what the scorer recommends. */
  readonly threshold: number | null;
  /** Bounded mode: the largest share of hits by meaning that may be wrong. */
  readonly delta: number;
  /** Share of hits by meaning that are audited. */
  readonly audit: number;
  /** The model that is asked whether two answers say the same, or null for none. */
  readonly judgeModel: string | null;
  readonly maxEntries: number;
  readonly maxBytes: number;
  readonly ttlMs: number;
  readonly eviction: 'lru' | 'w-tinylfu';
  readonly embedDeadlineMs: number;
  readonly maxRequestBytes: number;
  readonly maxAnswerBytes: number;
  readonly store: 'memory' | 'sqlite' | 'redis';
  readonly snapshot: SnapshotConfig;
  readonly sqlite: SqliteConfig;
  readonly redis: RedisConfig;
  readonly embedder: 'auto' | 'upstream' | 'builtin' | 'use-lite';
  /** Who is asked beside the pair scorer. */
  readonly secondOpinion: 'none' | 'use-lite';
  /** Whether the operations plane shows prompts and answers. */
  readonly showText: boolean;
  /** The embedding model asked for at an upstream, or null for the first that it has. */
  readonly embeddingModel: string | null;
  /** A model file in place of the built-in model, or null for that. */
  readonly modelFile: string | null;
}

/** Of `store: memory`. */
export interface SnapshotConfig {
  /** Null: entries are gone when the process ends. */
  readonly path: string | null;
  readonly everyMs: number;
}

/** Of `store: sqlite`. */
export interface SqliteConfig {
  readonly path: string;
}

/** Of `store: redis`. */
export interface RedisConfig {
  readonly url: string;
  readonly prefix: string;
  readonly connectTimeoutMs: number;
  readonly timeoutMs: number;
}

export interface LimitsConfig {
  readonly bodyBytes: number;
  readonly headerBytes: number;
  readonly headerTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly clientStallMs: number;
  readonly keepAliveMs: number;
}

export interface AdminConfig {
  /** An address of its own for the operations plane, or null for the one of the data plane. */
  readonly listen: string | null;
  readonly token: string | null;
}

export interface MetricsConfig {
  readonly enabled: boolean;
  readonly prefix: string;
}

export interface DashboardConfig {
  readonly enabled: boolean;
  readonly prometheusUrl: string | null;
  readonly prometheusMatchers: string;
  readonly grafanaUrl: string | null;
  readonly snapshotPath: string | null;
  readonly showText: boolean;
}

export interface ProbeConfig {
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

export interface HealthConfig {
  readonly passiveFailures: number | null;
  readonly ejectMs: number;
  readonly slowStartMs: number;
  /** The share of upstreams that health must leave. */
  readonly panicThreshold: number;
}

export const STICKY_MODES = ['none', 'client', 'prefix'] as const;

export interface RoutingConfig {
  readonly sticky: (typeof STICKY_MODES)[number];
  /** In fair shares of the work. */
  readonly stickyLoad: number;
}

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export interface LogConfig {
  readonly level: LogLevel;
}

/** What is promised: the rules, the page and the runbooks are made for it. */
export interface ObjectiveConfig {
  /** The `slo` label. */
  readonly name: string;
  readonly kind: 'availability' | 'first-token' | 'token-time';
  /** A share, above 0.9306 and below 1. */
  readonly objective: number;
  /** For the two kinds that are about time; null for availability. */
  readonly thresholdMs: number | null;
}

type Optional<T> = T extends readonly (infer Item)[]
  ? readonly Item[]
  : T extends object
    ? { readonly [Key in keyof T]?: Optional<T[Key]> | undefined }
    : T;

/** An upstream as one writes it: a name and a URL, the rest when it differs from the defaults. */
export type UpstreamInput = Optional<Omit<UpstreamConfig, 'name' | 'url' | 'headers'>> & {
  readonly name: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
};

/** A configuration as one writes it. A `Config` is also a `ConfigInput`. */
export type ConfigInput = Optional<Omit<Config, 'upstreams' | 'allowManagement' | 'models'>> & {
  readonly models?: Readonly<Record<string, string | Optional<ModelConfig>>> | undefined;
  readonly upstreams: readonly UpstreamInput[];
  readonly allowManagement?: boolean | readonly ManagementCall[] | undefined;
};
