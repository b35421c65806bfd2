/**
 * Which embedder the semantic tier gets, decided once the first probes have told what the upstreams have: an
 * embedding model there if there is one, else the built-in one. A failure leaves the exact tier
 * working, is said in `/health` and counted; it is tried again every ten seconds, and when an upstream comes back.
 */
import type { CacheConfig } from './config/config.ts';
import { createPairScorer } from './cache/semantic/score/pair-scorer.ts';
import { USE_LITE_OPINION } from './cache/semantic/score/opinion-weights.ts';
import { BUILTIN_WEIGHTS } from './cache/semantic/score/pair-weights.ts';
import { createSecondOpinion, type OpinionDeps } from './cache/semantic/score/second-opinion.ts';
import type { TextEmbedder } from './core/embedder.ts';
import type { Emit } from './core/events.ts';
import type { Scorer } from './core/scorer.ts';
import { openInProcessEmbedder, openSharedUseLite } from './embedding/in-process.ts';
import { openUpstreamEmbedder } from './embedding/upstream.ts';
import type { EmbeddingModel, Upstreams } from './pool/registry.ts';
import type { Clock, Timer } from './runtime/clock.ts';

export interface EmbedderChoice {
  /** Chooses and opens an embedder unless there is the right one; never rejects. */
  choose(): Promise<void>;
  /**
   * After a reload, with the upstreams already exchanged. An embedder that is still the one asked for stays, and its
   * vectors with it; another one takes over when it is open, and until then the former one serves.
   */
  configure(config: CacheConfig): void;
  /** Why there is none although the mode wants one, or null. */
  readonly problem: string | null;
  close(): Promise<void>;
}

const AGAIN_MS = 10_000;

export interface EmbedderChoiceDeps {
  readonly upstreams: Pick<Upstreams, 'embeddingModel' | 'embed' | 'roster'>;
  readonly clock: Clock;
  readonly emit: Emit;
  /** Opens who gives second opinions; USE-lite unless told otherwise. */
  readonly openSecond?: () => Promise<TextEmbedder>;
}

export function createEmbedderChoice(
  initial: CacheConfig,
  deps: EmbedderChoiceDeps,
  give: (embedder: TextEmbedder, scorer?: Scorer) => void,
): EmbedderChoice {
  return new Chooser(initial, deps, give);
}

class Chooser implements EmbedderChoice {
  #config: CacheConfig;
  readonly #deps: EmbedderChoiceDeps;
  readonly #give: (embedder: TextEmbedder, scorer?: Scorer) => void;
  readonly #opinions: Opinions;
  #current: Opened | null = null;
  /** There is one, but not the one to have. */
  #outdated = false;
  #choosing: Promise<void> | null = null;
  #closed = false;
  #again: Timer | null = null;
  problem: string | null = null;

  constructor(
    config: CacheConfig,
    deps: EmbedderChoiceDeps,
    give: (embedder: TextEmbedder, scorer?: Scorer) => void,
  ) {
    this.#config = config;
    this.#deps = deps;
    this.#give = give;
    this.#opinions = {
      open: deps.openSecond ?? openSharedUseLite,
      clock: deps.clock,
      deadlineMs: () => this.#config.embedDeadlineMs,
      asked: (opinion) => {
        deps.emit({ type: 'cache.opinion', ...opinion });
      },
    };
  }

  async choose(): Promise<void> {
    const wanted =
      !this.#closed && (this.#current === null || this.#outdated) && looksForMeaning(this.#config);
    if (!wanted) return;
    this.#choosing ??= this.#open().finally(() => {
      this.#choosing = null;
    });
    await this.#choosing;
  }

  configure(next: CacheConfig): void {
    this.#config = next;
    this.#outdated = this.#current !== null && isOutdated(this.#current, next, this.#deps.upstreams);
    // What was the matter with another one is of no interest any more; what is with this one, choosing will say.
    this.problem = null;
    void (this.#choosing ?? Promise.resolve()).then(() => this.choose());
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#again?.cancel();
    await this.#choosing;
    await closeAll(this.#current);
  }

  async #open(): Promise<void> {
    const { clock, upstreams } = this.#deps;
    const former = this.#current;
    const startedAt = clock.now();
    this.#again?.cancel();
    try {
      const opened = await openFor(this.#config, upstreams, this.#opinions);
      if (this.#closed) {
        await closeAll(opened);
        return;
      }
      this.#current = opened;
      this.#outdated = isOutdated(opened, this.#config, upstreams);
      this.problem = null;
      this.#give(opened.embedder, opened.scorer);
      if (opened.lacking !== null) this.#tryLater(opened.lacking, startedAt);
      await closeAll(former);
    } catch (error) {
      this.#tryLater(problemOf(error, former !== null), startedAt);
    }
  }

  #tryLater(why: string, startedAt: number): void {
    const { clock, emit } = this.#deps;
    this.problem = why;
    emit({ type: 'cache.embedded', durationMs: clock.now() - startedAt, failed: true });
    if (!this.#closed) this.#again = clock.setTimer(AGAIN_MS, () => void this.choose());
  }
}

const looksForMeaning = ({ mode }: CacheConfig): boolean => mode !== 'off' && mode !== 'exact';

function problemOf(error: unknown, hasFormer: boolean): string {
  const why = error instanceof Error ? error.message : String(error);
  const meanwhile = hasFormer ? 'the former one goes on serving' : 'only identical requests are served';
  return `the semantic cache has no${hasFormer ? ' new' : ''} embedder, ${meanwhile}: ${why}`;
}

interface Opinions extends Omit<OpinionDeps, 'weights'> {
  readonly open: () => Promise<TextEmbedder>;
}

/** An embedder and what it was opened for. */
interface Opened {
  readonly embedder: TextEmbedder;
  /** The one fitted to it; undefined where the cosine has to do. */
  readonly scorer?: Scorer;
  readonly asked: Asked;
  /** Where its model is; null for one in this process. */
  readonly at: EmbeddingModel | null;
  /** Asked beside the scorer. */
  readonly second: TextEmbedder | null;
  /** Why there is no second opinion although one is wanted, or null. */
  readonly lacking: string | null;
}

type Asked = Pick<CacheConfig, 'embedder' | 'embeddingModel' | 'modelFile' | 'secondOpinion'>;

async function closeAll(opened: Opened | null): Promise<void> {
  await opened?.embedder.close();
  await opened?.second?.close();
}

function isOutdated(
  { asked, at, lacking }: Opened,
  config: CacheConfig,
  upstreams: EmbedderChoiceDeps['upstreams'],
): boolean {
  return (
    lacking !== null ||
    asked.secondOpinion !== config.secondOpinion ||
    asked.embedder !== config.embedder ||
    asked.embeddingModel !== config.embeddingModel ||
    asked.modelFile !== config.modelFile ||
    (at !== null && upstreams.roster.find(at.upstream) === null)
  );
}

async function openFor(
  config: CacheConfig,
  upstreams: EmbedderChoiceDeps['upstreams'],
  opinions: Opinions,
): Promise<Opened> {
  const { embedder, embeddingModel, modelFile, secondOpinion } = config;
  const asked: Asked = { embedder, embeddingModel, modelFile, secondOpinion };
  const alone = { asked, second: null, lacking: null };
  const inProcess = async (): Promise<Opened> => {
    const opened = await openInProcessEmbedder(modelFile);
    const { words } = opened;
    if (words === undefined) return { ...alone, embedder: opened, at: null };
    const scorer = createPairScorer(BUILTIN_WEIGHTS, words);
    if (secondOpinion === 'none') return { ...alone, embedder: opened, scorer, at: null };
    return { embedder: opened, asked, at: null, ...(await withOpinion(scorer, opinions)) };
  };
  if (embedder === 'builtin') return inProcess();
  if (embedder === 'use-lite') return { ...alone, embedder: await openSharedUseLite(), at: null };
  const at = upstreams.embeddingModel(embeddingModel);
  if (at !== null) return { ...alone, embedder: await openAtUpstream(at, upstreams), at };
  if (embedder === 'upstream') {
    throw new Error(
      embeddingModel === null
        ? 'no upstream has an embedding model (cache.embedder: upstream)'
        : `no upstream has the embedding model ${embeddingModel} (cache.embeddingModel)`,
    );
  }
  return inProcess();
}

/** Without USE-lite the first scorer decides alone. */
async function withOpinion(
  first: Scorer,
  opinions: Opinions,
): Promise<Pick<Opened, 'scorer' | 'second' | 'lacking'>> {
  try {
    const second = await opinions.open();
    const scorer = createSecondOpinion(first, second, { ...opinions, weights: USE_LITE_OPINION });
    return { scorer, second, lacking: null };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const lacking = `the semantic cache has no second opinion, its pair scorer decides alone: ${why}`;
    return { scorer: first, second: null, lacking };
  }
}

function openAtUpstream(
  found: EmbeddingModel,
  upstreams: EmbedderChoiceDeps['upstreams'],
): Promise<TextEmbedder> {
  return openUpstreamEmbedder({
    dialect: found.kind,
    model: found.model,
    digest: found.digest,
    call: (_path, body) => upstreams.embed(found, body),
  });
}
