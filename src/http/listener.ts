/**
 * The front door. It bounds what a client may send (headers, body, time) and how long it may refuse to read. Plain requests of
 * the data plane are read by the fast path, all others by `node:http`; both come to `serve.ts`, which knows nothing of caches,
 * breakers or upstreams: each routed request goes to `handle`, each operations path to `operations`.
 */
import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Clock } from '../runtime/clock.ts';
import { nodeHttp } from '../runtime/node-http.ts';
import { FastPath } from './fast-path/fast-path.ts';
import { answerProtocolError } from './protocol-error.ts';
import { plainRoute, serve, servePlain, type ServeOptions } from './serve.ts';

export interface ListenerLimits {
  readonly bodyBytes: number;
  readonly headerBytes: number;
  readonly headerTimeoutMs: number;
  readonly requestTimeoutMs: number;
  /** How long a client may leave an answer unread before its connection is closed. */
  readonly clientStallMs: number;
  /** Longer than clients keep idle connections, so that the client closes first and no request races a close. */
  readonly keepAliveMs: number;
}

export interface ListenerOptions extends ServeOptions {
  readonly limits: ListenerLimits;
}

/** Where to listen: a port, or a socket in the file system for processes on this machine. */
export type ListenAddress = { readonly host: string; readonly port: number } | { readonly path: string };

export interface Listener {
  listen(address: ListenAddress): Promise<{ readonly url: string }>;
  /** A connection that another process accepted, not read from yet. */
  take(socket: Socket): void;
  /** Other limits for the requests to come. `headerBytes` and `headerTimeoutMs` are fixed when a listener is made. */
  configure(limits: ListenerLimits): void;
  /**
   * Stops accepting; connections with nothing to do close at once, or after `lingerMs` for those that are about to ask
   * something; the others close after their answer.
   */
  stopAccepting(lingerMs?: number): void;
  /** Resolves when every connection is gone; after `deadlineMs` the rest are cut. */
  close(deadlineMs: number): Promise<void>;
  readonly connections: number;
}

export function createListener(given: ListenerOptions): Listener {
  let options = given;
  const { limits, clock } = given;
  const sockets = new Set<Socket>();
  let closing = false;
  let sweepFrom = 0;
  const http = newHttpServer(limits, (request, response) => {
    if (closing) response.setHeader('connection', 'close');
    serve(request, response, options);
  });
  const fastPath = new FastPath({
    clock,
    limits: () => options.limits,
    closing: () => closing,
    routeOf: (method, target) => plainRoute(method, target, options),
    serve: (request, response) => {
      servePlain(request, response, options);
    },
    handOver: handTo(http),
  });
  const accept = (socket: Socket): void => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    fastPath.accept(socket);
  };
  const server = createServer({ allowHalfOpen: true, noDelay: true }, accept);
  const closeIdle = (): void => {
    http.closeIdleConnections();
    fastPath.closeIdle();
  };

  return {
    listen: (address) => listen(server, address),
    take(socket): void {
      socket.allowHalfOpen = true;
      accept(socket);
      socket.resume();
    },
    configure(next): void {
      options = { ...options, limits: next };
      http.keepAliveTimeout = next.keepAliveMs;
    },
    stopAccepting(lingerMs = 0): void {
      if (closing) return;
      closing = true;
      sweepFrom = clock.now() + lingerMs;
      if (server.listening) server.close();
      if (lingerMs === 0) closeIdle();
    },
    async close(deadlineMs: number): Promise<void> {
      this.stopAccepting();
      const due = (): boolean => clock.now() >= sweepFrom;
      await allClosed({ closeIdle, sockets, clock, due }, deadlineMs);
      fastPath.close();
      http.close();
    },
    get connections(): number {
      return sockets.size;
    },
  };
}

interface Closing {
  readonly closeIdle: () => void;
  readonly sockets: ReadonlySet<Socket>;
  readonly clock: Clock;
  /** Whether connections that ask nothing are closed now. */
  readonly due: () => boolean;
}

function allClosed({ closeIdle, sockets, clock, due }: Closing, deadlineMs: number): Promise<void> {
  return new Promise((resolve) => {
    if (sockets.size === 0) {
      resolve();
      return;
    }
    const timer = clock.setTimer(deadlineMs, () => {
      for (const socket of sockets) socket.destroy();
    });
    const idle = setIdleSweep(closeIdle, clock, due);
    const check = (): void => {
      if (sockets.size > 0) return;
      timer.cancel();
      idle();
      resolve();
    };
    for (const socket of sockets) socket.once('close', check);
  });
}

function handTo(http: HttpServer): (socket: Socket, bytes: Buffer) => void {
  return (socket, bytes) => {
    http.emit('connection', socket);
    socket.unshift(bytes);
  };
}

/** For the requests that are not plain. It listens nowhere: connections are handed to it. */
function newHttpServer(
  limits: ListenerLimits,
  serveOne: (request: IncomingMessage, response: ServerResponse) => void,
): HttpServer {
  const http = nodeHttp.createServer({
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headerTimeoutMs,
    requestTimeout: 0, // bodies are timed where they are read; a blob upload may take as long as it moves
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: Math.min(5_000, limits.headerTimeoutMs),
  });
  http.on('clientError', answerProtocolError);
  http.on('request', (request: IncomingMessage, response: ServerResponse) => {
    response.on('error', ignore); // a client that resets mid-answer: `close` follows and does the work
    serveOne(request, response);
  });
  // Node watches over idle and slow connections from this event on.
  http.emit('listening');
  return http;
}

function listen(server: Server, address: ListenAddress): Promise<{ url: string }> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ ...address, backlog: 1024 }, () => {
      server.off('error', reject);
      const bound = server.address() as AddressInfo | string;
      if (typeof bound === 'string') {
        resolve({ url: `unix:${bound}` });
        return;
      }
      const host = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
      resolve({ url: `http://${host}:${bound.port}` });
    });
  });
}

/** While closing, connections turn idle one by one as their answers end; Node closes them only when asked. */
function setIdleSweep(closeIdle: () => void, clock: Clock, due: () => boolean): () => void {
  let timer = clock.setTimer(50, sweep);
  function sweep(): void {
    if (due()) closeIdle();
    timer = clock.setTimer(50, sweep);
  }
  return () => {
    timer.cancel();
  };
}

function ignore(): void {
  // See where it is registered.
}
