import { Worker } from 'node:worker_threads';
import type { SqliteCall, SqliteReply } from './protocol.ts';

const SCRIPT: URL = new URL(
  import.meta.url.endsWith('.ts') ? './sqlite-worker.ts' : './sqlite-worker.js',
  import.meta.url,
);

export type SqliteAnswer = Extract<SqliteReply, { readonly ok: true }>;

/** Calls into the worker thread. One that dies rejects what it was asked; the next call starts another. */
export class SqliteThread {
  #worker: Worker | null = null;
  #calls = 0;
  readonly #waiting = new Map<number, PromiseWithResolvers<SqliteAnswer>>();

  /** It keeps the process alive only while somebody waits for an answer. */
  ask(call: SqliteCall, transfer: readonly ArrayBuffer[] = []): Promise<SqliteAnswer> {
    const worker = (this.#worker ??= this.#start());
    this.#calls += 1;
    const waiting = Promise.withResolvers<SqliteAnswer>();
    this.#waiting.set(this.#calls, waiting);
    worker.ref();
    worker.postMessage({ id: this.#calls, ...call }, [...transfer]);
    return waiting.promise;
  }

  async end(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(SCRIPT);
    worker.unref();
    worker.on('message', (reply: SqliteReply) => {
      const waiting = this.#waiting.get(reply.id);
      this.#waiting.delete(reply.id);
      if (this.#waiting.size === 0) worker.unref();
      if (reply.ok) waiting?.resolve(reply);
      else waiting?.reject(new Error(reply.message));
    });
    const gone = (reason: string): void => {
      if (this.#worker === worker) this.#worker = null;
      for (const [id, waiting] of this.#waiting) {
        this.#waiting.delete(id);
        waiting.reject(new Error(`the thread that writes the file ended: ${reason}`));
      }
    };
    worker.on('error', (error) => {
      gone(error instanceof Error ? error.message : String(error));
    });
    worker.on('exit', (code) => {
      gone(`exit ${code}`);
    });
    return worker;
  }
}
