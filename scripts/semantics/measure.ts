/** How well nearness tells questions that ask the same from the nearest that do not. */
import { cosine } from '../../src/embedding/unit-vector.ts';
import type { Group } from './splits.ts';

export interface Nearest {
  /** Share of questions whose nearest other question asks the same. */
  readonly first: number;
  /** Share that have such a one among the 32 nearest. */
  readonly within32: number;
  /** Area under the curve: the nearest that asks the same against the nearest that does not. */
  readonly auc: number;
}

export function measureNearest(
  group: Group,
  perLabel: number,
  embed: (text: string) => Float32Array,
): Nearest {
  const texts = [...group].flatMap(([label, all]) =>
    all.slice(0, perLabel).map((text) => ({ label, vector: embed(text) })),
  );
  const same: number[] = [];
  const other: number[] = [];
  let first = 0;
  let within32 = 0;
  for (const { label, vector } of texts) {
    let best = -1;
    const rest: number[] = [];
    for (const candidate of texts) {
      if (candidate.vector === vector) continue;
      const similarity = cosine(vector, candidate.vector);
      if (candidate.label !== label) rest.push(similarity);
      else if (similarity > best) best = similarity;
    }
    const above = rest.filter((similarity) => similarity >= best).length;
    if (above === 0) first += 1;
    if (above < 32) within32 += 1;
    same.push(best);
    other.push(rest.reduce((most, similarity) => Math.max(most, similarity), -1));
  }
  return { first: first / texts.length, within32: within32 / texts.length, auc: areaUnderCurve(same, other) };
}

/** The chance that a positive scores above a negative; ties count half. */
export function areaUnderCurve(positives: readonly number[], negatives: readonly number[]): number {
  const all = [
    ...positives.map((score) => ({ score, positive: true })),
    ...negatives.map((score) => ({ score, positive: false })),
  ].sort((a, b) => a.score - b.score);
  let below = 0;
  let won = 0;
  for (let i = 0; i < all.length;) {
    let end = i;
    let ties = 0;
    while (end < all.length && all[end]?.score === all[i]?.score) {
      if (all[end]?.positive === false) ties += 1;
      end += 1;
    }
    won += (end - i - ties) * (below + ties / 2);
    below += ties;
    i = end;
  }
  return won / (positives.length * negatives.length);
}
