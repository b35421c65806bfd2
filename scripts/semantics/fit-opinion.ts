/**
 * Fits how much a second opinion counts beside the pair scorer: a logistic on the logit of the score and on the cosine that another
 * embedder sees, by Newton's method.
 */
import { solve } from './numeric.ts';

export interface OpinionPair {
  /** Of the pair scorer, by a network that never saw the pair's label; calibrated. */
  readonly score: number;
  /** Cosine of the other embedder's vectors. */
  readonly cosine: number;
  readonly same: boolean;
  /** How much it counts. */
  readonly share: number;
}

export interface OpinionFit {
  readonly score: number;
  readonly cosine: number;
  readonly shift: number;
}

const ROUNDS = 40;
const RIDGE = 1e-6;

export function fitOpinion(pairs: readonly OpinionPair[]): OpinionFit {
  const inputs = pairs.map(({ score, cosine }) => [Math.log(score / (1 - score)), cosine, 1]);
  let weights = [1, 0, 0];
  for (let round = 0; round < ROUNDS; round++) {
    const slope = [0, 0, 0];
    const curve = [0, 1, 2].map((i) => [0, 1, 2].map((j) => (i === j ? RIDGE : 0)));
    for (const [at, input] of inputs.entries()) {
      const { same, share } = pairs[at] as OpinionPair;
      const sum = input.reduce((total, value, i) => total + value * (weights[i] as number), 0);
      const p = 1 / (1 + Math.exp(-sum));
      for (const [i, x] of input.entries()) {
        slope[i] = (slope[i] as number) + share * (p - (same ? 1 : 0)) * x;
        const row = curve[i] as number[];
        for (const [j, y] of input.entries()) row[j] = (row[j] as number) + share * p * (1 - p) * x * y;
      }
    }
    const step = solve(curve, slope);
    weights = weights.map((weight, i) => weight - (step[i] as number));
  }
  const [score = 0, cosine = 0, shift = 0] = weights;
  return { score, cosine, shift };
}
