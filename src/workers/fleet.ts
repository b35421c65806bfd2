/**
 * The worker processes: as many as there should be, at all times. One that ends without being told to is replaced, at
 * once the first time, after a pause that doubles when the next one does not live long either. One that says nothing
 * for too long is ended.
 */
import { fork } from 'node:child_process';
import module from 'node:module';
import { fileURLToPath } from 'node:url';
import type { WorkerEnd } from '../core/events.ts';
import type { Clock, Timer } from '../runtime/clock.ts';
import { WorkerLink } from './link.ts';
import type { CloseOrder, StartOrder, WorkerReport } from './messages.ts';

export interface FleetDeps {
  readonly clock: Clock;
  readonly size: number;
  /** What each process runs. */
  readonly script: URL;
  readonly order: (name: string) => StartOrder;
  /** A new one: nothing was said to it yet. */
  readonly attach: (link: WorkerLink) => void;
  /** It takes requests from now on. */
  readonly came: (link: WorkerLink) => void;
  readonly reported: (link: WorkerLink, report: WorkerReport) => void;
  readonly gone: (link: WorkerLink, reason: WorkerEnd, detail: string) => void;
  /** So many take requests now. */
  readonly counted: (ready: number) => void;
  readonly warn: (message: string) => void;
}

/** One that lived so long did not fail because of what it was started with. */
const GOOD_LIFE_MS = 10_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;
/** Without a word for so long it hangs. */
const SILENCE_MS = 30_000;
const LOOK_MS = 2_000;
/** A client that is about to ask again does so within this, and is told that it was the last time here. */
const LINGER_MS = 1_000;
const COLLECT_MS = 500;
/** Beyond its drain, for what is written at the end. */
const LAST_MS = 5_000;

export class Fleet {
  readonly #deps: FleetDeps;
  readonly #links = new Set<WorkerLink>();
  readonly #ending = new Map<WorkerLink, WorkerEnd>();
  readonly #replacing = new Set<WorkerLink>();
  readonly #pauses = new Set<Timer>();
  readonly #look: Timer;
  #named = 0;
  #shortLives = 0;
  #closing = false;

  constructor(deps: FleetDeps) {
    this.#deps = deps;
    this.#look = deps.clock.setTimer(LOOK_MS, () => {
      this.#endSilent();
      this.#look.refresh();
    });
  }

  /** Those that take requests. */
  get ready(): readonly WorkerLink[] {
    return [...this.#links].filter(({ ready }) => ready);
  }

  /** Those that do as they are told: what is said to one that still starts, it does when it has. */
  get told(): readonly WorkerLink[] {
    return [...this.#links].filter((link) => !this.#ending.has(link));
  }

  /** All that run, those included that start or end. */
  get all(): readonly WorkerLink[] {
    return [...this.#links];
  }

  /** Rejects with what the first one said that could not start; then none is left. */
  async start(): Promise<void> {
    try {
      await Promise.all(Array.from({ length: this.#deps.size }, () => this.#startOne()));
    } catch (error) {
      await this.close(0);
      throw error;
    }
  }

  /** Brings what is known of all workers up to the present; those that do not answer in time stay as they were. */
  async collect(): Promise<void> {
    await Promise.all(
      this.ready.map(async (link) => {
        const report = await link.channel.call('collect', null, COLLECT_MS).catch(() => null);
        if (report !== null) this.#heard(link, report);
      }),
    );
  }

  /**
   * Another worker for each, one after the other: each is there before the one that it replaces is told to end. Answers how many
   * are to be replaced, at once; asked again meanwhile, how many are left.
   */
  replaceAll(drainMs: number): number {
    if (this.#replacing.size === 0) {
      for (const link of this.ready) this.#replacing.add(link);
      void this.#replaceEach(drainMs);
    }
    return this.#replacing.size;
  }

  async #replaceEach(drainMs: number): Promise<void> {
    try {
      for (const link of this.#replacing) {
        if (link.ready && !this.#closing) {
          await this.#startOne();
          await this.#end(link, { deadlineMs: drainMs, lingerMs: LINGER_MS }, 'replaced');
        }
        this.#replacing.delete(link);
      }
    } catch (error) {
      this.#replacing.clear();
      this.#deps.warn(`the workers are not replaced: ${(error as Error).message}`);
    }
  }

  async close(drainMs: number): Promise<void> {
    this.#closing = true;
    this.#look.cancel();
    for (const pause of this.#pauses) pause.cancel();
    await Promise.all(
      [...this.#links].map((link) => this.#end(link, { deadlineMs: drainMs, lingerMs: 0 }, 'stopped')),
    );
  }

  async #startOne(): Promise<void> {
    const { clock, attach, order, script, warn } = this.#deps;
    this.#named += 1;
    const folder = module.getCompileCacheDir?.();
    const env = folder === undefined ? process.env : { ...process.env, NODE_COMPILE_CACHE: folder };
    const child = fork(fileURLToPath(script), [], { serialization: 'advanced', env });
    const link = new WorkerLink(`worker-${this.#named}`, child, clock, warn);
    this.#links.add(link);
    link.process.once('exit', (code, signal) => {
      this.#exited(link, describeExit(code, signal));
    });
    link.process.once('error', (error) => {
      // Without a process there is no exit.
      if (link.process.pid === undefined) this.#exited(link, error.message);
    });
    link.channel.on('report', (report) => {
      this.#heard(link, report);
    });
    attach(link);
    try {
      await link.channel.call('start', order(link.name));
      link.ready = true;
      link.served = true;
      this.#deps.came(link);
      this.#deps.counted(this.ready.length);
    } catch (error) {
      this.#ending.set(link, 'stopped');
      link.process.kill('SIGKILL');
      throw error;
    }
  }

  #heard(link: WorkerLink, report: WorkerReport): void {
    link.heard(report, this.#deps.clock.now());
    this.#deps.reported(link, report);
  }

  async #end(link: WorkerLink, how: CloseOrder, reason: WorkerEnd): Promise<void> {
    if (!this.#links.has(link)) return;
    this.#ending.set(link, reason);
    link.ready = false;
    this.#deps.counted(this.ready.length);
    const exited = new Promise<void>((resolve) => link.process.once('exit', resolve));
    // One that has not begun has nothing to end.
    if (!link.served) link.process.kill('SIGKILL');
    try {
      const last = await link.channel.call('close', how, how.deadlineMs + LAST_MS);
      this.#heard(link, last);
      link.process.disconnect();
    } catch {
      link.process.kill('SIGKILL');
    }
    await exited;
  }

  #exited(link: WorkerLink, detail: string): void {
    this.#links.delete(link);
    link.ready = false;
    link.channel.closed();
    const reason = this.#ending.get(link) ?? 'crashed';
    this.#ending.delete(link);
    this.#deps.gone(link, reason, detail);
    this.#deps.counted(this.ready.length);
    // One that never served is for whoever started it.
    if (this.#closing || !link.served || reason === 'stopped' || reason === 'replaced') return;
    const lived = this.#deps.clock.now() - link.startedAt;
    this.#shortLives = lived >= GOOD_LIFE_MS ? 0 : this.#shortLives + 1;
    this.#replace();
  }

  #replace(): void {
    const doubled = FIRST_PAUSE_MS * 2 ** (this.#shortLives - 2);
    const pauseMs = this.#shortLives <= 1 ? 0 : Math.min(LONGEST_PAUSE_MS, doubled);
    const pause = this.#deps.clock.setTimer(pauseMs, () => {
      this.#pauses.delete(pause);
      if (this.#closing) return;
      this.#startOne().catch((error: unknown) => {
        this.#deps.warn(`a worker could not be started: ${(error as Error).message}`);
        if (this.#closing) return;
        this.#shortLives += 1;
        this.#replace();
      });
    });
    this.#pauses.add(pause);
  }

  #endSilent(): void {
    const now = this.#deps.clock.now();
    for (const link of this.ready) {
      if (now - link.heardAt < SILENCE_MS || this.#ending.has(link)) continue;
      this.#ending.set(link, 'unresponsive');
      link.process.kill('SIGKILL');
    }
  }
}

function describeExit(code: number | null, signal: string | null): string {
  return signal === null ? `exit code ${String(code)}` : `signal ${signal}`;
}
