import { isIP } from 'node:net';
import type { TextEmbedder } from '../core/embedder.ts';
import type { QuestionAnswer } from './answers/table.ts';
import type { FaultPlan } from './faults/plan.ts';
import { SimulatorOptionsError } from './error.ts';
import type { ModelSpec } from './models/spec.ts';

/**
 * How the simulated server behaves. The fields up to `faults` are the command's flags, one for one, in
 * kebab case (`tokensPerSecond` is `--tokens-per-second`); those after it only a program can give.
 *
 * Durations are simulated milliseconds: `speed` 10 lets them pass ten times as fast.
 */
export interface SimulatorOptions {
  /** `HOST:PORT` of the Ollama API; default `127.0.0.1:0` (a free port). */
  readonly listen?: string;
  /** `HOST:PORT` of the control API, or `same` to share the port; default `127.0.0.1:0`. */
  readonly control?: string;
  /** Seed of identifiers and of jitter; default 1. */
  readonly seed?: number;
  /** How many simulated seconds pass in one real second; default 1. */
  readonly speed?: number;
  /** Generated tokens per second and request; 0 means at once; default 60. */
  readonly tokensPerSecond?: number;
  /** Prompt tokens read per second; 0 means at once; default 1000. */
  readonly prefillTokensPerSecond?: number;
  /** Time to load a model that is not in memory; default 1500. */
  readonly loadMs?: number;
  /** The share by which pace, prefill and load vary at random, 0 to 0.9; default 0. */
  readonly jitter?: number;
  /** Requests one loaded model works on at a time (`OLLAMA_NUM_PARALLEL`); default 1. */
  readonly numParallel?: number;
  /** Models in memory at a time (`OLLAMA_MAX_LOADED_MODELS`); default 3. */
  readonly maxLoadedModels?: number;
  /** Requests that may wait for a load (`OLLAMA_MAX_QUEUE`); default 512. */
  readonly maxQueue?: number;
  /** How long an idle model stays in memory (`OLLAMA_KEEP_ALIVE`); negative: for ever; default 300000. */
  readonly keepAliveMs?: number;
  /** Default `num_ctx`; a request with another one reloads the model; default 4096. */
  readonly contextLength?: number;
  /** Whether an aborted request holds its slot until its prompt is processed; default false. */
  readonly abortHoldsPrefill?: boolean;
  /** A JSONL file of `{"question": …, "answer": …}`, in place of the built-in answers. */
  readonly answersFile?: string | null;
  /** Faults from the start; the command's repeatable `--fault`, see `parseFaultFlag`. */
  readonly faults?: FaultPlan | null;

  /** Answers given directly; wins over `answersFile`. */
  readonly answers?: readonly QuestionAnswer[];
  /** The models on offer; default three small chat models and, with an embedder, its own. */
  readonly models?: readonly ModelSpec[];
  /** Where embeddings come from: an embedder, a function that opens one, or null for none; default the built-in one. */
  readonly embedder?: TextEmbedder | (() => Promise<TextEmbedder>) | null;
  /** What `/api/version` says; default `0.12.6`. */
  readonly version?: string;
  /** The largest JSON body read; default 64 MiB. */
  readonly bodyBytes?: number;
  /** How many finished requests the log keeps; default 1000. */
  readonly logSize?: number;
}

export { SimulatorOptionsError } from './error.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** The options that are plain numbers, with their defaults and limits. */
export interface Settings {
  readonly seed: number;
  readonly speed: number;
  readonly tokensPerSecond: number;
  readonly prefillTokensPerSecond: number;
  readonly loadMs: number;
  readonly jitter: number;
  readonly numParallel: number;
  readonly maxLoadedModels: number;
  readonly maxQueue: number;
  readonly keepAliveMs: number;
  readonly contextLength: number;
  readonly bodyBytes: number;
  readonly logSize: number;
}

interface NumberRule {
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly whole: boolean;
}

const number = (fallback: number, min: number, max: number): NumberRule => ({
  default: fallback,
  min,
  max,
  whole: false,
});
const count = (fallback: number, min: number, max: number): NumberRule => ({
  default: fallback,
  min,
  max,
  whole: true,
});

export const SETTING_RULES: Readonly<Record<keyof Settings, NumberRule>> = {
  seed: count(1, 0, 4_294_967_295),
  speed: number(1, 0.001, 1_000_000),
  tokensPerSecond: number(60, 0, 1e9),
  prefillTokensPerSecond: number(1_000, 0, 1e9),
  loadMs: number(1_500, 0, 86_400_000),
  jitter: number(0, 0, 0.9),
  numParallel: count(1, 1, 1_000_000),
  maxLoadedModels: count(3, 1, 1_000),
  maxQueue: count(512, 0, 1_000_000),
  keepAliveMs: number(300_000, -1, Number.MAX_SAFE_INTEGER),
  contextLength: count(4_096, 4, 10_000_000),
  bodyBytes: count(64 * 1024 * 1024, 1, 4 * 1024 ** 3),
  logSize: count(1_000, 0, 1_000_000),
};

/** The numbers with defaults filled in. Throws `SimulatorOptionsError`. */
export function resolveSettings(options: SimulatorOptions): Settings {
  const settings: Record<string, number> = {};
  for (const key of Object.keys(SETTING_RULES) as (keyof Settings)[]) {
    const rule = SETTING_RULES[key];
    const value: unknown = options[key] ?? rule.default;
    const fits =
      typeof value === 'number' &&
      value >= rule.min &&
      value <= rule.max &&
      (!rule.whole || Number.isInteger(value));
    if (!fits) {
      const kind = rule.whole ? 'a whole number' : 'a number';
      throw new SimulatorOptionsError(
        `${key}: ${String(value)}, expected ${kind} from ${rule.min} to ${rule.max}`,
      );
    }
    settings[key] = value;
  }
  return settings as unknown as Settings;
}

/** Reads `HOST:PORT` or `[v6]:PORT`. Throws `SimulatorOptionsError`. */
export function readAddress(name: string, text: string): Address {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port > 65_535 || (match?.[1] !== undefined && isIP(host) !== 6)) {
    throw new SimulatorOptionsError(`${name}: ${JSON.stringify(text)}, expected HOST:PORT, e.g. 127.0.0.1:0`);
  }
  return { host, port };
}
