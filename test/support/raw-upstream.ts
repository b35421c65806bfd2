import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';

/** What a raw upstream was asked, once its body was read. */
export interface Received {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingMessage['headers'];
  readonly rawHeaders: readonly string[];
  readonly body: string;
  /** Counted from 1 over the life of the server. */
  readonly number: number;
  /** Which connection it came on, from 1. */
  readonly connection: number;
}

/** An HTTP server that does whatever a test tells it, down to the socket. */
export interface RawUpstream extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly received: readonly Received[];
  /** Sockets open now, as the server sees them. */
  readonly open: number;
  /** Connections accepted so far. */
  readonly accepted: number;
  /** `performance.now()` at which each connection was closed, in that order. */
  readonly closedAt: readonly number[];
  closeIdle(): void;
}

export type Respond = (asked: Received, response: ServerResponse, socket: Socket) => void;

export async function startRawUpstream(respond: Respond): Promise<RawUpstream> {
  const received: Received[] = [];
  const sockets = new Map<Socket, number>();
  const closedAt: number[] = [];
  let accepted = 0;
  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    request.on('end', () => {
      const asked: Received = {
        method: request.method ?? '',
        target: request.url ?? '',
        headers: request.headers,
        rawHeaders: request.rawHeaders,
        body: Buffer.concat(chunks).toString('utf8'),
        number: received.length + 1,
        connection: sockets.get(request.socket) ?? 0,
      };
      received.push(asked);
      respond(asked, response, request.socket);
    });
  });
  server.on('connection', (socket) => {
    accepted += 1;
    sockets.set(socket, accepted);
    socket.on('error', () => undefined);
    socket.once('close', () => {
      sockets.delete(socket);
      closedAt.push(performance.now());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    port,
    received,
    get open(): number {
      return sockets.size;
    },
    get accepted(): number {
      return accepted;
    },
    closedAt,
    closeIdle: () => server.closeIdleConnections(),
    async [Symbol.asyncDispose](): Promise<void> {
      for (const socket of sockets.keys()) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A TCP server below HTTP: for handshakes that never end and answers in another protocol. */
export async function startTcpUpstream(
  onConnection: (socket: Socket) => void,
): Promise<{ readonly port: number } & AsyncDisposable> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose](): Promise<void> {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A port on which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = await startTcpUpstream(() => undefined);
  await server[Symbol.asyncDispose]();
  return server.port;
}

export const NDJSON: Readonly<Record<string, string>> = { 'content-type': 'application/x-ndjson' };

export const ndjson = {
  content: (text: string): string =>
    `${JSON.stringify({ model: 'm', created_at: '2026-01-01T00:00:00Z', message: { role: 'assistant', content: text }, done: false })}\n`,
  done: (): string =>
    `${JSON.stringify({ model: 'm', created_at: '2026-01-01T00:00:00Z', message: { role: 'assistant', content: '' }, done: true, done_reason: 'stop', total_duration: 9, load_duration: 1, prompt_eval_count: 3, prompt_eval_duration: 2, eval_count: 5, eval_duration: 4 })}\n`,
  error: (message: string): string => `${JSON.stringify({ error: message })}\n`,
};

/** A whole Ollama chat answer in one piece. */
export const CHAT_JSON: string = JSON.stringify({
  model: 'm',
  created_at: '2026-01-01T00:00:00Z',
  message: { role: 'assistant', content: 'hello' },
  done: true,
  done_reason: 'stop',
  total_duration: 9,
  load_duration: 1,
  prompt_eval_count: 3,
  prompt_eval_duration: 2,
  eval_count: 5,
  eval_duration: 4,
});
