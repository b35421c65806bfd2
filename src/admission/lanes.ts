/**
 * Everything a request waits for at one upstream: a slot of its lane and, where the model has a limit of its own, a
 * slot of the model.
 *
 * Guarantees: never more at once than either allows; whoever waits for both waits for `waitMs` in all, is
 * counted as one wait, and holds no slot of the lane while its model's are taken, so that one model's crowd does not
 * stand in the way of another's. A model's line exists only while somebody uses it: names are the clients' to choose.
 */
import type { QueueEvent } from '../core/events.ts';
import type { ModelId } from '../core/ids.ts';
import type { Lane } from '../core/route.ts';
import type { QueueSnapshot } from '../core/state.ts';
import type { Permit } from './held-permit.ts';
import type { PermitLender } from './leased-share.ts';
import { PermitQueue, type PermitQueueDeps, type PermitWaiter } from './permits.ts';

export interface LanesOptions {
  readonly generation: number;
  readonly embedding: number;
  /** Generations and embeddings at once by model: a name, or a pattern with `*`. The first that fits counts. */
  readonly models: Readonly<Record<string, number>>;
  readonly max: number;
  readonly waitMs: number;
}

export interface LanesDeps extends Omit<PermitQueueDeps, 'shared'> {
  /** Where several processes have the limits in common. */
  readonly lender?: PermitLender | null;
}

export class Lanes {
  readonly generation: PermitQueue;
  readonly #embedding: PermitQueue;
  readonly #options: LanesOptions;
  readonly #deps: LanesDeps;
  readonly #patterns: readonly { readonly pattern: RegExp; readonly permits: number }[];
  readonly #models = new Map<string, PermitQueue>();
  #draining = false;

  /** Throws a RangeError that names the upstream, the option and the value. */
  constructor(options: LanesOptions, deps: LanesDeps) {
    this.#options = options;
    this.#deps = deps;
    const { generation, embedding } = options;
    this.generation = this.#line(generation, `generation/${generation}`, deps.emit);
    this.#embedding = this.#line(embedding, `embedding/${embedding}`, deps.emit);
    this.#patterns = Object.entries(options.models).map(([pattern, permits]) => ({
      pattern: patternOf(pattern),
      permits,
    }));
  }

  /** A permit if one is free now; null means: wait with `acquire`. Not for lane `none`, which needs none. */
  tryAcquire(lane: Lane, model: ModelId | null): Permit | null {
    const queue = this.#queue(lane);
    const own = this.#modelQueue(model);
    if (own === null) return queue.tryAcquire();
    if (!queue.free || !own.queue.free) {
      this.#forgetIdle(own);
      return null;
    }
    return this.#together(own, own.queue.tryAcquire(), queue.tryAcquire());
  }

  /** A permit now or in turn. Rejects as `PermitQueue.acquire` does. */
  async acquire(lane: Lane, model: ModelId | null, waiter: PermitWaiter): Promise<Permit> {
    const queue = this.#queue(lane);
    const own = this.#modelQueue(model);
    if (own === null) return queue.acquire(waiter);
    const since = waiter.since ?? this.#deps.clock.now();
    let first: Permit | null = null;
    try {
      first = await own.queue.acquire(waiter);
      const second = await queue.acquire({ ...waiter, since, rejoins: true });
      return this.#together(own, first, second) as Permit;
    } catch (error) {
      first?.release();
      this.#forgetIdle(own);
      throw error;
    }
  }

  /** Turns away whoever waits, and whoever comes. */
  drain(): void {
    this.#draining = true;
    this.generation.drain();
    this.#embedding.drain();
    for (const queue of this.#models.values()) queue.drain();
  }

  /** Grants slots again after `drain`. */
  resume(): void {
    this.#draining = false;
    this.generation.resume();
    this.#embedding.resume();
    for (const queue of this.#models.values()) queue.resume();
  }

  /** All lines together: one upstream is one line in the metrics. The permits are those of the two lanes. */
  snapshot(): Omit<QueueSnapshot, 'adaptiveLimit'> {
    const generation = this.generation.snapshot();
    const embedding = this.#embedding.snapshot();
    let depth = generation.depth + embedding.depth;
    let oldestWaitMs = Math.max(generation.oldestWaitMs, embedding.oldestWaitMs);
    for (const queue of this.#models.values()) {
      const waiting = queue.snapshot();
      depth += waiting.depth;
      oldestWaitMs = Math.max(oldestWaitMs, waiting.oldestWaitMs);
    }
    return {
      upstream: generation.upstream,
      depth,
      permits: generation.permits + embedding.permits,
      permitsInUse: generation.permitsInUse + embedding.permitsInUse,
      oldestWaitMs,
    };
  }

  /** Holds nothing of the limits that others have in common with it. */
  close(): void {
    for (const queue of [this.generation, this.#embedding, ...this.#models.values()]) queue.close();
  }

  /** The name of a shared limit has the number in it: after a reload the old one empties beside the new one. */
  #line(permits: number, limit: string, emit: PermitQueueDeps['emit']): PermitQueue {
    const { lender, ...deps } = this.#deps;
    const { max, waitMs } = this.#options;
    if (lender === undefined || lender === null)
      return new PermitQueue({ permits, max, waitMs }, { ...deps, emit });
    const shared = { lender, limit: `${deps.upstream}/${limit}` };
    return new PermitQueue(
      { permits, max: Math.ceil(max / lender.members), waitMs },
      { ...deps, emit, shared },
    );
  }

  #queue(lane: Lane): PermitQueue {
    return lane === 'embedding' ? this.#embedding : this.generation;
  }

  #modelQueue(model: ModelId | null): ModelQueue | null {
    if (model === null || this.#patterns.length === 0) return null;
    const made = this.#models.get(model);
    if (made !== undefined) return { model, queue: made };
    const limit = this.#patterns.find(({ pattern }) => pattern.test(model));
    if (limit === undefined) return null;
    const { emit } = this.#deps;
    // The lane counts the whole wait, once; being turned away is counted where it happens.
    const emitOwn = (event: QueueEvent): void => {
      if (event.type !== 'queue.waited') emit(event);
    };
    const queue = this.#line(limit.permits, `model/${limit.permits}/${model}`, emitOwn);
    if (this.#draining) queue.drain();
    this.#models.set(model, queue);
    return { model, queue };
  }

  #together(own: ModelQueue, first: Permit | null, second: Permit | null): Permit | null {
    if (first === null || second === null) return null;
    let held = true;
    return {
      release: () => {
        if (!held) return;
        held = false;
        second.release();
        first.release();
        this.#forgetIdle(own);
      },
    };
  }

  #forgetIdle({ model, queue }: ModelQueue): void {
    if (!queue.idle || this.#models.get(model) !== queue) return;
    this.#models.delete(model);
    queue.close();
  }
}

interface ModelQueue {
  readonly model: ModelId;
  readonly queue: PermitQueue;
}

/** `*` stands for any run of characters; the rest is itself. */
function patternOf(pattern: string): RegExp {
  return new RegExp(`^${pattern.split('*').map(literal).join('.*')}$`, 's');
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
