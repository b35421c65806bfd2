import type { ConfigInput, UpstreamInput } from '../config/config.ts';

/**
 * What stands between the clients and the upstream. `direct` is nothing; `pass-through` is the gateway with every
 * protection off, which shows what the way through it costs; then each protection alone; then all.
 */
export const VARIANTS = [
  'direct',
  'pass-through',
  'retry',
  'breaker',
  'admission',
  'exact-cache',
  'semantic-cache',
  'all',
] as const;
export type VariantName = (typeof VARIANTS)[number];

export const VARIANT_MEANING: Readonly<Record<VariantName, string>> = {
  direct: 'clients talk to the upstream',
  'pass-through': 'through the gateway, everything off',
  retry: 'only retries',
  breaker: 'only the circuit breaker',
  admission: 'only the bounded, fair queue',
  'exact-cache': 'only the cache of identical requests',
  'semantic-cache': 'only the cache, similar questions included',
  all: 'everything on',
};

/** What a gateway variant is told about the place it stands in. */
export interface VariantPlace {
  readonly upstream: Pick<UpstreamInput, 'url'> & { readonly kind: 'ollama' | 'openai' };
  /** Requests the upstream works on at a time. */
  readonly parallel: number;
  /** How long an open breaker stays open, simulated milliseconds. */
  readonly breakerOpenMs: number;
  /** Configured times are divided by this: a scenario that runs ten times as fast needs breakers that open for a tenth. */
  readonly speed: number;
}

const UNLIMITED = 4_096;

/** The gateway's configuration for a variant; null where there is none. Protections that are on have their defaults. */
export function variantConfig(name: VariantName, place: VariantPlace): ConfigInput | null {
  if (name === 'direct') return null;
  const on = (feature: VariantName): boolean => name === feature || name === 'all';
  const scaled = (ms: number): number => Math.max(1, Math.round(ms / place.speed));
  const queued = on('admission');
  const semantic = on('semantic-cache');
  return {
    listen: '127.0.0.1:0',
    log: { level: 'silent' },
    upstreams: [
      {
        name: 'upstream',
        kind: place.upstream.kind,
        url: place.upstream.url,
        parallel: queued ? place.parallel : UNLIMITED,
        pool: { maxsize: 2 * UNLIMITED },
        queue: { waitMs: queued ? scaled(30_000) : 0, max: queued ? 256 : 0 },
        breaker: on('breaker') ? { openMs: scaled(place.breakerOpenMs) } : { consecutiveFailures: null },
        timeouts: { connectMs: scaled(5_000), firstTokenMs: scaled(180_000), idleMs: scaled(120_000) },
      },
    ],
    retry: on('retry') ? { baseMs: scaled(600) } : { max: 0 },
    cache: semantic ? { mode: 'on', embedder: 'builtin' } : { mode: on('exact-cache') ? 'exact' : 'off' },
    probe: { intervalMs: scaled(5_000), timeoutMs: scaled(20_000) },
  };
}
