/**
 * What its own requests say about an upstream's health. Too many failures in a row set it aside for a while, without
 * waiting for a probe, but only while enough others are well to take over. Who comes back, from here or from
 * failed probes, gets its share little by little: its caches are cold and its next failure should be cheap.
 */
import type { Clock, Timer } from '../runtime/clock.ts';
import type { Tuning } from './tuning.ts';

/** After this long without another failure, those in a row keep fewer requests away by half. */
const HALF_LIFE_MS = 2_000;
/** The share at which an upstream that came back begins. */
const FIRST_SHARE = 0.1;

export type Verdict = 'good' | 'bad' | 'neutral';

export class PassiveHealth {
  readonly #tuning: Tuning;
  readonly #clock: Clock;
  readonly #changed: () => void;
  #failures = 0;
  #failedAt = 0;
  #setAside: Timer | null = null;
  #cameBackAt: number | null = null;

  /** `changed`: it was set aside, or that is over. */
  constructor(tuning: Tuning, clock: Clock, changed: () => void) {
    this.#tuning = tuning;
    this.#clock = clock;
    this.#changed = changed;
  }

  get failuresInARow(): number {
    return this.#failures;
  }

  /**
   * The failures in a row as they weigh in the choice: less and less with time. Were they to weigh until the next
   * success, an upstream that failed once would be asked no more while the others have room, and never could succeed.
   */
  get recentFailures(): number {
    if (this.#failures === 0) return 0;
    return this.#failures * 0.5 ** ((this.#clock.now() - this.#failedAt) / HALF_LIFE_MS);
  }

  get setAside(): boolean {
    return this.#setAside !== null;
  }

  note(verdict: Verdict): void {
    if (verdict === 'good') this.#failures = 0;
    if (verdict !== 'bad') return;
    this.#failures += 1;
    this.#failedAt = this.#clock.now();
    const { passiveFailures, ejectMs } = this.#tuning.health;
    if (passiveFailures === null || this.#failures < passiveFailures || this.setAside) return;
    if (!this.#tuning.mayLoseOne()) return;
    this.#setAside = this.#clock.setTimer(ejectMs, () => {
      this.#setAside = null;
      // The next failures count anew: it is given another chance, not half of one.
      this.#failures = 0;
      this.#changed();
    });
    this.#changed();
  }

  /** It is well again after it was not: what failed before is over, and the slow start begins. */
  cameBack(): void {
    this.#failures = 0;
    this.#cameBackAt = this.#clock.now();
  }

  /** The part of its weight that it has now: 1 but for the time after it came back. */
  get share(): number {
    if (this.#cameBackAt === null) return 1;
    const { slowStartMs } = this.#tuning.health;
    const passedMs = this.#clock.now() - this.#cameBackAt;
    if (passedMs < slowStartMs) return Math.max(FIRST_SHARE, passedMs / slowStartMs);
    this.#cameBackAt = null;
    return 1;
  }

  close(): void {
    this.#setAside?.cancel();
  }
}
