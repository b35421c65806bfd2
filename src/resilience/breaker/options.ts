/** Everything a breaker can be told. Times are milliseconds, rates are 0 to 1. */
export interface BreakerOptions {
  /** The `breaker_name` label: an upstream, or `upstream/model`. */
  readonly name: string;
  /** Opens after this many failures in a row; null switches the rule off. Default 5. */
  readonly consecutiveFailures: number | null;
  /** Opens when at least this share of the last `windowSize` calls failed; null (default) is off. */
  readonly failureRate: number | null;
  /** How many of the last calls the two rate rules look at. Default 10. */
  readonly windowSize: number;
  /** The rate rules say nothing before this many calls. Default: 5, or `windowSize` if that is less. */
  readonly minCalls: number;
  /** A success whose first content came later than this is slow; null (default) is off. */
  readonly slowCallMs: number | null;
  /** Opens when at least this share of the last `windowSize` timed successes was slow. Default 0.8. */
  readonly slowCallRate: number;
  /** How long it stays open before it probes. Default 30 s. */
  readonly openMs: number;
  /** Bounds both the doubling and what a `Retry-After` may ask for. Default 300 s, or `openMs` if longer. */
  readonly maxOpenMs: number;
  /** The open time is spread by this share to either side, so that gateways do not probe in step. Default 0.1. */
  readonly jitter: number;
  /** Doubles the open time each time a probe fails, up to `maxOpenMs`. Default false. */
  readonly openDoubling: boolean;
  /** Probes in flight at once while half-open. Default 3. */
  readonly halfOpenMax: number;
  /** Successful probes in a row that close it. Default 2. */
  readonly closeAfter: number;
  /**
   * After this long an unsettled probe loses its slot and counts as ignored. Longer than any
   * healthy wait for a first token (180 s) plus one gap between tokens (120 s). Default 300 s.
   */
  readonly probeLeaseMs: number;
}

const DEFAULT_OPEN_MS = 30_000;
const DEFAULT_MAX_OPEN_MS = 300_000;
const DEFAULT_WINDOW = 10;
const DEFAULT_MIN_CALLS = 5;

/** Fills in the defaults. Throws a RangeError that names the breaker, the option, the value and what was expected. */
export function breakerOptions(given: Partial<BreakerOptions> & { name: string }): BreakerOptions {
  const openMs = given.openMs ?? DEFAULT_OPEN_MS;
  const windowSize = given.windowSize ?? DEFAULT_WINDOW;
  const options: BreakerOptions = {
    name: given.name,
    consecutiveFailures: given.consecutiveFailures === undefined ? 5 : given.consecutiveFailures,
    failureRate: given.failureRate ?? null,
    windowSize,
    minCalls: given.minCalls ?? Math.min(DEFAULT_MIN_CALLS, windowSize),
    slowCallMs: given.slowCallMs ?? null,
    slowCallRate: given.slowCallRate ?? 0.8,
    openMs,
    maxOpenMs: given.maxOpenMs ?? Math.max(DEFAULT_MAX_OPEN_MS, openMs),
    jitter: given.jitter ?? 0.1,
    openDoubling: given.openDoubling ?? false,
    halfOpenMax: given.halfOpenMax ?? 3,
    closeAfter: given.closeAfter ?? 2,
    probeLeaseMs: given.probeLeaseMs ?? 300_000,
  };
  check(options);
  return options;
}

function check(options: BreakerOptions): void {
  const { name } = options;
  if (typeof name !== 'string' || name === '') {
    throw new RangeError(`breaker: name must be a non-empty string, got ${JSON.stringify(name)}`);
  }
  const refuse = (key: keyof BreakerOptions, expected: string): never => {
    throw new RangeError(`breaker "${name}": ${key} must be ${expected}, got ${String(options[key])}`);
  };
  const count = (key: keyof BreakerOptions): void => {
    const value = options[key];
    if (value !== null && !(Number.isSafeInteger(value) && (value as number) >= 1)) {
      refuse(key, 'a whole number of at least 1');
    }
  };
  const share = (key: keyof BreakerOptions): void => {
    const value = options[key];
    if (value !== null && !(typeof value === 'number' && value > 0 && value <= 1)) {
      refuse(key, 'a number above 0 and at most 1');
    }
  };
  const duration = (key: keyof BreakerOptions): void => {
    const value = options[key];
    if (value !== null && !(typeof value === 'number' && Number.isFinite(value) && value > 0)) {
      refuse(key, 'a number of milliseconds above 0');
    }
  };
  for (const key of ['consecutiveFailures', 'windowSize', 'minCalls', 'halfOpenMax', 'closeAfter'] as const)
    count(key);
  for (const key of ['failureRate', 'slowCallRate'] as const) share(key);
  for (const key of ['slowCallMs', 'openMs', 'maxOpenMs', 'probeLeaseMs'] as const) duration(key);
  if (!(options.jitter >= 0 && options.jitter < 1)) refuse('jitter', 'at least 0 and below 1');
  if (options.minCalls > options.windowSize)
    refuse('minCalls', `at most windowSize (${String(options.windowSize)})`);
  if (options.maxOpenMs < options.openMs) refuse('maxOpenMs', `at least openMs (${String(options.openMs)})`);
}
