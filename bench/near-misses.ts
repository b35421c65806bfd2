/**
 * False hits on near-misses and paraphrases kept, for each embedder at its default setting, on what nothing was tuned on; the
 * AUC of the pair score on held-out intents and relations; and what each step costs.
 *
 *     node bench/near-misses.ts [report|tune] [builtin|potion|use-lite|second-opinion …]
 *
 * Prints Markdown for docs/benchmarks/near-misses.md. `tune` shows the half that rules and thresholds were chosen on, with every
 * wrong hit. Reads the data sets in `$LLAMASCOPE_SHARED` or `../shared`. USE-lite takes minutes.
 */
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { createPairScorer } from '../src/cache/semantic/score/pair-scorer.ts';
import { USE_LITE_OPINION } from '../src/cache/semantic/score/opinion-weights.ts';
import { createSecondOpinion } from '../src/cache/semantic/score/second-opinion.ts';
import { systemClock } from '../src/runtime/clock.ts';
import { BUILTIN_WEIGHTS } from '../src/cache/semantic/score/pair-weights.ts';
import { cosineScorer } from '../src/cache/semantic/score/cosine-scorer.ts';
import { analyse, vetoPair } from '../src/cache/semantic/guard/guard.ts';
import { openBuiltinEmbedder } from '../src/embedding/builtin.ts';
import { openSharedUseLite } from '../src/embedding/in-process.ts';
import { openStaticEmbedder } from '../src/embedding/static.ts';
import type { Scorer } from '../src/core/scorer.ts';
import { groupByFact, groupByLabel, type Group } from '../scripts/semantics/splits.ts';
import { measureNearest, areaUnderCurve } from '../scripts/semantics/measure.ts';
import { sharedModel } from '../test/support/shared-model.ts';
import {
  askPools,
  outcomeRow,
  relationPool,
  WRITTEN_SETS,
  writtenPool,
  largePool,
  type Decider,
  type LargeSet,
  type Outcome,
  type Pool,
} from './cache/near-misses.ts';
import { readBanking, readClinc, readEntityNearmiss } from './guard-quality/datasets.ts';

const half = process.argv[2] === 'tune' ? 'tune' : 'report';
const wanted = process.argv.slice(3);
const largeSets: readonly LargeSet[] = half === 'tune' ? ['wide', 'free', 'light'] : ['light'];
const shared = process.env['LLAMASCOPE_SHARED'] ?? resolve(import.meta.dirname, '..', '..', 'shared');
const data = join(shared, 'data');
const [entities, clinc, banking] = await Promise.all([
  readEntityNearmiss(data),
  readClinc(data),
  readBanking(data),
]);
const same = (text: string): string => text;
const lower = (text: string): string => text.toLowerCase();

console.log(`Machine: ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}. Half: ${half}.\n`);
for (const decider of await openDeciders()) {
  console.log(`\n### ${decider.name}, score from ${String(decider.scorer.recommendedThreshold)}\n`);
  console.log('| pool | asked | false hits | share | upper bound | paraphrases kept | 95 % interval |');
  console.log('|---|---|---|---|---|---|---|');
  await table(decider);
  await decider.embedder.close();
}
await scorerQuality();
await latencies();

async function openDeciders(): Promise<readonly Decider[]> {
  const deciders: Decider[] = [];
  const include = (name: string): boolean => wanted.length === 0 || wanted.includes(name);
  if (include('builtin')) {
    const embedder = await openBuiltinEmbedder();
    deciders.push({
      name: 'built-in model and pair scorer',
      embedder,
      scorer: createPairScorer(BUILTIN_WEIGHTS, embedder.words),
    });
  }
  const potion = sharedModel();
  if (include('potion') && potion !== null) {
    const embedder = await openStaticEmbedder(potion);
    deciders.push({ name: 'potion-base-2M (GGE1), cosine', embedder, scorer: cosineScorer(embedder) });
  }
  if (include('use-lite')) {
    const embedder = await openSharedUseLite();
    deciders.push({ name: 'USE-lite, cosine', embedder, scorer: cosineScorer(embedder) });
  }
  if (include('second-opinion')) deciders.push(await withSecondOpinion());
  return deciders;
}

/** As `cache.secondOpinion: use-lite`, with all the time it wants. */
async function withSecondOpinion(): Promise<Decider> {
  const [embedder, second] = await Promise.all([openBuiltinEmbedder(), openSharedUseLite()]);
  const scorer = createSecondOpinion(createPairScorer(BUILTIN_WEIGHTS, embedder.words), second, {
    weights: USE_LITE_OPINION,
    clock: systemClock,
    deadlineMs: () => 60_000,
    asked: () => undefined,
  });
  return { name: 'built-in model, pair scorer and USE-lite', embedder, scorer };
}

async function table(decider: Decider): Promise<void> {
  for (const [shape, suffix] of [
    [same, ''],
    [lower, ', lower case'],
  ] as const) {
    const rows: readonly (readonly [string, readonly Pool[]])[] = [
      ['entities', entities[half].map((relation) => relationPool(relation, shape))],
      ...WRITTEN_SETS.map((set) => [set, [writtenPool(set, half, shape)]] as const),
      ...largeSets.flatMap((name) =>
        WRITTEN_SETS.map((set) => [`${set}, ${name}`, [largePool(name, set, half, shape)]] as const),
      ),
    ];
    const pooled: Outcome = { asked: 0, wrong: 0, reworded: 0, kept: 0, examples: [] };
    for (const [name, pools] of rows) add(pooled, await row(`${name}${suffix}`, pools, decider, false));
    console.log(outcomeRow(`all of these${suffix}`, pooled));
    const absent: Outcome = { asked: 0, wrong: 0, reworded: 0, kept: 0, examples: [] };
    for (const [name, pools] of rows.slice(1))
      add(absent, await row(`${name}, right one absent${suffix}`, pools, decider, true));
    console.log(outcomeRow(`all but entities, right one absent${suffix}`, absent));
  }
}

async function row(
  name: string,
  pools: readonly Pool[],
  decider: Decider,
  absent: boolean,
): Promise<Outcome> {
  const outcome = await askPools(pools, decider, absent);
  console.log(outcomeRow(name, outcome));
  if (half === 'tune') for (const example of outcome.examples) console.log(`  wrong: ${example}`);
  return outcome;
}

function add(into: Outcome, outcome: Outcome): void {
  for (const count of ['asked', 'wrong', 'reworded', 'kept'] as const) into[count] += outcome[count];
}

async function scorerQuality(): Promise<void> {
  const embedder = await openBuiltinEmbedder();
  const scorer = createPairScorer(BUILTIN_WEIGHTS, embedder.words);
  const groups: readonly (readonly [string, Group, number])[] = [
    ['CLINC intents', groupByLabel(clinc[half], () => true), 30],
    ['Banking intents', groupByLabel(banking[half], () => true), 40],
    ...entities[half].map((relation) => [`relation ${relation.name}`, groupByFact(relation), 3] as const),
  ];
  console.log(
    '\n### AUC: the nearest that asks the same against the nearest that does not (built-in model)\n',
  );
  console.log('| set | questions | cosine | pair score | right one within 32 |\n|---|---|---|---|---|');
  for (const [name, group, perLabel] of groups) {
    const cosines = measureNearest(group, perLabel, embedder.embedOne);
    const { auc, count } = pairAuc(group, perLabel, embedder.embedOne, scorer);
    console.log(
      `| ${name} | ${String(count)} | ${cosines.auc.toFixed(3)} | ${auc.toFixed(3)} | ${(100 * cosines.within32).toFixed(1)} % |`,
    );
  }
}

function pairAuc(
  group: Group,
  perLabel: number,
  embed: (text: string) => Float32Array,
  scorer: Scorer,
): { auc: number; count: number } {
  const texts = [...group].flatMap(([label, all]) =>
    all.slice(0, perLabel).map((text) => ({ label, text, vector: embed(text) })),
  );
  const scores: Record<'same' | 'other', number[]> = { same: [], other: [] };
  for (const asked of texts) {
    const best: Partial<Record<'same' | 'other', { text: string; similarity: number }>> = {};
    for (const candidate of texts) {
      if (candidate === asked) continue;
      const kind = candidate.label === asked.label ? 'same' : 'other';
      let similarity = 0;
      for (let i = 0; i < asked.vector.length; i++)
        similarity += (asked.vector[i] as number) * (candidate.vector[i] as number);
      if (similarity > (best[kind]?.similarity ?? -2)) best[kind] = { text: candidate.text, similarity };
    }
    for (const kind of ['same', 'other'] as const) {
      const pair = best[kind];
      if (pair === undefined) continue;
      scores[kind].push((scorer.score(asked.text, [pair]) as readonly number[])[0] as number);
    }
  }
  return { auc: areaUnderCurve(scores.same, scores.other), count: texts.length };
}

async function latencies(): Promise<void> {
  const embedder = await openBuiltinEmbedder();
  const scorer = createPairScorer(BUILTIN_WEIGHTS, embedder.words);
  const pairs = entities[half].flatMap(({ paraphrases }) => paraphrases);
  const read = pairs.map(({ a, b }) => [analyse(a), analyse(b)] as const);
  const at = <T>(items: readonly T[], i: number): T => items[i % items.length] as T;
  console.log('\n### One call, built-in model, p50 and p90 in µs\n');
  const steps: readonly (readonly [string, (i: number) => unknown])[] = [
    ['embed a question', (i) => embedder.embedOne(at(pairs, i).a)],
    ['read a question for the guard', (i) => analyse(at(pairs, i).a)],
    ['guard, a paraphrase', (i) => vetoPair(...at(read, i))],
    ['guard, another question', (i) => vetoPair(at(read, i)[0], at(read, i * 7 + 5)[1])],
    ['score one pair', (i) => scorer.score(at(pairs, i).b, [{ text: at(pairs, i).a, similarity: 0.6 }])],
    [
      'score three pairs',
      (i) =>
        scorer.score(
          at(pairs, i).b,
          [0, 1, 2].map((k) => ({ text: at(pairs, i + k).a, similarity: 0.6 })),
        ),
    ],
  ];
  for (const [name, step] of steps) {
    const times: number[] = [];
    for (let i = 0; i < 8_000; i++) {
      const start = performance.now();
      step(i);
      if (i >= 4_000) times.push((performance.now() - start) * 1_000);
    }
    times.sort((a, b) => a - b);
    console.log(`- ${name}: ${(times[2_000] as number).toFixed(1)}, ${(times[3_600] as number).toFixed(1)}`);
  }
}
