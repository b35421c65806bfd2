/** What one request makes of a model in an Ollama server's memory: how it has to be loaded, and whether it stays. */
import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts';
import type { Exchange } from '../core/request.ts';
import type { UpstreamOptions } from './options.ts';
import { keepAliveToSend, numCtxToSend } from './shape.ts';

export interface LoadOptions {
  /** The same for two requests that one load can serve; empty where everything is left to the server. */
  readonly key: string;
  /** The context length as it is asked for there; null: the server's own. */
  readonly numCtx: number | null;
  /** The model leaves memory when the answer is over (`keep_alive: 0`). */
  readonly unloads: boolean;
}

/** With another value of one of these a model in memory is loaded anew. */
const LOAD_OPTIONS = ['num_batch', 'num_gpu', 'main_gpu', 'use_mmap', 'num_thread'] as const;

const BY_THE_SERVER: LoadOptions = { key: '', numCtx: null, unloads: false };

/** As the upstream is asked, pins included. OpenAI's and Anthropic's APIs leave it all to the server. */
export function loadOptionsOf(
  exchange: Exchange,
  upstream: Pick<UpstreamOptions, 'kind' | 'ollama'>,
): LoadOptions {
  const { route, facts } = exchange.request;
  if (route.dialect !== 'ollama' || facts.json === null) return BY_THE_SERVER;
  const numCtx = numCtxToSend(exchange, facts.json, upstream.ollama);
  const unloads = isZero(keepAliveToSend(exchange, facts.json, upstream.ollama));
  const key = keyOf(facts.json, numCtx);
  return key === '' && !unloads ? BY_THE_SERVER : { key, numCtx, unloads };
}

function keyOf(json: JsonObject, numCtx: number | null): string {
  let key = numCtx === null ? '' : `num_ctx=${String(numCtx)}`;
  const { options } = json;
  if (!isJsonObject(options)) return key;
  for (const name of LOAD_OPTIONS) {
    const value = options[name];
    if (typeof value === 'number' || typeof value === 'boolean') key += ` ${name}=${String(value)}`;
  }
  return key;
}

/** `0`, `"0"`, `"0s"`, `"0m"` … */
function isZero(keepAlive: JsonValue | undefined): boolean {
  return keepAlive === 0 || (typeof keepAlive === 'string' && /^0+(\.0+)?[a-zµ]*$/.test(keepAlive));
}
