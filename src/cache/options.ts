import { EVICTIONS, type Eviction } from './store/port.ts';

/**
 * - `off`: nothing is looked up or stored
 * - `exact`: identical requests are served
 * - `shadow`: as `exact`; similar questions are looked up, judged and counted, never served
 * - `on`: similar questions are served too, above a fixed similarity and past the guard
 * - `bounded`: similar questions are served where labels say that at most a share `delta` of the hits is wrong
 */
export const CACHE_MODES = ['off', 'exact', 'shadow', 'on', 'bounded'] as const;
export type CacheMode = (typeof CACHE_MODES)[number];

export interface CacheOptions {
  readonly mode: CacheMode;
  /** Whether answers drawn at random (temperature not 0 and no seed) are served and stored. */
  readonly sampled: boolean;
  /** Least cosine at which a similar question is served, in (0, 1]; null takes the embedder's own. */
  readonly threshold: number | null;
  /** Bounded mode: the largest share of hits by meaning that may be wrong, above 0 and below 1. */
  readonly delta: number;
  /** Share of hits by meaning that are asked again in the background and compared, from 0 to 1. */
  readonly audit: number;
  /** The model that is asked whether two answers say the same, or null for nobody. */
  readonly judgeModel: string | null;
  readonly maxEntries: number;
  /** Memory the entries may take, their vectors and index rows included. */
  readonly maxBytes: number;
  /** Milliseconds from storing to forgetting. */
  readonly ttlMs: number;
  /** Who goes first when there is no room. */
  readonly eviction: Eviction;
  /** Longest wait for the embedder in the path of a request, in milliseconds; later is a miss. */
  readonly embedDeadlineMs: number;
  /** Larger request bodies are neither looked up nor stored. */
  readonly maxRequestBytes: number;
  /** Larger answers pass through and are not stored. */
  readonly maxAnswerBytes: number;
}

/** Those of a plain `serve`: nothing is served that was not asked for in the very same words. */
export const CACHE_DEFAULTS: CacheOptions = {
  mode: 'shadow',
  sampled: false,
  threshold: null,
  delta: 0.02,
  audit: 0.03,
  judgeModel: null,
  maxEntries: 10_000,
  maxBytes: 128 * 1024 * 1024,
  ttlMs: 24 * 60 * 60 * 1_000,
  eviction: 'w-tinylfu',
  embedDeadlineMs: 250,
  maxRequestBytes: 1024 * 1024,
  maxAnswerBytes: 1024 * 1024,
};

/** Fills in the defaults. Throws a `RangeError` that names the option, its value and what was expected. */
export function resolveOptions(given: Partial<CacheOptions>): CacheOptions {
  const options = { ...CACHE_DEFAULTS, ...given };
  const modes: readonly string[] = CACHE_MODES;
  if (!modes.includes(options.mode)) refuse('mode', options.mode, `one of ${CACHE_MODES.join(', ')}`);
  const evictions: readonly string[] = EVICTIONS;
  if (!evictions.includes(options.eviction))
    refuse('eviction', options.eviction, `one of ${EVICTIONS.join(', ')}`);
  const { threshold } = options;
  if (threshold !== null && !(threshold > 0 && threshold <= 1))
    refuse('threshold', threshold, 'a number above 0 and at most 1, or null');
  const { delta, audit } = options;
  if (!(delta > 0 && delta < 1)) refuse('delta', delta, 'a number above 0 and below 1');
  if (!(audit >= 0 && audit <= 1)) refuse('audit', audit, 'a number from 0 to 1');
  for (const name of ['maxEntries', 'maxBytes', 'maxRequestBytes', 'maxAnswerBytes'] as const) {
    if (!Number.isSafeInteger(options[name]) || options[name] < 1)
      refuse(name, options[name], 'a whole number of at least 1');
  }
  for (const name of ['ttlMs', 'embedDeadlineMs'] as const) {
    if (!Number.isFinite(options[name]) || options[name] <= 0)
      refuse(name, options[name], 'a number of milliseconds above 0');
  }
  return options;
}

function refuse(name: keyof CacheOptions, value: unknown, expected: string): never {
  throw new RangeError(`cache.${name}: ${JSON.stringify(value)} is not valid, expected ${expected}`);
}
