/**
 * A stream of requests: utterances of a data set in random order, none twice. For each, the nearest earlier ones are found
 * once, by the index itself, with what the guard says of each; then any mode is replayed over it in milliseconds.
 */
import { analyse, vetoPair, type GuardText } from '../../src/cache/semantic/guard/guard.ts';
import { ScopeRows } from '../../src/cache/semantic/index/scope-rows.ts';
import type { Scorer } from '../../src/core/scorer.ts';
import { seededRng } from '../../src/runtime/rng.ts';
import type { Utterance } from './data.ts';

export interface Embedded extends Utterance {
  readonly vector: Float32Array;
  readonly guard: GuardText;
}

export function embedded(utterance: Utterance, vector: Float32Array): Embedded {
  return { ...utterance, vector, guard: analyse(utterance.text) };
}

export interface StreamNeighbour {
  /** Position in the stream; always an earlier one. */
  readonly at: number;
  readonly similarity: number;
  /** What the guard says; asked once, when first wanted. */
  readonly vetoed: boolean;
  /** The scorer's, likewise. */
  readonly score: number;
}

export interface RequestStream {
  readonly intents: readonly string[];
  /** Nearest first. */
  readonly neighbours: readonly (readonly StreamNeighbour[])[];
  readonly scorer: Scorer;
}

class Near implements StreamNeighbour {
  readonly at: number;
  readonly similarity: number;
  readonly #question: Embedded;
  readonly #stored: Embedded;
  readonly #scorer: Scorer;
  #vetoed: boolean | null = null;
  #score: number | null = null;

  constructor(at: number, similarity: number, question: Embedded, stored: Embedded, scorer: Scorer) {
    this.at = at;
    this.similarity = similarity;
    this.#question = question;
    this.#stored = stored;
    this.#scorer = scorer;
  }

  get vetoed(): boolean {
    return (this.#vetoed ??= vetoPair(this.#question.guard, this.#stored.guard) !== null);
  }

  get score(): number {
    if (this.#score !== null) return this.#score;
    const pair = { text: this.#stored.text, similarity: this.similarity };
    const scores = this.#scorer.score(this.#question.text, [pair]);
    if (!Array.isArray(scores)) throw new TypeError('this bench needs a scorer that answers at once');
    return (this.#score = scores[0] as number);
  }
}

/** More than the cache looks at: some of them will have been hits, and are not stored. */
const NEIGHBOURS = 64;
const FLOOR = 0.4;

export function buildStream(
  all: readonly Embedded[],
  scorer: Scorer,
  seed: number,
  length: number,
): RequestStream {
  const rng = seededRng(seed);
  const order = [...all.keys()];
  for (let i = order.length - 1; i > 0; i -= 1) {
    const j = Math.floor(rng.next() * (i + 1));
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  }
  const requests = order.slice(0, length).map((i) => all[i] as Embedded);
  const rows = new ScopeRows((requests[0] as Embedded).vector.length);
  const neighbours = requests.map((request, at) => {
    const found = rows.nearest(request.vector, NEIGHBOURS, FLOOR).map(({ entry, similarity }) => {
      const earlier = Number(entry.id);
      return new Near(earlier, similarity, request, requests[earlier] as Embedded, scorer);
    });
    rows.put({
      id: String(at),
      key: '',
      text: '',
      answerClass: '',
      vector: request.vector,
      particulars: null,
    });
    return found;
  });
  return { intents: requests.map(({ intent }) => intent), neighbours, scorer };
}
