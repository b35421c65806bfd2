/**
 * Active health of one upstream, and what it has. Asks by `GET` on a connection of its own, never by a generation:
 * that would load a model and push another out of memory. One failed probe makes a new upstream unhealthy,
 * two in a row one that was well, one good probe makes it healthy: without traffic and without a restart.
 */
import type { Emit } from '../core/events.ts';
import { upstreamName, type ModelId, type UpstreamName } from '../core/ids.ts';
import { isJsonObject } from '../core/json.ts';
import type { UpstreamSnapshot } from '../core/state.ts';
import type { Clock, Timer } from '../runtime/clock.ts';
import { ProbeClient } from '../upstream/probe-client.ts';
import type { TlsOptions } from '../upstream/tls.ts';
import {
  namesOf,
  readOllamaModels,
  readOpenAiModels,
  sameModel,
  showsEmbedding,
  type ListedModel,
} from './model-list.ts';
import type { UpstreamOptions } from './options.ts';
import { PassiveHealth, type Verdict } from './passive-health.ts';
import { Tuning } from './tuning.ts';

export interface ProbeOptions {
  readonly intervalMs: number;
  /** For each call of a probe. */
  readonly timeoutMs: number;
}

export type HealthReport = Pick<
  UpstreamSnapshot,
  'healthy' | 'reason' | 'probedAt' | 'version' | 'models' | 'resident'
>;

const FAILURES_TO_UNHEALTHY = 2;
/** `/api/show` calls per probe: a list of new models is worked off over several. */
const SHOWS_PER_PROBE = 32;

export class HealthProbe {
  readonly #name: UpstreamName;
  readonly #kind: UpstreamOptions['kind'];
  readonly #client: ProbeClient;
  #options: ProbeOptions;
  readonly #clock: Clock;
  readonly #emit: Emit;
  readonly #passive: PassiveHealth;
  readonly #tuning: Tuning;
  #timer: Timer | null = null;
  #closed = false;
  #probing: Promise<void> | null = null;
  #announced = false;
  /** It was well once, and then not. */
  #wasIll = false;
  #healthy = false;
  #reason = 'not probed yet';
  #probedAt: number | null = null;
  #failures = 0;
  #version: string | null = null;
  #models: readonly ListedModel[] = [];
  #resident: readonly ListedModel[] = [];
  #names: ReadonlySet<string> = new Set();
  #residentNames: ReadonlySet<string> = new Set();
  /** Answered since the last probe, hence in memory although no probe has seen them there yet. */
  readonly #served = new Set<ModelId>();
  /** By name and digest: whether it embeds. Asked once per model. */
  readonly #embeds = new Map<string, boolean>();

  constructor(
    upstream: Pick<UpstreamOptions, 'name' | 'kind' | 'url' | 'headers' | 'apiKey' | 'hostHeader'>,
    options: ProbeOptions,
    deps: {
      readonly clock: Clock;
      readonly emit: Emit;
      readonly via?: string;
      readonly tuning?: Tuning;
      readonly tls?: TlsOptions;
    },
  ) {
    this.#name = upstreamName(upstream.name);
    this.#kind = upstream.kind;
    this.#options = options;
    this.#clock = deps.clock;
    this.#emit = deps.emit;
    this.#tuning = deps.tuning ?? new Tuning();
    this.#passive = new PassiveHealth(this.#tuning, deps.clock, () => {
      this.#announce();
    });
    const { url, headers, apiKey, hostHeader = null } = upstream;
    this.#client = new ProbeClient({
      url,
      headers,
      apiKey,
      hostHeader,
      ...(deps.tls === undefined ? {} : { tls: deps.tls }),
      timeoutMs: options.timeoutMs,
      via: deps.via ?? 'llamascope',
    });
  }

  /** Resolves when the first probe is over, well or badly; further ones follow at the interval. */
  async start(): Promise<void> {
    await this.probe();
    this.#schedule();
  }

  /** From the next call and the next pause on. */
  configure(options: ProbeOptions): void {
    this.#options = options;
    this.#client.timeoutMs = options.timeoutMs;
  }

  /** It answers probes and was not set aside for its failures. */
  get healthy(): boolean {
    return this.#healthy && !this.#passive.setAside;
  }

  get recentFailures(): number {
    return this.#passive.recentFailures;
  }

  /** The part of its weight that it has now. */
  get share(): number {
    return this.#passive.share;
  }

  /** How an attempt ended. Where no connection could be made, a probe looks at once. */
  noteOutcome(verdict: Verdict, unreachable = false): void {
    this.#passive.note(verdict);
    if (unreachable && this.#healthy) void this.#probeOnce();
  }

  hasModel(model: ModelId): boolean {
    return this.#names.has(model);
  }

  /** Whether it answers without loading the model first. Only Ollama loads on demand. */
  resident(model: ModelId): boolean {
    return this.#kind === 'openai' || this.#residentNames.has(model) || this.#served.has(model);
  }

  noteServed(model: ModelId | null): void {
    if (model !== null) this.#served.add(model);
  }

  digest(model: string): string | null {
    return this.#models.find((listed) => sameModel(listed.name, model))?.digest ?? null;
  }

  /** A model here that makes vectors: the one asked for, or the first. */
  embeddingModel(wanted: string | null): ListedModel | null {
    const found = this.#models.find((listed) =>
      wanted === null ? this.#embedsText(listed) : sameModel(listed.name, wanted),
    );
    return found ?? null;
  }

  report(): HealthReport {
    return {
      healthy: this.healthy,
      reason: this.#why(),
      probedAt: this.#probedAt,
      version: this.#version,
      models: this.#models.map((listed) => listed.name),
      resident: this.#resident.map((listed) => listed.name),
    };
  }

  /** One round now. Never rejects. */
  async probe(): Promise<void> {
    let failure: string | null = null;
    try {
      await (this.#kind === 'ollama' ? this.#probeOllama() : this.#probeOpenAi());
    } catch (error) {
      failure = describe(error);
    }
    if (this.#closed) return;
    this.#probedAt = this.#clock.wallMs();
    this.#conclude(failure);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#passive.close();
    this.#timer?.cancel();
    await this.#client.close();
  }

  #schedule(): void {
    if (this.#closed) return;
    this.#timer = this.#clock.setTimer(this.#options.intervalMs, () => {
      void this.#probeOnce().then(() => {
        this.#schedule();
      });
    });
  }

  /** Joins the probe that is under way, if one is. */
  #probeOnce(): Promise<void> {
    this.#probing ??= this.probe().finally(() => {
      this.#probing = null;
    });
    return this.#probing;
  }

  #conclude(failure: string | null): void {
    this.#failures = failure === null ? 0 : this.#failures + 1;
    // What its requests say counts as one failed probe.
    const enough = this.#failures + Math.min(1, this.#passive.failuresInARow) >= FAILURES_TO_UNHEALTHY;
    if (failure === null) this.#healthy = true;
    else if (!this.#healthy || enough) this.#healthy = false;
    if (failure !== null || this.#healthy) this.#reason = failure ?? 'answers';
    if (!this.#healthy) this.#resident = [];
    this.#names = namesOf(this.#models);
    this.#residentNames = namesOf(this.#resident);
    this.#served.clear();
    this.#announce();
  }

  /** Says once that it is well or ill, and lets one that was ill begin slowly. */
  #announce(): void {
    const { healthy } = this;
    if (this.#closed || healthy === this.#announced) return;
    this.#announced = healthy;
    if (healthy && this.#wasIll) this.#passive.cameBack();
    if (!healthy) this.#wasIll = true;
    this.#emit({ type: 'upstream.health-changed', upstream: this.#name, healthy, reason: this.#why() });
    this.#tuning.healthChanged();
  }

  #why(): string {
    if (!this.#healthy || !this.#passive.setAside) return this.#reason;
    return `${String(this.#passive.failuresInARow)} attempts in a row failed`;
  }

  async #probeOllama(): Promise<void> {
    const version = await this.#get('/api/version');
    this.#version =
      isJsonObject(version) && typeof version['version'] === 'string' ? version['version'] : null;
    this.#models = readOllamaModels(await this.#get('/api/tags'));
    this.#resident = readOllamaModels(await this.#get('/api/ps'));
    // What a model is for is worth knowing, but no reason to call an upstream unhealthy.
    await this.#learnCapabilities().catch(() => undefined);
  }

  async #probeOpenAi(): Promise<void> {
    const target = '/v1/models';
    const { status, json } = await this.#client.ask(target);
    if (status >= 500) throw new Error(`GET ${target} answered ${String(status)}`);
    // It is there, but lists its models only to those with a key, or to nobody: the clients' own keys may do.
    this.#models = status === 200 ? readOpenAiModels(json) : [];
  }

  async #get(target: string): Promise<unknown> {
    const { status, json } = await this.#client.ask(target);
    if (status !== 200) throw new Error(`GET ${target} answered ${String(status)}`);
    if (json === null) throw new Error(`GET ${target} answered something that is not JSON`);
    return json;
  }

  /** Names and families only hint at what a model is for; `/api/show` says. */
  async #learnCapabilities(): Promise<void> {
    const present = new Set(this.#models.map(keyOf));
    for (const key of this.#embeds.keys()) if (!present.has(key)) this.#embeds.delete(key);
    const unknown = this.#models
      .filter((listed) => !this.#embeds.has(keyOf(listed)))
      .slice(0, SHOWS_PER_PROBE);
    for (const listed of unknown) {
      const { status, json } = await this.#client.ask('/api/show', { model: listed.name });
      this.#embeds.set(
        keyOf(listed),
        (status === 200 ? showsEmbedding(json) : null) ?? listed.looksLikeEmbedding,
      );
    }
  }

  #embedsText(listed: ListedModel): boolean {
    return this.#embeds.get(keyOf(listed)) ?? listed.looksLikeEmbedding;
  }
}

function keyOf({ name, digest }: ListedModel): string {
  return `${name}@${digest ?? ''}`;
}

/** The innermost cause says most: `fetch failed` hides `ECONNREFUSED`. */
function describe(error: unknown): string {
  let innermost = error;
  while (innermost instanceof Error && innermost.cause instanceof Error) innermost = innermost.cause;
  if (innermost instanceof AggregateError && innermost.errors[0] instanceof Error)
    innermost = innermost.errors[0];
  if (!(innermost instanceof Error)) return String(innermost);
  if (innermost.name === 'TimeoutError') return 'no answer in time';
  return innermost.message === '' ? innermost.name : innermost.message;
}
