/**
 * A scorer that asks a second embedder about the pairs that the first one would serve or nearly so, and weighs both. It costs the time of
 * one batch of a few short texts; pairs that the first one rejects cost nothing.
 */
import type { TextEmbedder } from '../../../core/embedder.ts';
import type { ScoredPair, Scorer } from '../../../core/scorer.ts';
import type { Clock } from '../../../runtime/clock.ts';

export interface OpinionWeights {
  /** Names the fit: scores of two fits are not comparable. */
  readonly version: string;
  /** Logit of the result is `score` × logit of the first score + `cosine` × cosine of the second + `shift`. */
  readonly score: number;
  readonly cosine: number;
  readonly shift: number;
  /** A pair of a lower first score keeps it, and is not asked about. Below `threshold`. */
  readonly from: number;
  readonly threshold: number;
}

/** Told of each time that the second embedder was asked. */
export type Asked = (opinion: { readonly durationMs: number; readonly failed: boolean }) => void;

export interface OpinionDeps {
  readonly weights: OpinionWeights;
  readonly clock: Clock;
  /** How long an opinion is waited for, milliseconds. Its vectors are kept for the next time even so. */
  readonly deadlineMs: () => number;
  readonly asked: Asked;
}

/** Vectors of texts that were asked about before: the same stored question is a candidate again and again. */
const MAX_KNOWN = 1_024;

/** Its `score` rejects when the second embedder fails or is late: nothing is served on one opinion where two were asked for. */
export function createSecondOpinion(first: Scorer, second: TextEmbedder, deps: OpinionDeps): Scorer {
  const { weights } = deps;
  const known = new Map<string, Float32Array>();
  return {
    identity: `${first.identity}&${weights.version}:${second.identity}`,
    recommendedThreshold: weights.threshold,
    floorFor: (threshold) => first.floorFor(Math.min(threshold, weights.from)),
    async score(question, candidates): Promise<readonly number[]> {
      const scores = await first.score(question, candidates);
      const doubtful = candidates.filter((_, i) => (scores[i] as number) >= weights.from);
      if (doubtful.length === 0) return scores;
      const vectors = await vectorsOf(question, doubtful, known, second, deps);
      const asked = vectors.get(question) as Float32Array;
      return candidates.map(({ text }, i) => {
        const score = scores[i] as number;
        const vector = vectors.get(text);
        return score < weights.from || vector === undefined
          ? score
          : weigh(weights, score, dot(asked, vector));
      });
    },
  };
}

async function vectorsOf(
  question: string,
  candidates: readonly ScoredPair[],
  known: Map<string, Float32Array>,
  second: TextEmbedder,
  { clock, deadlineMs, asked }: OpinionDeps,
): Promise<ReadonlyMap<string, Float32Array>> {
  const found = new Map<string, Float32Array>();
  const missing = new Set<string>();
  for (const text of [question, ...candidates.map((candidate) => candidate.text)]) {
    const vector = known.get(text);
    if (vector === undefined) missing.add(text);
    else found.set(text, vector);
  }
  if (missing.size === 0) return found;
  const texts = [...missing];
  const startedAt = clock.now();
  const learning = second.embed(texts).then((vectors) => {
    for (const [i, text] of texts.entries()) {
      const vector = vectors[i] as Float32Array;
      found.set(text, vector);
      if (known.size >= MAX_KNOWN) known.delete(known.keys().next().value as string);
      known.set(text, vector);
    }
  });
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = clock.setTimer(deadlineMs(), () => {
    reject(new Error(`the second opinion took longer than ${String(deadlineMs())} ms`));
  });
  let failed = true;
  try {
    await Promise.race([learning, late]);
    failed = false;
    return found;
  } finally {
    timer.cancel();
    asked({ durationMs: clock.now() - startedAt, failed });
    learning.catch(() => undefined);
  }
}

/** The score of both, in [0, 1]. */
export function weigh({ score, cosine, shift }: OpinionWeights, first: number, second: number): number {
  // A score of exactly 1 has no logit.
  const bounded = Math.min(1 - 1e-9, first);
  return 1 / (1 + Math.exp(-(score * Math.log(bounded / (1 - bounded)) + cosine * second + shift)));
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
