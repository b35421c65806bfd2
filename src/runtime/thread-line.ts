import { Worker } from 'node:worker_threads';
import type { Clock, Timer } from './clock.ts';

export interface ThreadOptions {
  /** Of the thread, for those who look at the process. */
  readonly name: string;
  /** What it is called in errors: "use-lite worker". */
  readonly called: string;
  readonly script: URL;
  readonly clock: Clock;
  /** Milliseconds after which an answer is given up and the thread replaced. */
  readonly timeoutMs: number;
}

/** A thread that ended is not replaced sooner: one that cannot start would be started all the time. */
const RESTART_PAUSE_MS = 1_000;

interface Pending<Reply> {
  readonly worker: Worker;
  readonly timer: Timer;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Questions to a worker thread and its answers, paired by their `id`. The thread is started when it is first needed and keeps the
 * process alive only while somebody waits for it. One that dies or hangs rejects what it was asked; the next question starts another,
 * but not within `RESTART_PAUSE_MS` of the last start.
 */
export class ThreadLine<Reply extends { readonly id: number }> {
  /** Threads started so far: more than one means that it had to be replaced. */
  starts = 0;
  readonly #options: ThreadOptions;
  readonly #pending = new Map<number, Pending<Reply>>();
  #worker: Worker | null = null;
  #startedAt = -Infinity;
  #nextId = 0;
  #closed: Error | null = null;

  constructor(options: ThreadOptions) {
    this.#options = options;
  }

  /** Whether a question would reach a thread: there is one, or one may be started. */
  get available(): boolean {
    return this.#worker !== null || (this.#closed === null && !this.#mustRest());
  }

  /** The thread that runs, or null. Another object is another thread, which knows nothing of what the former was told. */
  get thread(): object | null {
    return this.#worker;
  }

  /** Sends `question` with an `id`. Rejects when there is no thread to be had, or it fails. */
  ask(question: object): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const worker = this.#worker ?? this.#start();
      const id = this.#nextId++;
      const { clock, timeoutMs, called } = this.#options;
      const timer = clock.setTimer(timeoutMs, () => {
        this.#discard(worker, new Error(`${called} gave no answer in ${String(timeoutMs)} ms`));
        void worker.terminate();
      });
      this.#pending.set(id, { worker, timer, resolve, reject });
      worker.ref();
      worker.postMessage({ ...question, id });
    });
  }

  /** Sends what needs no answer. Throws when there is no thread to be had. */
  tell(message: object): void {
    (this.#worker ?? this.#start()).postMessage(message);
  }

  /** From now on every question rejects with `reason`, those that wait too. */
  async close(reason: Error): Promise<void> {
    this.#closed = reason;
    const worker = this.#worker;
    if (worker === null) return;
    this.#discard(worker, reason);
    await worker.terminate();
  }

  #mustRest(): boolean {
    return this.#options.clock.now() - this.#startedAt < RESTART_PAUSE_MS;
  }

  #start(): Worker {
    if (this.#closed !== null) throw this.#closed;
    const { called, clock, script, name } = this.#options;
    if (this.#mustRest()) throw new Error(`${called} stopped a moment ago and is not restarted yet`);
    this.#startedAt = clock.now();
    this.starts += 1;
    const worker = new Worker(script, { name });
    worker.on('message', (reply: Reply) => {
      this.#settle(worker, reply);
    });
    worker.on('error', (error) => {
      this.#discard(worker, new Error(`${called} failed`, { cause: error }));
    });
    worker.on('exit', (code) => {
      this.#discard(worker, new Error(`${called} ended with code ${String(code)}`));
    });
    this.#worker = worker;
    return worker;
  }

  #settle(worker: Worker, reply: Reply): void {
    const pending = this.#pending.get(reply.id);
    if (pending === undefined) return;
    this.#pending.delete(reply.id);
    pending.timer.cancel();
    if (this.#pending.size === 0) worker.unref();
    pending.resolve(reply);
  }

  /** Forgets a thread that is gone or given up, and rejects what it was asked. */
  #discard(worker: Worker, reason: Error): void {
    if (this.#worker === worker) this.#worker = null;
    for (const [id, pending] of this.#pending) {
      if (pending.worker !== worker) continue;
      this.#pending.delete(id);
      pending.timer.cancel();
      pending.reject(reason);
    }
  }
}
