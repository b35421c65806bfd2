/**
 * Bytes on their way from an upstream to a client, pushed, with back-pressure
 * and without a promise per chunk (an async iterator costs several).
 *
 * Contract: `start` is called once. After `end` or `fail` nothing follows. When
 * `write` answers false the source pauses until `resume`. `cancel` may come at any
 * time, also before `start`; it releases everything behind the stream, and neither
 * `end` nor `fail` is called after it.
 */
export interface ByteSink {
  /** Takes a chunk. False asks the source to pause until `resume()`. */
  write(chunk: Uint8Array): boolean;
  end(): void;
  fail(error: Error): void;
}

export interface ByteStream {
  start(sink: ByteSink): void;
  resume(): void;
  cancel(reason: Error): void;
}

export interface StreamTap {
  onChunk?(chunk: Uint8Array): void;
  /** Exactly one of these three is called, once, and never throws into the stream. */
  onEnd?(): void;
  onFail?(error: Error): void;
  onCancel?(reason: Error): void;
}

/** Observes a stream without owning it: bytes pass through untouched and at once. */
export function tapStream(source: ByteStream, tap: StreamTap): ByteStream {
  let settled = false;
  return {
    start(sink: ByteSink): void {
      source.start({
        write(chunk: Uint8Array): boolean {
          tap.onChunk?.(chunk);
          return sink.write(chunk);
        },
        end(): void {
          if (settled) return;
          settled = true;
          tap.onEnd?.();
          sink.end();
        },
        fail(error: Error): void {
          if (settled) return;
          settled = true;
          tap.onFail?.(error);
          sink.fail(error);
        },
      });
    },
    resume(): void {
      source.resume();
    },
    cancel(reason: Error): void {
      if (!settled) {
        settled = true;
        tap.onCancel?.(reason);
      }
      source.cancel(reason);
    },
  };
}
