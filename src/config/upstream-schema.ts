import { z } from 'zod';
import type { BreakerConfig, UpstreamConfig } from './config.ts';
import {
  choice,
  count,
  flag,
  group,
  milliseconds,
  millisecondsOrNone,
  orNull,
  requiredText,
} from './field.ts';
import { modelName, ollamaSchema } from './models-schema.ts';
import { headers } from './headers-schema.ts';
import { timeouts } from './timeouts-schema.ts';
import { tlsSchema } from './tls-schema.ts';

/** One generation at a time is Ollama's own default; servers that batch take many. */
const PARALLEL = { ollama: 1, openai: 64 } as const;
const MIN_POOL = 64;
const DEFAULT_MAX_OPEN_MS = 300_000;
const DEFAULT_MIN_CALLS = 5;

const ruleCount = z.int().min(1).max(1_000_000);
const rate = z.number().gt(0).max(1);

const breaker = z
  .strictObject({
    consecutiveFailures: ruleCount
      .nullable()
      .default(5)
      .meta({ description: 'Opens after this many failures in a row. `null` switches the rule off.' }),
    failureRate: orNull(rate, {
      description: 'Opens when at least this share of the last `windowSize` calls failed. `null`: rule off.',
    }),
    windowSize: count(10, { min: 1, max: 100_000 }, 'How many of the last calls the two rate rules look at.'),
    minCalls: z.int().min(1).max(100_000).optional().meta({
      description:
        'The rate rules say nothing before this many calls. Default: 5, or `windowSize` if that is less.',
    }),
    slowCallMs: orNull(z.int().min(1), {
      description: 'A success whose first content came later than this counts as slow. `null`: rule off.',
    }),
    slowCallRate: rate.default(0.8).meta({
      description: 'Opens when at least this share of the last `windowSize` timed successes was slow.',
    }),
    openMs: milliseconds(30_000, 'How long it stays open before it lets a few calls probe.'),
    maxOpenMs: z.int().min(1).max(2_147_483_647).optional().meta({
      description:
        'The longest it stays open, by doubling or because the upstream asked for it with `retry-after`. Default: 300000, or `openMs` if that is longer.',
    }),
    openDoubling: flag(false, 'Doubles the open time each time a probe fails, up to `maxOpenMs`.'),
    jitter: z.number().min(0).lt(1).default(0.1).meta({
      description:
        'The open time is spread by this share to either side, so that gateways do not probe in step.',
    }),
    halfOpenMax: count(3, { min: 1, max: 1_000 }, 'Probing calls in flight at once while half-open.'),
    closeAfter: count(2, { min: 1, max: 1_000 }, 'Successful probes in a row that close it.'),
    probeLeaseMs: milliseconds(
      300_000,
      'After this long an unfinished probe loses its slot and counts as ignored, so that a hung call cannot keep the breaker half-open.',
    ),
    allOpen: choice(
      ['reject', 'leastRemaining'],
      'reject',
      'When the breaker of every suitable upstream is open: refuse with 503, or (with two or more upstreams) try the one that opens next.',
    ),
    perModel: flag(
      false,
      'One more breaker, `upstream/model`, for each model that the upstream lists: a model whose runner keeps crashing is then left alone while the others go on.',
    ),
  })
  .superRefine((value, context) => {
    if (value.minCalls !== undefined && value.minCalls > value.windowSize) {
      context.addIssue({
        code: 'custom',
        path: ['minCalls'],
        message: `${value.minCalls} calls never fit into a window of ${value.windowSize} (windowSize)`,
      });
    }
    if (value.maxOpenMs !== undefined && value.maxOpenMs < value.openMs) {
      context.addIssue({
        code: 'custom',
        path: ['maxOpenMs'],
        message: `${value.maxOpenMs} is less than openMs (${value.openMs})`,
      });
    }
  })
  .transform((value): BreakerConfig => ({
    ...value,
    minCalls: value.minCalls ?? Math.min(DEFAULT_MIN_CALLS, value.windowSize),
    maxOpenMs: value.maxOpenMs ?? Math.max(DEFAULT_MAX_OPEN_MS, value.openMs),
  }));

export function isUpstreamName(value: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/.test(value);
}

export function isUpstreamUrl(value: string): boolean {
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === '') return false;
  return url.username === '' && url.password === '' && url.search === '' && url.hash === '';
}

/** Visible ASCII: what may stand in a header as it is. */
export function isToken(value: string): boolean {
  return /^[\x21-\x7e]+$/.test(value);
}

export const upstreamSchema: z.ZodType<UpstreamConfig> = z
  .strictObject({
    name: requiredText(isUpstreamName, {
      title: 'letters, digits, `.`, `_` and `-`, at most 63',
      description:
        'The name in metrics (`client_name`, `breaker_name`, `upstream`), logs and response headers.',
      examples: ['local'],
    }),
    kind: choice(
      ['ollama', 'openai'],
      'ollama',
      'What it speaks: `ollama` (its own API and the OpenAI paths it has) or `openai` (vLLM, llama.cpp, LM Studio, OpenAI itself …).',
    ),
    url: requiredText(isUpstreamUrl, {
      title: 'an http or https URL without credentials, query or fragment, such as http://127.0.0.1:11434',
      description: 'Where it listens, with a path prefix if it has one.',
      examples: ['http://127.0.0.1:11434'],
    }),
    weight: z
      .number()
      .gt(0)
      .max(1_000)
      .default(1)
      .meta({ description: 'Its share of the load beside other upstreams of the same tier.' }),
    tier: count(
      0,
      { min: 0, max: 100 },
      'Priority: upstreams of a higher tier number are used only when none of a lower one is available.',
    ),
    parallel: z.int().min(1).max(100_000).optional().meta({
      description:
        'Generations at once; the others wait in the queue. Embeddings and reads do not count. Set it to the server’s own limit (`OLLAMA_NUM_PARALLEL`). Default: 1 for kind `ollama`, 64 for `openai`.',
    }),
    embeddingParallel: count(4, { min: 1, max: 100_000 }, 'Embedding calls at once, in a lane of their own.'),
    modelParallel: z
      .record(z.string().min(1), z.int().min(1).max(100_000))
      .default({})
      .meta({
        title: 'model names or patterns with `*`, each with a whole number of at least 1',
        description:
          'Requests at once by model, beside `parallel`: a name, or a pattern with `*` that holds for each model it fits; the first that fits counts.',
        examples: [{ 'llama3.3:70b': 1, '*': 4 }],
      }),
    adaptive: group(
      z.strictObject({
        enabled: flag(
          false,
          'Lets the number of generations at once follow what the upstream can bear, in place of `parallel`: more while answers begin promptly, fewer when they do not.',
        ),
        min: count(1, { min: 1, max: 100_000 }, 'Never fewer; where it starts.'),
        max: count(64, { min: 1, max: 100_000 }, 'Never more.'),
        tolerance: z.number().gt(1).max(100).default(1.5).meta({
          description:
            'How many times slower than unhurried the first content may come before the limit is lowered.',
        }),
      }),
      'An adaptive limit. For requests of one kind; where prompts differ a hundredfold a fixed `parallel` is better.',
    ),
    queue: group(
      z.strictObject({
        max: count(256, { min: 0, max: 1_000_000 }, 'Requests that may wait; one more is refused with 503.'),
        waitMs: millisecondsOrNone(30_000, 'The longest a request waits before it is refused with 503.'),
      }),
      'The queue in front of the upstream.',
    ),
    pool: group(
      z.strictObject({
        maxsize: z.int().min(1).max(100_000).optional().meta({
          description:
            'The most connections ever open. Generations are held back by `parallel`, so the rest is room for embeddings and reads, which must not wait behind them. Default: twice `parallel`, at least 64.',
        }),
        keepAliveMs: milliseconds(
          4_000,
          'How long an unused connection is kept. Shorter than the server keeps it (vLLM: 5 s; Ollama: no limit), so that it is never closed under a request.',
        ),
      }),
      'The connections to the upstream.',
    ),
    breaker: group(breaker, 'The circuit breaker of the upstream.'),
    timeouts: group(timeouts, 'How long each step may take.'),
    headers,
    hostHeader: orNull(
      z
        .string()
        .refine((value) => /^[A-Za-z0-9._:[\]-]+$/.test(value))
        .meta({ title: 'a host, with a port if it has one' }),
      {
        title: 'a host, with a port if it has one, or null',
        description:
          'Sent as `Host`, for servers that answer to one name only: an Ollama on loopback behind a tunnel wants `localhost`. `null`: the host of `url`.',
        examples: ['localhost'],
      },
    ),
    tls: orNull(tlsSchema, {
      title: 'a group of keys, or null',
      description:
        'How to make sure of an `https` server, and how to show it who we are: `caFile` (authorities to trust), `certFile` and `keyFile` (our own certificate), `serverName` (expected in place of the URL’s), `insecureSkipVerify` (trust whoever answers). PEM files, read when the upstream is made. `null`: as Node does by itself.',
    }),
    apiKey: orNull(z.string().refine(isToken).meta({ title: 'text without blanks' }), {
      description:
        'Sent as `Authorization: Bearer` in place of the client’s own. `null`: the client’s is passed on.',
      writeOnly: true,
    }),
    models: orNull(z.array(modelName).min(1), {
      title: 'a list of model names and patterns with * and ?, at least one, or null',
      description:
        'The models it is there for, by name or pattern (`qwen*`). It gets no request for another, and a name written out here is believed even if the server does not list it. `null`: whatever it lists.',
      examples: [['llama3.2:1b', 'qwen*']],
    }),
    ollama: group(
      ollamaSchema,
      'How an Ollama server is to load models; not for kind `openai`. `models` in the configuration says it per model.',
    ),
    askUsage: flag(
      true,
      'Asks streams of `/v1/chat/completions` and `/v1/completions` for their token counts (`stream_options.include_usage`) and takes them out again for clients that did not ask. Off: for servers that refuse the field; their streams then count no tokens.',
    ),
    simulator: flag(
      false,
      'Says that this upstream is a simulator: `/health` and the log say so too. Changes nothing else.',
    ),
  })
  .superRefine((value, context) => {
    if (value.kind === 'openai') {
      for (const [key, setting] of Object.entries(value.ollama)) {
        if (setting === null || setting === false) continue;
        const message = 'is only for kind ollama: other servers have no such setting';
        context.addIssue({ code: 'custom', path: ['ollama', key], message });
      }
    }
    const parallel = value.parallel ?? PARALLEL[value.kind];
    const { adaptive, pool } = value;
    const problem = (path: readonly string[], message: string): void => {
      context.addIssue({ code: 'custom', path: [...path], message });
    };
    if (pool.maxsize !== undefined && pool.maxsize < parallel) {
      problem(
        ['pool', 'maxsize'],
        `${pool.maxsize} connections cannot carry ${parallel} generations at once (parallel); expected at least ${parallel}`,
      );
    }
    if (adaptive.min > adaptive.max)
      problem(['adaptive', 'min'], `${adaptive.min} is more than adaptive.max (${adaptive.max})`);
    if (adaptive.enabled && pool.maxsize !== undefined && pool.maxsize < adaptive.max) {
      problem(
        ['pool', 'maxsize'],
        `${pool.maxsize} connections cannot carry ${adaptive.max} generations at once (adaptive.max); expected at least ${adaptive.max}`,
      );
    }
  })
  .transform((value): UpstreamConfig => {
    const parallel = value.parallel ?? PARALLEL[value.kind];
    const most = value.adaptive.enabled ? Math.max(parallel, value.adaptive.max) : parallel;
    const maxsize = value.pool.maxsize ?? Math.max(MIN_POOL, 2 * most);
    return { ...value, parallel, pool: { ...value.pool, maxsize } };
  });
