/**
 * How a request ended, as its client saw it.
 *
 * - `served`: the right answer, made by the upstream for it;
 * - `cached`: the right answer, from the cache;
 * - `wrong`: an answer that is not the right one (a cache that confuses questions). A failure, whatever its status;
 * - `refused`: told at once or in time that it will not be served now (429, 503, or 504 for its own deadline);
 * - `timed_out`: the client gave up waiting;
 * - `failed`: everything else: an error status, a cut answer, an error inside the stream.
 */
export const OUTCOMES = ['served', 'cached', 'wrong', 'refused', 'timed_out', 'failed'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export function isSuccess(outcome: Outcome): boolean {
  return outcome === 'served' || outcome === 'cached';
}

/** One request as it went. Times are milliseconds from the start of the measured part. */
export interface RequestResult {
  readonly id: string;
  readonly outcome: Outcome;
  /** `hit-exact`, `hit-semantic`, `miss`, `bypass`, or null where nobody said. */
  readonly cache: string | null;
  readonly status: number | null;
  /** When it was due: its scheduled arrival, or when its client was free. */
  readonly startedMs: number;
  readonly endedMs: number;
  /** To the first content of a stream, or the whole answer; null when there was none. */
  readonly firstContentMs: number | null;
  /** What went wrong, in a few words; null when nothing did. */
  readonly reason: string | null;
}

export function durationMs({ startedMs, endedMs }: RequestResult): number {
  return endedMs - startedMs;
}
