/**
 * How often a paraphrase is served and how often something else is, by embedder and threshold, with the lexical guard
 * and without: the table that the recommended thresholds come from. It also times embedding and guard.
 *
 *     node bench/guard-quality.ts [report|tune]
 *
 * Reads the data sets in `$LLAMASCOPE_SHARED` or `../shared`. `report`, the default, is the half that nothing was
 * chosen on. Takes several minutes: USE-lite has to embed some twenty thousand texts.
 */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { semanticEligibility } from '../src/cache/semantic/guard/eligibility.ts';
import { analyse, vetoPair, type GuardText } from '../src/cache/semantic/guard/guard.ts';
import type { TextEmbedder } from '../src/core/embedder.ts';
import { openSharedUseLite } from '../src/embedding/in-process.ts';
import { sharedModel } from '../test/support/shared-model.ts';
import { openStaticEmbedder } from '../src/embedding/static.ts';
import {
  readBanking,
  readClinc,
  readEntityNearmiss,
  readGptcacheMock,
  readNaturalQuestions,
  type Pair,
} from './guard-quality/datasets.ts';
import { Evaluation, type Guard, type Tallies } from './guard-quality/evaluate.ts';

const THRESHOLDS = [0.6, 0.7, 0.75, 0.8, 0.85, 0.9];
const INTENT_UTTERANCES = 3_000;
const guard: Guard<GuardText> = { analyse, vetoPair, ineligible: semanticEligibility };

const shared = process.env['LLAMASCOPE_SHARED'] ?? resolve(import.meta.dirname, '..', '..', 'shared');
const data = join(shared, 'data');
const half = process.argv[2] === 'tune' ? 'tune' : 'report';
const sets = await Promise.all([
  readEntityNearmiss(data),
  readGptcacheMock(data),
  readClinc(data),
  readBanking(data),
  readNaturalQuestions(data),
]);
const [entities, mock, clinc, banking, questions] = sets;
const listed = await readListed();

console.log(`Half: ${half}. Cells: served / wrongly served, of the number asked in the first column.\n`);
const rss = process.memoryUsage().rss;
const opening = performance.now();
const modelFile = sharedModel();
if (modelFile !== null) {
  const embedder = await openStaticEmbedder(modelFile);
  reportOpening('potion-base-2M', opening, rss);
  await measure(embedder);
  await embedder.close();
}
const useLiteRss = process.memoryUsage().rss;
const useLiteOpening = performance.now();
const useLite = await openSharedUseLite();
reportOpening('USE-lite', useLiteOpening, useLiteRss);
await measure(useLite);
await useLite.close();

async function measure(embedder: TextEmbedder): Promise<void> {
  await timeEmbedding(embedder);
  const thresholds = [...new Set([...THRESHOLDS, embedder.recommendedThreshold])].sort();
  for (const guarded of [true, false]) {
    const run = new Evaluation(embedder, guard, thresholds, guarded);
    console.log(`\n### ${embedder.identity}, ${guarded ? 'with the guard' : 'cosine alone'}\n`);
    console.log(
      `| | ${thresholds.map((t) => (t === embedder.recommendedThreshold ? `**${t}**` : t)).join(' | ')} |`,
    );
    console.log(`|---|${thresholds.map(() => '---|').join('')}`);
    const relations = entities[half];
    const swaps = relations.flatMap((relation) => relation.swaps);
    const rewordings = relations.flatMap((relation) => relation.paraphrases);
    row('listed paraphrases', await run.pairs(listed.paraphrases, true));
    row('listed near-misses', await run.pairs(listed.nearMisses, false));
    row('entity_nearmiss paraphrases', await run.pairs(rewordings, true));
    row('the same, lower case', await run.pairs(rewordings.map(lower), true));
    row('entity_nearmiss swaps', await run.pairs(swaps, false));
    row('the same, lower case', await run.pairs(swaps.map(lower), false));
    row('asked against the whole relation', await run.relations(relations, (text) => text));
    row('the same, lower case', await run.relations(relations, (text) => text.toLowerCase()));
    row('gptcache_mock paraphrases', await run.pairs(mock[half], true));
    row('CLINC, other intent wrong', await run.intents(clinc[half], INTENT_UTTERANCES));
    row('Banking, other intent wrong', await run.intents(banking[half], INTENT_UTTERANCES));
    row('NQ-open, other answer wrong', await run.questions(questions[half]));
  }
}

function row(name: string, tallies: Tallies): void {
  const cells = [...tallies.values()].map(
    ({ asked, served, wrong }) => `${((100 * served) / asked).toFixed(1)} % / ${wrong}`,
  );
  console.log(`| ${name} (${[...tallies.values()][0]!.asked}) | ${cells.join(' | ')} |`);
}

function reportOpening(name: string, since: number, rssBefore: number): void {
  const megabytes = (process.memoryUsage().rss - rssBefore) / 1e6;
  console.log(
    `${name}: open in ${(performance.now() - since).toFixed(0)} ms, ${megabytes.toFixed(0)} MB resident`,
  );
}

async function timeEmbedding(embedder: TextEmbedder): Promise<void> {
  const texts = questions[half].map(({ question }) => question);
  const rounds = embedder.identity.startsWith('static') ? 20_000 : 200;
  const single = await microseconds(rounds, (i) => embedder.embed([texts[i % texts.length]!]));
  const batch = await microseconds(rounds / 20, (i) =>
    embedder.embed(texts.slice((i * 16) % 900, ((i * 16) % 900) + 16)),
  );
  const read = texts.map(analyse);
  const analysed = await microseconds(20_000, (i) => void analyse(texts[i % texts.length]!));
  const compared = await microseconds(
    100_000,
    (i) => void vetoPair(read[i % read.length]!, read[(i * 7 + 1) % read.length]!),
  );
  const rewordings = entities[half].flatMap(({ paraphrases }) => paraphrases);
  const pairs = rewordings.map(({ a, b }) => [analyse(a), analyse(b)] as const);
  const kept = await microseconds(100_000, (i) => void vetoPair(...pairs[i % pairs.length]!));
  console.log(
    `µs: embed ${single.toFixed(1)}, each in a batch of 16 ${(batch / 16).toFixed(1)}, analyse ${analysed.toFixed(1)}, ` +
      `vetoPair unlike ${compared.toFixed(2)}, paraphrases ${kept.toFixed(2)}`,
  );
}

async function microseconds(
  rounds: number,
  call: (i: number) => Promise<unknown> | undefined,
): Promise<number> {
  for (let i = 0; i < rounds / 4; i++) await call(i);
  const start = performance.now();
  for (let i = 0; i < rounds; i++) {
    const result = call(i);
    if (result !== undefined) await result;
  }
  return ((performance.now() - start) * 1_000) / rounds;
}

function lower({ a, b }: Pair): Pair {
  return { a: a.toLowerCase(), b: b.toLowerCase() };
}

async function readListed(): Promise<{ paraphrases: readonly Pair[]; nearMisses: readonly Pair[] }> {
  const file = join(import.meta.dirname, '..', 'test', 'fixtures', 'paraphrases.json');
  const json = JSON.parse(await readFile(file, 'utf8')) as {
    paraphrases: { base: string; paraphrase: string }[];
    nearMisses: { base: string; nearMiss: string }[];
  };
  return {
    paraphrases: json.paraphrases.map(({ base, paraphrase }) => ({ a: base, b: paraphrase })),
    nearMisses: json.nearMisses.map(({ base, nearMiss }) => ({ a: base, b: nearMiss })),
  };
}
