import { dialects } from '../../src/dialect/dialects.ts';
import type { GatewayEvent } from '../../src/core/events.ts';
import { upstreamName } from '../../src/core/ids.ts';
import type { GatewayResponse } from '../../src/core/request.ts';
import type { ByteStream } from '../../src/core/stream.ts';
import type { Route } from '../../src/core/route.ts';
import { matchRoute } from '../../src/http/routes.ts';
import { neverCancelled } from '../../src/runtime/cancel.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import type { Clock } from '../../src/runtime/clock.ts';
import type { AttemptEnd, AttemptRequest } from '../../src/upstream/attempt-types.ts';
import { Transport, type TransportOptions } from '../../src/upstream/transport.ts';

export function routeOf(method: string, path: string): Route {
  const match = matchRoute(method, path);
  if (match.found !== 'route') throw new Error(`no route for ${method} ${path}`);
  return match.route;
}

export const CHAT: Route = routeOf('POST', '/api/chat');

/** A chat over the Ollama dialect unless told otherwise. */
export function chatRequest(given: Partial<AttemptRequest> = {}): AttemptRequest {
  return {
    method: 'POST',
    target: '/api/chat',
    headers: { 'content-type': 'application/json' },
    requestId: 'r-1',
    body: Buffer.from('{"model":"m"}'),
    reading: { route: CHAT, dialect: dialects.ollama },
    streamWanted: true,
    timeouts: { firstContentMs: 10_000, wholeMs: 10_000, idleMs: 10_000, totalMs: null },
    cancel: neverCancelled,
    ...given,
  };
}

/** A transport with a record of what it reported. */
export interface Rig extends AsyncDisposable {
  readonly transport: Transport;
  readonly events: GatewayEvent[];
  send(request?: Partial<AttemptRequest>): Sent;
  of<T extends GatewayEvent['type']>(type: T): Extract<GatewayEvent, { type: T }>[];
}

export interface Sent {
  readonly answer: Promise<GatewayResponse>;
  /** Every end it was told: one, if all is well. */
  readonly ends: AttemptEnd[];
  /** The one end; throws unless there was exactly one. */
  readonly end: AttemptEnd;
  readonly firstContent: number[];
  /** The answer's body as a stream. */
  stream(): Promise<ByteStream>;
  /** The error the promise rejected with. */
  failure(): Promise<Error & { readonly code: string; readonly outcome: string | null }>;
}

export function rig(url: string, options: Partial<TransportOptions> = {}, clock: Clock = systemClock): Rig {
  const events: GatewayEvent[] = [];
  const transport = new Transport(
    {
      name: upstreamName('up'),
      url,
      maxsize: 8,
      keepAliveMs: 4_000,
      connectMs: 5_000,
      headers: {},
      apiKey: null,
      via: 'llamascope-test',
      ...options,
    },
    { clock, emit: (event) => events.push(event) },
  );
  return {
    transport,
    events,
    send: (request) => sent(transport, chatRequest(request)),
    of: (type) =>
      events.filter((event): event is Extract<GatewayEvent, { type: typeof type }> => event.type === type),
    [Symbol.asyncDispose]: () => transport.close(),
  };
}

function sent(transport: Transport, request: AttemptRequest): Sent {
  const ends: AttemptEnd[] = [];
  const firstContent: number[] = [];
  const answer = transport.send(request, {
    firstContent: (at) => firstContent.push(at),
    attemptEnded: (end) => ends.push(end),
  });
  answer.catch(() => undefined);
  return {
    answer,
    ends,
    firstContent,
    get end(): AttemptEnd {
      const [only] = ends;
      if (only === undefined || ends.length !== 1)
        throw new Error(`${String(ends.length)} ends instead of one`);
      return only;
    },
    async stream(): Promise<ByteStream> {
      const { body } = await answer;
      if (body === null || Buffer.isBuffer(body)) throw new Error('the answer does not stream');
      return body;
    },
    async failure() {
      try {
        await answer;
      } catch (error) {
        return error as Error & { code: string; outcome: string | null };
      }
      throw new Error('the attempt did not fail');
    },
  };
}
