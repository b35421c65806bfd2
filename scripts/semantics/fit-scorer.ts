/** Fits the pair scorer: a network of one small hidden layer beside a linear part, by gradient descent on all pairs at once. */
import { probability, type PairWeights } from '../../src/cache/semantic/score/pair-scorer.ts';
import { FEATURE_NAMES } from '../../src/cache/semantic/score/pair-features.ts';
import { seededRng } from '../../src/runtime/rng.ts';
import { Adam } from './numeric.ts';
import { areaUnderCurve } from './measure.ts';
import type { LabelledPair } from './pairs.ts';

export interface FitOptions {
  readonly hidden: number;
  readonly rounds: number;
  readonly rate: number;
  /** Pull of all weights towards zero. */
  readonly decay: number;
  /** How much a pair counts that the guard refuses: the scorer meets none, but sameness is learned from them too. */
  readonly vetoedShare: number;
  readonly seed: number;
  /** Networks that are fitted from different beginnings and averaged: what one happens to believe, the others seldom do. */
  readonly members: number;
}

export const FIT_OPTIONS: FitOptions = {
  hidden: 8,
  rounds: 400,
  rate: 0.02,
  decay: 1e-3,
  vetoedShare: 1,
  seed: 1,
  members: 8,
};

export type Network = Pick<PairWeights, 'means' | 'deviations' | 'hidden' | 'output'>;
const COUNT = FEATURE_NAMES.length;

/**
 * `sources` weigh the same, however many pairs each has. The average of several networks over the same input is one network with all
 * their hidden units.
 */
export function fitNetwork(
  sources: readonly (readonly LabelledPair[])[],
  options: FitOptions = FIT_OPTIONS,
): Network {
  const members = Array.from({ length: options.members }, (_, i) =>
    fitMember(sources, { ...options, seed: options.seed + i }),
  );
  const [{ means, deviations }] = members as [Network, ...Network[]];
  const units = options.hidden;
  const share = (values: readonly number[]): number[] => values.map((value) => value / members.length);
  const linear = Array.from({ length: COUNT + 1 }, (_, i) =>
    members.reduce((sum, { output }) => sum + (output[units + i] as number) / members.length, 0),
  );
  return {
    means,
    deviations,
    hidden: members.flatMap(({ hidden }) => hidden),
    output: [...members.flatMap(({ output }) => share(output.slice(0, units))), ...linear],
  };
}

function fitMember(sources: readonly (readonly LabelledPair[])[], options: FitOptions): Network {
  const all = sources.flat();
  const { means, deviations } = standard(all);
  const weightOf = ({ vetoed }: LabelledPair): number => (vetoed ? options.vetoedShare : 1);
  const shares = sources.flatMap((pairs) => {
    const total = pairs.reduce((sum, pair) => sum + weightOf(pair), 0);
    return pairs.map((pair) => weightOf(pair) / total / sources.length);
  });
  const inputs = all.map(({ features }) =>
    features.map((value, i) => (value - (means[i] as number)) / (deviations[i] as number)),
  );
  const rng = seededRng(options.seed);
  const { hidden: units } = options;
  const hidden = new Adam(Float32Array.from({ length: units * (COUNT + 1) }, () => (rng.next() - 0.5) * 0.4));
  const output = new Adam(
    Float32Array.from({ length: units + COUNT + 1 }, (_, i) => (i < units ? (rng.next() - 0.5) * 0.4 : 0)),
  );
  for (let round = 0; round < options.rounds; round++) {
    const byHidden = hidden.value.map((value) => options.decay * value);
    const byOutput = output.value.map((value, i) => (i === units + COUNT ? 0 : options.decay * value));
    for (const [at, input] of inputs.entries())
      addSlopes(
        input,
        all[at]?.same === true ? 1 : 0,
        shares[at] as number,
        hidden.value,
        output.value,
        byHidden,
        byOutput,
      );
    const rate = options.rate * (1 - round / options.rounds);
    hidden.step(byHidden, rate);
    output.step(byOutput, rate);
  }
  const rows = Array.from({ length: units }, (_, unit) => [
    ...hidden.value.slice(unit * (COUNT + 1), (unit + 1) * (COUNT + 1)),
  ]);
  return { means, deviations, hidden: rows, output: [...output.value] };
}

function addSlopes(
  input: Float64Array,
  target: number,
  share: number,
  hidden: Float32Array,
  output: Float32Array,
  byHidden: Float32Array,
  byOutput: Float32Array,
): void {
  const units = output.length - COUNT - 1;
  let sum = output[units + COUNT] as number;
  const activations = new Float64Array(units);
  for (let unit = 0; unit < units; unit++) {
    const start = unit * (COUNT + 1);
    let value = hidden[start + COUNT] as number;
    for (let i = 0; i < COUNT; i++) value += (hidden[start + i] as number) * (input[i] as number);
    activations[unit] = Math.tanh(value);
    sum += (output[unit] as number) * (activations[unit] as number);
  }
  for (let i = 0; i < COUNT; i++) sum += (output[units + i] as number) * (input[i] as number);
  const slope = share * (1 / (1 + Math.exp(-sum)) - target);
  for (let unit = 0; unit < units; unit++) {
    const activation = activations[unit] as number;
    const inner = slope * (output[unit] as number) * (1 - activation * activation);
    byOutput[unit] = (byOutput[unit] as number) + slope * activation;
    const start = unit * (COUNT + 1);
    for (let i = 0; i < COUNT; i++)
      byHidden[start + i] = (byHidden[start + i] as number) + inner * (input[i] as number);
    byHidden[start + COUNT] = (byHidden[start + COUNT] as number) + inner;
  }
  for (let i = 0; i < COUNT; i++)
    byOutput[units + i] = (byOutput[units + i] as number) + slope * (input[i] as number);
  byOutput[units + COUNT] = (byOutput[units + COUNT] as number) + slope;
}

function standard(pairs: readonly LabelledPair[]): { means: number[]; deviations: number[] } {
  const means = FEATURE_NAMES.map(
    (_, i) => pairs.reduce((sum, { features }) => sum + (features[i] as number), 0) / pairs.length,
  );
  const deviations = FEATURE_NAMES.map((_, i) => {
    const variance =
      pairs.reduce((sum, { features }) => sum + ((features[i] as number) - (means[i] as number)) ** 2, 0) /
      pairs.length;
    return Math.sqrt(variance) || 1;
  });
  return { means, deviations };
}

export function scoreOf(network: Network, pair: LabelledPair, slope = 1, shift = 0): number {
  return probability(
    { ...network, slope, shift, version: '', threshold: 0, floor: 0 },
    pair.features.slice(),
  );
}

/** The nearest that asks the same against the nearest that does not. */
export function nearestAuc(network: Network, pairs: readonly LabelledPair[]): number {
  const nearest = pairs.filter((pair) => pair.nearest);
  const scores = (same: boolean): number[] =>
    nearest.filter((pair) => pair.same === same).map((pair) => scoreOf(network, pair));
  return areaUnderCurve(scores(true), scores(false));
}

export interface Calibration {
  readonly slope: number;
  readonly shift: number;
}

/** Slope and shift of the logit that make scores frequencies (Platt 1999), by Newton's method. */
export function calibrate(
  scored: readonly { readonly score: number; readonly same: boolean }[],
): Calibration {
  let slope = 1;
  let shift = 0;
  const logits = scored.map(({ score }) => Math.log(score / (1 - score)));
  for (let round = 0; round < 30; round++) {
    let [a, b, aa, ab, bb] = [0, 0, 1e-6, 0, 1e-6];
    for (const [at, logit] of logits.entries()) {
      const p = 1 / (1 + Math.exp(-(slope * logit + shift)));
      const error = p - (scored[at]?.same === true ? 1 : 0);
      const curve = Math.max(1e-6, p * (1 - p));
      a += error * logit;
      b += error;
      aa += curve * logit * logit;
      ab += curve * logit;
      bb += curve;
    }
    const determinant = aa * bb - ab * ab;
    slope -= (bb * a - ab * b) / determinant;
    shift -= (aa * b - ab * a) / determinant;
  }
  return { slope, shift };
}

/** Scores of the pairs that the guard leaves, each by a network that never saw its label. */
export function scoreOutOfFold(
  sources: readonly (readonly LabelledPair[])[],
  options: FitOptions = FIT_OPTIONS,
): { score: number; same: boolean; texts: LabelledPair['texts'] }[][] {
  const folds = [0, 1].map((fold) =>
    sources.map((pairs) => {
      const labels = [...new Set(pairs.map(({ label }) => label))].sort();
      const mine = new Set(labels.filter((_, at) => at % 2 === fold));
      return pairs.filter(({ label }) => mine.has(label));
    }),
  ) as [LabelledPair[][], LabelledPair[][]];
  const networks = folds.map((fold) => fitNetwork(fold, options)) as [Network, Network];
  return sources.map((_, source) =>
    [0, 1].flatMap((fold) =>
      (folds[fold]?.[source] ?? [])
        .filter(({ vetoed }) => !vetoed)
        .map((pair) => ({
          score: scoreOf(networks[1 - fold] as Network, pair),
          same: pair.same,
          texts: pair.texts,
        })),
    ),
  );
}
