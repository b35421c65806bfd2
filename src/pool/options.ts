import type { AdaptiveLimitOptions } from '../admission/adaptive-limit.ts';
import type { BreakerOptions } from '../resilience/breaker/options.ts';
import type { TlsFiles } from '../upstream/tls.ts';

/** One upstream, every default applied. Times are milliseconds. */
export interface UpstreamOptions {
  /** The `client_name`, `upstream` and `breaker_name` label. */
  readonly name: string;
  readonly kind: 'ollama' | 'openai';
  /** `http(s)://host:port`, optionally with a path that is put before every request's own. */
  readonly url: string;
  /** Share of the traffic relative to its peers of the same tier. */
  readonly weight: number;
  /** Upstreams of the lowest tier that can serve are used before any other. */
  readonly tier: number;
  /** Generations at once. */
  readonly parallel: number;
  /** Embedding calls at once, in a lane of their own. Default 4. */
  readonly embeddingParallel?: number;
  /** Requests at once by model: a name or a pattern with `*`; the first that fits counts. Default: none. */
  readonly modelParallel?: Readonly<Record<string, number>>;
  /** Generations at once as the upstream can bear them, in place of `parallel`. Default: off. */
  readonly adaptive?: AdaptiveOptions;
  readonly queue: { readonly max: number; readonly waitMs: number };
  readonly pool: { readonly maxsize: number; readonly keepAliveMs: number };
  readonly breaker: UpstreamBreakerOptions;
  readonly timeouts: UpstreamTimeouts;
  /** Sent with every request, in place of the client's field of the same name. */
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as `authorization: Bearer …` in place of the client's; null passes the client's on. */
  readonly apiKey: string | null;
  /** Sent as `Host` in place of the URL's. */
  readonly hostHeader?: string | null;
  /** For `https`; null: as Node does by itself. */
  readonly tls?: TlsFiles | null;
  /** The models it is there for, names and patterns (`qwen*`); null: whatever it lists. */
  readonly models?: readonly string[] | null;
  /** How models are loaded there; only of kind `ollama`. */
  readonly ollama?: OllamaOptions;
  /** Whether OpenAI streams are asked for their token counts. Default true. */
  readonly askUsage?: boolean;
  /** The built-in simulator rather than a real server; only reported. */
  readonly simulator: boolean;
}

/** Null leaves it to the client, and to the server's own defaults. */
export interface OllamaOptions {
  readonly numCtx: number | null;
  readonly keepAlive: string | number | null;
  /** For embeddings in place of `keepAlive`; null: as that. */
  readonly embeddingKeepAlive: string | number | null;
  /** Whether the two also replace what a client asked for. */
  readonly keepAliveOverride: boolean;
}

export interface AdaptiveOptions extends AdaptiveLimitOptions {
  readonly enabled: boolean;
}

export interface UpstreamBreakerOptions extends Partial<Omit<BreakerOptions, 'name'>> {
  /**
   * What to do when the breaker of every suitable upstream is open: refuse, or use the one that would be
   * tried next. The latter is followed only where there are two or more upstreams.
   */
  readonly allOpen?: 'reject' | 'leastRemaining';
  /** One more breaker for each model that the upstream serves. Default false. */
  readonly perModel?: boolean;
}

export interface UpstreamTimeouts {
  readonly connectMs: number;
  /** To the first content-bearing item of a stream. An answer in one piece may take `idleMs` longer. */
  readonly firstTokenMs: number;
  /** Beside that, where the model has to be loaded first. Default none. */
  readonly loadMs?: number;
  /** Between two content-bearing items; comments and pings do not count. */
  readonly idleMs: number;
  /** For the whole answer, or null. */
  readonly totalMs: number | null;
}
