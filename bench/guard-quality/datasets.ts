/** The public data sets the guard is measured on, split once: what is tuned on is never reported on. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Pair {
  readonly a: string;
  readonly b: string;
}

export interface Labelled {
  readonly text: string;
  readonly label: string;
}

export interface Relation {
  readonly name: string;
  readonly paraphrases: readonly Pair[];
  readonly swaps: readonly Pair[];
}

export interface Halves<T> {
  readonly tune: readonly T[];
  readonly report: readonly T[];
}

/** Held out since the first guard was written: no rule, weight or threshold was ever chosen on them. */
const HELD_OUT_RELATIONS: ReadonlySet<string> = new Set(['P176', 'P19', 'P27', 'P36', 'P413']);

/** Facts asked in several ways, and with another entity: ten relations to tune on, five to report. */
export async function readEntityNearmiss(folder: string): Promise<Halves<Relation>> {
  const lines = (await readFile(join(folder, 'entity_nearmiss', 'entity_nearmiss.jsonl'), 'utf8')).trim();
  const byName = new Map<string, { paraphrases: Pair[]; swaps: Pair[] }>();
  for (const line of lines.split('\n')) {
    const { a, b, label, rel } = JSON.parse(line) as { a: string; b: string; label: number; rel: string };
    let relation = byName.get(rel);
    if (relation === undefined) byName.set(rel, (relation = { paraphrases: [], swaps: [] }));
    (label === 1 ? relation.paraphrases : relation.swaps).push({ a, b });
  }
  const relations = [...byName]
    .sort(([x], [y]) => (x < y ? -1 : 1))
    .map(([name, relation]) => ({ name, ...relation }));
  return {
    tune: relations.filter(({ name }) => !HELD_OUT_RELATIONS.has(name)),
    report: relations.filter(({ name }) => HELD_OUT_RELATIONS.has(name)),
  };
}

/** True paraphrases of questions and statements about a library. */
export async function readGptcacheMock(folder: string): Promise<Halves<Pair>> {
  const rows = JSON.parse(await readFile(join(folder, 'gptcache_mock', 'mock_data.json'), 'utf8')) as {
    origin: string;
    similar: string;
  }[];
  return halve(rows.map(({ origin, similar }) => ({ a: origin, b: similar })));
}

/** Utterances by intent; every second intent by name is held out. */
export async function readClinc(folder: string): Promise<Halves<Labelled>> {
  const data = JSON.parse(await readFile(join(folder, 'clinc150', 'data_full.json'), 'utf8')) as Record<
    string,
    [string, string][]
  >;
  return halveByLabel(
    ['train', 'val', 'test'].flatMap((part) => (data[part] ?? []).map(([text, label]) => ({ text, label }))),
  );
}

export async function readBanking(folder: string): Promise<Halves<Labelled>> {
  const csv = await readFile(join(folder, 'banking77', 'train.csv'), 'utf8');
  const rows = [...csv.matchAll(/(?:"((?:[^"]|"")*)"|([^\n",]*)),([a-zA-Z_?]+)\r?\n/g)].slice(1);
  return halveByLabel(
    rows.map((row) => ({ text: (row[1] ?? row[2] ?? '').replaceAll('""', '"').trim(), label: row[3] ?? '' })),
  );
}

export interface Asked {
  readonly question: string;
  readonly answers: ReadonlySet<string>;
}

/** Questions that people typed into a search engine, with their answers. Every second one is held out. */
export async function readNaturalQuestions(folder: string): Promise<Halves<Asked>> {
  const lines = (await readFile(join(folder, 'nq_open', 'NQ-open.dev.jsonl'), 'utf8')).trim().split('\n');
  return halve(
    lines.map((line) => {
      const { question, answer } = JSON.parse(line) as { question: string; answer: string[] };
      return { question, answers: new Set(answer.map((text) => text.toLowerCase().trim())) };
    }),
  );
}

function halve<T>(items: readonly T[]): Halves<T> {
  return { tune: items.filter((_, i) => i % 2 === 0), report: items.filter((_, i) => i % 2 === 1) };
}

function halveByLabel(rows: readonly Labelled[]): Halves<Labelled> {
  const labels = [...new Set(rows.map(({ label }) => label))].sort();
  const held = new Set(labels.filter((_, i) => i % 2 === 1));
  return {
    tune: rows.filter(({ label }) => !held.has(label)),
    report: rows.filter(({ label }) => held.has(label)),
  };
}
