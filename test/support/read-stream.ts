import type { ByteStream } from '../../src/core/stream.ts';

/** A reader of a byte stream that a test can look into and hold up. */
export interface Reading {
  readonly text: string;
  readonly bytes: number;
  readonly ended: boolean;
  readonly error: Error | null;
  /** From now on every write asks the source to pause, until `go`. */
  hold(): void;
  go(): void;
  /** Resolves when the stream has ended, well or badly. */
  readonly over: Promise<void>;
}

export function readStream(stream: ByteStream, options: { keep?: boolean; held?: boolean } = {}): Reading {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  let ended = false;
  let error: Error | null = null;
  let held = options.held ?? false;
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const close = (failure: Error | null): void => {
    if (ended) throw new Error('the stream ended twice');
    ended = true;
    error = failure;
    resolve(undefined);
  };
  stream.start({
    write(chunk): boolean {
      if (ended) throw new Error('a write after the end');
      bytes += chunk.byteLength;
      if (options.keep !== false) chunks.push(chunk);
      return !held;
    },
    end: () => close(null),
    fail: close,
  });
  return {
    get text(): string {
      return Buffer.concat(chunks).toString('utf8');
    },
    get bytes(): number {
      return bytes;
    },
    get ended(): boolean {
      return ended;
    },
    get error(): Error | null {
      return error;
    },
    hold: () => (held = true),
    go(): void {
      held = false;
      stream.resume();
    },
    over: promise,
  };
}

/** A body that came in one piece, as text. */
export function wholeText(body: Buffer | ByteStream | null): string {
  if (!Buffer.isBuffer(body)) throw new Error('the answer did not come in one piece');
  return body.toString('utf8');
}
