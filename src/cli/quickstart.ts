/**
 * Quick start: whoever has an Ollama gets it behind the gateway, whoever has none gets the simulator in this
 * process, and either way it is said plainly. It sets other defaults only: file, environment and flags still win,
 * and with upstreams configured there nothing is looked for.
 */
import type { LoadedConfig } from '../config/load.ts';
import { parseListenAddress } from '../config/listen-address.ts';
import { parseOllamaHost } from '../config/ollama-host.ts';
import { hideCredentials } from '../config/problems.ts';
import type { JsonObject } from '../core/json.ts';
import { startSimulator } from '../simulator/index.ts';

const PROBE_MS = 1_000;

export interface QuickstartUpstream {
  readonly name: 'ollama' | 'simulator';
  readonly url: string;
  /** Why it is this one, in a sentence. */
  readonly because: string;
  close(): Promise<void>;
}

/** What a quick start sets where nothing else does. */
export function quickstartDefaults(upstream: QuickstartUpstream | null): JsonObject {
  const name = upstream?.name ?? 'ollama';
  return {
    // The simulator's embeddings are the built-in model's: the model itself comes with its own scorer.
    cache: { mode: 'on', sampled: true, ...(name === 'simulator' ? { embedder: 'builtin' } : {}) },
    upstreams: [
      {
        name,
        kind: 'ollama',
        url: upstream?.url ?? 'http://127.0.0.1:11434',
        simulator: name === 'simulator',
      },
    ],
  };
}

/** Whether the upstreams are left to the quick start. */
export function wantsUpstream(loaded: LoadedConfig): boolean {
  return loaded.originOf(['upstreams']).source === 'quickstart';
}

export async function findUpstream(
  ollamaHost: string | undefined,
  listen: string,
): Promise<QuickstartUpstream> {
  const set = ollamaHost !== undefined && ollamaHost.trim() !== '';
  let url = parseOllamaHost(ollamaHost);
  let remark = '';
  if (isOwnAddress(url, listen)) {
    remark = `OLLAMA_HOST names this gateway itself (${listen}) and is ignored; `;
    url = parseOllamaHost(undefined);
  }
  const version = isOwnAddress(url, listen) ? null : await ollamaVersion(url);
  const named = set && remark === '' ? ' (OLLAMA_HOST)' : '';
  if (version !== null) {
    const because = `${remark}Ollama ${version} answers there${named}`;
    return { name: 'ollama', url, because, close: () => Promise.resolve() };
  }
  const simulator = await startSimulator({});
  const because = `${remark}no Ollama answers at ${hideCredentials(url)}${named}, so answers come from the built-in simulator and are made up`;
  return { name: 'simulator', url: simulator.url, because, close: () => simulator.close() };
}

/** What the Ollama at the address says its version is; null when none answers there in time. */
export async function ollamaVersion(url: string): Promise<string | null> {
  const body = await getJson(`${url}/api/version`);
  return typeof body?.['version'] === 'string' ? body['version'].slice(0, 40) : null;
}

/** A model to show in the first example; null when the upstream has none. */
export async function firstModel(url: string): Promise<string | null> {
  const body = await getJson(`${url}/api/tags`);
  const models: readonly unknown[] = Array.isArray(body?.['models']) ? body['models'] : [];
  const names = models
    .map((model) => (model as JsonObject | null)?.['name'])
    .filter((name) => typeof name === 'string');
  return names.find((name) => !/embed|minilm|bge/i.test(name)) ?? null;
}

async function getJson(url: string): Promise<JsonObject | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(PROBE_MS) });
    return response.ok ? ((await response.json()) as JsonObject) : null;
  } catch {
    return null; // nothing there, or something that is not Ollama: either way there is none
  }
}

/** Whether a request to the URL would come back to us. Port 0 is nobody's yet. */
export function isOwnAddress(url: string, listen: string): boolean {
  const own = parseListenAddress(listen);
  if (own === null || own.port === 0 || !URL.canParse(url)) return false;
  const { hostname, port, protocol } = new URL(url);
  if (Number(port || (protocol === 'https:' ? 443 : 80)) !== own.port) return false;
  const host = hostname.replace(/^\[|\]$/g, '');
  return sameMachine(host, own.host);
}

function sameMachine(host: string, listenHost: string): boolean {
  const local = (name: string): boolean => name === 'localhost' || name === '::1' || name.startsWith('127.');
  const everywhere = listenHost === '0.0.0.0' || listenHost === '::';
  return host === listenHost || (local(host) && (everywhere || local(listenHost)));
}
