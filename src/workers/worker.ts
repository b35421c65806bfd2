/**
 * One of several workers: a whole data plane, that is handed the connections of clients, and no operations plane. What it has in
 * common with the others (limits, entries, breakers that opened) it hears of from the primary.
 */
import { Socket } from 'node:net';
import { act, type BreakerAction } from '../admin/breakers.ts';
import type { LeaseHolder, PermitLender } from '../admission/leased-share.ts';
import { openPeerStore, type HubLink } from '../cache/store/peers/peer-store.ts';
import type { Config } from '../config/config.ts';
import type { GatewayEvent } from '../core/events.ts';
import { createDrainDesk } from '../gateway/drain.ts';
import { createListeners, type Listeners } from '../gateway/listeners.ts';
import type { Member } from '../gateway/member.ts';
import { buildParts, type Parts } from '../gateway/parts.ts';
import { Reloader } from '../gateway/reload.ts';
import { shutDown } from '../gateway/shut-down.ts';
import { sleep, systemClock, type Clock } from '../runtime/clock.ts';
import { systemRng } from '../runtime/rng.ts';
import type { Channel } from './channel.ts';
import type { ByHandState, CloseOrder, StartOrder, ToPrimary, ToWorker } from './messages.ts';
import { createOperationsProxy } from './operations-proxy.ts';
import { Reporter } from './reporter.ts';

export type WorkerChannel = Channel<ToPrimary, ToWorker>;

/** Soon enough for the page, which is drawn once a second. */
const REPORT_MS = 250;
/** For as long a new worker waits for an upstream that does not answer, before it takes requests all the same. */
const READY_MS = 2_000;

export class Worker {
  readonly #clock: Clock = systemClock;
  readonly #link: ReturnType<typeof hubLink>;
  #running: Running | null = null;

  constructor(channel: WorkerChannel) {
    // What may come before the parts are built is followed from here on.
    const link = hubLink(channel);
    this.#link = link;
    const lender = bankLender(channel);
    channel.on('start', async (order) => {
      this.#running = start(order, { channel, link, lender: lender(order.workers), clock: this.#clock });
      // With the entries of the others, and with what is known of upstreams: else its first answers would be misses.
      await Promise.race([this.#running.ready, sleep(this.#clock, READY_MS)]);
    });
  }

  /** Lets what runs end, for at most so long. For a primary that is gone. */
  async close(): Promise<void> {
    const running = this.#running;
    this.#link.giveUp();
    if (running !== null) await running.close({ deadlineMs: running.config().drainMs, lingerMs: 0 });
  }
}

interface Running {
  readonly ready: Promise<void>;
  config(): Config;
  close(how: CloseOrder): Promise<void>;
}

interface Common {
  readonly channel: WorkerChannel;
  readonly link: HubLink;
  readonly lender: PermitLender;
  readonly clock: Clock;
}

function start(order: StartOrder, { channel, link, lender, clock }: Common): Running {
  const { config, name, instance } = order;
  const member: Member = { name, instance, lender, openStore: openPeerStore(link), toLog: ownLines };
  const parts = buildParts(config, clock, systemRng, member);
  let listeners: Listeners | null = null;
  const reporter = new Reporter(parts, {
    prefix: config.metrics.prefix,
    showText: config.dashboard.showText,
    connections: () => listeners?.data.connections ?? 0,
  });
  const reloader = new Reloader(config, parts, {
    source: null,
    onExchange: ({ config: next }) => listeners?.configure(next),
  });
  const proxy = createOperationsProxy(order.operationsAt, order.operationsRoots);
  listeners = createListeners(
    { ...config, admin: { ...config.admin, listen: null } },
    {
      handle: (inbound) => reloader.inForce.plane.handle(inbound),
      operations: proxy,
      emit: parts.bus.emit,
      clock,
    },
  );
  const doors = listeners;
  const stopReports = reportRegularly(channel, reporter, clock);
  let closing: Promise<void> | null = null;
  const close = ({ deadlineMs, lingerMs }: CloseOrder): Promise<void> => {
    proxy.endStreams();
    closing ??= shutDown(parts, { listeners: doors, live: null }, deadlineMs, lingerMs).finally(stopReports);
    return closing;
  };
  obey(channel, { parts, reloader, reporter });
  channel.on('close', async (how) => {
    await close(how);
    return reporter.take();
  });
  channel.on('connection', (number, socket) => {
    // Before anything is read: from here on it is this worker's, and if it ends, the client's request with it.
    channel.note('taken', number);
    if (socket instanceof Socket) doors.data.take(socket);
  });
  applyByHand(parts, reloader, order.byHand);
  return {
    ready: parts.ready,
    config: () => reloader.inForce.config,
    close,
  };
}

interface Obeying {
  readonly parts: Parts;
  readonly reloader: Reloader;
  readonly reporter: Reporter;
}

/** What the primary asks for. */
function obey(channel: WorkerChannel, { parts, reloader, reporter }: Obeying): void {
  const desk = createDrainDesk(parts, () => reloader.inForce.config);
  channel.on('collect', () => reporter.take());
  channel.on('reload', ({ config, trigger }) => reloader.reload(trigger, config));
  channel.on('breaker', ({ name, action }) => actOn(parts, name, action));
  channel.on('drain', ({ name, deadlineMs }) => {
    void desk.drain(name, deadlineMs);
    return null;
  });
  channel.on('resume', ({ name }) => {
    void desk.resume(name);
    return null;
  });
  channel.on('feedback', ({ id, right }) => parts.cache.feedback(id, right));
  channel.on('follow', ({ breaker, openMs }) => {
    reporter.following(() => parts.upstreams.breaker(breaker)?.follow(openMs));
  });
}

function actOn({ upstreams }: Parts, name: string, action: BreakerAction): boolean {
  const breaker = upstreams.breaker(name);
  if (breaker === null) return false;
  act(breaker, action);
  return true;
}

/** What somebody set by hand before this worker was there. */
function applyByHand(parts: Parts, reloader: Reloader, { closed, drained, breakers }: ByHandState): void {
  const desk = createDrainDesk(parts, () => reloader.inForce.config);
  if (closed) void desk.drain(null, null);
  for (const name of drained) void desk.drain(name, null);
  for (const [name, action] of breakers) actOn(parts, name, action);
}

function reportRegularly(channel: WorkerChannel, reporter: Reporter, clock: Clock): () => void {
  const timer = clock.setTimer(REPORT_MS, () => {
    channel.note('report', reporter.take());
    timer.refresh();
  });
  return () => {
    timer.cancel();
  };
}

/** Lines about requests are the worker's; what happens to all of them at once is logged by the primary. */
const LOGGED_BY_PRIMARY: ReadonlySet<GatewayEvent['type']> = new Set([
  'breaker.transitioned',
  'upstream.health-changed',
  'health.panic-changed',
  'config.reloaded',
  'cache.store-changed',
  'cache.restored',
  'cache.purged',
]);

const ownLines: Member['toLog'] = (bus) => ({
  subscribe: (subscriber) =>
    bus.subscribe((event) => {
      if (!LOGGED_BY_PRIMARY.has(event.type)) subscriber(event);
    }),
});

/** `giveUp`: nothing more will come of it. */
function hubLink(channel: WorkerChannel): HubLink & { giveUp(): void } {
  let follower: Parameters<HubLink['follow']>[0] | null = null;
  return {
    giveUp: () => {
      follower?.loaded();
    },
    send: (batch) => {
      channel.note('entries', batch);
    },
    load: () => {
      channel.note('loadEntries', null);
    },
    follow: (peer) => {
      follower = peer;
      channel.on('entries', (batch) => {
        peer.receive(batch);
      });
      channel.on('entriesLoaded', () => {
        peer.loaded();
      });
    },
  };
}

/** Permits of common limits, lent by the primary's bank. */
function bankLender(channel: WorkerChannel): (members: number) => PermitLender {
  const holders = new Map<number, LeaseHolder>();
  let opened = 0;
  channel.on('granted', ({ holder, count }) => {
    holders.get(holder)?.granted(count);
  });
  channel.on('recalled', ({ holder, count, spare }) => {
    holders.get(holder)?.recalled(count, spare);
  });
  return (members) => ({
    members,
    open: (name, limit, told) => {
      const holder = (opened += 1);
      holders.set(holder, told);
      channel.note('lease', { act: 'open', holder, name, limit });
      const say = (act: 'want' | 'giveBack' | 'resize') => (count: number) => {
        channel.note('lease', { act, holder, count });
      };
      return {
        want: say('want'),
        giveBack: say('giveBack'),
        resize: say('resize'),
        close: () => {
          holders.delete(holder);
          channel.note('lease', { act: 'close', holder });
        },
      };
    },
  });
}
