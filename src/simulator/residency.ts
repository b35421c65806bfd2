import type { CancelToken } from '../core/cancel.ts';
import { CancelSource } from '../runtime/cancel.ts';
import { sleep } from '../runtime/clock.ts';
import type { Clock, Timer } from '../runtime/clock.ts';
import { SERVER_BUSY, SimulatorError } from './error.ts';
import type { StoredModel } from './models/store.ts';
import { Slots } from './slots.ts';

/**
 * Which models are in memory, as Ollama's scheduler decides it:
 *
 * - a request for a model in memory joins it at once, however many wait there already;
 * - one that needs a load goes through a queue of at most `maxQueue`, beyond that it is refused with 503;
 * - the queue is worked off one by one: a load that has to evict another model first waits until that one is
 *   idle, and everybody behind waits too;
 * - another `num_ctx` than the one loaded means loading again;
 * - a request that goes away while its model loads aborts the load.
 */
export interface ResidencyOptions {
  readonly maxLoadedModels: number;
  readonly maxQueue: number;
  readonly numParallel: number;
  /** Simulated milliseconds; negative: for ever. */
  readonly keepAliveMs: number;
  readonly loadMs: (model: StoredModel) => number;
}

export interface Want {
  readonly model: StoredModel;
  readonly numCtx: number;
  /** Milliseconds to stay after the last request, `Infinity` for ever; null leaves it as it is. */
  readonly keepAliveMs: number | null;
}

export interface Resident {
  readonly model: StoredModel;
  readonly numCtx: number;
  /** Simulated milliseconds until it leaves if nobody asks again; null while it is used or stays for ever. */
  readonly expiresInMs: number | null;
  readonly loading: boolean;
  readonly active: number;
}

/** A loaded model, held until released. */
export interface Lease {
  readonly slots: Slots;
  release(): void;
}

interface Runner {
  readonly model: StoredModel;
  readonly numCtx: number;
  readonly slots: Slots;
  /** Settles false when the load was aborted. */
  readonly loaded: Promise<boolean>;
  loading: boolean;
  /** Unloads as soon as it is idle; nobody new joins. */
  leaving: boolean;
  active: number;
  keepAliveMs: number;
  lastUsed: number;
  timer: Timer | null;
  expiresAt: number | null;
  readonly onGone: (() => void)[];
}

interface Pending {
  readonly want: Want;
  readonly cancel: CancelToken;
  readonly resolve: (lease: Lease | Promise<Lease>) => void;
  readonly reject: (error: SimulatorError) => void;
}

const canceled = (): SimulatorError => new SimulatorError(499, 'request canceled');

export class Residency {
  readonly #options: ResidencyOptions;
  readonly #clock: Clock;
  /** By digest of model name: a copy under another name shares nothing here, as it would share its blob. */
  readonly #runners = new Map<string, Runner>();
  readonly #pending: Pending[] = [];
  #working = false;
  #closed = false;
  loads = 0;
  evictions = 0;
  expirations = 0;

  constructor(options: ResidencyOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
  }

  /** Requests waiting for a load or for a slot of a loaded model. */
  get queued(): number {
    let count = this.#pending.length;
    for (const runner of this.#runners.values()) count += runner.slots.waiting;
    return count;
  }

  /** Slots at work. */
  get working(): number {
    let count = 0;
    for (const runner of this.#runners.values()) count += runner.slots.used;
    return count;
  }

  residents(): Resident[] {
    const now = this.#clock.now();
    return [...this.#runners.values()].map((runner) => ({
      model: runner.model,
      numCtx: runner.numCtx,
      expiresInMs: runner.expiresAt === null ? null : runner.expiresAt - now,
      loading: runner.loading,
      active: runner.active,
    }));
  }

  /** The keep-alive in force, for `/api/ps` of a model in use. */
  keepAliveOf(model: StoredModel): number {
    return this.#runners.get(model.name)?.keepAliveMs ?? this.#defaultKeepAlive;
  }

  get #defaultKeepAlive(): number {
    return this.#options.keepAliveMs < 0 ? Infinity : this.#options.keepAliveMs;
  }

  /** Rejects with 503 when the queue is full, with 499 when `cancel` fires. */
  acquire(want: Want, cancel: CancelToken): Promise<Lease> {
    if (cancel.cancelled || this.#closed) return Promise.reject(canceled());
    const runner = this.#usable(want);
    if (runner !== null) return this.#join(runner, want, cancel);
    if (this.#pending.length >= this.#options.maxQueue) {
      return Promise.reject(new SimulatorError(503, SERVER_BUSY));
    }
    return new Promise<Lease>((resolve, reject) => {
      // An aborted one keeps its place until its turn comes, as in Ollama.
      cancel.onCancel(() => reject(canceled()));
      this.#pending.push({ want, cancel, resolve, reject });
      void this.#work();
    });
  }

  /** Lets a model go as soon as it is idle (`keep_alive: 0` without a prompt). */
  expire(model: StoredModel): void {
    const runner = this.#runners.get(model.name);
    if (runner === undefined) return;
    runner.keepAliveMs = 0;
    this.#whenIdle(runner);
  }

  close(): void {
    this.#closed = true;
    for (const { reject } of this.#pending.splice(0)) reject(canceled());
    for (const runner of [...this.#runners.values()]) this.#unload(runner);
  }

  #usable(want: Want): Runner | null {
    const runner = this.#runners.get(want.model.name);
    const fits =
      runner !== undefined &&
      !runner.leaving &&
      runner.numCtx === want.numCtx &&
      runner.model.digest === want.model.digest;
    return fits ? runner : null;
  }

  async #work(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    for (;;) {
      const next = this.#pending.shift();
      if (next === undefined) break;
      await this.#place(next);
    }
    this.#working = false;
  }

  async #place(pending: Pending): Promise<void> {
    const { want, cancel } = pending;
    while (!cancel.cancelled && !this.#closed) {
      const runner = this.#usable(want);
      if (runner !== null) {
        pending.resolve(this.#join(runner, want, cancel));
        return;
      }
      const inTheWay = this.#runners.get(want.model.name) ?? this.#surplus();
      if (inTheWay === null) {
        pending.resolve(this.#load(want, cancel));
        return;
      }
      await this.#evict(inTheWay);
    }
    pending.reject(canceled());
  }

  /** When memory is full, the model to give up: the least recently used idle one, else the least recently used. */
  #surplus(): Runner | null {
    if (this.#runners.size < this.#options.maxLoadedModels) return null;
    const [first] = [...this.#runners.values()].sort(
      (a, b) => Math.min(a.active, 1) - Math.min(b.active, 1) || a.lastUsed - b.lastUsed,
    );
    return first ?? null;
  }

  #evict(runner: Runner): Promise<void> {
    this.evictions += 1;
    runner.leaving = true;
    return new Promise((resolve) => {
      runner.onGone.push(resolve);
      this.#whenIdle(runner);
    });
  }

  async #load(want: Want, cancel: CancelToken): Promise<Lease> {
    this.loads += 1;
    const aborted = new CancelSource();
    const unsubscribe = cancel.onCancel((reason) => aborted.cancel(reason));
    const loaded = sleep(this.#clock, this.#options.loadMs(want.model), aborted).then(
      () => !aborted.cancelled && !this.#closed,
    );
    const runner: Runner = {
      model: want.model,
      numCtx: want.numCtx,
      slots: new Slots(this.#options.numParallel),
      loaded,
      loading: true,
      leaving: false,
      active: 1,
      keepAliveMs: want.keepAliveMs ?? this.#defaultKeepAlive,
      lastUsed: this.#clock.now(),
      timer: null,
      expiresAt: null,
      onGone: [],
    };
    this.#runners.set(want.model.name, runner);
    const ok = await loaded;
    unsubscribe();
    runner.loading = false;
    if (ok) return this.#lease(runner);
    this.#unload(runner);
    throw canceled();
  }

  async #join(runner: Runner, want: Want, cancel: CancelToken): Promise<Lease> {
    runner.active += 1;
    runner.timer?.cancel();
    runner.expiresAt = null;
    if (want.keepAliveMs !== null) runner.keepAliveMs = want.keepAliveMs;
    if (!runner.loading) return this.#lease(runner);
    const gone = new Promise<null>((resolve) => cancel.onCancel(() => resolve(null)));
    const loaded = await Promise.race([runner.loaded, gone]);
    if (loaded === true) return this.#lease(runner);
    this.#leave(runner);
    if (loaded === null) throw canceled();
    // Whoever had asked for the load gave up: ask again, in the queue.
    return this.acquire(want, cancel);
  }

  #lease(runner: Runner): Lease {
    let released = false;
    return {
      slots: runner.slots,
      release: () => {
        if (released) return;
        released = true;
        this.#leave(runner);
      },
    };
  }

  #leave(runner: Runner): void {
    runner.active -= 1;
    runner.lastUsed = this.#clock.now();
    this.#whenIdle(runner);
  }

  #whenIdle(runner: Runner): void {
    if (runner.active > 0 || this.#runners.get(runner.model.name) !== runner) return;
    runner.timer?.cancel();
    if (runner.leaving || runner.keepAliveMs <= 0) {
      this.#unload(runner);
    } else if (runner.keepAliveMs !== Infinity) {
      runner.expiresAt = this.#clock.now() + runner.keepAliveMs;
      runner.timer = this.#clock.setTimer(runner.keepAliveMs, () => {
        this.expirations += 1;
        this.#unload(runner);
      });
    }
  }

  #unload(runner: Runner): void {
    runner.timer?.cancel();
    if (this.#runners.get(runner.model.name) === runner) this.#runners.delete(runner.model.name);
    for (const done of runner.onGone.splice(0)) done();
  }
}
