/**
 * A scorer that asks a second embedder about the pairs that the first one would serve or nearly so, and weighs both. It costs the time of
 * one batch of a few short texts; pairs that the first one rejects cost nothing.
 */
import type { TextEmbedder } from '../../../core/embedder.ts';
import type { Scorer } from '../../../core/scorer.ts';
import { BoundedMemo } from '../../../runtime/bounded-memo.ts';
import type { Clock } from '../../../runtime/clock.ts';
import { EmbedderGate } from '../embedder-gate.ts';
import { cosine } from '../index/scope-rows.ts';

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
  /** How long an opinion is waited for, milliseconds. Three that failed or were late, and none is asked for ten seconds. */
  readonly deadlineMs: () => number;
  readonly asked: Asked;
}

/** Texts whose vectors are remembered for certain: the same stored question is a candidate again and again. */
const REMEMBERED = 1_024;

/** Null for a text of which the embedder knows no word. */
type Known = BoundedMemo<Float32Array | null>;

/** Its `score` rejects when the second embedder fails or is late: nothing is served on one opinion where two were asked for. */
export function createSecondOpinion(first: Scorer, second: TextEmbedder, deps: OpinionDeps): Scorer {
  const { weights, clock, asked } = deps;
  const known: Known = new BoundedMemo(REMEMBERED);
  const gate = new EmbedderGate(clock, (event) => {
    if (event.type === 'cache.embedded') asked({ durationMs: event.durationMs, failed: event.failed });
  });
  gate.use(second);
  return {
    identity: `${first.identity}&${weights.version}:${second.identity}`,
    recommendedThreshold: weights.threshold,
    floorFor: (threshold) => first.floorFor(Math.min(threshold, weights.from)),
    async score(question, candidates): Promise<readonly number[]> {
      const scores = await first.score(question, candidates);
      const doubtful = candidates.filter((_, i) => (scores[i] as number) >= weights.from);
      if (doubtful.length === 0) return scores;
      const texts = [question, ...doubtful.map(({ text }) => text)];
      const vectors = await vectorsOf(texts, known, gate, deps.deadlineMs());
      const own = vectors.get(question) ?? null;
      return candidates.map(({ text }, i) => {
        const score = scores[i] as number;
        if (score < weights.from) return score;
        const other = vectors.get(text) ?? null;
        return weigh(weights, score, own === null || other === null ? 0 : cosine(own, other));
      });
    },
  };
}

async function vectorsOf(
  texts: readonly string[],
  known: Known,
  gate: EmbedderGate,
  deadlineMs: number,
): Promise<ReadonlyMap<string, Float32Array | null>> {
  const found = new Map<string, Float32Array | null>();
  const missing = new Set<string>();
  for (const text of texts) {
    const vector = known.get(text);
    if (vector === undefined) missing.add(text);
    else found.set(text, vector);
  }
  if (missing.size === 0) return found;
  if (!gate.usable) throw new Error('the second opinion failed a moment ago and is left alone');
  const asked = [...missing];
  const call = gate.embed(asked, deadlineMs);
  // Late vectors are of use the next time.
  const learned = call.eventual.then((embedded) => {
    for (const [i, vector] of (embedded?.vectors ?? []).entries()) known.set(asked[i] as string, vector);
  });
  const embedded = await call.prompt;
  if (embedded === null) throw new Error('the second opinion failed or was late');
  await learned;
  for (const [i, vector] of embedded.vectors.entries()) found.set(asked[i] as string, vector);
  return found;
}

/** The score of both, in [0, 1]. */
export function weigh({ score, cosine, shift }: OpinionWeights, first: number, second: number): number {
  // A score of exactly 1 has no logit.
  const bounded = Math.min(1 - 1e-9, first);
  return 1 / (1 + Math.exp(-(score * Math.log(bounded / (1 - bounded)) + cosine * second + shift)));
}
