/**
 * What is sent to an upstream in place of what the client wrote: the model's real name for an alias or a fallback, the
 * context length and keep-alive that the configuration pins, and the wish for a stream's token counts. Everything else
 * stays byte for byte as it came; where nothing applies, the client's own bytes are sent.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts';
import type { Exchange, GatewayRequest, LoadSettings } from '../core/request.ts';
import { editJson, type JsonEdit } from '../routing/json-edit.ts';
import type { UpstreamOptions } from './options.ts';

export interface Shaped {
  readonly target: string;
  readonly body: GatewayRequest['body'];
  /** We asked for a stream's token counts and the client did not: it is not to see them. */
  readonly hideUsage: boolean;
}

type Options = Pick<UpstreamOptions, 'kind' | 'ollama' | 'askUsage'>;

export function shape(exchange: Exchange, options: Options): Shaped {
  const { target, body, facts, route } = exchange.request;
  if (route.body !== 'json' || facts.json === null || !Buffer.isBuffer(body))
    return { target: targetFor(exchange), body, hideUsage: false };
  const edits: JsonEdit[] = [];
  const { model } = exchange;
  if (model !== null && model !== (exchange.request.alias ?? facts.model))
    edits.push({ path: ['model'], json: JSON.stringify(model) });
  if (options.kind === 'ollama' && route.dialect === 'ollama' && route.lane !== 'none')
    pinLoading(exchange, facts.json, options.ollama, edits);
  const hideUsage = asksForUsage(exchange, facts.json, options);
  if (hideUsage) edits.push({ path: ['stream_options', 'include_usage'], json: 'true' });
  return { target, body: edits.length === 0 ? body : editJson(body, edits), hideUsage };
}

/** `GET /v1/models/:model` has the name in its path. */
function targetFor({ request, model }: Exchange): string {
  const { alias, route, target } = request;
  if (alias === undefined || model === null || route.operation !== 'read') return target;
  return route.template.replace(
    ':model',
    encodeURIComponent(model).replaceAll('%3A', ':').replaceAll('%2F', '/'),
  );
}

/**
 * The options that make Ollama load a model again, and how long it stays. What is said of the model wins over what is
 * said of the upstream.
 */
function pinLoading(
  exchange: Exchange,
  json: JsonObject,
  upstream: Options['ollama'],
  edits: JsonEdit[],
): void {
  const numCtx = numCtxToSend(exchange, json, upstream);
  if (numCtx !== null && optionOf(json, 'num_ctx') !== numCtx)
    edits.push({ path: ['options', 'num_ctx'], json: String(numCtx) });
  const keep = keepAliveToSend(exchange, json, upstream);
  if (keep !== undefined && keep !== json['keep_alive'])
    edits.push({ path: ['keep_alive'], json: JSON.stringify(keep) });
}

/** The context length that the upstream is asked for: the pinned one, or else the client's. */
export function numCtxToSend(
  { loading }: Exchange,
  json: JsonObject,
  upstream: Options['ollama'],
): number | null {
  const pinned = loading?.numCtx ?? upstream?.numCtx ?? null;
  if (pinned !== null) return pinned;
  const asked = optionOf(json, 'num_ctx');
  return typeof asked === 'number' ? asked : null;
}

/** What the upstream is told of how long the model stays. */
export function keepAliveToSend(
  { loading, request }: Exchange,
  json: JsonObject,
  upstream: Options['ollama'],
): JsonValue | undefined {
  const asked = json['keep_alive'];
  const keep = keepAlive(loading, upstream, request.route.lane === 'embedding');
  if (keep === null) return asked;
  // A request that loads or unloads by hand (`keep_alive: 0` and no prompt) says what it means.
  const free = asked === undefined || asked === null;
  return free || (keep.override && !isUnload(json)) ? keep.value : asked;
}

function keepAlive(
  loading: LoadSettings | null,
  upstream: Options['ollama'],
  embedding: boolean,
): { readonly value: string | number; readonly override: boolean } | null {
  if (loading !== null && loading.keepAlive !== null)
    return { value: loading.keepAlive, override: loading.keepAliveOverride };
  if (upstream === undefined) return null;
  const value = embedding ? (upstream.embeddingKeepAlive ?? upstream.keepAlive) : upstream.keepAlive;
  return value === null ? null : { value, override: upstream.keepAliveOverride };
}

function isUnload(json: JsonObject): boolean {
  const { prompt, messages, input } = json;
  const empty = (value: JsonValue | undefined): boolean =>
    value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
  return empty(prompt) && empty(messages) && empty(input);
}

export function optionOf(json: JsonObject, name: string): JsonValue | undefined {
  const { options } = json;
  return isJsonObject(options) ? options[name] : undefined;
}

/** Streams of completions count their tokens only when asked to. */
function asksForUsage({ request }: Exchange, json: JsonObject, { askUsage }: Options): boolean {
  const { route, facts } = request;
  if (askUsage === false || !facts.stream || route.dialect !== 'openai') return false;
  // Its last event has them anyway.
  if (route.template === '/v1/responses') return false;
  const given = json['stream_options'];
  return !(isJsonObject(given) && given['include_usage'] === true);
}
