/**
 * What speaks for serving a stored answer: how alike the two questions are, how much nearer it is than the nearest stored
 * question with another answer, and how many of the nearest stored questions had the same answer. The last two say
 * what no similarity can: whether, around this question, answers differ at all.
 */
export interface Evidence {
  /** The scorer's, in [0, 1]. */
  readonly score: number;
  /** Cosine of the candidate less that of the nearest question with another answer. */
  readonly margin: number;
  /** Others among the nearest that have the candidate's answer. */
  readonly agreeing: number;
}

export interface NearQuestion {
  readonly similarity: number;
  /** Equal for equal answers. */
  readonly answerClass: string;
}

/** So many of the nearest questions are asked for their answers. */
const WITNESSES = 8;

/** `nearest` is sorted, nearest first, and contains the candidate. */
export function weigh(candidate: NearQuestion, score: number, nearest: readonly NearQuestion[]): Evidence {
  let agreeing = -1;
  let rival: number | null = null;
  let last = candidate.similarity;
  for (let i = 0; i < nearest.length && i < WITNESSES; i += 1) {
    const witness = nearest[i] as NearQuestion;
    last = witness.similarity;
    if (witness.answerClass === candidate.answerClass) agreeing += 1;
    else rival ??= witness.similarity;
  }
  // Where all agree, another answer is at least as far away as the last that was asked.
  return { score, margin: candidate.similarity - (rival ?? last), agreeing: Math.max(0, agreeing) };
}

/** The score on a scale that is wide where it matters: for a cosine, how near the vectors are as points. */
export function nearness(score: number): number {
  return 1 - Math.sqrt(1 - Math.min(1, Math.max(0, score)));
}

const SCORE_STEPS = 50;
const MARGIN_STEPS = 40;
const LEAST_MARGIN = -10;
const MOST_MARGIN = 20;

/**
 * Evidence in coarse steps, so that labels are counts: they add up in any order, between restarts and replicas,
 * and nothing of anybody's question is in them.
 */
export function cellOf({ score, margin, agreeing }: Evidence): string {
  const s = Math.round(nearness(score) * SCORE_STEPS);
  const m = Math.min(MOST_MARGIN, Math.max(LEAST_MARGIN, Math.round(margin * MARGIN_STEPS)));
  return `${String(s)},${String(m)},${String(Math.min(agreeing, WITNESSES - 1))}`;
}

/** The values of a cell for the fit: 1, nearness, margin, agreeing. Null for a name that no cell has. */
export function valuesOf(cell: string): readonly number[] | null {
  const match = /^(\d{1,2}),(-?\d{1,2}),(\d)$/.exec(cell);
  if (match === null) return null;
  return [1, Number(match[1]) / SCORE_STEPS, Number(match[2]) / MARGIN_STEPS, Number(match[3])];
}
