import type { Clock } from '../runtime/clock.ts';
import type { CliIo } from './io.ts';

/** npm hands on a signal that the terminal has already sent to the whole process group: one key press, two signals. */
const SAME_PRESS_MS = 500;

/**
 * Waits for the first SIGINT or SIGTERM, then runs `stop` to its end. A second signal does not wait for it.
 * Resolves `finished` or `forced`; rejects when `stop` does.
 */
export async function stopOnSignal(
  io: CliIo,
  clock: Clock,
  stop: (signal: string) => Promise<void>,
): Promise<'finished' | 'forced'> {
  let unsubscribe: () => void = () => undefined;
  try {
    return await new Promise((resolve, reject) => {
      let firstAt: number | null = null;
      unsubscribe = io.onSignal((signal) => {
        if (firstAt !== null) {
          if (clock.now() - firstAt > SAME_PRESS_MS) resolve('forced');
          return;
        }
        firstAt = clock.now();
        stop(signal).then(() => {
          resolve('finished');
        }, reject);
      });
    });
  } finally {
    unsubscribe();
  }
}
