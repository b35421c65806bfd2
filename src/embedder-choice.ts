/**
 * Which embedder the semantic tier gets, decided once the first probes have told what the upstreams have: an
 * embedding model there if there is one, else the in-process embedder. A failure leaves the exact tier
 * working and is said in `/health`; an upstream that comes back later is tried again.
 */
import type { CacheConfig } from './config/config.ts';
import type { TextEmbedder } from './core/embedder.ts';
import { openInProcessEmbedder } from './embedding/in-process.ts';
import { openUpstreamEmbedder } from './embedding/upstream.ts';
import type { EmbeddingModel, Upstreams } from './pool/registry.ts';

export interface EmbedderChoice {
  /** Chooses and opens an embedder unless there is one; never rejects. */
  choose(): Promise<void>;
  /** Why there is none although the mode wants one, or null. */
  readonly problem: string | null;
  close(): Promise<void>;
}

export function createEmbedderChoice(
  config: CacheConfig,
  upstreams: Upstreams,
  give: (embedder: TextEmbedder) => void,
): EmbedderChoice {
  let current: TextEmbedder | null = null;
  let problem: string | null = null;
  let choosing: Promise<void> | null = null;
  let closed = false;

  const open = async (): Promise<void> => {
    try {
      const embedder = await openFor(config, upstreams);
      if (closed) {
        await embedder.close();
        return;
      }
      current = embedder;
      problem = null;
      give(embedder);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      problem = `the semantic cache has no embedder, only identical requests are served: ${why}`;
    }
  };

  return {
    async choose(): Promise<void> {
      if (closed || current !== null || config.mode === 'off' || config.mode === 'exact') return;
      choosing ??= open().finally(() => {
        choosing = null;
      });
      await choosing;
    },
    get problem(): string | null {
      return problem;
    },
    async close(): Promise<void> {
      closed = true;
      await choosing;
      await current?.close();
    },
  };
}

async function openFor(config: CacheConfig, upstreams: Upstreams): Promise<TextEmbedder> {
  const { embedder, embeddingModel, modelFile } = config;
  if (embedder === 'in-process') return openInProcessEmbedder({ modelFile });
  const found = upstreams.embeddingModel(embeddingModel);
  if (found !== null) return openAtUpstream(found, upstreams);
  if (embedder === 'upstream') {
    throw new Error(
      embeddingModel === null
        ? 'no upstream has an embedding model (cache.embedder: upstream)'
        : `no upstream has the embedding model ${embeddingModel} (cache.embeddingModel)`,
    );
  }
  return openInProcessEmbedder({ modelFile });
}

function openAtUpstream(found: EmbeddingModel, upstreams: Upstreams): Promise<TextEmbedder> {
  return openUpstreamEmbedder({
    dialect: found.kind,
    model: found.model,
    digest: found.digest,
    call: (_path, body) => upstreams.embed(found, body),
  });
}
