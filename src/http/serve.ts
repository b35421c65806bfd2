/** One request of a connection: which route it is of, or what to say when it is of none. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Dialect } from '../core/dialect.ts';
import { GatewayError } from '../core/errors.ts';
import type { Emit } from '../core/events.ts';
import type { DialectName, Route } from '../core/route.ts';
import { CancelSource } from '../runtime/cancel.ts';
import type { Clock } from '../runtime/clock.ts';
import type { PlainRequest } from './fast-path/request.ts';
import type { PlainResponse } from './fast-path/response.ts';
import type { HandleRequest, InboundRequest } from './inbound.ts';
import type { Operations } from './operations.ts';
import { discardBody, readRequestBody, type BodyLimits } from './request-body.ts';
import { matchRoute, pathOf } from './routes.ts';
import { writeResponse, type ResponseWriter } from './write-response.ts';

export interface ServeOptions {
  readonly limits: BodyLimits & { readonly clientStallMs: number };
  /** Null on a listener that has no data plane (`admin.listen`). */
  readonly handle: HandleRequest | null;
  /** Null where the operations plane has a listener of its own. */
  readonly operations: Operations | null;
  readonly dialects: Readonly<Record<DialectName, Dialect>>;
  readonly emit: Emit;
  readonly clock: Clock;
}

/** What is asked, whichever way it came in. */
interface Asked {
  readonly inbound: InboundRequest;
  readonly cancel: CancelSource;
  readonly response: ResponseWriter;
  /** Sees to it that an answer given before all of the request came is the connection's last; null when all has come. */
  readonly beforeAnswer: () => Promise<void> | null;
}

/** A request of any form, as `node:http` reads it. */
export function serve(request: IncomingMessage, response: ServerResponse, options: ServeOptions): void {
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
  const { route } = match;
  const cancel = new CancelSource();
  response.on('close', () => {
    if (!response.writableFinished) cancel.cancel(new GatewayError('client_closed', 'the client went away'));
  });
  const { limits, clock } = options;
  const inbound: InboundRequest = {
    route,
    method,
    target,
    headers: request.headers,
    cancel,
    readBody: () => readRequestBody(request, limits, clock),
    streamBody: () => request,
  };
  const beforeAnswer = (): Promise<void> | null =>
    request.complete || route.body === 'stream' ? null : hangUp(request, response, clock);
  void answer({ inbound, cancel, response, beforeAnswer }, options.handle, options);
}

/** The route of a request that `servePlain` can answer: of the data plane, its body in memory or absent. Null for all others. */
export function plainRoute(
  method: string,
  target: string,
  { operations, handle }: Pick<ServeOptions, 'operations' | 'handle'>,
): Route | null {
  const path = pathOf(target);
  if (handle === null || operations?.owns(path) === true) return null;
  const match = matchRoute(method, path);
  return match.found === 'route' && match.route.body !== 'stream' ? match.route : null;
}

/** A request of `plainRoute`. */
export function servePlain(request: PlainRequest, response: PlainResponse, options: ServeOptions): void {
  if (options.handle === null) throw new TypeError('a listener without a data plane has no plain requests');
  const beforeAnswer = (): Promise<void> | null => {
    if (request.complete) return null;
    response.hangUp();
    return request.discard();
  };
  const asked = { inbound: request, cancel: request.cancelSource, response, beforeAnswer };
  void answer(asked, options.handle, options);
}

async function answer(
  { inbound, cancel, response, beforeAnswer }: Asked,
  handle: HandleRequest,
  { limits, clock }: ServeOptions,
): Promise<void> {
  try {
    const outbound = await handle(inbound);
    const pending = beforeAnswer();
    if (pending !== null) await pending;
    writeResponse(response, outbound, {
      clock,
      clientStallMs: limits.clientStallMs,
      onStall: () => {
        cancel.cancel(
          new GatewayError('client_closed', `the client read nothing for ${limits.clientStallMs} ms`),
        );
      },
    });
  } catch {
    // `handle` answers every failure itself: one that could not be written has nothing left to say.
    response.destroy();
  }
}

function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  options: ServeOptions,
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

function ignore(): void {
  // The client is gone: nobody is left to answer.
}
