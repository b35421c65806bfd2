/** A logistic fit over counted observations: few numbers, so a handful of Newton steps settle it. */

export interface Observations {
  /** One value per weight; the first is 1. */
  readonly values: readonly number[];
  readonly right: number;
  readonly wrong: number;
}

/** How much the prior counts: a tenth of an observation per weight. It only matters while there are hardly any. */
const RIDGE = 0.1;
const MAX_STEPS = 12;

export function logit(weights: readonly number[], values: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i += 1) sum += (weights[i] as number) * (values[i] as number);
  return sum;
}

export function sigmoid(z: number): number {
  return 1 / (1 + Math.exp(-z));
}

/** The weights of the most likely logistic model, pulled towards `prior`. Starts from `start`. */
export function fitLogistic(
  observations: readonly Observations[],
  prior: readonly number[],
  start: readonly number[],
): number[] {
  const weights = [...start];
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const change = newtonStep(observations, prior, weights);
    let largest = 0;
    for (const [i, delta] of change.entries()) {
      weights[i] = (weights[i] as number) + delta;
      largest = Math.max(largest, Math.abs(delta));
    }
    if (!Number.isFinite(largest)) return [...prior];
    if (largest < 1e-3) break;
  }
  return weights;
}

function newtonStep(
  observations: readonly Observations[],
  prior: readonly number[],
  weights: readonly number[],
): number[] {
  const size = weights.length;
  // One row per weight: the curvature, then the slope.
  const system = weights.map((weight, row) => {
    const line = new Array<number>(size + 1).fill(0);
    line[row] = RIDGE;
    line[size] = -RIDGE * (weight - (prior[row] as number));
    return line;
  });
  for (const { values, right, wrong } of observations) {
    const labels = right + wrong;
    if (labels === 0) continue;
    const expected = sigmoid(logit(weights, values));
    const slope = right - labels * expected;
    const curvature = labels * expected * (1 - expected);
    for (let row = 0; row < size; row += 1) {
      const line = system[row] as number[];
      const value = values[row] as number;
      line[size] = (line[size] as number) + slope * value;
      for (let column = 0; column < size; column += 1)
        line[column] = (line[column] as number) + curvature * value * (values[column] as number);
    }
  }
  return solve(system);
}

/** Gaussian elimination; the ridge keeps every pivot above 0. */
function solve(system: number[][]): number[] {
  const size = system.length;
  for (let pivot = 0; pivot < size; pivot += 1) {
    const line = system[pivot] as number[];
    for (let row = pivot + 1; row < size; row += 1) {
      const below = system[row] as number[];
      const factor = (below[pivot] as number) / (line[pivot] as number);
      for (let column = pivot; column <= size; column += 1)
        below[column] = (below[column] as number) - factor * (line[column] as number);
    }
  }
  const out = new Array<number>(size).fill(0);
  for (let row = size - 1; row >= 0; row -= 1) {
    const line = system[row] as number[];
    let value = line[size] as number;
    for (let column = row + 1; column < size; column += 1)
      value -= (line[column] as number) * (out[column] as number);
    out[row] = value / (line[row] as number);
  }
  return out;
}
