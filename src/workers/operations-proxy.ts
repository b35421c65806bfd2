/**
 * The operations plane for those who come in by the door for clients: a worker hands their requests to the primary, which
 * alone sees all workers, and passes back what it answers, event streams too.
 */
import type { Agent, IncomingMessage, ServerResponse } from 'node:http';
import { firstSegment } from '../http/operation-table.ts';
import { pathOf } from '../http/routes.ts';
import type { Operations } from '../http/operations.ts';
import { nodeHttp } from '../runtime/node-http.ts';

export interface OperationsProxy extends Operations {
  /** Ends event streams, which would go on for ever: their readers come again. */
  endStreams(): void;
}

/** `at`: the primary's socket; null when the plane has an address of its own, and nothing of it is served here. */
export function createOperationsProxy(at: string | null, roots: readonly string[]): OperationsProxy {
  const owned = new Set(at === null ? [] : roots);
  const agent = new nodeHttp.Agent({ keepAlive: true });
  const streams = new Set<ServerResponse>();
  return {
    owns: (path) => owned.has(firstSegment(path)),
    serve: (request, response) => {
      if (at !== null) pass(request, response, { at, agent, streams });
    },
    endStreams: () => {
      for (const response of streams) response.end();
    },
    notFound: (response, path) => {
      fail(response, 404, `unknown path ${pathOf(path).slice(0, 200)}`);
    },
  };
}

interface Way {
  readonly at: string;
  readonly agent: Agent;
  /** Answers that go on for as long as somebody reads them. */
  readonly streams: Set<ServerResponse>;
}

function pass(request: IncomingMessage, response: ServerResponse, { at, agent, streams }: Way): void {
  const { method = 'GET', url = '/', rawHeaders } = request;
  const upstream = nodeHttp.request({
    socketPath: at,
    agent,
    method,
    path: url,
    headers: withoutHop(rawHeaders),
  });
  upstream.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, withoutHop(answer.rawHeaders));
    response.flushHeaders();
    if (answer.headers['content-type']?.startsWith('text/event-stream') === true) {
      streams.add(response);
      response.on('close', () => streams.delete(response));
    }
    answer.pipe(response);
    answer.on('error', () => response.destroy());
  });
  upstream.on('error', () => {
    if (response.headersSent) response.destroy();
    else fail(response, 503, 'the process that watches over the workers does not answer');
  });
  response.on('close', () => upstream.destroy());
  request.pipe(upstream);
}

const HOP: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'te']);

function withoutHop(raw: readonly string[]): string[] {
  const kept: string[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const [name = '', value = ''] = [raw[at], raw[at + 1]];
    if (!HOP.has(name.toLowerCase())) kept.push(name, value);
  }
  return kept;
}

function fail(response: ServerResponse, status: number, message: string): void {
  const body = `${JSON.stringify({ error: { code: status === 404 ? 'unknown_path' : 'internal', message } })}\n`;
  response.writeHead(status, [
    'content-type',
    'application/json; charset=utf-8',
    'content-length',
    String(Buffer.byteLength(body)),
  ]);
  response.end(body);
}
