/**
 * Learns the word vectors: GloVe through one linear map to fewer dimensions, plus a small correction and a weight for each
 * word of the training texts, so that in a batch each question is nearest to the one that asks the same (InfoNCE, both ways).
 * The map is what carries over to words and intents that training never saw.
 */
import { NAME_DIMENSIONS, hashOf } from '../../src/embedding/builtin.ts';
import { findRow, splitWords } from '../../src/embedding/word-split.ts';
import { seededRng } from '../../src/runtime/rng.ts';
import type { Glove } from './glove.ts';
import type { WordTableContent } from '../../src/embedding/word-table.ts';
import { contrast, drawPairs, pick, type Pairs, type Source } from './contrast.ts';
import { Adam, addRow, dotRows, principalAxes } from './numeric.ts';

export interface TrainOptions {
  readonly dimensions: number;
  readonly steps: number;
  readonly batch: number;
  readonly temperature: number;
  readonly rate: number;
  readonly nameLow: number;
  readonly nameHigh: number;
  readonly unknown: number;
  /** Names weigh so much more in the end than in training, where intents dominate: the scorer sees the meaning apart. */
  readonly nameBoost: number;
  readonly keepRows: number;
  readonly keepWeights: number;
  readonly seed: number;
}

export const TRAIN_OPTIONS: TrainOptions = {
  dimensions: 64,
  steps: 2_500,
  batch: 96,
  temperature: 0.1,
  rate: 3e-3,
  nameLow: 0.3,
  nameHigh: 3,
  unknown: 3,
  nameBoost: 4,
  keepRows: 1e-3,
  keepWeights: 1e-3,
  seed: 1,
};

/** Words of like frequency share how much they count as themselves. */
const NAME_BUCKETS = 10;
const FEATURES = 100;
const PCA_ROWS = 20_000;
const NAME_SCALE = 1 / Math.sqrt(NAME_DIMENSIONS);

interface Sentence {
  readonly rows: readonly number[];
  /** Sum of the signs of words outside the vocabulary. */
  readonly unknown: Float32Array;
}

/** What a batch made of the parameters, kept for the way back. */
interface Pass {
  readonly sentences: readonly Sentence[];
  /** The batch's words, each once. */
  readonly rows: readonly number[];
  readonly places: ReadonlyMap<number, number>;
  /** Of each word: its part of a sentence's vector. */
  readonly words: Float32Array;
  readonly lengths: Float32Array;
  /** Of each sentence, unit length. */
  readonly unit: Float32Array;
}

export class WordTrainer {
  readonly #glove: Glove;
  readonly #options: TrainOptions;
  readonly #width: number;
  readonly #rowOf: ReadonlyMap<string, number>;
  readonly #features: Float32Array;
  readonly #names: Float32Array;
  readonly #sentences = new Map<string, Sentence>();
  readonly #map: Adam;
  readonly #corrections: Adam;
  readonly #weights: Adam;
  readonly #startWeights: Float32Array;
  /** By frequency. */
  readonly #nameWeights: Float32Array;

  constructor(glove: Glove, options: TrainOptions = TRAIN_OPTIONS) {
    const size = glove.words.length;
    const { dimensions } = options;
    this.#glove = glove;
    this.#options = options;
    this.#width = dimensions + NAME_DIMENSIONS;
    this.#rowOf = new Map(glove.words.map((word, row) => [word, row]));
    this.#features = whitenedDirections(glove);
    this.#map = new Adam(principalAxes(this.#features, PCA_ROWS, FEATURES, dimensions));
    this.#corrections = new Adam(new Float32Array(size * dimensions));
    // Smooth inverse frequency (Arora et al. 2017), frequency by Zipf's law from the rank.
    this.#startWeights = Float32Array.from({ length: size }, (_, rank) =>
      Math.log(3e-4 / (3e-4 + 0.1 / (rank + 3))),
    );
    this.#weights = new Adam(this.#startWeights.slice());
    this.#nameWeights = Float32Array.from(
      { length: NAME_BUCKETS },
      (_, bucket) => options.nameLow * (options.nameHigh / options.nameLow) ** (bucket / (NAME_BUCKETS - 1)),
    );
    this.#names = new Float32Array(size * NAME_DIMENSIONS);
    for (const [row, word] of glove.words.entries()) addSigns(word, this.#names, row * NAME_DIMENSIONS);
  }

  train(sources: readonly Source[]): void {
    const { steps, batch, seed, rate } = this.#options;
    const rng = seededRng(seed);
    for (let step = 0; step < steps; step++)
      this.#step(drawPairs(pick(sources, rng), batch, rng), rate * (1 - step / steps) + 1e-5);
  }

  table(): WordTableContent {
    const { dimensions, nameBoost } = this.#options;
    const size = this.#glove.words.length;
    const scales = new Float32Array(size);
    const nameWeights = new Float32Array(size);
    const rows = new Int8Array(size * dimensions);
    const row = new Float32Array(this.#width);
    for (let word = 0; word < size; word++) {
      row.fill(0);
      this.#writeWord(word, row, 0);
      let most = 1e-12;
      for (let i = 0; i < dimensions; i++) most = Math.max(most, Math.abs(row[i] as number));
      scales[word] = most / 127;
      for (let i = 0; i < dimensions; i++)
        rows[word * dimensions + i] = Math.round(((row[i] as number) / most) * 127);
      nameWeights[word] = this.#nameWeight(word) * nameBoost;
    }
    const unknownWeight = this.#options.unknown * nameBoost;
    return { dimensions, rowOf: this.#rowOf, scales, nameWeights, unknownWeight, rows };
  }

  #nameWeight(row: number): number {
    return Math.exp(this.#weights.value[row] as number) * (this.#nameWeights[bucketOf(row)] as number);
  }

  #writeWord(row: number, into: Float32Array, at: number): void {
    const { dimensions } = this.#options;
    const weight = Math.exp(this.#weights.value[row] as number);
    const map = this.#map.value;
    const start = at * this.#width;
    for (let i = 0; i < dimensions; i++)
      into[start + i] = this.#corrections.value[row * dimensions + i] as number;
    for (let feature = 0; feature < FEATURES; feature++) {
      const value = this.#features[row * FEATURES + feature] as number;
      const axis = feature * dimensions;
      for (let i = 0; i < dimensions; i++)
        into[start + i] = (into[start + i] as number) + value * (map[axis + i] as number);
    }
    for (let i = 0; i < dimensions; i++) into[start + i] = (into[start + i] as number) * weight;
    const name = this.#nameWeight(row) * NAME_SCALE;
    for (let i = 0; i < NAME_DIMENSIONS; i++)
      into[start + dimensions + i] = name * (this.#names[row * NAME_DIMENSIONS + i] as number);
  }

  #forward(texts: readonly string[]): Pass {
    const width = this.#width;
    const sentences = texts.map((text) => this.#sentence(text));
    const rows = [...new Set(sentences.flatMap((sentence) => sentence.rows))];
    const places = new Map(rows.map((row, place) => [row, place]));
    const words = new Float32Array(rows.length * width);
    for (const [place, row] of rows.entries()) this.#writeWord(row, words, place);
    const unit = new Float32Array(texts.length * width);
    const lengths = new Float32Array(texts.length);
    const unknown = this.#options.unknown * NAME_SCALE;
    for (const [t, sentence] of sentences.entries()) {
      for (const row of sentence.rows) addRow(unit, t, words, places.get(row) as number, width);
      const names = t * width + this.#options.dimensions;
      for (let i = 0; i < NAME_DIMENSIONS; i++)
        unit[names + i] = (unit[names + i] as number) + unknown * (sentence.unknown[i] as number);
      lengths[t] = Math.max(1e-9, Math.sqrt(dotRows(unit, t, unit, t, width)));
      for (let i = 0; i < width; i++) unit[t * width + i] = (unit[t * width + i] as number) / lengths[t];
    }
    return { sentences, rows, places, words, lengths, unit };
  }

  #step(pairs: Pairs, rate: number): void {
    const width = this.#width;
    const n = pairs.labels.length;
    const pass = this.#forward([...pairs.left, ...pairs.right]);
    const slopes = contrast(pass.unit, pairs.labels, width, this.#options.temperature);
    const byUnit = new Float32Array(2 * n * width);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        const slope = slopes[i * n + j] as number;
        if (slope === 0) continue;
        addRow(byUnit, i, pass.unit, n + j, width, slope);
        addRow(byUnit, n + j, pass.unit, i, width, slope);
      }
    for (let t = 0; t < 2 * n; t++) {
      addRow(byUnit, t, pass.unit, t, width, -dotRows(byUnit, t, pass.unit, t, width));
      for (let i = 0; i < width; i++)
        byUnit[t * width + i] = (byUnit[t * width + i] as number) / (pass.lengths[t] as number);
    }
    this.#backward(pass, byUnit, rate);
  }

  #backward(pass: Pass, bySentence: Float32Array, rate: number): void {
    const width = this.#width;
    const { dimensions, keepRows, keepWeights } = this.#options;
    const byWord = new Float32Array(pass.words.length);
    for (const [t, sentence] of pass.sentences.entries()) {
      for (const row of sentence.rows) addRow(byWord, pass.places.get(row) as number, bySentence, t, width);
    }
    const byMap = new Float32Array(FEATURES * dimensions);
    const byRow = new Float32Array(dimensions);
    for (const [place, row] of pass.rows.entries()) {
      const weight = Math.exp(this.#weights.value[row] as number);
      const start = place * width;
      for (let i = 0; i < dimensions; i++) byRow[i] = weight * (byWord[start + i] as number);
      for (let feature = 0; feature < FEATURES; feature++) {
        const value = this.#features[row * FEATURES + feature] as number;
        for (let i = 0; i < dimensions; i++)
          byMap[feature * dimensions + i] =
            (byMap[feature * dimensions + i] as number) + value * (byRow[i] as number);
      }
      const drift = (this.#weights.value[row] as number) - (this.#startWeights[row] as number);
      const byWeight = dotRows(byWord, place, pass.words, place, width) + keepWeights * drift;
      for (let i = 0; i < dimensions; i++)
        byRow[i] =
          (byRow[i] as number) + keepRows * (this.#corrections.value[row * dimensions + i] as number);
      this.#corrections.step(byRow, rate, row * dimensions);
      this.#weights.step(Float32Array.of(byWeight), rate, row);
    }
    this.#map.step(byMap, rate);
  }

  #sentence(text: string): Sentence {
    let sentence = this.#sentences.get(text);
    if (sentence !== undefined) return sentence;
    const rows: number[] = [];
    const unknown = new Float32Array(NAME_DIMENSIONS);
    for (const word of splitWords(text)) {
      const row = findRow(this.#rowOf, word);
      if (row === -1) addSigns(word, unknown, 0);
      else rows.push(row);
    }
    this.#sentences.set(text, (sentence = { rows, unknown }));
    return sentence;
  }
}

function bucketOf(rank: number): number {
  return Math.min(NAME_BUCKETS - 1, Math.floor(Math.log2(rank + 1) / 1.6));
}

function addSigns(word: string, into: Float32Array, at: number): void {
  const bits = hashOf(word);
  for (let i = 0; i < NAME_DIMENSIONS; i++)
    into[at + i] = (into[at + i] as number) + ((bits >>> i) & 1 ? 1 : -1);
}

/** Less the mean and the two directions that all words share (Mu, Viswanath 2018), at unit length. */
function whitenedDirections({ words, vectors, dimensions }: Glove): Float32Array {
  const out = vectors.slice();
  const mean = new Float32Array(dimensions);
  for (let row = 0; row < words.length; row++) addRow(mean, 0, vectors, row, dimensions, 1 / words.length);
  for (let row = 0; row < words.length; row++) addRow(out, row, mean, 0, dimensions, -1);
  const shared = transposed(principalAxes(out, PCA_ROWS, dimensions, 2), dimensions, 2);
  for (let row = 0; row < words.length; row++) {
    for (let axis = 0; axis < 2; axis++)
      addRow(out, row, shared, axis, dimensions, -dotRows(out, row, shared, axis, dimensions));
    const length = Math.sqrt(dotRows(out, row, out, row, dimensions)) || 1;
    for (let i = 0; i < dimensions; i++)
      out[row * dimensions + i] = (out[row * dimensions + i] as number) / length;
  }
  return out;
}

function transposed(matrix: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from(
    { length: matrix.length },
    (_, at) => matrix[(at % rows) * columns + Math.floor(at / rows)] as number,
  );
}
