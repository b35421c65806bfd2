/**
 * Who is in the pool, and who is on the way out. A reload hands in a list of upstreams: those whose options are the
 * same stay as they are, with breaker, connections, queue and health; new and changed ones are built and asked
 * once how they are before any request meets them; then all are exchanged in one step and the old
 * ones drain in the background.
 *
 * Guarantees: nothing changes unless everything could be built; what an operator set by hand (drained, isolated) holds
 * for the successor too; while an old and a new upstream share a name, their figures are one sum.
 */
import { isDeepStrictEqual } from 'node:util';
import type { BreakerSnapshot, PoolSnapshot, QueueSnapshot } from '../core/state.ts';
import type { CircuitBreaker } from '../resilience/breaker/breaker.ts';
import { CancelSource } from '../runtime/cancel.ts';
import { sleep } from '../runtime/clock.ts';
import type { UpstreamOptions } from './options.ts';
import type { ProbeOptions } from './probe.ts';
import { Upstream, type UpstreamParts } from './upstream.ts';

/** What became of each upstream, by name. */
export interface RosterChange {
  readonly added: readonly string[];
  readonly replaced: readonly string[];
  readonly removed: readonly string[];
  readonly kept: readonly string[];
}

/** The next roster, built and probed, not yet in force. */
export interface PreparedRoster {
  readonly next: readonly Upstream[];
  readonly made: readonly Upstream[];
  readonly probe: ProbeOptions;
}

export class Roster {
  #parts: UpstreamParts;
  #serving: readonly Upstream[];
  /** Replaced or removed, and not yet empty. */
  readonly #leaving = new Map<Upstream, { readonly cut: CancelSource; readonly gone: Promise<void> }>();

  constructor(options: readonly UpstreamOptions[], parts: UpstreamParts) {
    this.#parts = parts;
    this.#serving = build(options, [], parts).next;
  }

  /** Those that take requests, in the order of the configuration. */
  get serving(): readonly Upstream[] {
    return this.#serving;
  }

  find(name: string): Upstream | null {
    return this.#serving.find((one) => one.name === name) ?? null;
  }

  /** Rejects when one cannot be built; then nothing is left of the others. */
  async prepare(options: readonly UpstreamOptions[], probe: ProbeOptions): Promise<PreparedRoster> {
    const parts = { ...this.#parts, probe };
    const prepared = { ...build(options, this.#serving, parts), probe };
    await Promise.all(prepared.made.map((one) => one.health.start()));
    return prepared;
  }

  async discard({ made }: PreparedRoster): Promise<void> {
    await Promise.all(made.map((one) => one.close()));
  }

  /** From now on `next` serves. The others end what they have begun, for at most `drainMs`. */
  commit({ next, made, probe }: PreparedRoster, drainMs: number): RosterChange {
    const before = this.#serving;
    this.#parts = { ...this.#parts, probe };
    for (const kept of before) kept.health.configure(probe);
    const leaving = before.filter((one) => !next.includes(one));
    const successors = new Map(made.map((one) => [one.name, one]));
    this.#serving = next;
    for (const old of leaving) {
      const idle = old.retire(successors.get(old.name) ?? null);
      this.#seeOff(old, idle, drainMs);
    }
    const names = new Set<string>(before.map((one) => one.name));
    return {
      added: made.filter((one) => !names.has(one.name)).map((one) => one.name),
      replaced: made.filter((one) => names.has(one.name)).map((one) => one.name),
      removed: leaving.filter((one) => !successors.has(one.name)).map((one) => one.name),
      kept: next.filter((one) => !made.includes(one)).map((one) => one.name),
    };
  }

  /** Drains all, those on their way out included, and closes them after `deadlineMs` at the latest. */
  async close(deadlineMs: number): Promise<void> {
    const left = this.#parts.clock.now() + deadlineMs;
    await Promise.all([
      this.#cutLeavingAt(left),
      ...this.#serving.map((one) => this.#drainAndClose(one, one.drain(), deadlineMs, new CancelSource())),
    ]);
  }

  breaker(name: string): CircuitBreaker | null {
    for (const upstream of this.#serving) {
      const found = upstream.breakers.find(name);
      if (found !== null) return found;
    }
    return null;
  }

  breakers(): readonly BreakerSnapshot[] {
    const snapshots = this.#serving.flatMap((one) => one.breakers.all().map((breaker) => breaker.snapshot()));
    const names = new Set(snapshots.map((one) => one.name));
    for (const old of this.#leaving.keys()) {
      for (const breaker of old.breakers.all()) {
        if (names.has(breaker.name)) continue;
        names.add(breaker.name);
        snapshots.push(breaker.snapshot());
      }
    }
    return snapshots;
  }

  pools(): readonly PoolSnapshot[] {
    return this.#sum(
      (one) => one.transport.snapshot(),
      (pool) => pool.client,
      (pool, old) => ({
        ...pool,
        connections: pool.connections + old.connections,
        busy: pool.busy + old.busy,
        idle: pool.idle + old.idle,
        pending: pool.pending + old.pending,
      }),
    );
  }

  queues(): readonly QueueSnapshot[] {
    return this.#sum(
      (one) => one.queue(),
      (queue) => queue.upstream,
      (queue, old) => ({ ...queue, permitsInUse: queue.permitsInUse + old.permitsInUse }),
    );
  }

  /** One line per name; what is on its way out is added to its successor's. */
  #sum<T>(read: (upstream: Upstream) => T, name: (line: T) => string, add: (line: T, old: T) => T): T[] {
    const lines = this.#serving.map(read);
    for (const old of this.#leaving.keys()) {
      const line = read(old);
      const index = lines.findIndex((one) => name(one) === name(line));
      if (index === -1) lines.push(line);
      else lines[index] = add(lines[index] as T, line);
    }
    return lines;
  }

  #seeOff(old: Upstream, idle: Promise<void>, drainMs: number): void {
    const cut = new CancelSource();
    const gone = this.#drainAndClose(old, idle, drainMs, cut).finally(() => this.#leaving.delete(old));
    this.#leaving.set(old, { cut, gone });
  }

  async #cutLeavingAt(until: number): Promise<void> {
    const leaving = [...this.#leaving.values()];
    const allGone = Promise.all(leaving.map((one) => one.gone));
    await this.#atMost(allGone, until - this.#parts.clock.now(), new CancelSource());
    for (const one of leaving) one.cut.cancel(new Error('the deadline of the shutdown'));
    await allGone;
  }

  async #drainAndClose(
    upstream: Upstream,
    idle: Promise<void>,
    deadlineMs: number,
    cut: CancelSource,
  ): Promise<void> {
    await this.#atMost(idle, deadlineMs, cut);
    await upstream.close();
  }

  /** Until `done`, `cut` or the deadline, whichever comes first. */
  async #atMost(done: Promise<unknown>, deadlineMs: number, cut: CancelSource): Promise<void> {
    void done.then(() => {
      cut.cancel(new Error('done'));
    });
    await sleep(this.#parts.clock, deadlineMs, cut);
  }
}

function build(
  options: readonly UpstreamOptions[],
  present: readonly Upstream[],
  parts: UpstreamParts,
): Pick<PreparedRoster, 'next' | 'made'> {
  const made: Upstream[] = [];
  try {
    const next = options.map((one) => {
      const same = present.find((old) => isDeepStrictEqual(old.options, one));
      if (same !== undefined) return same;
      const upstream = new Upstream(one, parts);
      made.push(upstream);
      return upstream;
    });
    return { next, made };
  } catch (error) {
    for (const upstream of made) void upstream.close();
    throw error;
  }
}
