import type { TextEmbedder } from '../../core/embedder.ts';
import { SimulatorOptionsError } from '../error.ts';
import { wordsOf } from './words.ts';
import type { Words } from './words.ts';

/** One line of an answer table. Several questions with the same answer are phrasings of one. */
export interface QuestionAnswer {
  readonly question: string;
  readonly answer: string;
}

interface Phrasing {
  readonly text: string;
  readonly words: Words;
}

interface Entry {
  readonly answer: string;
  readonly phrasings: Phrasing[];
  /** Every word any phrasing uses. */
  readonly vocabulary: Set<string>;
  /** Words that every phrasing uses: without them it is another question. */
  anchors: Set<string>;
}

/** How far below its usual threshold a cosine may lie when the words agree as well. */
const SLACK = 0.2;
/** Lookups remembered, so that a repeated prompt costs no embedding. */
const MEMORY = 4_096;

/**
 * Answers by meaning. A question is matched by its words where they are the same, otherwise by the nearest
 * vector among the phrasings, and only if the words that make the difference (names, numbers, negation, and
 * whatever all phrasings share) agree. So a paraphrase gets the same answer and a near-miss does not.
 */
export class AnswerTable {
  readonly #entries: Entry[] = [];
  readonly #exact = new Map<string, Entry>();
  /** Words that only a few entries use: they tell questions apart even in lower case. */
  readonly #telling = new Set<string>();
  readonly #memory = new Map<string, string | null>();
  readonly #embedder: () => Promise<TextEmbedder | null>;
  #vectors: Promise<{ vector: Float32Array; entry: Entry }[]> | null = null;

  constructor(rows: readonly QuestionAnswer[], embedder: () => Promise<TextEmbedder | null>) {
    this.#embedder = embedder;
    const byAnswer = new Map<string, Entry>();
    for (const { question, answer } of rows) {
      let entry = byAnswer.get(answer);
      if (entry === undefined) {
        entry = { answer, phrasings: [], vocabulary: new Set(), anchors: new Set() };
        byAnswer.set(answer, entry);
        this.#entries.push(entry);
      }
      const words = wordsOf(question);
      entry.phrasings.push({ text: question, words });
      for (const word of words.content) entry.vocabulary.add(word);
      this.#exact.set(words.plain, entry);
    }
    for (const entry of this.#entries) entry.anchors = anchorsOf(entry);
    this.#findTellingWords();
  }

  get size(): number {
    return this.#entries.length;
  }

  /** The table's answer, or null when it has none to this question. Never rejects. */
  async find(question: string): Promise<string | null> {
    const words = wordsOf(question);
    const exact = this.#exact.get(words.plain);
    if (exact !== undefined) return exact.answer;
    const remembered = this.#memory.get(question);
    if (remembered !== undefined) return remembered;
    const candidates = this.#entries.filter((entry) => this.#agrees(entry, words));
    const answer = candidates.length === 0 ? null : await this.#nearest(question, words, candidates);
    if (this.#memory.size >= MEMORY) this.#memory.clear();
    this.#memory.set(question, answer);
    return answer;
  }

  /** Whether the words that make the difference agree. */
  #agrees(entry: Entry, words: Words): boolean {
    if (entry.phrasings[0]?.words.negated !== words.negated) return false;
    for (const anchor of entry.anchors) if (!words.content.has(anchor)) return false;
    for (const name of words.names) if (!entry.vocabulary.has(name)) return false;
    for (const word of words.content) {
      if (entry.vocabulary.has(word)) continue;
      // "quantum gravity" is not "gravity": where one word is all there is, a further one changes the subject.
      if (this.#telling.has(word) || entry.vocabulary.size === 1) return false;
    }
    return overlap(entry, words) > 0;
  }

  async #nearest(question: string, words: Words, candidates: readonly Entry[]): Promise<string | null> {
    const byWords = (): string | null => nearestByWords(words, candidates);
    try {
      const embedder = await this.#embedder();
      if (embedder === null) return byWords();
      const [vectors, [vector]] = await Promise.all([
        this.#tableVectors(embedder),
        embedder.embed([question]),
      ]);
      if (vector === undefined) return byWords();
      let best: Entry | null = null;
      let nearest = embedder.recommendedThreshold - SLACK;
      for (const row of vectors) {
        if (!candidates.includes(row.entry)) continue;
        const cosine = dot(vector, row.vector);
        if (cosine <= nearest) continue;
        nearest = cosine;
        best = row.entry;
      }
      return best?.answer ?? null;
    } catch {
      // An embedder out of order must not change what the simulator is for: fall back to words.
      return byWords();
    }
  }

  #tableVectors(embedder: TextEmbedder): Promise<{ vector: Float32Array; entry: Entry }[]> {
    this.#vectors ??= (async () => {
      const rows = this.#entries.flatMap((entry) => entry.phrasings.map(({ text }) => ({ text, entry })));
      const vectors = await embedder.embed(rows.map(({ text }) => text));
      return rows.flatMap(({ entry }, index) => {
        const vector = vectors[index];
        return vector === undefined ? [] : [{ vector, entry }];
      });
    })();
    return this.#vectors;
  }

  #findTellingWords(): void {
    const uses = new Map<string, number>();
    for (const entry of this.#entries) {
      for (const anchor of entry.anchors) uses.set(anchor, (uses.get(anchor) ?? 0) + 1);
    }
    for (const [word, count] of uses) if (count === 1) this.#telling.add(word);
  }
}

/** With several phrasings what they share; with a single one its names and numbers. */
function anchorsOf(entry: Entry): Set<string> {
  const [first, ...others] = entry.phrasings;
  if (first === undefined) return new Set();
  if (others.length === 0) return new Set(first.words.names);
  return new Set(
    [...first.words.content].filter((word) => others.every(({ words }) => words.content.has(word))),
  );
}

/** Best share of meaningful words in common with one of the phrasings, 0 to 1. */
function overlap(entry: Entry, words: Words): number {
  let best = 0;
  for (const phrasing of entry.phrasings) {
    const other = phrasing.words.content;
    let common = 0;
    for (const word of words.content) if (other.has(word)) common += 1;
    best = Math.max(best, common / Math.max(1, words.content.size + other.size - common));
  }
  return best;
}

/** Without an embedder: at least half of the words in common. */
function nearestByWords(words: Words, candidates: readonly Entry[]): string | null {
  let best: Entry | null = null;
  let share = 0.499;
  for (const entry of candidates) {
    const common = overlap(entry, words);
    if (common > share) {
      share = common;
      best = entry;
    }
  }
  return best?.answer ?? null;
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

/** Reads a JSONL table. Throws `SimulatorOptionsError` that names the line. */
export function parseAnswers(text: string, source: string): QuestionAnswer[] {
  const rows: QuestionAnswer[] = [];
  text.split('\n').forEach((line, index) => {
    if (line.trim() === '') return;
    const place = `${source}:${index + 1}`;
    let row: unknown;
    try {
      row = JSON.parse(line);
    } catch {
      throw new SimulatorOptionsError(`${place}: not JSON, expected {"question": "…", "answer": "…"}`);
    }
    const { question, answer } = (row ?? {}) as Partial<Record<string, unknown>>;
    if (
      typeof question !== 'string' ||
      typeof answer !== 'string' ||
      question.trim() === '' ||
      answer === ''
    ) {
      throw new SimulatorOptionsError(`${place}: expected {"question": "…", "answer": "…"} with two texts`);
    }
    rows.push({ question, answer });
  });
  if (rows.length === 0) throw new SimulatorOptionsError(`${source}: empty, expected at least one line`);
  return rows;
}
