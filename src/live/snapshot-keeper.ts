import type { LiveParts } from './live-parts.ts';
import { readSnapshot, SnapshotError, writeSnapshot } from './snapshot.ts';
import { LOG_SIZE } from './event-log.ts';
import type { Timer } from '../runtime/clock.ts';

/** What a crash may cost. */
const EVERY_MS = 5 * 60_000;

/** Reads the snapshot at the start, writes it now and then and at the end, and says what went wrong. */
export class SnapshotKeeper {
  readonly #path: string;
  readonly #live: LiveParts;
  readonly #count: (result: 'written' | 'read' | 'failed' | 'refused') => void;
  #timer: Timer | null = null;
  #writing: Promise<void> = Promise.resolve();

  constructor(
    path: string,
    live: LiveParts,
    count: (result: 'written' | 'read' | 'failed' | 'refused') => void,
  ) {
    this.#path = path;
    this.#live = live;
    this.#count = count;
  }

  async restore(): Promise<void> {
    const { sampler, log, baseline, deps } = this.#live;
    try {
      const kept = await readSnapshot(this.#path, sampler, deps.clock.wallMs());
      if (kept !== null) {
        log.restore(kept.log);
        baseline.restore(kept.baseline ?? null);
        this.#count('read');
      }
    } catch (error) {
      if (!(error instanceof SnapshotError)) throw error;
      this.#count('refused');
      this.#say(`The history in ${this.#path} is not used: ${error.message}.`);
    }
    const timer = deps.clock.setTimer(EVERY_MS, () => {
      void this.write();
      timer.refresh();
    });
    this.#timer = timer;
  }

  /** One at a time; never rejects. */
  write(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  async #write(): Promise<void> {
    const { sampler, log, baseline, deps } = this.#live;
    try {
      const kept = { log: log.newest(LOG_SIZE), baseline: baseline.stored };
      await writeSnapshot(this.#path, sampler, kept, deps.clock.wallMs());
      this.#count('written');
    } catch (error) {
      this.#count('failed');
      this.#say(`The history could not be written to ${this.#path}: ${(error as Error).message}.`);
    }
  }

  #say(text: string): void {
    const { log, deps } = this.#live;
    deps.warn(text);
    log.append({
      at: deps.clock.wallMs(),
      kind: 'gateway',
      level: 'warn',
      subject: 'history',
      text,
      detail: {},
    });
  }

  async close(): Promise<void> {
    this.#timer?.cancel();
    await this.write();
  }
}
