/**
 * The connections of one upstream, counted where they are made and closed, so that the gauges cannot drift:
 * a connection is open from the moment it can carry a request until its socket says `close`, busy
 * from the moment a request head is written to it until that attempt is over.
 */
import diagnostics from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { buildConnector, type DiagnosticsChannel } from 'undici';
import type { Emit } from '../core/events.ts';
import type { UpstreamName } from '../core/ids.ts';
import type { Clock } from '../runtime/clock.ts';
import type { TlsOptions } from './tls.ts';
import { connectErrorReason } from './classify.ts';

/** One open connection and what it has carried. */
export interface PooledConnection {
  readonly owner: Connections;
  readonly socket: Socket;
  /** Request heads written to it so far. */
  uses: number;
  busy: boolean;
}

/** Whoever is about to have its head written; told which connection it got. */
export interface HeadWriter {
  headWritten(connection: PooledConnection): void;
}

export interface ConnectionsOptions {
  readonly connectMs: number;
  readonly tls?: TlsOptions;
  readonly client: UpstreamName;
  readonly clock: Clock;
  readonly emit: Emit;
}

export class Connections {
  readonly #options: ConnectionsOptions;
  /** undici would take the name from the `Host` that is sent. */
  readonly #serverName: string | null;
  readonly #dial: buildConnector.connector;
  readonly #open = new Set<PooledConnection>();
  #busy = 0;
  /** undici announces a request and writes its head in one go: what is announced is what is written next. */
  #announced: HeadWriter | null = null;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
    this.#serverName = options.tls?.servername ?? null;
    this.#dial = buildConnector({
      ...options.tls,
      allowH2: false,
      timeout: options.connectMs,
      // `localhost` has two addresses and a server often listens on only one of them.
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: Math.max(10, Math.min(1_000, Math.floor(options.connectMs / 2))),
    });
    watchHeads();
  }

  get open(): number {
    return this.#open.size;
  }

  get busy(): number {
    return this.#busy;
  }

  /** undici's connector: every connection of the pool is made here and nowhere else. */
  readonly connect: buildConnector.connector = (options, callback) => {
    const { clock, emit, client } = this.#options;
    const startedAt = clock.now();
    const named = this.#serverName === null ? options : { ...options, servername: this.#serverName };
    this.#dial(named, (...result) => {
      const [error, socket] = result;
      if (error !== null) {
        emit({ type: 'pool.connect-failed', client, reason: connectErrorReason(error) });
      } else {
        this.#opened(socket);
        emit({ type: 'pool.connected', client, durationMs: clock.now() - startedAt });
      }
      callback(...result);
    });
  };

  /** The next head written to one of these connections is this one's. */
  announce(writer: HeadWriter): void {
    this.#announced = writer;
  }

  /** The attempt on this connection is over. Harmless when the connection is gone. */
  release(connection: PooledConnection): void {
    if (!connection.busy) return;
    connection.busy = false;
    this.#busy -= 1;
  }

  /** Closes what carries nothing now: when one idle connection was found dead, its siblings are of the same age. */
  closeIdle(): void {
    for (const connection of this.#open) if (!connection.busy) connection.socket.destroy();
  }

  /** Called for each head written to a socket of ours. */
  headWritten(connection: PooledConnection): void {
    const writer = this.#announced;
    this.#announced = null;
    if (!connection.busy) {
      connection.busy = true;
      this.#busy += 1;
    }
    writer?.headWritten(connection);
    connection.uses += 1;
  }

  #opened(socket: Socket): void {
    const connection: PooledConnection = { owner: this, socket, uses: 0, busy: false };
    this.#open.add(connection);
    connectionOf.set(socket, connection);
    socket.once('close', () => {
      this.release(connection);
      this.#open.delete(connection);
    });
  }
}

/** Every pooled socket of the process. Other users of undici (Node's own `fetch`) are not in it. */
const connectionOf = new WeakMap<Socket, PooledConnection>();
let watching = false;

/** One subscription for all upstreams, so that the cost of a request does not grow with their number. */
function watchHeads(): void {
  if (watching) return;
  watching = true;
  diagnostics.subscribe('undici:client:sendHeaders', (message) => {
    const { socket } = message as DiagnosticsChannel.ClientSendHeadersMessage;
    const connection = connectionOf.get(socket);
    connection?.owner.headWritten(connection);
  });
}
