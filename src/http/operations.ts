/**
 * The operations plane: `/metrics`, `/health`, `/livez`, `/readyz` and `/admin/`. Read-only. Off
 * loopback everything but the two probes needs the configured bearer token. It never touches the
 * data plane: a scrape or a health check takes no permit and is counted nowhere.
 */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { asGatewayError, GatewayError } from '../core/errors.ts';
import type { JsonValue } from '../core/json.ts';

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
  /** Required as `Authorization: Bearer` when set. */
  readonly token: string | null;
}

export interface Operations {
  /** Whether the path belongs to the operations plane. */
  owns(path: string): boolean;
  serve(request: IncomingMessage, response: ServerResponse, path: string): void;
  notFound(response: ServerResponse, path: string): void;
}

const OPEN_PATHS = new Set(['/livez', '/readyz']);
const PATHS = new Set(['/metrics', '/health', '/livez', '/readyz', '/admin', '/admin/']);

export function createOperations(options: OperationsOptions): Operations {
  return {
    owns: (path) => PATHS.has(path) || path.startsWith('/admin/'),
    serve(request, response, path): void {
      request.resume(); // no operation reads a body
      answer(request, path, options).then(
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

interface Reply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly headers?: readonly string[];
}

const JSON_TYPE = 'application/json; charset=utf-8';

async function answer(request: IncomingMessage, path: string, options: OperationsOptions): Promise<Reply> {
  if (
    options.token !== null &&
    !OPEN_PATHS.has(path) &&
    !authorised(request.headers.authorization, options.token)
  ) {
    const reply = failure(
      new GatewayError('unauthorized', 'the operations plane needs Authorization: Bearer with admin.token'),
    );
    return { ...reply, headers: ['www-authenticate', 'Bearer realm="llamascope"'] };
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    const error = new GatewayError(
      'method_not_allowed',
      `${request.method ?? '?'} is not allowed on ${path}: use GET`,
    );
    return { ...failure(error), headers: ['allow', 'GET, HEAD'] };
  }
  switch (path) {
    case '/livez':
      return json(200, { status: 'ok' });
    case '/readyz': {
      const { ready, reason } = options.ready();
      return json(ready ? 200 : 503, { ready, reason });
    }
    case '/health':
      return json(200, options.health());
    case '/metrics':
      return metrics(request, options);
    default:
      return admin(path, options);
  }
}

async function metrics(request: IncomingMessage, options: OperationsOptions): Promise<Reply> {
  if (options.metrics === null) {
    throw new GatewayError(
      'metrics_disabled',
      'metrics are switched off (metrics.enabled: false or METRICS_ENABLED=false); start without it to expose them here',
    );
  }
  const page = await options.metrics(request.headers.accept);
  return { status: 200, contentType: page.contentType, body: page.body };
}

function admin(path: string, options: OperationsOptions): Reply {
  const name = path.slice('/admin/'.length);
  if (name === '') return json(200, { resources: Object.keys(options.admin).map((key) => `/admin/${key}`) });
  const read = Object.hasOwn(options.admin, name) ? options.admin[name] : undefined;
  if (read === undefined) {
    const known = Object.keys(options.admin).join(', ');
    throw new GatewayError('unknown_path', `unknown resource ${path.slice(0, 200)}: /admin/ has ${known}`);
  }
  return json(200, read());
}

function authorised(header: string | undefined, token: string): boolean {
  const given = Buffer.from(header ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function json(status: number, value: JsonValue): Reply {
  return { status, contentType: JSON_TYPE, body: `${JSON.stringify(value, null, 2)}\n` };
}

function failure(error: GatewayError): Reply {
  return json(error.status, { error: { code: error.code, message: error.message } });
}

function send(request: IncomingMessage | null, response: ServerResponse, reply: Reply): void {
  if (response.destroyed) return;
  response.writeHead(reply.status, [
    'content-type',
    reply.contentType,
    'content-length',
    String(Buffer.byteLength(reply.body)),
    'cache-control',
    'no-store',
    ...(reply.headers ?? []),
  ]);
  response.end(request?.method === 'HEAD' ? undefined : reply.body);
}
