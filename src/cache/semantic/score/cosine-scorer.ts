import type { TextEmbedder } from '../../../core/embedder.ts';
import type { Scorer } from '../../../core/scorer.ts';

/** The bare cosine as score: what is left for embedders that no pair scorer was fitted to. */
export function cosineScorer(embedder: Pick<TextEmbedder, 'identity' | 'recommendedThreshold'>): Scorer {
  return {
    identity: `cosine:${embedder.identity}`,
    recommendedThreshold: embedder.recommendedThreshold,
    floorFor: (threshold) => threshold,
    score: (_question, candidates) => candidates.map(({ similarity }) => Math.max(0, similarity)),
  };
}
