import type { CancelToken } from '../core/cancel.ts';

/** The writing end of a `CancelToken`. */
export class CancelSource implements CancelToken {
  #reason: Error | null = null;
  #callbacks: (((reason: Error) => void) | null)[] | null = null;

  get cancelled(): boolean {
    return this.#reason !== null;
  }

  get reason(): Error | null {
    return this.#reason;
  }

  onCancel(callback: (reason: Error) => void): () => void {
    if (this.#reason !== null) {
      callback(this.#reason);
      return noop;
    }
    const callbacks = (this.#callbacks ??= []);
    const index = callbacks.push(callback) - 1;
    return () => {
      callbacks[index] = null;
    };
  }

  /** First call wins. A throwing callback does not keep the others from running. */
  cancel(reason: Error): void {
    if (this.#reason !== null) return;
    this.#reason = reason;
    const callbacks = this.#callbacks;
    this.#callbacks = null;
    if (callbacks === null) return;
    let failure: { readonly error: unknown } | null = null;
    for (const callback of callbacks) {
      try {
        callback?.(reason);
      } catch (error) {
        failure ??= { error };
      }
    }
    if (failure !== null) throw failure.error;
  }
}

/** A token that never fires: probes and other work that nobody can abandon. */
export const neverCancelled: CancelToken = { cancelled: false, reason: null, onCancel: () => noop };

function noop(): void {
  // Nothing to unsubscribe.
}
