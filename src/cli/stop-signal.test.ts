import { describe, expect, it } from 'vitest';
import { ManualClock } from '../runtime/manual-clock.ts';
import type { CliIo } from './io.ts';
import { stopOnSignal } from './stop-signal.ts';

type Signal = 'SIGINT' | 'SIGTERM';

function harness(): { io: CliIo; signal: (name: Signal) => void; listening: () => number } {
  const callbacks = new Set<(signal: Signal) => void>();
  const io: CliIo = {
    env: {},
    cwd: '/',
    out: () => undefined,
    err: () => undefined,
    status: () => undefined,
    onSignal(callback) {
      callbacks.add(callback);
      return () => callbacks.delete(callback);
    },
    onHangup: () => () => undefined,
  };
  const signal = (name: Signal): void => {
    for (const callback of callbacks) callback(name);
  };
  return { io, signal, listening: () => callbacks.size };
}

describe('stopping on a signal', () => {
  it('runs the stop once, to its end, and listens no longer', async () => {
    const { io, signal, listening } = harness();
    const stopped: string[] = [];
    const result = stopOnSignal(io, new ManualClock(), (name) => {
      stopped.push(name);
      return Promise.resolve();
    });
    expect(listening()).toBe(1);
    signal('SIGTERM');
    signal('SIGTERM');
    expect(await result).toBe('finished');
    expect(stopped).toEqual(['SIGTERM']);
    expect(listening()).toBe(0);
  });

  it('takes a second signal as impatience, unless it is the echo of the first', async () => {
    const { io, signal } = harness();
    const clock = new ManualClock();
    let result: string | null = null;
    const stopping = stopOnSignal(io, clock, () => new Promise(() => undefined)).then(
      (value) => (result = value),
    );
    signal('SIGINT');
    clock.advance(500);
    signal('SIGINT');
    await Promise.resolve();
    expect(result).toBeNull();
    clock.advance(1);
    signal('SIGINT');
    expect(await stopping).toBe('forced');
  });

  it('fails when the stop fails', async () => {
    const { io, signal } = harness();
    const result = stopOnSignal(io, new ManualClock(), () => Promise.reject(new Error('no')));
    signal('SIGINT');
    await expect(result).rejects.toThrow('no');
  });
});
