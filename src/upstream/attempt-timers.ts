import type { Clock, Timer } from '../runtime/clock.ts';
import type { AttemptRequest } from './attempt-types.ts';

export type TimeLimit = 'first_token_timeout' | 'idle_timeout' | 'total_timeout';

export interface TimedAttempt {
  /** The reader keeps the bytes from flowing: silence is not the upstream's. */
  readonly stalled: boolean;
  timedOut(limit: TimeLimit, afterMs: number): void;
}

/**
 * The time limits of one attempt: first content, then the gap between contents, and the whole. Progress costs one
 * clock reading, not a timer: when the gap timer fires it looks how long it has really been quiet.
 */
export class AttemptTimers {
  readonly #clock: Clock;
  readonly #request: AttemptRequest;
  readonly #attempt: TimedAttempt;
  #timer: Timer | null = null;
  #total: Timer | null = null;
  #progressAt = 0;

  constructor(clock: Clock, request: AttemptRequest, attempt: TimedAttempt) {
    this.#clock = clock;
    this.#request = request;
    this.#attempt = attempt;
  }

  start(): void {
    const { reading, streamWanted, timeouts } = this.#request;
    if (reading === 'opaque') return;
    const { totalMs } = timeouts;
    if (totalMs !== null)
      this.#total = this.#clock.setTimer(totalMs, () => {
        this.#attempt.timedOut('total_timeout', totalMs);
      });
    const firstMs = reading === 'whole' || streamWanted ? timeouts.firstContentMs : timeouts.wholeMs;
    this.#timer = this.#clock.setTimer(firstMs, () => {
      this.#attempt.timedOut('first_token_timeout', firstMs);
    });
  }

  /** The first content is here: from now on the gaps count. */
  firstContent(): void {
    if (this.#request.reading === 'opaque') return;
    this.#timer?.cancel();
    this.progress();
    this.#watchGap(this.#request.timeouts.idleMs);
  }

  progress(): void {
    this.#progressAt = this.#clock.now();
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#total?.cancel();
    this.#timer = null;
    this.#total = null;
  }

  #watchGap(delayMs: number): void {
    this.#timer = this.#clock.setTimer(delayMs, () => {
      const { idleMs } = this.#request.timeouts;
      if (this.#attempt.stalled) this.progress();
      const quietMs = this.#clock.now() - this.#progressAt;
      if (quietMs >= idleMs) this.#attempt.timedOut('idle_timeout', idleMs);
      else this.#watchGap(idleMs - quietMs);
    });
  }
}
