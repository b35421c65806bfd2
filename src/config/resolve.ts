/**
 * A whole configuration: every key checked, every default applied, and what only the whole can show: an operations
 * plane that other machines can reach needs a token.
 */
import type { JsonObject } from '../core/json.ts';
import type { Config, ConfigInput } from './config.ts';
import { explain } from './explain.ts';
import { isLoopback, parseListenAddress } from './listen-address.ts';
import { ConfigError, formatKey, type ConfigProblem, type KeyPath, type Origin } from './problems.ts';
import { configSchema } from './schema.ts';
import { problemsOfTls } from './tls-files.ts';

/** A configuration given by a program. Throws `ConfigError`. A `Config` comes back equal to itself. */
export function resolveConfig(input: ConfigInput): Config {
  return completeConfig(input as unknown as JsonObject, () => ({ source: 'caller' }));
}

/** Checks the whole, applies the defaults. `originOf` says where a value came from, for the messages. */
export function completeConfig(tree: JsonObject, originOf: (path: KeyPath) => Origin): Config {
  const result = configSchema.safeParse(tree);
  const problems = result.success
    ? problemsOfWhole(result.data, originOf)
    : result.error.issues.flatMap((issue) => explain(issue, tree, originOf));
  if (!result.success || problems.length > 0) throw new ConfigError(problems);
  return result.data;
}

function problemsOfWhole(config: Config, originOf: (path: KeyPath) => Origin): readonly ConfigProblem[] {
  return [
    ...problemsOfListening(config, originOf),
    ...problemsOfStore(config, originOf),
    ...problemsOfTls(config, originOf),
  ];
}

/** A snapshot is read and written as one: for more there is a database. */
const MAX_SNAPSHOT_BYTES = 1_073_741_824;

function problemsOfStore({ cache }: Config, originOf: (path: KeyPath) => Origin): readonly ConfigProblem[] {
  if (cache.snapshot.path === null) return [];
  const key: KeyPath = ['cache', 'snapshot', 'path'];
  const problem = (message: string): ConfigProblem[] => [
    { key: formatKey(key), message, origin: originOf(key) },
  ];
  if (cache.store !== 'memory')
    return problem(
      `only cache.store: memory has a snapshot, and cache.store is ${cache.store}: remove one of the two`,
    );
  if (cache.maxBytes > MAX_SNAPSHOT_BYTES)
    return problem(
      `a snapshot holds at most ${MAX_SNAPSHOT_BYTES} bytes, and cache.maxBytes is ${cache.maxBytes}: lower it, or use cache.store: sqlite`,
    );
  return [];
}

function problemsOfListening(config: Config, originOf: (path: KeyPath) => Origin): readonly ConfigProblem[] {
  const { admin } = config;
  const key: KeyPath = admin.listen === null ? ['listen'] : ['admin', 'listen'];
  const address = admin.listen ?? config.listen;
  if (admin.token !== null || isLoopback(parseListenAddress(address)?.host ?? '')) return [];
  const message =
    `${address} lets other machines reach the operations plane (/metrics, /health, /admin/), which then needs a ` +
    'token: set admin.token (LLAMASCOPE_ADMIN_TOKEN), or keep that plane on loopback with admin.listen: 127.0.0.1:9435';
  return [{ key: formatKey(key), message, origin: originOf(key) }];
}
