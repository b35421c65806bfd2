/**
 * The operations plane: `/metrics`, `/health`, `/livez`, `/readyz`, `/admin/` and whatever routes the parts of
 * the gateway hand in. Off loopback everything but the two probes needs the configured bearer token, and no
 * page of another origin may change anything. It never touches the data plane: a scrape or a health check takes no
 * permit and is counted nowhere.
 */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { asGatewayError, GatewayError } from '../core/errors.ts';
import type { Emit, GatewayEvent } from '../core/events.ts';
import type { JsonValue } from '../core/json.ts';
import { CancelSource } from '../runtime/cancel.ts';
import { systemClock, type Clock } from '../runtime/clock.ts';
import { refuseForeignPage } from './operation-origin.ts';
import {
  jsonReply,
  type OperationReply,
  type OperationRoute,
  type OperationStream,
} from './operation-route.ts';
import { OperationTable } from './operation-table.ts';
import { readRequestBody } from './request-body.ts';

/** A metrics exposition as some renderer made it. */
export interface MetricsPage {
  readonly contentType: string;
  readonly body: string;
}

export interface OperationsOptions {
  /** Null when metrics are switched off: `/metrics` then says so with 404. */
  readonly metrics: ((accept: string | undefined) => Promise<MetricsPage>) | null;
  readonly health: () => JsonValue;
  readonly ready: () => { readonly ready: boolean; readonly reason: string };
  /** Read-only state by name: `/admin/` lists them, `/admin/NAME` shows one. */
  readonly admin: Readonly<Record<string, () => JsonValue>>;
  /** What the parts of the gateway answer themselves. */
  readonly routes?: readonly OperationRoute[];
  /** Required as `Authorization: Bearer` when set. */
  readonly token: string | null;
  /** Hears `operation.performed` after each changing route that answered with success. */
  readonly emit?: Emit;
  readonly clock?: Clock;
}

export interface Operations {
  /** Whether the path belongs to the operations plane. */
  owns(path: string): boolean;
  serve(request: IncomingMessage, response: ServerResponse, path: string): void;
  notFound(response: ServerResponse, path: string): void;
}

/** For a client to send the body of an action. */
const BODY_TIMEOUT_MS = 10_000;

export interface OperationsPlane extends Operations {
  /** First segments of the paths that belong to it. */
  readonly roots: readonly string[];
}

export function createOperations(options: OperationsOptions): OperationsPlane {
  const table = new OperationTable([...ownRoutes(options), ...(options.routes ?? [])]);
  const clock = options.clock ?? systemClock;
  return {
    roots: table.roots,
    owns: (path) => table.owns(path),
    serve(request, response, path): void {
      answer(request, response, path, {
        table,
        token: options.token,
        emit: options.emit ?? null,
        clock,
      }).then(
        (reply) => {
          send(request, response, reply);
        },
        (error: unknown) => {
          send(request, response, failure(asGatewayError(error)));
        },
      );
    },
    notFound(response, path): void {
      const shown = path.slice(0, 200);
      const error = new GatewayError(
        'unknown_path',
        `unknown path ${shown}: this address serves the operations plane only`,
      );
      send(null, response, failure(error));
    },
  };
}

interface Plane {
  readonly table: OperationTable;
  readonly token: string | null;
  readonly emit: Emit | null;
  readonly clock: Clock;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  { table, token, emit, clock }: Plane,
): Promise<OperationReply> {
  const method = request.method ?? 'GET';
  const { route, ...found } = table.match(method, path);
  if (token !== null && route?.open !== true && !authorised(request.headers.authorization, token)) {
    request.resume();
    const reply = failure(
      new GatewayError('unauthorized', 'the operations plane needs Authorization: Bearer with admin.token'),
    );
    return { ...reply, headers: ['www-authenticate', 'Bearer realm="llamascope"'] };
  }
  if (route === null) {
    request.resume();
    return refuseUnknown(method, path, 'allow' in found ? found.allow : [], table);
  }
  if (route.open !== true) refuseForeignPage(request.headers, route.method !== 'GET', token);
  const cancel = new CancelSource();
  response.on('close', () => {
    cancel.cancel(new GatewayError('client_closed', 'the client went away'));
  });
  const params = 'params' in found ? found.params : {};
  const reply = await route.handle({
    path,
    params,
    query: new URLSearchParams((request.url ?? '').split('?', 2)[1] ?? ''),
    headers: request.headers,
    json: await readJson(request, route.bodyBytes ?? 0, clock),
    cancel,
  });
  if (route.method !== 'GET' && reply.status < 400) emit?.(performed(route, params, clock.wallMs()));
  return reply;
}

function performed(
  { method, path, action }: OperationRoute,
  params: Readonly<Record<string, string>>,
  at: number,
): GatewayEvent {
  const target = Object.values(params).join('/');
  return {
    type: 'operation.performed',
    action: action ?? `${method} ${path}`,
    target: target === '' ? null : target,
    at,
  };
}

function refuseUnknown(
  method: string,
  path: string,
  allow: readonly string[],
  table: OperationTable,
): OperationReply {
  if (allow.length > 0) {
    const error = new GatewayError(
      'method_not_allowed',
      `${method} is not allowed on ${path}: use ${allow.filter((one) => one !== 'HEAD').join(' or ')}`,
    );
    return { ...failure(error), headers: ['allow', allow.join(', ')] };
  }
  const known = table.match('GET', '/admin/').route === null ? '' : ': /admin/ lists what there is';
  throw new GatewayError('unknown_path', `unknown path ${path.slice(0, 200)}${known}`);
}

async function readJson(
  request: IncomingMessage,
  bodyBytes: number,
  clock: Clock,
): Promise<JsonValue | null> {
  if (bodyBytes === 0) {
    request.resume();
    return null;
  }
  const body = await readRequestBody(request, { bodyBytes, requestTimeoutMs: BODY_TIMEOUT_MS }, clock);
  if (body.length === 0) return null;
  try {
    return JSON.parse(body.toString('utf8')) as JsonValue;
  } catch (error) {
    throw new GatewayError('invalid_json', `the body is not valid JSON: ${(error as Error).message}`);
  }
}

/** The paths that every gateway has. */
function ownRoutes(options: OperationsOptions): readonly OperationRoute[] {
  const names = Object.keys(options.admin);
  const index = (): OperationReply => {
    const acting = (options.routes ?? []).filter(({ path }) => path.startsWith('/admin/'));
    return jsonReply({
      resources: [
        ...names.map((name) => `/admin/${name}`),
        ...acting.map(({ method, path }) => (method === 'GET' ? path : `${method} ${path}`)),
      ],
    });
  };
  return [
    { method: 'GET', path: '/livez', open: true, handle: () => jsonReply({ status: 'ok' }) },
    {
      method: 'GET',
      path: '/readyz',
      open: true,
      handle: () => {
        const { ready, reason } = options.ready();
        return jsonReply({ ready, reason }, ready ? 200 : 503);
      },
    },
    { method: 'GET', path: '/health', handle: () => jsonReply(options.health()) },
    { method: 'GET', path: '/metrics', handle: ({ headers }) => metrics(headers['accept'], options) },
    { method: 'GET', path: '/admin', handle: index },
    { method: 'GET', path: '/admin/', handle: index },
    ...Object.entries(options.admin).map(([name, read]): OperationRoute => ({
      method: 'GET',
      path: `/admin/${name}`,
      handle: () => jsonReply(read()),
    })),
  ];
}

async function metrics(
  accept: string | string[] | undefined,
  options: OperationsOptions,
): Promise<OperationReply> {
  if (options.metrics === null) {
    throw new GatewayError(
      'metrics_disabled',
      'metrics are switched off (metrics.enabled: false or METRICS_ENABLED=false); start without it to expose them here',
    );
  }
  const page = await options.metrics(accept === undefined ? undefined : String(accept));
  return { status: 200, contentType: page.contentType, body: page.body };
}

function authorised(header: string | undefined, token: string): boolean {
  const given = Buffer.from(header ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function failure(error: GatewayError): OperationReply {
  return jsonReply({ error: { code: error.code, message: error.message } }, error.status);
}

function send(request: IncomingMessage | null, response: ServerResponse, reply: OperationReply): void {
  if (response.destroyed) return;
  const { body } = reply;
  const headers = ['content-type', reply.contentType, ...(reply.headers ?? [])];
  if (!headers.includes('cache-control')) headers.push('cache-control', 'no-store');
  // An answer given before its request was read ends the connection: what follows on it is no new request.
  if (request !== null && !request.complete) headers.push('connection', 'close');
  if (typeof body !== 'function') headers.push('content-length', String(Buffer.byteLength(body)));
  response.writeHead(reply.status, headers);
  if (request?.method === 'HEAD') response.end();
  else if (typeof body !== 'function') response.end(body);
  else {
    response.flushHeaders();
    body(openStream(response));
  }
}

function openStream(response: ServerResponse): OperationStream {
  return {
    write: (chunk) => (response.destroyed ? false : response.write(chunk)),
    get pendingBytes(): number {
      return response.writableLength;
    },
    onDrain: (callback) => void response.on('drain', callback),
    onClose: (callback) => {
      if (response.destroyed) callback();
      else response.once('close', callback);
    },
    end: () => void response.end(),
    destroy: () => void response.destroy(),
  };
}
