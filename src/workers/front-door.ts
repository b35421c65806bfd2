/**
 * The address that clients connect to. The primary accepts, and hands each connection, unread, to the worker with the
 * fewest. A connection is the worker's when it says so: one that ends before that has lost nothing, and the next
 * worker gets it. While no worker is there, connections wait.
 */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { WorkerLink } from './link.ts';

interface Handed {
  readonly socket: Socket;
  readonly to: WorkerLink;
}

/** Connections that wait for a worker; more are closed. */
const MOST_WAITING = 4_096;

export class FrontDoor {
  readonly #server: Server;
  readonly #workers: () => readonly WorkerLink[];
  readonly #handed = new Map<number, Handed>();
  readonly #waiting: Socket[] = [];
  #numbered = 0;
  #turn = 0;

  /** `workers`: those that take requests now. */
  constructor(workers: () => readonly WorkerLink[]) {
    this.#workers = workers;
    this.#server = createServer({ pauseOnConnect: true, allowHalfOpen: true, noDelay: true }, (socket) => {
      // Nobody reads it here: what goes wrong with it is found out by who gets it.
      socket.on('error', () => undefined);
      this.#assign(socket);
    });
  }

  /** Rejects with Node's error (`EADDRINUSE` …). */
  listen(address: { readonly host: string; readonly port: number }): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ ...address, backlog: 1024 }, () => {
        this.#server.off('error', reject);
        const { family, address: host, port } = this.#server.address() as AddressInfo;
        resolve(`http://${family === 'IPv6' ? `[${host}]` : host}:${port}`);
      });
    });
  }

  /** The worker has it. */
  taken(number: number): void {
    // Closes this end of it alone: the connection is open in the worker.
    this.#handed.get(number)?.socket.destroy();
    this.#handed.delete(number);
  }

  /** A worker has come: those that wait are for it. */
  workerCame(): void {
    for (const socket of this.#waiting.splice(0)) this.#assign(socket);
  }

  /** What it was handed and did not take goes to another. */
  workerGone(worker: WorkerLink): void {
    for (const [number, { socket, to }] of this.#handed) {
      if (to !== worker) continue;
      this.#handed.delete(number);
      this.#assign(socket);
    }
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#waiting.splice(0)) socket.destroy();
    for (const { socket } of this.#handed.values()) socket.destroy();
  }

  #assign(socket: Socket): void {
    const worker = this.#pick();
    if (worker === null) {
      if (this.#waiting.length < MOST_WAITING && this.#server.listening) this.#waiting.push(socket);
      else socket.destroy();
      return;
    }
    const number = (this.#numbered += 1);
    this.#handed.set(number, { socket, to: worker });
    worker.handOver(number, socket, () => {
      // It could not be sent: the worker is going.
      if (this.#handed.delete(number)) this.#assign(socket);
    });
  }

  /** Among those with the fewest connections, one after the other. */
  #pick(): WorkerLink | null {
    const workers = this.#workers();
    let best: WorkerLink | null = null;
    for (let step = 0; step < workers.length; step += 1) {
      const worker = workers[(this.#turn + step) % workers.length];
      if (worker !== undefined && (best === null || worker.connections < best.connections)) best = worker;
    }
    if (best !== null) this.#turn = workers.indexOf(best) + 1;
    return best;
  }
}
