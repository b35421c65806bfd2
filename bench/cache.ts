/**
 * The semantic cache measured: wrong hits against hits for every embedder and mode on each data set, and what a lookup
 * costs by size. Writes docs/benchmarks/semantic-cache.md and its plots.
 *
 *     npm run bench:cache [-- --quick] [-- --use-lite] [-- --lookups]
 *
 * Reads the data sets in `$LLAMASCOPE_SHARED` or `../shared`. About ten minutes; `--quick` takes three
 * seeds instead of ten and writes nothing, `--use-lite` adds the embedder in a worker (several minutes more),
 * `--lookups` measures only those and puts them into the page that is there.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import type { TextEmbedder } from '../src/core/embedder.ts';
import { cosineScorer } from '../src/cache/semantic/score/cosine-scorer.ts';
import { USE_LITE_OPINION } from '../src/cache/semantic/score/opinion-weights.ts';
import { weigh } from '../src/cache/semantic/score/second-opinion.ts';
import { cosine } from '../src/embedding/unit-vector.ts';
import { BUILTIN_WEIGHTS } from '../src/cache/semantic/score/pair-weights.ts';
import { createPairScorer } from '../src/cache/semantic/score/pair-scorer.ts';
import type { Scorer } from '../src/core/scorer.ts';
import { openBuiltinEmbedder } from '../src/embedding/builtin.ts';
import { openSharedUseLite } from '../src/embedding/in-process.ts';
import { openStaticEmbedder } from '../src/embedding/static.ts';
import { readBanking, readClinc, readTexts, type Utterance } from './cache/data.ts';
import { reportHits } from './cache/hits.ts';
import { measureLookups, type LatencyRow } from './cache/latency.ts';
import { buildStream, embedded, type Embedded } from './cache/stream.ts';

const REQUESTS = 8_000;
const quick = process.argv.includes('--quick');
const SEEDS = quick ? 3 : 10;
const SIZES = quick ? [1_000, 10_000, 100_000] : [1_000, 10_000, 100_000, 1_000_000];

const shared = process.env['LLAMASCOPE_SHARED'] ?? resolve(import.meta.dirname, '..', '..', 'shared');
const data = join(shared, 'data');
const potion = await openStaticEmbedder(
  join(shared, 'models', 'potion-base-2M-int8', 'potion-base-2M.gge1.bin'),
);
const builtin = await openBuiltinEmbedder();
const pairScorer = createPairScorer(BUILTIN_WEIGHTS, builtin.words);

const folder = resolve(import.meta.dirname, '..', 'docs', 'benchmarks');
const pageFile = join(folder, 'semantic-cache.md');
const LOOKUPS = '## Lookup by size';
const sections: string[] = [];
const plots: Record<string, string> = {};
const onlyLookups = process.argv.includes('--lookups');
if (!onlyLookups) await allHits();
const latency = await measureLookups(builtin, pairScorer, await readTexts(data), SIZES);
const above = onlyLookups
  ? ((await readFile(pageFile, 'utf8')).split(LOOKUPS)[0] as string)
  : `${head()}\n## Wrong hits against hits\n\n${HITS_TEXT()}\n${sections.join('\n')}\n`;
const page = `${above}${lookups(builtin, latency)}`;
process.stdout.write(page);
if (!quick) {
  await mkdir(join(folder, 'semantic-cache'), { recursive: true });
  await writeFile(pageFile, page);
  for (const [name, svg] of Object.entries(plots))
    await writeFile(join(folder, 'semantic-cache', `${name}.svg`), svg);
}

/** As `cache.secondOpinion: use-lite`, with the vectors made before. */
async function secondOpinion(second: TextEmbedder): Promise<Scorer> {
  const texts = [...(await readClinc(data)), ...(await readBanking(data))].map(({ text }) => text);
  const vectors = new Map<string, Float32Array>();
  for (let at = 0; at < texts.length; at += 32) {
    const batch = texts.slice(at, at + 32);
    for (const [i, vector] of (await second.embed(batch)).entries()) vectors.set(batch[i] as string, vector);
  }
  return {
    identity: `${pairScorer.identity}&${second.identity}`,
    recommendedThreshold: USE_LITE_OPINION.threshold,
    floorFor: (threshold) => pairScorer.floorFor(threshold),
    score(question, candidates): readonly number[] {
      const scores = pairScorer.score(question, candidates) as readonly number[];
      const asked = vectors.get(question) as Float32Array;
      return scores.map((score, i) => {
        const other = vectors.get(candidates[i]?.text ?? '');
        return score < USE_LITE_OPINION.from || other === undefined
          ? score
          : weigh(USE_LITE_OPINION, score, cosine(asked, other));
      });
    },
  };
}

async function allHits(): Promise<void> {
  const sets = [
    ['CLINC150', await readClinc(data)],
    ['Banking77', await readBanking(data)],
  ] as const;
  const hits = async (name: string, embedder: TextEmbedder, scorer: Scorer): Promise<void> => {
    for (const [set, utterances] of sets) await hitsOf(set, utterances, name, embedder, scorer);
  };
  await hits('built-in model and pair scorer', builtin, pairScorer);
  await hits('built-in model, cosine', builtin, cosineScorer(builtin));
  await hits('potion-base-2M, cosine', potion, cosineScorer(potion));
  if (!process.argv.includes('--use-lite')) return;
  const useLite = await openSharedUseLite();
  await hits('USE-lite, cosine', useLite, cosineScorer(useLite));
  await hits('built-in model, pair scorer and USE-lite', builtin, await secondOpinion(useLite));
  await useLite.close();
}

async function hitsOf(
  set: string,
  utterances: readonly Utterance[],
  name: string,
  embedder: TextEmbedder,
  scorer: Scorer,
): Promise<void> {
  const all = await embedAll(embedder, utterances);
  const streams = Array.from({ length: SEEDS }, (_, i) => buildStream(all, scorer, i + 1, REQUESTS));
  const report = reportHits(set, name, scorer.recommendedThreshold, streams);
  sections.push(report.markdown);
  Object.assign(plots, report.plots);
  process.stderr.write(`${set}, ${name}: done\n`);
}

async function embedAll(embedder: TextEmbedder, utterances: readonly Utterance[]): Promise<Embedded[]> {
  const out: Embedded[] = [];
  for (let from = 0; from < utterances.length; from += 64) {
    const batch = utterances.slice(from, from + 64);
    const vectors = await embedder.embed(batch.map(({ text }) => text));
    for (const [i, utterance] of batch.entries()) out.push(embedded(utterance, vectors[i] as Float32Array));
  }
  return out;
}

function head(): string {
  const cpu = cpus()[0]?.model ?? 'unknown processor';
  return `<!-- Written by npm run bench:cache. Do not edit. -->

# The semantic cache, measured

${String(SEEDS)} streams per data set and mode, ${REQUESTS.toLocaleString('en')} requests each. Node ${process.version}, ${cpu}. \`npm run bench:cache\` writes this page.
`;
}

function HITS_TEXT(): string {
  return `A stream is a random draw of utterances, none twice, so that every hit is one by meaning. The answer to an utterance is its intent; a hit is
wrong when the stored utterance has another (utterances outside CLINC's intents have one each of their own). Misses are stored, hits are not. All streams of a mode
are pooled. *At most* is the upper 95 % bound by Clopper and Pearson. The eligibility rules ("my", "today", orders) are left out here: they would send
most of these assistant's utterances upstream unseen. An *oracle threshold* is the one that would have had the most hits within δ, chosen afterwards with
all answers at hand; no product has it. *Neighbours not asked* is bounded mode with the similarity alone.
`;
}

function lookups({ dimensions }: TextEmbedder, rows: readonly LatencyRow[]): string {
  const us = (value: number): string => value.toFixed(value < 10 ? 1 : 0);
  const lines = rows.map(
    ({ entries, whole, embed, search, guard, here, recall, bytesPerEntry }) =>
      `| ${entries.toLocaleString('en')} | **${us(whole.p50)}** / ${us(whole.p99)} | ${us(embed.p50)} | ${us(search.p50)} / ${us(search.p99)} | ${us(guard.p50)} / ${us(guard.p99)} | ${us(here)} | ${recall.toFixed(3)} | ${entries < 1_000_000 ? '' : us(bytesPerEntry)} |`,
  );
  return `${LOOKUPS}

One scope, ${String(dimensions)} dimensions, one lookup at a time. Questions of all the data sets, put together two by two where there are not enough. Times in µs, p50 / p99: the whole,
of which embedding, search for the 32 nearest, and guard and score; then the processor time of the gateway's own thread, on average, which is what other requests wait for: from 131,072 entries on another
thread searches. Recall is that of the nearest by exact comparison. Bytes per entry are those of the index and the texts, by the growth of the process.
Near misses have [a page of their own](near-misses.md), and so has [who goes first when the cache is full](cache-eviction.md).

| entries | whole | embed | search | guard and score | own thread | recall@1 | bytes per entry |
|---|---|---|---|---|---|---|---|
${lines.join('\n')}
`;
}
