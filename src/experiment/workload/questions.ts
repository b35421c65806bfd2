import { BUILT_IN_ANSWERS } from '../../simulator/answers/built-in.ts';

/** One thing people ask, in several wordings, with the answer that is right for all of them. */
export interface Topic {
  /** At least one; the first is the usual wording. */
  readonly wordings: readonly string[];
  /** The whole answer, when it is known beforehand; null when any answer may be right. */
  readonly answer: string | null;
}

/** Answers of about one length take about the same time to make, so that the draw of topics does not decide a run. */
const ANSWER_LENGTH = { least: 28, most: 40 };

/** What the simulator has short answers to: general knowledge, each under several wordings. */
export function builtInTopics(): readonly Topic[] {
  const byAnswer = new Map<string, string[]>();
  for (const { question, answer } of BUILT_IN_ANSWERS) {
    const wordings = byAnswer.get(answer);
    if (wordings === undefined) byAnswer.set(answer, [question]);
    else wordings.push(question);
  }
  return [...byAnswer]
    .filter(([{ length }]) => length >= ANSWER_LENGTH.least && length <= ANSWER_LENGTH.most)
    .map(([answer, wordings]) => ({ wordings, answer }));
}

/**
 * For each topic the one whose usual wording shares most words with its own and means something else: the question
 * that a careless semantic cache would confuse with it. Null where none shares half of its words.
 */
export function nearMisses(topics: readonly Topic[]): readonly (Topic | null)[] {
  const words = topics.map(({ wordings }) => wordsOf(wordings[0] ?? ''));
  return topics.map((topic, index) => {
    let best: Topic | null = null;
    let most = 0.5;
    for (const [other, candidate] of topics.entries()) {
      if (candidate === topic) continue;
      const shared = jaccard(words[index] as ReadonlySet<string>, words[other] as ReadonlySet<string>);
      if (shared <= most) continue;
      most = shared;
      best = candidate;
    }
    return best;
  });
}

function wordsOf(text: string): ReadonlySet<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
}

function jaccard(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let shared = 0;
  for (const word of a) if (b.has(word)) shared += 1;
  return shared === 0 ? 0 : shared / (a.size + b.size - shared);
}
