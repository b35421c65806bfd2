/**
 * What happens to every routed request, whichever door it came through: it is read, given an identity and
 * a deadline, sent down the pipeline, and closed with exactly one `request.finished` event when
 * the last byte of its answer has been handed over (or given up). Every failure becomes an answer here,
 * the one rescue point.
 */
import type { PriorityOf } from './admission/priority.ts';
import type { Dialect } from './core/dialect.ts';
import { asGatewayError, GatewayError } from './core/errors.ts';
import type { Emit } from './core/events.ts';
import { clientId, modelId, type ModelId, type RequestId } from './core/ids.ts';
import {
  openExchange,
  type Exchange,
  type GatewayRequest,
  type GatewayResponse,
  type Handler,
  type HeaderList,
  type RequestFacts,
} from './core/request.ts';
import type { DialectName, Route } from './core/route.ts';
import type { KnownBodies } from './dialect/known-bodies.ts';
import { CancelSource } from './runtime/cancel.ts';
import type { Clock } from './runtime/clock.ts';
import type { HandleRequest, InboundRequest, OutboundResponse } from './http/inbound.ts';
import { pathOf } from './http/routes.ts';
import { readId, readRequestHead, type RequestHead } from './http/request-head.ts';
import type { ModelTable } from './routing/model-table.ts';
import { RequestClosing, StreamBoundary } from './request-closing.ts';

export interface HandleOptions {
  readonly dialects: Readonly<Record<DialectName, Dialect>>;
  readonly pipeline: Handler;
  /** Of routes whose answers are cached; null where none are. */
  readonly knownBodies: KnownBodies | null;
  /** What names of models stand for. */
  readonly models: ModelTable;
  readonly emit: Emit;
  readonly clock: Clock;
  readonly newId: () => RequestId;
  /** Our own name in `via`: a request that carries it has already been here. */
  readonly instance: string;
  /** Route templates of Ollama's management calls that may pass; the rest answer 403. */
  readonly allowManagement: ReadonlySet<string>;
  readonly priorityOf: PriorityOf;
  /** Why new requests are refused, after the word Llamascope; null while they are taken. */
  readonly closedBecause: () => string | null;
  /** Told of defects (never of expected failures), for the log. */
  readonly onDefect: (id: RequestId, error: unknown) => void;
}

export function createHandle(options: HandleOptions): HandleRequest {
  return async (inbound) => {
    const dialect = options.dialects[inbound.route.dialect];
    const closing = new RequestClosing(inbound.route, options.emit, options.clock);
    const cancel = new CancelSource();
    let exchange: Exchange | null = null;
    try {
      admitAtDoor(inbound, options);
      const head = readRequestHead(inbound.headers, options.newId);
      closing.identify(head.id, head.client);
      closing.onClosed(watchClient(inbound, cancel, head.timeoutMs, options.clock));
      const pending = readBody(inbound);
      const body = pending instanceof Promise ? await pending : pending;
      const request = composeRequest(inbound, head, body, dialect, options, closing.receivedAt);
      exchange = openExchange(request, dialect, cancel);
      if (exchange.model !== null)
        exchange.loading = options.models.loading(exchange.model, request.alias ?? null);
      closing.follow(exchange);
      if (cancel.reason !== null) throw cancel.reason;
      return answer(await options.pipeline(exchange), exchange, closing);
    } catch (thrown) {
      const error = asGatewayError(cancel.reason ?? thrown);
      if (closing.id === null) closing.identify(readId(inbound.headers, options.newId), ANONYMOUS);
      if (error.code === 'internal') options.onDefect(closing.id as RequestId, error.cause ?? error);
      closing.refused(error);
      return refusal(error, closing.id as RequestId, dialect, exchange);
    }
  };
}

/** Ties the request's cancellation to its client and its deadline. Answers the function that unties it. */
function watchClient(
  inbound: InboundRequest,
  cancel: CancelSource,
  timeoutMs: number | null,
  clock: Clock,
): () => void {
  const unsubscribe = inbound.cancel.onCancel((reason) => {
    cancel.cancel(reason);
  });
  if (timeoutMs === null) return unsubscribe;
  const timer = clock.setTimer(timeoutMs, () => {
    cancel.cancel(
      new GatewayError(
        'deadline_exceeded',
        `the client's deadline of ${timeoutMs} ms (x-request-timeout-ms) passed`,
      ),
    );
  });
  return () => {
    timer.cancel();
    unsubscribe();
  };
}

function composeRequest(
  inbound: InboundRequest,
  head: RequestHead,
  body: GatewayRequest['body'],
  dialect: Dialect,
  { models, knownBodies, priorityOf }: HandleOptions,
  receivedAt: number,
): GatewayRequest {
  const { route } = inbound;
  const { facts: written, mark, hash } = readFacts(route, body, dialect, knownBodies);
  const named = nameOfModel(inbound, written);
  const model = named === null ? null : models.resolve(named);
  const aliased = named !== null && model !== null && model !== named;
  return {
    id: head.id,
    route,
    method: inbound.method,
    target: inbound.target,
    headers: inbound.headers,
    body,
    facts: aliased || written.model !== model ? meaning(written, model) : written,
    bodyMark: mark,
    bodyHash: hash,
    ...(aliased ? { alias: named } : {}),
    client: head.client,
    tenant: head.tenant,
    cachePolicy: head.cachePolicy,
    priority: priorityOf(head),
    receivedAt,
    deadlineAt: head.timeoutMs === null ? null : receivedAt + head.timeoutMs,
  };
}

function readFacts(
  route: Route,
  body: GatewayRequest['body'],
  dialect: Dialect,
  knownBodies: KnownBodies | null,
): { readonly facts: RequestFacts; readonly mark: number | null; readonly hash: string | null } {
  if (route.body !== 'json' || !Buffer.isBuffer(body)) return UNREAD;
  if (knownBodies !== null && route.cacheable) return knownBodies.read(dialect, route, body);
  return { facts: dialect.readRequest(route, body), mark: null, hash: null };
}

/** The body names the model, or the path does. */
function nameOfModel({ route, target }: InboundRequest, { model }: RequestFacts): ModelId | null {
  if (model !== null || route.template !== MODEL_BY_NAME) return model;
  const name = pathOf(target).slice(MODEL_BY_NAME.length - ':model'.length);
  try {
    return modelId(decodeURIComponent(name));
  } catch {
    return modelId(name);
  }
}

/** What was written, read with the alias resolved: all that comes after sees one model, however it was called. */
function meaning(written: RequestFacts, model: ModelId | null): RequestFacts {
  const { json } = written;
  return { ...written, model, json: json === null || model === null ? json : { ...json, model } };
}

function answer(response: GatewayResponse, exchange: Exchange, closing: RequestClosing): OutboundResponse {
  const { headers } = response;
  headers.push('x-request-id', exchange.request.id);
  if (exchange.upstream !== null) headers.push('x-llamascope-upstream', exchange.upstream);
  headers.push(...modelFields(exchange));
  if (exchange.queuedMs > 0) headers.push(...queueField(exchange));
  const boundary = new StreamBoundary();
  const body = closing.answered(response, boundary);
  const { dialect, request } = exchange;
  return {
    status: response.status,
    headers,
    body,
    inBandError: response.streaming
      ? (error) => dialect.inBandError(request.route, error, boundary.isClean(dialect.name === 'ollama'))
      : null,
  };
}

/** Which model answered, where it is not the name that the client wrote. */
function modelFields({ request, model, fallback }: Exchange): HeaderList {
  if (model === null || (request.alias === undefined && fallback === null)) return [];
  // Model names are chosen by people: what a header cannot carry is percent-encoded.
  const name = /^[\x21-\x7e]+$/.test(model) ? model : encodeURIComponent(model);
  const fields = ['x-llamascope-model', name];
  if (fallback !== null) fields.push('x-llamascope-fallback', fallback);
  return fields;
}

const MODEL_BY_NAME = '/v1/models/:model';
/** How long it waited for its turn, in whole milliseconds. */
function queueField({ queuedMs }: Exchange): [string, string] {
  return ['x-llamascope-queue-ms', String(Math.ceil(queuedMs))];
}

const JSON_TYPE = 'application/json; charset=utf-8';
const ANONYMOUS = clientId('anonymous');
const NO_FACTS: GatewayRequest['facts'] = { model: null, stream: false, json: null };
const UNREAD = { facts: NO_FACTS, mark: null, hash: null } as const;

/** Refusals that need no body: ours to make before a byte of it is read. */
function admitAtDoor(inbound: InboundRequest, options: HandleOptions): void {
  const closed = options.closedBecause();
  if (closed !== null) throw new GatewayError('draining', `Llamascope ${closed}`);
  const via = inbound.headers['via'];
  if (via !== undefined && String(via).includes(options.instance)) {
    throw new GatewayError(
      'loop_detected',
      'this request has already passed through this gateway: one of its upstreams points back at it',
    );
  }
  const { route } = inbound;
  if (route.operation === 'manage' && !options.allowManagement.has(route.template)) {
    throw new GatewayError(
      'endpoint_forbidden',
      `${inbound.method} ${route.template} changes the models of an upstream and is refused; allow it with allowManagement in the configuration`,
    );
  }
}

function readBody(inbound: InboundRequest): Promise<Buffer> | GatewayRequest['body'] {
  switch (inbound.route.body) {
    case 'json':
      return inbound.readBody();
    case 'stream':
      return inbound.method === 'HEAD' ? null : inbound.streamBody();
    case 'none':
      return null;
  }
}

function refusal(
  error: GatewayError,
  id: RequestId,
  dialect: Dialect,
  exchange: Exchange | null,
): OutboundResponse {
  const body = dialect.errorBody(error);
  const headers = ['content-type', JSON_TYPE, 'content-length', String(body.length), 'x-request-id', id];
  if (error.retryAfterMs !== null) headers.push('retry-after', String(Math.ceil(error.retryAfterMs / 1_000)));
  if (exchange !== null && exchange.upstream !== null)
    headers.push('x-llamascope-upstream', exchange.upstream);
  if (exchange !== null && exchange.queuedMs > 0) headers.push(...queueField(exchange));
  if (exchange !== null && exchange.cache !== null) headers.push('x-llamascope-cache', exchange.cache.result);
  return { status: error.status, headers, body, inBandError: null };
}
