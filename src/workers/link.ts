import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Peer } from '../cache/store/peers/hub.ts';
import type { BreakerSnapshot } from '../core/state.ts';
import type { Clock } from '../runtime/clock.ts';
import { Channel, type Message } from './channel.ts';
import type { ToPrimary, ToWorker, WorkerReport } from './messages.ts';
import type { BankTeller } from './permit-bank.ts';

/** The primary's end of one worker. */
export class WorkerLink implements Peer, BankTeller {
  readonly name: string;
  readonly process: ChildProcess;
  readonly channel: Channel<ToWorker, ToPrimary>;
  /** Monotonic and unix milliseconds. */
  readonly startedAt: number;
  readonly startedWallMs: number;
  /** Its last; null before the first. */
  report: WorkerReport | null = null;
  heardAt: number;
  /** It takes requests. */
  ready = false;
  /** It has taken requests. */
  served = false;
  #handedSince = 0;

  /** `warn` hears what goes wrong here, in words. */
  constructor(name: string, process: ChildProcess, clock: Clock, warn: (message: string) => void) {
    this.name = name;
    this.process = process;
    this.startedAt = clock.now();
    this.startedWallMs = clock.wallMs();
    this.heardAt = this.startedAt;
    this.channel = new Channel(
      (message) => {
        // What cannot be sent is for one that is gone: its exit follows.
        if (process.connected) process.send(message, () => undefined);
      },
      clock,
      (topic, error) => {
        warn(`"${topic}" of ${name} could not be heard: ${(error as Error).message}`);
      },
    );
    process.on('message', (message: Message) => {
      this.channel.receive(message);
    });
    process.on('error', () => undefined);
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  /** Those it had at its last report, and those it was handed since. */
  get connections(): number {
    return (this.report?.connections ?? 0) + this.#handedSince;
  }

  heard(report: WorkerReport, at: number): void {
    this.report = report;
    this.heardAt = at;
    this.#handedSince = 0;
  }

  /** `failed` is called when it was not sent. It stays open here until the worker says that it has it. */
  handOver(number: number, socket: Socket, failed: () => void): void {
    this.#handedSince += 1;
    if (!this.process.connected) {
      failed();
      return;
    }
    const message: Message = { topic: 'connection', body: number };
    this.process.send(message, socket, { keepOpen: true }, (error) => {
      if (error !== null) failed();
    });
  }

  /** So that it does not have to find out for itself what the others know. */
  followOpen(breakers: readonly BreakerSnapshot[]): void {
    for (const { name: breaker, state, manual, retryAfterMs: openMs } of breakers)
      if (state === 'open' && manual === null && openMs !== null)
        this.channel.note('follow', { breaker, openMs });
  }

  receive(batch: Parameters<Peer['receive']>[0]): void {
    this.channel.note('entries', batch);
  }

  loaded(): void {
    this.channel.note('entriesLoaded', null);
  }

  granted(holder: number, count: number): void {
    this.channel.note('granted', { holder, count });
  }

  recalled(holder: number, count: number, spare: boolean): void {
    this.channel.note('recalled', { holder, count, spare });
  }
}
