import type { CancelToken } from '../core/cancel.ts';
import { SimulatorError } from './error.ts';

/** The parallel slots of one loaded model: first come, first served, and a queue without bound, as Ollama has it. */
export class Slots {
  readonly #size: number;
  readonly #waiting: (() => void)[] = [];
  #used = 0;

  constructor(size: number) {
    this.#size = size;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  get used(): number {
    return this.#used;
  }

  /** Resolves with the function that gives the slot back (once; later calls do nothing). 499 when cancelled. */
  acquire(cancel: CancelToken): Promise<() => void> {
    if (cancel.cancelled) return Promise.reject(new SimulatorError(499, 'request canceled'));
    if (this.#used < this.#size) return Promise.resolve(this.#take());
    return new Promise((resolve, reject) => {
      const turn = (): void => {
        unsubscribe();
        resolve(this.#take());
      };
      const unsubscribe = cancel.onCancel(() => {
        const at = this.#waiting.indexOf(turn);
        if (at >= 0) this.#waiting.splice(at, 1);
        reject(new SimulatorError(499, 'request canceled'));
      });
      this.#waiting.push(turn);
    });
  }

  #take(): () => void {
    this.#used += 1;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#used -= 1;
      this.#waiting.shift()?.();
    };
  }
}
