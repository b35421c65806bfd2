/**
 * How likely it is that two questions have the same answer, from several signals on the two texts: a small neural network on
 * `pairFeatures`, fitted by scripts/semantics/ to labelled questions and calibrated on others. Its weights belong to one
 * embedder, because cosines of different embedders are not comparable.
 */
import type { ScoredPair, Scorer } from '../../../core/scorer.ts';
import type { WordModel } from '../../../core/word-model.ts';
import { FEATURE_NAMES, pairFeatures, readPairText } from './pair-features.ts';
import { readingOf } from '../guard/readings.ts';

export interface PairWeights {
  /** Names the fit: scores of two fits are not comparable. */
  readonly version: string;
  readonly means: readonly number[];
  readonly deviations: readonly number[];
  /** One row per hidden unit: a weight per feature, then the bias. */
  readonly hidden: readonly (readonly number[])[];
  /** A weight per hidden unit, one per feature, then the bias. */
  readonly output: readonly number[];
  /** Logit of the score is `slope` × the network's value + `shift`. */
  readonly slope: number;
  readonly shift: number;
  readonly threshold: number;
  /** No pair of a lower cosine reaches a useful score. */
  readonly floor: number;
}

export function createPairScorer(weights: PairWeights, model: WordModel): Scorer {
  const values = new Float64Array(FEATURE_NAMES.length);
  return {
    identity: `pair:${weights.version}+${model.identity}`,
    recommendedThreshold: weights.threshold,
    floorFor: () => weights.floor,
    score(question: string, candidates: readonly ScoredPair[]): readonly number[] {
      const asked = readPairText(question, readingOf(question), model);
      return candidates.map(({ text, similarity }) => {
        pairFeatures(asked, readPairText(text, readingOf(text), model), similarity, model, values);
        return probability(weights, values);
      });
    },
  };
}

export function probability(weights: PairWeights, values: Float64Array): number {
  return 1 / (1 + Math.exp(-(weights.slope * networkValue(weights, values) + weights.shift)));
}

/** `values` are standardised in place. */
function networkValue({ means, deviations, hidden, output }: PairWeights, values: Float64Array): number {
  const count = values.length;
  for (let i = 0; i < count; i++)
    values[i] = ((values[i] as number) - (means[i] as number)) / (deviations[i] as number);
  let sum = output.at(-1) as number;
  for (const [unit, row] of hidden.entries()) {
    let value = row[count] as number;
    for (let i = 0; i < count; i++) value += (row[i] as number) * (values[i] as number);
    sum += (output[unit] as number) * Math.tanh(value);
  }
  for (let i = 0; i < count; i++) sum += (output[hidden.length + i] as number) * (values[i] as number);
  return sum;
}
