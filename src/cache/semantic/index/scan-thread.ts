import { Worker } from 'node:worker_threads';
import { systemClock, type Clock, type Timer } from '../../../runtime/clock.ts';
import type { ScanShape } from './scan-memory.ts';
import type { ScanReply, ScanRequest } from './scan-protocol.ts';

/** A search takes milliseconds: who is silent for so long has hung. */
const TIMEOUT_MS = 2_000;
/** A thread that ended is not replaced sooner. */
const RESTART_PAUSE_MS = 1_000;

const WORKER_SCRIPT: URL = new URL(
  import.meta.url.endsWith('.ts') ? './scan-worker.ts' : './scan-worker.js',
  import.meta.url,
);

interface Pending {
  readonly worker: Worker;
  readonly timer: Timer;
  readonly settle: (positions: Uint32Array | null) => void;
}

/**
 * A thread that searches large scopes, so that the gateway's own goes on meanwhile. Started when it is first needed; it keeps the
 * process alive only while somebody waits for it. Where it ends or hangs, what it was asked is answered with null, and
 * whoever asked searches itself.
 */
export class ScanThread {
  readonly #clock: Clock;
  readonly #script: URL;
  readonly #pending = new Map<number, Pending>();
  /** What the running worker has been shown. */
  readonly #shown = new Map<ScanShape, number>();
  #worker: Worker | null = null;
  #startedAt = -Infinity;
  #next = 0;
  #closed = false;

  /** `script`: what the thread runs, for tests. */
  constructor(clock: Clock = systemClock, script: URL = WORKER_SCRIPT) {
    this.#clock = clock;
    this.#script = script;
  }

  /** Positions, nearest first, or null when the thread failed; no promise when there is no thread to be had. */
  scan(shape: ScanShape, query: Int16Array, size: number, limit: number): Promise<Uint32Array | null> | null {
    const worker = this.#worker ?? this.#start();
    if (worker === null) return null;
    return new Promise((resolve) => {
      const id = this.#next++;
      const timer = this.#clock.setTimer(TIMEOUT_MS, () => {
        this.#discard(worker);
        void worker.terminate();
      });
      this.#pending.set(id, { worker, timer, settle: resolve });
      worker.ref();
      const key = this.#shown.get(shape) ?? this.#show(worker, shape);
      worker.postMessage({ kind: 'scan', id, key, query, size, limit } satisfies ScanRequest);
    });
  }

  /** Lets go of a memory that is not searched any more. */
  forget(shape: ScanShape): void {
    const key = this.#shown.get(shape);
    if (key === undefined) return;
    this.#shown.delete(shape);
    this.#worker?.postMessage({ kind: 'close', key } satisfies ScanRequest);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const worker = this.#worker;
    if (worker === null) return;
    this.#discard(worker);
    await worker.terminate();
  }

  #show(worker: Worker, shape: ScanShape): number {
    const key = this.#next++;
    this.#shown.set(shape, key);
    const { memory, capacity, stride } = shape;
    worker.postMessage({ kind: 'open', key, shape: { memory, capacity, stride } } satisfies ScanRequest);
    return key;
  }

  #start(): Worker | null {
    const now = this.#clock.now();
    if (this.#closed || now - this.#startedAt < RESTART_PAUSE_MS) return null;
    this.#startedAt = now;
    const worker = new Worker(this.#script, { name: 'llamascope-scan' });
    worker.on('message', ({ id, positions }: ScanReply) => {
      const pending = this.#pending.get(id);
      if (pending === undefined) return;
      this.#pending.delete(id);
      pending.timer.cancel();
      if (this.#pending.size === 0) worker.unref();
      pending.settle(positions);
    });
    worker.on('error', () => {
      this.#discard(worker);
    });
    worker.on('exit', () => {
      this.#discard(worker);
    });
    this.#worker = worker;
    return worker;
  }

  /** Forgets a worker that is gone or given up, and lets those who wait search themselves. */
  #discard(worker: Worker): void {
    if (this.#worker === worker) {
      this.#worker = null;
      this.#shown.clear();
    }
    for (const [id, pending] of this.#pending) {
      if (pending.worker !== worker) continue;
      this.#pending.delete(id);
      pending.timer.cancel();
      pending.settle(null);
    }
  }
}
