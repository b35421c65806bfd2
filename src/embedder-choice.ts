/**
 * Which embedder the semantic tier gets, decided once the first probes have told what the upstreams have: an
 * embedding model there if there is one, else the built-in one. A failure leaves the exact tier
 * working, is said in `/health` and counted; it is tried again every ten seconds, and when an upstream comes back.
 */
import type { CacheConfig } from './config/config.ts';
import { createPairScorer } from './cache/semantic/score/pair-scorer.ts';
import { BUILTIN_WEIGHTS } from './cache/semantic/score/pair-weights.ts';
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

export function createEmbedderChoice(
  initial: CacheConfig,
  { upstreams, clock, emit }: { readonly upstreams: Upstreams; readonly clock: Clock; readonly emit: Emit },
  give: (embedder: TextEmbedder, scorer?: Scorer) => void,
): EmbedderChoice {
  let config = initial;
  let current: Opened | null = null;
  /** There is one, but not the one to have. */
  let outdated = false;
  let problem: string | null = null;
  let choosing: Promise<void> | null = null;
  let closed = false;
  let again: Timer | null = null;

  const open = async (): Promise<void> => {
    const former = current?.embedder ?? null;
    const startedAt = clock.now();
    again?.cancel();
    try {
      const opened = await openFor(config, upstreams);
      if (closed) {
        await opened.embedder.close();
        return;
      }
      current = opened;
      outdated = isOutdated(opened, config, upstreams);
      problem = null;
      give(opened.embedder, opened.scorer);
      await former?.close();
    } catch (error) {
      problem = problemOf(error, former !== null);
      emit({ type: 'cache.embedded', durationMs: clock.now() - startedAt, failed: true });
      if (!closed) again = clock.setTimer(AGAIN_MS, () => void choose());
    }
  };

  const wanted = (): boolean => !closed && (current === null || outdated) && looksForMeaning(config);

  const choose = async (): Promise<void> => {
    if (!wanted()) return;
    choosing ??= open().finally(() => {
      choosing = null;
    });
    await choosing;
  };

  return {
    choose,
    configure(next): void {
      config = next;
      outdated = current !== null && isOutdated(current, config, upstreams);
      // What was the matter with another one is of no interest any more; what is with this one, choosing will say.
      problem = null;
      void (choosing ?? Promise.resolve()).then(choose);
    },
    get problem(): string | null {
      return problem;
    },
    async close(): Promise<void> {
      closed = true;
      again?.cancel();
      await choosing;
      await current?.embedder.close();
    },
  };
}

const looksForMeaning = ({ mode }: CacheConfig): boolean => mode !== 'off' && mode !== 'exact';

function problemOf(error: unknown, hasFormer: boolean): string {
  const why = error instanceof Error ? error.message : String(error);
  const meanwhile = hasFormer ? 'the former one goes on serving' : 'only identical requests are served';
  return `the semantic cache has no${hasFormer ? ' new' : ''} embedder, ${meanwhile}: ${why}`;
}

/** An embedder and what it was opened for. */
interface Opened {
  readonly embedder: TextEmbedder;
  /** The one fitted to it; undefined where the cosine has to do. */
  readonly scorer?: Scorer;
  readonly asked: Asked;
  /** Where its model is; null for one in this process. */
  readonly at: EmbeddingModel | null;
}

type Asked = Pick<CacheConfig, 'embedder' | 'embeddingModel' | 'modelFile'>;

function isOutdated({ asked, at }: Opened, config: CacheConfig, upstreams: Upstreams): boolean {
  return (
    asked.embedder !== config.embedder ||
    asked.embeddingModel !== config.embeddingModel ||
    asked.modelFile !== config.modelFile ||
    (at !== null && upstreams.roster.find(at.upstream) === null)
  );
}

async function openFor(config: CacheConfig, upstreams: Upstreams): Promise<Opened> {
  const { embedder, embeddingModel, modelFile } = config;
  const asked: Asked = { embedder, embeddingModel, modelFile };
  const inProcess = async (): Promise<Opened> => {
    const opened = await openInProcessEmbedder(modelFile);
    const { words } = opened;
    const scored = words === undefined ? {} : { scorer: createPairScorer(BUILTIN_WEIGHTS, words) };
    return { embedder: opened, ...scored, asked, at: null };
  };
  if (embedder === 'builtin') return inProcess();
  if (embedder === 'use-lite') return { embedder: await openSharedUseLite(), asked, at: null };
  const at = upstreams.embeddingModel(embeddingModel);
  if (at !== null) return { embedder: await openAtUpstream(at, upstreams), asked, at };
  if (embedder === 'upstream') {
    throw new Error(
      embeddingModel === null
        ? 'no upstream has an embedding model (cache.embedder: upstream)'
        : `no upstream has the embedding model ${embeddingModel} (cache.embeddingModel)`,
    );
  }
  return inProcess();
}

function openAtUpstream(found: EmbeddingModel, upstreams: Upstreams): Promise<TextEmbedder> {
  return openUpstreamEmbedder({
    dialect: found.kind,
    model: found.model,
    digest: found.digest,
    call: (_path, body) => upstreams.embed(found, body),
  });
}
