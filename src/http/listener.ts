/**
 * The front door: one `node:http` server. It routes by an allow-list, bounds what a client may send
 * (headers, body, time) and how long it may refuse to read, and turns every failure into an answer
 * in the shape of the caller's dialect. It knows nothing of caches, breakers or upstreams: each
 * routed request goes to `handle`, each operations path to `operations`.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Dialect } from '../core/dialect.ts';
import { GatewayError } from '../core/errors.ts';
import type { Emit } from '../core/events.ts';
import type { DialectName } from '../core/route.ts';
import { CancelSource } from '../runtime/cancel.ts';
import type { Clock } from '../runtime/clock.ts';
import type { HandleRequest } from './inbound.ts';
import type { Operations } from './operations.ts';
import { discardBody, readRequestBody } from './request-body.ts';
import { matchRoute, pathOf } from './routes.ts';
import { writeResponse } from './write-response.ts';

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

export interface ListenerOptions {
  readonly limits: ListenerLimits;
  /** Null on a listener that has no data plane (`admin.listen`). */
  readonly handle: HandleRequest | null;
  /** Null where the operations plane has a listener of its own. */
  readonly operations: Operations | null;
  readonly dialects: Readonly<Record<DialectName, Dialect>>;
  readonly emit: Emit;
  readonly clock: Clock;
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
  const { limits } = given;
  const sockets = new Set<Socket>();
  let closing = false;
  let taking = false;
  let sweepFrom = 0;
  const server = newServer(limits);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('clientError', answerProtocolError);
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    response.on('error', ignore); // a client that resets mid-answer: `close` follows and does the work
    if (closing) response.setHeader('connection', 'close');
    serve(request, response, options);
  });

  return {
    listen: (address) => listen(server, address),
    take(socket): void {
      if (!taking) {
        taking = true;
        // Node watches over idle and slow connections from this event on.
        server.emit('listening');
      }
      socket.allowHalfOpen = true;
      server.emit('connection', socket);
      socket.resume();
    },
    configure(next): void {
      options = { ...options, limits: next };
      server.keepAliveTimeout = next.keepAliveMs;
    },
    stopAccepting(lingerMs = 0): void {
      if (closing) return;
      closing = true;
      sweepFrom = options.clock.now() + lingerMs;
      if (server.listening) server.close();
      if (lingerMs === 0) server.closeIdleConnections();
    },
    async close(deadlineMs: number): Promise<void> {
      this.stopAccepting();
      const due = (): boolean => options.clock.now() >= sweepFrom;
      await allClosed({ server, sockets, clock: options.clock, due }, deadlineMs);
    },
    get connections(): number {
      return sockets.size;
    },
  };
}

interface Closing {
  readonly server: Server;
  readonly sockets: ReadonlySet<Socket>;
  readonly clock: Clock;
  /** Whether connections that ask nothing are closed now. */
  readonly due: () => boolean;
}

function allClosed({ server, sockets, clock, due }: Closing, deadlineMs: number): Promise<void> {
  return new Promise((resolve) => {
    if (sockets.size === 0) {
      resolve();
      return;
    }
    const timer = clock.setTimer(deadlineMs, () => {
      for (const socket of sockets) socket.destroy();
    });
    const idle = setIdleSweep(server, clock, due);
    const check = (): void => {
      if (sockets.size > 0) return;
      timer.cancel();
      idle();
      resolve();
    };
    for (const socket of sockets) socket.once('close', check);
  });
}

function newServer(limits: ListenerLimits): Server {
  return createServer({
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headerTimeoutMs,
    requestTimeout: 0, // bodies are timed where they are read; a blob upload may take as long as it moves
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: Math.min(5_000, limits.headerTimeoutMs),
    noDelay: true,
  });
}

function serve(request: IncomingMessage, response: ServerResponse, options: ListenerOptions): void {
  const target = request.url ?? '/';
  const method = request.method ?? 'GET';
  const path = pathOf(target);
  if (options.operations?.owns(path) === true) {
    options.operations.serve(request, response, path);
    return;
  }
  if (options.handle === null) {
    options.operations?.notFound(response, path);
    return;
  }
  const match = matchRoute(method, path);
  if (match.found !== 'route') {
    refuse(request, response, options, match, path);
    return;
  }
  const cancel = new CancelSource();
  response.on('close', () => {
    if (!response.writableFinished) cancel.cancel(new GatewayError('client_closed', 'the client went away'));
  });
  const { limits, clock } = options;
  options
    .handle({
      route: match.route,
      method,
      target,
      headers: request.headers,
      cancel,
      readBody: () => readRequestBody(request, limits, clock),
      streamBody: () => request,
    })
    .then(
      async (outbound) => {
        if (!request.complete && match.route.body !== 'stream') await hangUp(request, response, clock);
        writeResponse(response, outbound, {
          clock,
          clientStallMs: limits.clientStallMs,
          onStall: () => {
            cancel.cancel(
              new GatewayError('client_closed', `the client read nothing for ${limits.clientStallMs} ms`),
            );
          },
        });
      },
      () => response.destroy(), // `handle` answers every failure itself; a rejection has nothing left to say
    );
}

function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  options: ListenerOptions,
  match: Exclude<ReturnType<typeof matchRoute>, { found: 'route' }>,
  path: string,
): void {
  const shown = path.length > 200 ? `${path.slice(0, 200)}…` : path;
  const error =
    match.found === 'nothing'
      ? new GatewayError(
          'unknown_path',
          `unknown path ${shown}: Llamascope forwards the Ollama and OpenAI routes listed in docs/api.md`,
        )
      : new GatewayError(
          'method_not_allowed',
          `${request.method ?? '?'} is not allowed on ${shown}: use ${match.allow.join(' or ')}`,
        );
  options.emit({ type: 'request.unmatched', status: match.found === 'nothing' ? 404 : 405 });
  const body = options.dialects[match.dialect].errorBody(error);
  const headers = ['content-type', 'application/json; charset=utf-8', 'content-length', String(body.length)];
  if (match.found === 'method') headers.push('allow', match.allow.join(', '));
  const answer = (): void => {
    response.writeHead(error.status, headers);
    response.end(request.method === 'HEAD' ? undefined : body);
  };
  if (request.complete) answer();
  else hangUp(request, response, options.clock).then(answer, ignore);
}

/** An answer given before its request was read ends the connection: what follows on it is no new request. */
async function hangUp(request: IncomingMessage, response: ServerResponse, clock: Clock): Promise<void> {
  response.setHeader('connection', 'close');
  await discardBody(request, clock);
}

/** What the parser refuses never becomes a request: too many headers, a malformed start line, broken chunking. */
function answerProtocolError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const [status, reason, message] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? [431, 'Request Header Fields Too Large', 'the request headers are larger than limits.headerBytes']
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? [408, 'Request Timeout', 'the request headers did not arrive in time (limits.headerTimeoutMs)']
        : [400, 'Bad Request', `this is not valid HTTP/1.1 (${error.code ?? error.message})`];
  const body = JSON.stringify({ error: message });
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
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
function setIdleSweep(server: Server, clock: Clock, due: () => boolean): () => void {
  let timer = clock.setTimer(50, sweep);
  function sweep(): void {
    if (due()) server.closeIdleConnections();
    timer = clock.setTimer(50, sweep);
  }
  return () => {
    timer.cancel();
  };
}

function ignore(): void {
  // See where it is registered.
}
