/**
 * How a command talks to a running gateway: its operations plane, over HTTP.
 *
 * The address is `--url`, else `LLAMASCOPE_URL`, else `admin.listen` or `listen` of the configuration that `serve`
 * would read here (file and environment), else http://127.0.0.1:11435. The token is `--token`, else
 * `LLAMASCOPE_ADMIN_TOKEN` or `admin.token` of that configuration. Every failure is one sentence that names
 * the address and says what to do.
 */
import { formatListenAddress, parseListenAddress } from '../config/listen-address.ts';
import { loadConfig } from '../config/load.ts';
import { hideCredentials } from '../config/problems.ts';
import { isJsonObject, type JsonValue } from '../core/json.ts';
import type { OptionSpec, OptionValues } from './arguments.ts';
import { configOption } from './config-options.ts';
import { CommandFailure, UsageError, type CliIo } from './io.ts';

/** The options of every command that talks to a gateway. */
export const gatewayOptions: readonly OptionSpec[] = [
  {
    name: 'url',
    value: 'URL',
    help: 'The gateway, http(s)://HOST:PORT of its operations plane. Default: LLAMASCOPE_URL, else the address in the configuration, else http://127.0.0.1:11435.',
  },
  {
    name: 'token',
    value: 'TOKEN',
    help: 'The bearer token of its operations plane. Others can read a command line: LLAMASCOPE_ADMIN_TOKEN keeps it from them.',
  },
  configOption,
];

export interface AdminClient {
  /** `http://host:port`, without a trailing slash. */
  readonly url: string;
  get(path: string): Promise<JsonValue>;
  post(path: string, body?: JsonValue): Promise<JsonValue>;
  put(path: string, body: JsonValue): Promise<JsonValue>;
  delete(path: string): Promise<JsonValue>;
  /** The open answer, for streams and for what is not JSON. No time limit; `signal` ends it. */
  open(path: string, init?: { readonly accept?: string; readonly signal?: AbortSignal }): Promise<Response>;
}

const TIMEOUT_MS = 10_000;

/** Throws `UsageError` for a bad `--url`, `ConfigError` when the address has to come from a bad configuration. */
export function adminClient(options: OptionValues, io: CliIo): AdminClient {
  const { url, token } = findGateway(options, io);
  const credentials: FieldMap = token === null ? {} : { authorization: `Bearer ${token}` };
  const call = async (method: string, path: string, init: CallInit): Promise<Response> => {
    let response: Response;
    try {
      const headers = { ...credentials, ...init.headers };
      response = await fetch(`${url}${path}`, { ...init, method, headers });
    } catch (error) {
      throw new CommandFailure(unreachable(url, error), { cause: error });
    }
    if (!response.ok) throw new CommandFailure(await refused(url, path, response, token !== null));
    return response;
  };
  const json = async (method: string, path: string, init: CallInit): Promise<JsonValue> => {
    const response = await call(method, path, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
    try {
      return (await response.json()) as JsonValue;
    } catch (error) {
      const message = `what answers at ${url} is not Llamascope: ${path} is not JSON`;
      throw new CommandFailure(message, { cause: error });
    }
  };
  return {
    url,
    get: (path) => json('GET', path, {}),
    post: (path, body) =>
      json('POST', path, body === undefined ? {} : { body: JSON.stringify(body), headers: JSON_BODY }),
    put: (path, body) => json('PUT', path, { body: JSON.stringify(body), headers: JSON_BODY }),
    delete: (path) => json('DELETE', path, {}),
    open: (path, init = {}) =>
      call('GET', path, {
        ...(init.accept === undefined ? {} : { headers: { accept: init.accept } }),
        ...(init.signal === undefined ? {} : { signal: init.signal }),
      }),
  };
}

type FieldMap = Readonly<Record<string, string>>;
type CallInit = Omit<RequestInit, 'headers' | 'method'> & { readonly headers?: FieldMap };

const JSON_BODY: FieldMap = { 'content-type': 'application/json' };

function findGateway(
  options: OptionValues,
  io: CliIo,
): { readonly url: string; readonly token: string | null } {
  const given = text(options['url']) ?? filled(io.env['LLAMASCOPE_URL']);
  const token = text(options['token']) ?? filled(io.env['LLAMASCOPE_ADMIN_TOKEN']);
  if (given !== null && options['config'] === undefined) return { url: readUrl(given, options), token };
  const { config } = loadConfig({
    flags: {},
    env: io.env,
    file: text(options['config']),
    cwd: io.cwd,
    // A gateway that was started by options alone left no upstreams here; its address is all that is asked for.
    quickstart: { upstreams: [{ name: 'unknown', url: 'http://127.0.0.1:11434' }] },
  });
  return {
    url: given === null ? urlOf(config.admin.listen ?? config.listen) : readUrl(given, options),
    token: token ?? config.admin.token,
  };
}

function readUrl(given: string, options: OptionValues): string {
  const name = options['url'] === undefined ? 'LLAMASCOPE_URL' : '--url';
  const url = URL.canParse(given) ? new URL(given) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    const shown = hideCredentials(JSON.stringify(given));
    throw new UsageError(`${name}: ${shown} is not a URL such as http://127.0.0.1:11435`);
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

function urlOf(listen: string): string {
  const address = parseListenAddress(listen);
  if (address === null || address.port === 0) {
    const message = `the configuration listens on ${listen}, a port chosen at the start; name the gateway with --url`;
    throw new UsageError(message);
  }
  const host = ANY_ADDRESS[address.host] ?? address.host;
  return `http://${formatListenAddress({ host, port: address.port })}`;
}

/** Whoever listens everywhere is reached on loopback. */
const ANY_ADDRESS: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

function unreachable(url: string, error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = (cause as NodeJS.ErrnoException).code ?? '';
  const start = 'start it with `llamascope serve`, or name another with --url';
  if (code === 'ECONNREFUSED') return `no gateway answers at ${url} (connection refused); ${start}`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `the name in ${url} cannot be resolved`;
  if (error instanceof Error && error.name === 'TimeoutError')
    return `the gateway at ${url} did not answer within ${String(TIMEOUT_MS / 1_000)} s`;
  return `no answer from ${url}: ${code === '' ? (cause as Error).message : code}`;
}

async function refused(url: string, path: string, response: Response, withToken: boolean): Promise<string> {
  const said = messageOf(await response.text());
  if (response.status === 401) {
    return withToken
      ? `the gateway at ${url} does not accept this token`
      : `the gateway at ${url} needs its token: set LLAMASCOPE_ADMIN_TOKEN or give --token`;
  }
  if (said !== null) return said;
  return `what answers at ${url} is not the operations plane of Llamascope: ${path} answered ${String(response.status)}`;
}

/** What an error of the operations plane says, or null when it is none of ours. */
function messageOf(body: string): string | null {
  try {
    const parsed = JSON.parse(body) as JsonValue;
    const error = isJsonObject(parsed) ? parsed['error'] : null;
    const message = isJsonObject(error ?? null) ? (error as { message?: JsonValue }).message : null;
    return typeof message === 'string' ? message : null;
  } catch {
    return null;
  }
}

function text(value: OptionValues[string] | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

function filled(value: string | undefined): string | null {
  return value === undefined || value.trim() === '' ? null : value.trim();
}
