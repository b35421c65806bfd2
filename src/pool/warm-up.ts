import type { CancelToken } from '../core/cancel.ts';

/**
 * The time before the first probes have told which upstreams there are. A request that arrives in it waits for what it
 * needs to know rather than being sent to an upstream that may be the one that is down, or lacks its model.
 */
export class WarmUp {
  #left: number | null = null;
  readonly #waiting = new Set<() => void>();

  /** Nothing is waited for: all first probes have concluded, or none were begun. */
  get over(): boolean {
    return this.#left === null || this.#left === 0;
  }

  /** Runs the first probes; resolves when each has concluded. */
  async run(probes: readonly (() => Promise<void>)[]): Promise<void> {
    this.#left = probes.length;
    await Promise.all(
      probes.map(async (probe) => {
        await probe();
        this.#left = (this.#left ?? 1) - 1;
        for (const look of [...this.#waiting]) look();
      }),
    );
  }

  /** Resolves when `known` says so at the end of a probe, when the last one has ended, or when nobody wants it any more. */
  until(known: () => boolean, cancel: CancelToken): Promise<void> {
    if (this.over || cancel.cancelled || known()) return Promise.resolve();
    return new Promise((resolve) => {
      const finish = (): void => {
        this.#waiting.delete(look);
        unsubscribe();
        resolve();
      };
      const look = (): void => {
        if (this.over || known()) finish();
      };
      const unsubscribe = cancel.onCancel(finish);
      this.#waiting.add(look);
    });
  }
}
