import type { ByteSink, ByteStream } from '../core/stream.ts';

/** The side that the bytes come from. */
export interface OutletSource {
  pause(): void;
  resume(): void;
  /** The reader wants no more: everything behind the stream is to be released now. */
  abandon(reason: Error): void;
}

/** Held back before anybody reads; beyond it the upstream is paused. */
const UNREAD_LIMIT_BYTES = 64 * 1024;

/**
 * The reader's end of a streamed answer (contract: core/stream.ts). Bytes go straight through while the reader
 * keeps up; what arrives before it starts, or while it asks for a pause, is held and the
 * source is paused, so that one slow reader costs at most one read's worth of memory.
 */
export class Outlet implements ByteStream {
  readonly #source: OutletSource;
  #sink: ByteSink | null = null;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #blocked = false;
  #finished = false;
  #error: Error | null = null;
  /** After `end`, `fail` or `cancel`: nothing follows. */
  #closed = false;

  constructor(source: OutletSource) {
    this.#source = source;
  }

  /** The reader, not the upstream, is what keeps the bytes from flowing. */
  get stalled(): boolean {
    return this.#blocked || (this.#sink === null && this.#heldBytes > UNREAD_LIMIT_BYTES);
  }

  push(chunk: Uint8Array): void {
    if (this.#closed) return;
    if (this.#sink !== null && !this.#blocked && this.#held.length === 0) this.#write(this.#sink, chunk);
    else this.#hold(chunk);
  }

  /** The source has ended, well (null) or badly. What is held is still delivered first. */
  finish(error: Error | null): void {
    if (this.#finished || this.#closed) return;
    this.#finished = true;
    this.#error = error;
    if (this.#sink !== null && this.#held.length === 0) this.#close(this.#sink);
  }

  start(sink: ByteSink): void {
    if (this.#closed) return;
    this.#sink = sink;
    this.#flush(sink);
  }

  resume(): void {
    if (this.#closed || this.#sink === null) return;
    this.#blocked = false;
    this.#flush(this.#sink);
  }

  cancel(reason: Error): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#drop();
    this.#source.abandon(reason);
  }

  #write(sink: ByteSink, chunk: Uint8Array): void {
    if (sink.write(chunk)) return;
    this.#blocked = true;
    this.#source.pause();
  }

  #hold(chunk: Uint8Array): void {
    this.#held.push(chunk);
    this.#heldBytes += chunk.byteLength;
    if (this.#heldBytes > UNREAD_LIMIT_BYTES) this.#source.pause();
  }

  /** The reader may cancel or pause from within each `write`. */
  #flush(sink: ByteSink): void {
    const held = this.#held;
    let next = 0;
    while (next < held.length && !this.#blocked && !this.#closed)
      this.#write(sink, held[next++] as Uint8Array);
    if (this.#closed) return;
    if (next < held.length) {
      this.#held = held.slice(next);
      return;
    }
    this.#drop();
    if (this.#finished) this.#close(sink);
    else if (!this.#blocked) this.#source.resume();
  }

  #drop(): void {
    this.#held = [];
    this.#heldBytes = 0;
  }

  #close(sink: ByteSink): void {
    this.#closed = true;
    if (this.#error === null) sink.end();
    else sink.fail(this.#error);
  }
}
