/**
 * Where to cut: the least logit from which, by what the labels say, at most a share `delta` of the hits is wrong with 95 %
 * confidence. Below the cutoff every lookup is a miss and gets a label, above it only the audited ones do: so
 * cells are weighted by how often they are seen, not by how often they are labelled, and the bound is Clopper and
 * Pearson's for as many labels as that weighting is worth (Kish's effective sample size).
 */
import { upperBound } from './clopper-pearson.ts';
import type { Cell } from './cells.ts';
import { logit } from './logistic.ts';

export const CONFIDENCE = 0.95;
/** Cells are put together from the top until they hold this many labels: less says nothing about its share. */
const GROUP_LABELS = 20;
/** Once so many were seen and the share is this many times too large, nothing further down makes it good again. */
const HOPELESS_SEEN = 200;
const HOPELESS = 2;

export interface Cutoff {
  /** Infinity: nothing may be served yet. */
  readonly least: number;
  /** The bound on the share of wrong hits from there on; 1 while nothing is known. */
  readonly bound: number;
}

const CLOSED: Cutoff = { least: Infinity, bound: 1 };

export function chooseCutoff(cells: readonly Cell[], weights: readonly number[], delta: number): Cutoff {
  let best = CLOSED;
  for (const { least, bound, share, seen } of boundsFromTop(cells, weights)) {
    if (bound <= delta) best = { least, bound };
    else if (share > HOPELESS * delta && seen > HOPELESS_SEEN) break;
  }
  return best;
}

/** The bound on the share of wrong ones among all that `served` holds; 1 without labels. */
export function boundOf(cells: readonly Cell[], served: (cell: Cell) => boolean): number {
  const tally = new Tally();
  for (const cell of cells) if (served(cell)) tally.add(cell.seen, cell.right, cell.wrong);
  return tally.bound;
}

interface Step {
  readonly least: number;
  readonly bound: number;
  readonly share: number;
  readonly seen: number;
}

function* boundsFromTop(cells: readonly Cell[], weights: readonly number[]): Generator<Step> {
  const ranked = cells.map((cell) => ({ cell, z: logit(weights, cell.values) })).sort((a, b) => b.z - a.z);
  const tally = new Tally();
  let group = { seen: 0, right: 0, wrong: 0 };
  for (const [i, { cell, z }] of ranked.entries()) {
    group.seen += cell.seen;
    group.right += cell.right;
    group.wrong += cell.wrong;
    const labels = group.right + group.wrong;
    if (labels < GROUP_LABELS && i < ranked.length - 1) continue;
    if (labels === 0) return;
    tally.add(group.seen, group.right, group.wrong);
    group = { seen: 0, right: 0, wrong: 0 };
    yield { least: z, bound: tally.bound, share: tally.share, seen: tally.seen };
  }
}

/** Sums over strata of unequal labelling. */
class Tally {
  seen = 0;
  #wrongSeen = 0;
  #squares = 0;

  add(seen: number, right: number, wrong: number): void {
    const labels = right + wrong;
    if (labels === 0) return;
    // Another replica's labels may come before its count of what it has seen.
    const weight = Math.max(seen, labels);
    this.seen += weight;
    this.#wrongSeen += (weight * wrong) / labels;
    this.#squares += (weight * weight) / labels;
  }

  get share(): number {
    return this.seen === 0 ? 1 : this.#wrongSeen / this.seen;
  }

  get bound(): number {
    if (this.seen === 0) return 1;
    const effective = (this.seen * this.seen) / this.#squares;
    return upperBound(this.share * effective, effective, CONFIDENCE);
  }
}
