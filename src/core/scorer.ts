/**
 * Decides how likely it is that two questions have the same answer, from the two texts and the cosine of their
 * vectors. It sees a few candidates at a time: those that are near and that the lexical guard left.
 */
export interface ScoredPair {
  /** The question that was answered before. */
  readonly text: string;
  /** Cosine of the two questions' vectors. */
  readonly similarity: number;
}

export interface Scorer {
  /** Scores of different identities are never compared, nor labels of one used for another. */
  readonly identity: string;
  /** The score from which the answer is served unless configured otherwise. */
  readonly recommendedThreshold: number;
  /** The least cosine at which a candidate can reach the score `threshold`: nothing below it is looked at. */
  floorFor(threshold: number): number;
  /** One score in [0, 1] per candidate, in order; at once, or later where another thread is asked. */
  score(question: string, candidates: readonly ScoredPair[]): readonly number[] | Promise<readonly number[]>;
}
