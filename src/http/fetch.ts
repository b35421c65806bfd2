/**
 * The back door for people who have the engine in their own process: a `fetch` that sends a request
 * through the same pipeline without a socket in between. `new Ollama({ fetch })` and
 * `new OpenAI({ fetch })` work with it; the host of the URL is not looked at.
 */
import type { Dialect } from '../core/dialect.ts';
import { asGatewayError, GatewayError } from '../core/errors.ts';
import type { Emit } from '../core/events.ts';
import type { DialectName } from '../core/route.ts';
import type { ByteStream } from '../core/stream.ts';
import { CancelSource } from '../runtime/cancel.ts';
import type { HandleRequest, InboundRequest, OutboundResponse } from './inbound.ts';
import { tooLarge } from './request-body.ts';
import { matchRoute, type RouteMatch } from './routes.ts';

export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

export interface FetchOptions {
  readonly handle: HandleRequest;
  readonly dialects: Readonly<Record<DialectName, Dialect>>;
  readonly emit: Emit;
  readonly bodyBytes: number;
}

export function createFetch(options: FetchOptions): Fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const { signal } = request;
    signal.throwIfAborted();
    const url = new URL(request.url);
    const match = matchRoute(request.method, url.pathname);
    if (match.found !== 'route') return unmatched(match, url.pathname, request.method, options);

    const cancel = new CancelSource();
    const onAbort = (): void => {
      cancel.cancel(new GatewayError('client_closed', 'the caller aborted its request'));
    };
    signal.addEventListener('abort', onAbort, { once: true });
    const outbound = await options.handle(inboundOf(request, url, match.route, cancel, options.bodyBytes));
    if (signal.aborted) {
      signal.removeEventListener('abort', onAbort);
      throw signal.reason;
    }
    return responseOf(outbound, signal, () => {
      signal.removeEventListener('abort', onAbort);
    });
  };
}

function inboundOf(
  request: Request,
  url: URL,
  route: InboundRequest['route'],
  cancel: CancelSource,
  bodyBytes: number,
): InboundRequest {
  return {
    route,
    method: request.method,
    target: url.pathname + url.search,
    headers: Object.fromEntries(request.headers),
    cancel,
    readBody: async () => {
      const body = Buffer.from(await request.arrayBuffer());
      if (body.length > bodyBytes) throw tooLarge(bodyBytes, body.length);
      return body;
    },
    streamBody: () => request.body ?? emptyBody(),
  };
}

async function* emptyBody(): AsyncGenerator<Uint8Array> {
  // A request without a body has nothing to pass through.
}

function unmatched(
  match: Exclude<RouteMatch, { found: 'route' }>,
  path: string,
  method: string,
  options: FetchOptions,
): Response {
  const error =
    match.found === 'nothing'
      ? new GatewayError(
          'unknown_path',
          `unknown path ${path.slice(0, 200)}: Llamascope forwards the routes listed in docs/api.md`,
        )
      : new GatewayError(
          'method_not_allowed',
          `${method} is not allowed on ${path}: use ${match.allow.join(' or ')}`,
        );
  options.emit({ type: 'request.unmatched', status: match.found === 'nothing' ? 404 : 405 });
  return new Response(new Uint8Array(options.dialects[match.dialect].errorBody(error)), {
    status: error.status,
    headers: { 'content-type': 'application/json; charset=utf-8' },
  });
}

/** Statuses whose `Response` may not have a body (Fetch standard, null body status). */
const NULL_BODY = new Set([101, 103, 204, 205, 304]);

function responseOf(outbound: OutboundResponse, signal: AbortSignal, release: () => void): Response {
  const headers = new Headers();
  for (let i = 0; i + 1 < outbound.headers.length; i += 2) {
    headers.append(outbound.headers[i] as string, outbound.headers[i + 1] as string);
  }
  const init = { status: outbound.status, headers };
  if (outbound.body === null || Buffer.isBuffer(outbound.body) || NULL_BODY.has(outbound.status)) {
    release();
    const body =
      Buffer.isBuffer(outbound.body) && !NULL_BODY.has(outbound.status)
        ? new Uint8Array(outbound.body)
        : null;
    return new Response(body, init);
  }
  return new Response(readable(outbound.body, outbound, signal, release), init);
}

function readable(
  body: ByteStream,
  outbound: OutboundResponse,
  signal: AbortSignal,
  release: () => void,
): ReadableStream<Uint8Array> {
  let over = false;
  const finish = (): boolean => {
    if (over) return false;
    over = true;
    release();
    return true;
  };
  return new ReadableStream<Uint8Array>({
    start(controller): void {
      signal.addEventListener(
        'abort',
        () => {
          if (!finish()) return;
          body.cancel(new Error('the caller aborted its request'));
          controller.error(signal.reason);
        },
        { once: true },
      );
      body.start({
        write(chunk): boolean {
          if (over) return true;
          controller.enqueue(new Uint8Array(chunk));
          return (controller.desiredSize ?? 0) > 0;
        },
        end(): void {
          if (finish()) controller.close();
        },
        fail(error): void {
          if (!finish()) return;
          if (signal.aborted || outbound.inBandError === null) {
            controller.error(signal.aborted ? signal.reason : error);
            return;
          }
          controller.enqueue(new Uint8Array(outbound.inBandError(asGatewayError(error))));
          controller.close();
        },
      });
    },
    pull(): void {
      body.resume();
    },
    cancel(): void {
      if (finish()) body.cancel(new Error('the caller stopped reading'));
    },
  });
}
