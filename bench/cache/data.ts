/** Utterances with the intent that answers them, from the public data sets in `$LLAMASCOPE_SHARED` or `../shared`. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Utterance {
  readonly text: string;
  /** Equal for equal answers. */
  readonly intent: string;
}

/** All of CLINC150; what is out of its scope asks for nothing else, so each of those is an intent of its own. */
export async function readClinc(folder: string): Promise<readonly Utterance[]> {
  const parts = JSON.parse(await readFile(join(folder, 'clinc150', 'data_full.json'), 'utf8')) as Record<
    string,
    [string, string][]
  >;
  return Object.values(parts)
    .flat()
    .map(([text, intent], i) => ({ text, intent: intent === 'oos' ? `oos ${String(i)}` : intent }));
}

export async function readBanking(folder: string): Promise<readonly Utterance[]> {
  const files = await Promise.all(
    ['train', 'test'].map((part) => readFile(join(folder, 'banking77', `${part}.csv`), 'utf8')),
  );
  return files.flatMap((csv) =>
    [...csv.matchAll(/(?:"((?:[^"]|"")*)"|([^\n",]*)),([a-zA-Z_?]+)\r?\n/g)].slice(1).map((row) => ({
      text: (row[1] ?? row[2] ?? '').replaceAll('""', '"').trim(),
      intent: row[3] ?? '',
    })),
  );
}

/** Texts of every kind, for the index: no two equal. */
export async function readTexts(folder: string): Promise<readonly string[]> {
  const [clinc, banking, nearMisses, questions] = await Promise.all([
    readClinc(folder),
    readBanking(folder),
    readFile(join(folder, 'entity_nearmiss', 'entity_nearmiss.jsonl'), 'utf8'),
    readFile(join(folder, 'nq_open', 'NQ-open.dev.jsonl'), 'utf8'),
  ]);
  const lines = (text: string): string[] => text.trim().split('\n');
  const pairs = lines(nearMisses).flatMap((line) => {
    const { a, b } = JSON.parse(line) as { a: string; b: string };
    return [a, b];
  });
  const asked = lines(questions).map((line) => (JSON.parse(line) as { question: string }).question);
  return [
    ...new Set([...clinc.map(({ text }) => text), ...banking.map(({ text }) => text), ...pairs, ...asked]),
  ];
}
