/**
 * What the built-in model may learn from: the tuning halves of the data sets alone, and of these two thirds of the intents and
 * relations for the vectors, one third for the scorer: it must see vectors as they are on what they never saw.
 */
import {
  readBanking,
  readClinc,
  readEntityNearmiss,
  readGptcacheMock,
  type Labelled,
  type Relation,
} from '../../bench/guard-quality/datasets.ts';

/** Texts that ask the same, by what they ask. */
export type Group = ReadonlyMap<string, readonly string[]>;

export interface Material {
  /** Each group a setting within which other labels are wrong: a data set, or one relation. */
  readonly intents: readonly Group[];
  readonly relations: readonly Group[];
  readonly rewordings: Group;
}

export interface Splits {
  readonly vectors: Material;
  readonly scorer: Material;
}

export async function readSplits(data: string): Promise<Splits> {
  const [clinc, banking, entities, mock] = await Promise.all([
    readClinc(data),
    readBanking(data),
    readEntityNearmiss(data),
    readGptcacheMock(data),
  ]);
  const material = (mine: (at: number) => boolean): Material => ({
    intents: [clinc.tune, banking.tune].map((rows) => groupByLabel(rows, mine)),
    relations: entities.tune.filter((_, at) => mine(at)).map(groupByFact),
    rewordings: new Map(
      mock.tune.filter((_, at) => mine(at)).map(({ a, b }, at) => [String(at), [a, b]] as const),
    ),
  });
  return { vectors: material((at) => at % 3 !== 0), scorer: material((at) => at % 3 === 0) };
}

/** Everything outside the 150 intents is no intent. */
const NO_INTENT = 'oos';

export function groupByLabel(rows: readonly Labelled[], mine: (at: number) => boolean): Group {
  const labels = [...new Set(rows.map(({ label }) => label))].filter((label) => label !== NO_INTENT).sort();
  const wanted = new Set(labels.filter((_, at) => mine(at)));
  const group = new Map<string, string[]>();
  for (const { text, label } of rows) {
    if (!wanted.has(label)) continue;
    const texts = group.get(label);
    if (texts === undefined) group.set(label, [text]);
    else texts.push(text);
  }
  return group;
}

/** Two templates over one entity are the same question: pairs that share a text are joined. */
export function groupByFact({ paraphrases }: Relation): Group {
  const factOf = new Map<string, Set<string>>();
  for (const { a, b } of paraphrases) {
    const joined = new Set([a, b, ...(factOf.get(a) ?? []), ...(factOf.get(b) ?? [])]);
    for (const text of joined) factOf.set(text, joined);
  }
  return new Map([...new Set(factOf.values())].map((texts, at) => [String(at), [...texts]] as const));
}
