/** Labelled pairs as the scorer meets them: a question with its neighbours, as one embedder sees them. */
import { analyse, vetoPair } from '../../src/cache/semantic/guard/guard.ts';
import {
  FEATURE_NAMES,
  pairFeatures,
  readPairText,
  type PairText,
} from '../../src/cache/semantic/score/pair-features.ts';
import type { WordModel } from '../../src/core/word-model.ts';
import { cosine } from '../../src/embedding/unit-vector.ts';
import type { Group } from './splits.ts';

export interface LabelledPair {
  readonly features: Float64Array;
  readonly texts: readonly [asked: string, candidate: string];
  readonly same: boolean;
  /** The question's label, so that folds can be parted by it. */
  readonly label: string;
  readonly vetoed: boolean;
  /** The nearest that asks the same, or the nearest that does not. */
  readonly nearest: boolean;
}

interface Asked {
  readonly label: string;
  readonly text: string;
  readonly vector: Float32Array;
  readonly read: PairText;
}

const NEIGHBOURS = 32;
const LEFT_BY_GUARD = 3;

/** Of each question: the nearest of its label, the nearest of another, and the first three that the guard leaves. */
export function collectPairs(
  group: Group,
  perLabel: number,
  embed: (text: string) => Float32Array,
  model: WordModel,
): LabelledPair[] {
  const texts = [...group].flatMap(([label, all]) =>
    all.slice(0, perLabel).map((text): Asked => ({
      label,
      text,
      vector: embed(text),
      read: readPairText(text, analyse(text), model),
    })),
  );
  return texts.flatMap((asked) => neighboursOf(asked, texts, model));
}

function neighboursOf(asked: Asked, texts: readonly Asked[], model: WordModel): LabelledPair[] {
  const ranked = texts
    .filter((other) => other !== asked)
    .map((other) => ({ other, similarity: cosine(asked.vector, other.vector) }))
    .sort((a, b) => b.similarity - a.similarity);
  const nearestSame = ranked.find(({ other }) => other.label === asked.label);
  const nearestOther = ranked.find(({ other }) => other.label !== asked.label);
  const pairs: LabelledPair[] = [];
  let left = 0;
  for (const [rank, candidate] of ranked.entries()) {
    const nearest = candidate === nearestSame || candidate === nearestOther;
    if (!nearest && (rank >= NEIGHBOURS || left >= LEFT_BY_GUARD)) continue;
    const { other, similarity } = candidate;
    const vetoed = vetoPair(asked.read.guard, other.read.guard) !== null;
    const scored = !vetoed && rank < NEIGHBOURS && left < LEFT_BY_GUARD;
    if (scored) left += 1;
    if (!nearest && !scored) continue;
    const features = new Float64Array(FEATURE_NAMES.length);
    pairFeatures(asked.read, other.read, similarity, model, features);
    const same = other.label === asked.label;
    pairs.push({ features, texts: [asked.text, other.text], same, label: asked.label, vetoed, nearest });
  }
  return pairs;
}
