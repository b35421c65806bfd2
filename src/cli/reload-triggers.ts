import path from 'node:path';
import { watchFile } from '../config/watch.ts';
import type { ReloadTrigger } from '../core/events.ts';
import type { Gateway } from '../gateway.ts';
import type { Clock } from '../runtime/clock.ts';
import type { CliIo } from './io.ts';

export interface ReloadTriggersOptions {
  /** The file to watch, as it was named; null for none. */
  readonly file: string | null;
  readonly clock: Clock;
}

/**
 * Reloads on SIGHUP and when the file changes, until the returned function is called. How it went is said by the log,
 * by `/health` and by the metrics: one that is refused leaves the former configuration in force.
 */
export function reloadOnDemand(
  gateway: Pick<Gateway, 'reload'>,
  { file, clock }: ReloadTriggersOptions,
  io: CliIo,
): () => void {
  const reload = (trigger: ReloadTrigger): void => {
    gateway.reload(undefined, trigger).catch(() => undefined);
  };
  const unsubscribe = io.onHangup(() => {
    reload('signal');
  });
  const watch =
    file === null
      ? null
      : watchFile(path.resolve(io.cwd, file), {
          clock,
          onChange: () => {
            reload('file');
          },
        });
  return () => {
    unsubscribe();
    watch?.close();
  };
}
