import { systemClock, type Clock } from '../../../runtime/clock.ts';
import { ThreadLine } from '../../../runtime/thread-line.ts';
import type { ScanShape } from './scan-memory.ts';
import type { ScanReply, ScanRequest } from './scan-protocol.ts';

/** A search takes milliseconds: who is silent for so long has hung. */
const TIMEOUT_MS = 2_000;

const WORKER_SCRIPT: URL = new URL(
  import.meta.url.endsWith('.ts') ? './scan-worker.ts' : './scan-worker.js',
  import.meta.url,
);

/**
 * A thread that searches large scopes, so that the gateway's own goes on meanwhile. Where it ends or hangs, what it was asked is
 * answered with null, and whoever asked searches itself.
 */
export class ScanThread {
  readonly #line: ThreadLine<ScanReply>;
  /** What `#thread` has been shown. */
  readonly #shown = new Map<ScanShape, number>();
  #thread: object | null = null;
  #nextKey = 0;

  /** `script`: what the thread runs, for tests. */
  constructor(clock: Clock = systemClock, script: URL = WORKER_SCRIPT) {
    this.#line = new ThreadLine({
      name: 'llamascope-scan',
      called: 'search thread',
      script,
      clock,
      timeoutMs: TIMEOUT_MS,
    });
  }

  /** Positions, nearest first, or null when the thread failed; no promise when there is no thread to be had. */
  scan(shape: ScanShape, query: Int16Array, size: number, limit: number): Promise<Uint32Array | null> | null {
    if (!this.#line.available) return null;
    const key = this.#keyOf(shape);
    return this.#line.ask({ kind: 'scan', key, query, size, limit } satisfies Question).then(
      ({ positions }) => positions,
      () => null,
    );
  }

  /** Lets go of a memory that is not searched any more. */
  forget(shape: ScanShape): void {
    const key = this.#shown.get(shape);
    this.#shown.delete(shape);
    if (key !== undefined && this.#line.thread === this.#thread && this.#thread !== null)
      this.#line.tell({ kind: 'close', key } satisfies ScanRequest);
  }

  close(): Promise<void> {
    return this.#line.close(new Error('the search thread is closed'));
  }

  #keyOf(shape: ScanShape): number {
    if (this.#line.thread !== this.#thread) this.#shown.clear();
    let key = this.#shown.get(shape);
    if (key === undefined) {
      key = this.#nextKey++;
      const { memory, capacity, stride } = shape;
      this.#line.tell({ kind: 'open', key, shape: { memory, capacity, stride } } satisfies ScanRequest);
      this.#shown.set(shape, key);
    }
    this.#thread = this.#line.thread;
    return key;
  }
}

type Question = Omit<ScanRequest & { readonly kind: 'scan' }, 'id'>;
