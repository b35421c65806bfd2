/** Counts what a threshold with the guard serves, rightly and wrongly. Each question is embedded once. */
import type { TextEmbedder } from '../../src/core/embedder.ts';
import { cosine } from '../../src/embedding/unit-vector.ts';
import type { Asked, Labelled, Pair, Relation } from './datasets.ts';

/** The guard under measurement; `null` measures the bare cosine. */
export interface Guard<T> {
  analyse(text: string): T;
  vetoPair(a: T, b: T): string | null;
  /** Null when the text may be answered by similarity at all. */
  ineligible(text: string): string | null;
}

/** Of the questions that were asked, how many were served, and how many of these wrongly. */
export interface Tally {
  asked: number;
  served: number;
  wrong: number;
}

export type Tallies = Map<number, Tally>;

interface Text<T> {
  readonly text: string;
  readonly vector: Float32Array;
  readonly read: T;
}

const NEIGHBOURS = 8;

export class Evaluation<T> {
  readonly #embedder: TextEmbedder;
  readonly #guard: Guard<T>;
  readonly #useGuard: boolean;
  readonly #thresholds: readonly number[];
  readonly #texts = new Map<string, Text<T>>();
  /** Called for every wrong hit, for reading them. */
  onWrong: ((asked: string, served: string, similarity: number) => void) | null = null;
  /** Called for every pair that should have been served and was vetoed. */
  onLost: ((asked: string, stored: string, reason: string) => void) | null = null;

  constructor(embedder: TextEmbedder, guard: Guard<T>, thresholds: readonly number[], useGuard: boolean) {
    this.#embedder = embedder;
    this.#guard = guard;
    this.#thresholds = thresholds;
    this.#useGuard = useGuard;
  }

  /** Each pair alone: served when above the threshold and not vetoed. `same` tells whether serving is right. */
  async pairs(pairs: readonly Pair[], same: boolean): Promise<Tallies> {
    await this.#read(pairs.flatMap(({ a, b }) => [a, b]));
    const tallies = this.#tallies();
    for (const { a, b } of pairs) {
      const [x, y] = [this.#text(a), this.#text(b)];
      const reason = this.#veto(x, y);
      if (reason !== null && same) this.onLost?.(a, b, reason);
      this.#count(tallies, reason === null ? cosine(x.vector, y.vector) : -1, !same, a, b);
    }
    return tallies;
  }

  /** Every paraphrase asked against all questions of its relation at once: the right one, and all the wrong ones. */
  async relations(relations: readonly Relation[], shape: (text: string) => string): Promise<Tallies> {
    const tallies = this.#tallies();
    for (const { paraphrases } of relations) {
      const pairs = paraphrases.map(({ a, b }) => ({ a: shape(a), b: shape(b) }));
      // Two templates over one entity are the same question.
      const same = sameQuestions(pairs);
      await this.#read(pairs.flatMap(({ a, b }) => [a, b]));
      const stored = [...new Set(pairs.map(({ a }) => a))];
      for (const { b } of pairs) this.#askAll(tallies, b, stored, (found) => same(b, found));
    }
    return tallies;
  }

  /** Every third utterance is stored, the others are asked; another intent's answer is wrong. */
  async intents(rows: readonly Labelled[], limit: number): Promise<Tallies> {
    const labels = new Map(
      rows.filter(({ text }) => this.#eligible(text)).map(({ text, label }) => [text, label]),
    );
    const picked = spread([...labels.keys()], limit);
    await this.#read(picked);
    const stored = picked.filter((_, i) => i % 3 === 0);
    const tallies = this.#tallies();
    for (const text of picked.filter((_, i) => i % 3 !== 0))
      this.#askAll(tallies, text, stored, (found) => labels.get(found) === labels.get(text));
    return tallies;
  }

  /** Each question against all the others; right only when they have an answer in common. */
  async questions(rows: readonly Asked[]): Promise<Tallies> {
    const answers = new Map(
      rows
        .filter(({ question }) => this.#eligible(question))
        .map(({ question, answers: known }) => [question, known]),
    );
    const all = [...answers.keys()];
    await this.#read(all);
    const tallies = this.#tallies();
    for (const text of all)
      this.#askAll(
        tallies,
        text,
        all.filter((other) => other !== text),
        (found) => [...(answers.get(text) ?? [])].some((answer) => answers.get(found)?.has(answer)),
      );
    return tallies;
  }

  #askAll(
    tallies: Tallies,
    text: string,
    stored: readonly string[],
    right: (found: string) => boolean,
  ): void {
    const asked = this.#text(text);
    const near = stored
      .map((other) => ({ other, similarity: cosine(asked.vector, this.#text(other).vector) }))
      .sort((x, y) => y.similarity - x.similarity)
      .slice(0, NEIGHBOURS);
    const hit = near.find(({ other }) => this.#veto(asked, this.#text(other)) === null);
    if (hit === undefined) this.#count(tallies, -1, false, text, '');
    else this.#count(tallies, hit.similarity, !right(hit.other), text, hit.other);
  }

  #eligible(text: string): boolean {
    return !this.#useGuard || this.#guard.ineligible(text) === null;
  }

  #veto(a: Text<T>, b: Text<T>): string | null {
    return this.#useGuard ? this.#guard.vetoPair(a.read, b.read) : null;
  }

  #count(tallies: Tallies, similarity: number, wrong: boolean, asked: string, served: string): void {
    for (const [threshold, tally] of tallies) {
      tally.asked += 1;
      if (similarity < threshold) continue;
      tally.served += 1;
      if (wrong) tally.wrong += 1;
    }
    if (wrong && similarity >= (this.#thresholds[0] ?? 1)) this.onWrong?.(asked, served, similarity);
  }

  #tallies(): Tallies {
    return new Map(this.#thresholds.map((threshold) => [threshold, { asked: 0, served: 0, wrong: 0 }]));
  }

  #text(text: string): Text<T> {
    return this.#texts.get(text)!;
  }

  async #read(texts: readonly string[]): Promise<void> {
    const missing = [...new Set(texts)].filter((text) => !this.#texts.has(text));
    for (let start = 0; start < missing.length; start += 256) {
      const batch = missing.slice(start, start + 256);
      const vectors = await this.#embedder.embed(batch);
      for (const [i, text] of batch.entries())
        this.#texts.set(text, { text, vector: vectors[i]!, read: this.#guard.analyse(text) });
    }
  }
}

/** Paraphrase pairs chained together: questions of one chain ask the same. */
function sameQuestions(pairs: readonly Pair[]): (x: string, y: string) => boolean {
  const parents = new Map<string, string>();
  const rootOf = (text: string): string => {
    let root = text;
    for (let up = parents.get(root); up !== undefined; up = parents.get(root)) root = up;
    return root;
  };
  for (const { a, b } of pairs) {
    const [x, y] = [rootOf(a), rootOf(b)];
    if (x !== y) parents.set(x, y);
  }
  return (x, y) => rootOf(x) === rootOf(y);
}

function spread<T>(items: readonly T[], limit: number): readonly T[] {
  if (items.length <= limit) return items;
  return Array.from({ length: limit }, (_, i) => items[Math.floor((i * items.length) / limit)]!);
}
