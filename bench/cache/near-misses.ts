/**
 * How often a question is served the answer to another one that looks like it, and how often the answer to the same one in other
 * words: each question of a pool is asked while all others of the pool are cached, and goes the way of the semantic tier: nearest 32,
 * guard, scorer on the first three that are left, threshold.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { boundFrom } from './interval.ts';
import { semanticEligibility } from '../../src/cache/semantic/guard/eligibility.ts';
import { analyse, vetoPair, type GuardText } from '../../src/cache/semantic/guard/guard.ts';
import type { Scorer } from '../../src/core/scorer.ts';
import type { TextEmbedder } from '../../src/core/embedder.ts';
import { cosine } from '../../src/embedding/unit-vector.ts';
import * as frames from '../../test/fixtures/near-misses/frames.ts';
import * as wide from '../../test/fixtures/near-misses/wide.ts';
import * as pairs from '../../test/fixtures/near-misses/pairs.ts';
import type { Relation } from '../guard-quality/datasets.ts';

export interface Decider {
  readonly name: string;
  readonly embedder: TextEmbedder;
  readonly scorer: Scorer;
}

export interface Question {
  readonly text: string;
  /** Questions with the same one have the same answer. */
  readonly asks: string;
}

/** Questions that are cached together, and asked against each other. */
export type Pool = readonly Question[];

export interface Outcome {
  asked: number;
  wrong: number;
  /** Asked with the same question in other words in the cache. */
  reworded: number;
  /** Of these, answered from it. */
  kept: number;
  readonly examples: string[];
}

interface Read extends Question {
  readonly vector: Float32Array;
  readonly guard: GuardText;
  readonly eligible: boolean;
}

const SETS = resolve(import.meta.dirname, '..', '..', 'test', 'fixtures', 'near-misses');
const NEIGHBOURS = 32;
const SCORED = 3;

/** `absent`: the same question in other words is not in the cache either, so that any hit is a wrong one. */
export async function askPools(pools: readonly Pool[], decider: Decider, absent = false): Promise<Outcome> {
  const outcome: Outcome = { asked: 0, wrong: 0, reworded: 0, kept: 0, examples: [] };
  for (const pool of pools) await askPool(pool, decider, outcome, absent);
  return outcome;
}

async function askPool(
  pool: Pool,
  { embedder, scorer }: Decider,
  outcome: Outcome,
  absent: boolean,
): Promise<void> {
  const vectors = await embedAll(
    embedder,
    pool.map(({ text }) => text),
  );
  const read = pool.map((question, at): Read => ({
    ...question,
    vector: vectors[at] as Float32Array,
    guard: analyse(question.text),
    eligible: semanticEligibility(question.text) === null,
  }));
  for (const asked of read) {
    const cached = absent ? read.filter(({ asks }) => asks !== asked.asks) : read;
    const served = await serve(asked, cached, scorer);
    outcome.asked += 1;
    const reworded = cached.some((other) => other !== asked && other.asks === asked.asks);
    if (reworded) outcome.reworded += 1;
    if (served === null) continue;
    if (served.asks === asked.asks) outcome.kept += 1;
    else {
      outcome.wrong += 1;
      outcome.examples.push(`${asked.text} ← ${served.text}`);
    }
  }
}

async function serve(asked: Read, pool: readonly Read[], scorer: Scorer): Promise<Read | null> {
  if (!asked.eligible) return null;
  const threshold = scorer.recommendedThreshold;
  const floor = scorer.floorFor(threshold);
  const near = pool
    .filter((other) => other !== asked && other.eligible)
    .map((other) => ({ other, similarity: cosine(asked.vector, other.vector) }))
    .sort((a, b) => b.similarity - a.similarity)
    .slice(0, NEIGHBOURS);
  const left: typeof near = [];
  for (const candidate of near) {
    if (candidate.similarity < floor || left.length === SCORED) break;
    if (vetoPair(asked.guard, candidate.other.guard) === null) left.push(candidate);
  }
  const scores = await scorer.score(
    asked.text,
    left.map(({ other, similarity }) => ({ text: other.text, similarity })),
  );
  let best: Read | null = null;
  let most = threshold;
  for (const [at, { other }] of left.entries()) {
    const score = scores[at] as number;
    if (score < threshold || (best !== null && score <= most)) continue;
    best = other;
    most = score;
  }
  return best;
}

async function embedAll(embedder: TextEmbedder, texts: readonly string[]): Promise<Float32Array[]> {
  const vectors: Float32Array[] = [];
  for (let at = 0; at < texts.length; at += 32)
    vectors.push(...(await embedder.embed(texts.slice(at, at + 32))));
  return vectors;
}

/** All questions of a relation, those of its entity swaps too. Two about one entity are the same question. */
export function relationPool(relation: Relation, shape: (text: string) => string): Pool {
  const templates = templatesOf(relation);
  const texts = new Set([...relation.paraphrases, ...relation.swaps].flatMap(({ a, b }) => [a, b]));
  return [...texts].map((text) => ({ text: shape(text), asks: entityOf(text, templates) }));
}

type Template = readonly [before: string, after: string];

/** What stands around the entity: the longest text that two paraphrases share is the entity. Longest first. */
function templatesOf({ paraphrases }: Relation): readonly Template[] {
  const counts = new Map<string, number>();
  for (const { a, b } of paraphrases) {
    const entity = longestShared(a, b).trim();
    for (const text of [a, b]) {
      const at = text.indexOf(entity);
      const template = `${text.slice(0, at)}\0${text.slice(at + entity.length)}`;
      counts.set(template, (counts.get(template) ?? 0) + 1);
    }
  }
  return [...counts]
    .filter(([, count]) => count >= paraphrases.length / 20)
    .map(([template]) => template.split('\0') as [string, string])
    .sort((x, y) => y.join('').length - x.join('').length);
}

/** Throws for a text without a template: a pool must not guess who is asked about. */
function entityOf(text: string, templates: readonly Template[]): string {
  const template = templates.find(([before, after]) => text.startsWith(before) && text.endsWith(after));
  if (template === undefined) throw new Error(`no template for ${text}`);
  // Two templates may end alike: "spoken in Togo" and "official in Togo" share more than the name.
  return text
    .slice(template[0].length, text.length - template[1].length)
    .replace(/^(?:in|of|by|from|to|at|is|does|did|was) /, '')
    .replace(/(?:'s)?[?\s]*$/, '');
}

function longestShared(a: string, b: string): string {
  let best = '';
  for (let i = 0; i < a.length; i++)
    while (i + best.length < a.length && b.includes(a.slice(i, i + best.length + 1)))
      best = a.slice(i, i + best.length + 1);
  return best;
}

export type WrittenSet = 'number' | 'negation' | 'antonym' | 'unit';
export const WRITTEN_SETS: readonly WrittenSet[] = ['number', 'negation', 'antonym', 'unit'];

type HandWritten = readonly (readonly [string, string, string])[];
const WRITTEN: Readonly<Record<WrittenSet, readonly [readonly frames.Frame[], HandWritten]>> = {
  number: [frames.NUMBER_FRAMES, pairs.NUMBER_PAIRS],
  negation: [frames.NEGATION_FRAMES, pairs.NEGATION_PAIRS],
  antonym: [frames.ANTONYM_FRAMES, pairs.ANTONYM_PAIRS],
  unit: [frames.UNIT_FRAMES, pairs.UNIT_PAIRS],
};

/** One pool: every second frame and pair, lower-cased or not. */
export function writtenPool(set: WrittenSet, half: 'tune' | 'report', shape: (text: string) => string): Pool {
  const rest = half === 'tune' ? 0 : 1;
  const [framesOf, pairsOf] = WRITTEN[set];
  const questions = [
    ...framesOf.filter((_, at) => at % 2 === rest).flatMap(frames.questionsOf),
    ...pairsOf
      .filter((_, at) => at % 2 === rest)
      .flatMap(([base, nearMiss, reworded]) => [
        { text: base, asks: base },
        { text: nearMiss, asks: nearMiss },
        { text: reworded, asks: base },
      ]),
  ];
  const byText = new Map(questions.map(({ text, asks }) => [shape(text), asks]));
  return [...byText].map(([text, asks]) => ({ text, asks }));
}

/**
 * The larger sets:
 * - `wide`: written by the authors of the guard. First for reporting, then for tuning.
 * - `free`: written by somebody who had seen neither guard nor word lists nor the other sets; what asks the same may be worded
 *   quite differently. First for reporting, then its mistakes were mended: false hits on it show nothing any more.
 * - `light`: written in the same way by others, after that; what asks the same keeps its key words. Every second frame is for tuning,
 *   the others for reporting.
 */
export type LargeSet = 'wide' | 'free' | 'light';

const WIDE: Readonly<Record<WrittenSet, readonly frames.Frame[]>> = {
  number: wide.NUMBER_WIDE,
  negation: wide.NEGATION_WIDE,
  antonym: wide.ANTONYM_WIDE,
  unit: wide.UNIT_WIDE,
};

/** `half` is of `light`. */
export function largePool(
  name: LargeSet,
  set: WrittenSet,
  half: 'tune' | 'report',
  shape: (text: string) => string,
): Pool {
  const all =
    name === 'wide' ? WIDE[set] : frames.frames(readFileSync(join(SETS, name, `${set}.txt`), 'utf8'));
  const rest = half === 'tune' ? 0 : 1;
  return poolOf(name === 'light' ? all.filter((_, at) => at % 2 === rest) : all, shape);
}

/** Throws if one text would ask two things. */
function poolOf(all: readonly frames.Frame[], shape: (text: string) => string): Pool {
  const byText = new Map<string, string>();
  for (const { text, asks } of all.flatMap(frames.questionsOf)) {
    const known = byText.get(shape(text)) ?? asks;
    if (known !== asks) throw new Error(`asked for two things: ${text}`);
    byText.set(shape(text), asks);
  }
  return [...byText].map(([text, asks]) => ({ text, asks }));
}

/** A row of the table: pool size, false hits with the upper 95 % bound, paraphrases kept with theirs. */
export function outcomeRow(name: string, { asked, wrong, reworded, kept }: Outcome): string {
  const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
  return (
    `| ${name} | ${String(asked)} | ${String(wrong)} | ${percent(wrong / asked)} | ${percent(boundFrom(wrong, asked).upper)} ` +
    (reworded === 0
      ? '| – | – |'
      : `| ${percent(kept / reworded)} | ${percent(boundFrom(kept, reworded).lower)}–${percent(boundFrom(kept, reworded).upper)} |`)
  );
}
