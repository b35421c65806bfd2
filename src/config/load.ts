/**
 * Configuration: flags over environment over file over defaults. Every source is checked by itself, so a
 * mistake is reported even where another source overrides it; then the whole is checked for what only
 * the whole can show. Guarantees: a complete `Config` or a `ConfigError` that lists every problem found.
 * Refuses: unknown keys at any level, unknown `LLAMASCOPE_` variables, values out of bounds, and an operations
 * plane that other machines can reach without a token.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { JsonObject } from '../core/json.ts';
import type { Config } from './config.ts';
import { readEnvironment, type Environment } from './env-source.ts';
import { explain } from './explain.ts';
import { readConfigFile } from './file-source.ts';
import { readFlags, type FlagValues } from './flag-source.ts';
import { mergeLayers, originIn, type Layer } from './layers.ts';
import { ConfigError, formatKey, type ConfigProblem, type KeyPath, type Origin } from './problems.ts';
import { completeConfig } from './resolve.ts';
import { configSchema } from './schema.ts';

export interface ConfigSources {
  readonly flags: FlagValues;
  readonly env: Environment;
  /** `--config`; over `LLAMASCOPE_CONFIG`, over `./llamascope.yaml` if there is one. */
  readonly file: string | null;
  readonly cwd: string;
  /** Other defaults, under every source. */
  readonly quickstart: JsonObject | null;
}

export interface LoadedConfig {
  readonly config: Config;
  /** The file that was read, if any. */
  readonly file: string | null;
  originOf(path: KeyPath): Origin;
}

const DEFAULT_FILE = 'llamascope.yaml';

export function loadConfig(sources: ConfigSources): LoadedConfig {
  const problems: ConfigProblem[] = [];
  const layers: Layer[] = [];
  if (sources.quickstart !== null) {
    layers.push({ tree: sources.quickstart, originOf: () => ({ source: 'quickstart' }) });
  }
  const file = fileOf(sources);
  if (file !== null)
    collect(problems, () => layers.push(readConfigFile(path.resolve(sources.cwd, file), file)));
  for (const read of [readEnvironment(sources.env), readFlags(sources.flags)]) {
    problems.push(...read.problems);
    layers.push(read.layer);
  }
  for (const layer of layers) problems.push(...problemsOf(layer));
  if (problems.length > 0) throw new ConfigError(problems);
  const originOf = (key: KeyPath): Origin => originIn(layers, key);
  return { config: completeConfig(mergeLayers(layers), originOf), file, originOf };
}

function fileOf({ file, env, cwd }: ConfigSources): string | null {
  const named = file ?? env['LLAMASCOPE_CONFIG']?.trim() ?? '';
  if (named !== '') return named;
  return existsSync(path.join(cwd, DEFAULT_FILE)) ? DEFAULT_FILE : null;
}

function collect(problems: ConfigProblem[], read: () => unknown): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    problems.push(...error.problems);
  }
}

/** What is wrong with one source, taken alone: it need not be whole, only right. */
function problemsOf(layer: Layer): readonly ConfigProblem[] {
  const { error } = configSchema.safeParse(layer.tree);
  const issues = (error?.issues ?? []).filter(
    (issue) => !(formatKey(issue.path as KeyPath) === 'upstreams' && layer.tree['upstreams'] === undefined),
  );
  return issues.flatMap((issue) => explain(issue, layer.tree, (key) => layer.originOf(key)));
}
