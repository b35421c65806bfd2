/** The connections that are read without `node:http`: their idle times, and what their answers have in common. */
import type { Socket } from 'node:net';
import type { Timer } from '../../runtime/clock.ts';
import { answerProtocolError } from '../protocol-error.ts';
import { FastConnection, type FastPathParts } from './connection.ts';
import type { ConnectionFields } from './response.ts';

export type FastPathOptions = Omit<FastPathParts, 'fields'> & {
  /** Whether every answer is to be the last on its connection. */
  readonly closing: () => boolean;
};

const LOOK_MS = 1_000;

export class FastPath {
  readonly #options: FastPathOptions;
  readonly #parts: FastPathParts;
  readonly #open = new Map<Socket, FastConnection>();
  readonly #look: Timer;
  #date = '';
  #dateSecond = -1;

  constructor(options: FastPathOptions) {
    this.#options = options;
    this.#parts = {
      ...options,
      handOver: (socket, bytes) => {
        this.#open.delete(socket);
        options.handOver(socket, bytes);
      },
      fields: () => this.#fields(),
    };
    const { clock, limits } = options;
    this.#look = clock.setTimer(Math.min(LOOK_MS, limits().headerTimeoutMs), () => {
      this.#closeExpired();
      this.#look.refresh();
    });
  }

  accept(socket: Socket): void {
    this.#open.set(socket, new FastConnection(socket, this.#parts));
    socket.on('error', ignore); // `close` follows and does the work
    socket.once('close', () => this.#open.delete(socket));
  }

  closeIdle(): void {
    for (const [socket, connection] of this.#open) if (connection.idle) socket.destroy();
  }

  /** When none is left. */
  close(): void {
    this.#look.cancel();
  }

  #closeExpired(): void {
    const now = this.#options.clock.now();
    for (const [socket, connection] of this.#open) {
      const expired = connection.expired(now);
      if (expired === 'idle') socket.destroy();
      else if (expired === 'late')
        answerProtocolError(Object.assign(new Error('late'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }), socket);
    }
  }

  #fields(): ConnectionFields {
    const { clock, closing, limits } = this.#options;
    const wall = clock.wallMs();
    const second = Math.floor(wall / 1_000);
    if (second !== this.#dateSecond) {
      this.#dateSecond = second;
      this.#date = new Date(wall).toUTCString();
    }
    return {
      date: this.#date,
      keepAliveSeconds: closing() ? null : Math.floor(limits().keepAliveMs / 1_000),
    };
  }
}

function ignore(): void {
  // See where it is registered.
}
