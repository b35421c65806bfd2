import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { nodeHttp } from '../runtime/node-http.ts';
import type { Address } from './options.ts';

/** A listening port that can be shut and opened again at the same number, as a server that dies and comes back. */
export class Port {
  readonly #server: HttpServer;
  readonly #sockets = new Map<Socket, number>();
  readonly #beforeShut: () => void;
  #address: Address | null = null;
  #total = 0;
  #moving: Promise<void> = Promise.resolve();

  /** `beforeShut` is called before the open connections are reset. */
  constructor(
    onRequest: (request: IncomingMessage, response: ServerResponse, connection: number) => void,
    beforeShut: () => void,
  ) {
    this.#beforeShut = beforeShut;
    // Ollama sets no time limit of any kind on its clients.
    this.#server = nodeHttp.createServer({
      keepAliveTimeout: 0,
      requestTimeout: 0,
      headersTimeout: 0,
      noDelay: true,
    });
    this.#server.on('connection', (socket: Socket) => {
      this.#total += 1;
      this.#sockets.set(socket, this.#total);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.#server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      onRequest(request, response, this.#sockets.get(request.socket) ?? 0);
    });
  }

  /** Resolves with the URL. Rejects with Node's error when the address is taken. */
  async open(address: Address): Promise<string> {
    const port = await new Promise<number>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host: address.host, port: address.port, backlog: 1_024 }, () => {
        this.#server.off('error', reject);
        resolve((this.#server.address() as AddressInfo).port);
      });
    });
    this.#address = { host: address.host, port };
    return `http://${address.host.includes(':') ? `[${address.host}]` : address.host}:${String(port)}`;
  }

  get connections(): { readonly open: number; readonly total: number; readonly listening: boolean } {
    return { open: this.#sockets.size, total: this.#total, listening: this.#server.listening };
  }

  /** Shuts or reopens the port; one change after the other. */
  setClosed(closed: boolean): void {
    this.#moving = this.#moving.then(async () => {
      if (closed === !this.#server.listening || this.#address === null) return;
      if (closed) await this.#shut();
      // Taken by somebody else in the meantime: it stays closed, and `connections.listening` says so.
      else await this.open(this.#address).catch(() => undefined);
    });
  }

  /** Resolves when every change asked for so far is made. */
  settled(): Promise<void> {
    return this.#moving;
  }

  async close(): Promise<void> {
    await this.#moving;
    this.#address = null;
    if (this.#server.listening) await this.#shut();
  }

  async #shut(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#beforeShut();
    for (const socket of this.#sockets.keys()) socket.resetAndDestroy();
    await closed;
  }
}
