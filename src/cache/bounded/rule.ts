/**
 * The bounded mode's decision. Guarantees, as far as labels are like what comes: of the answers it lets through, at most a
 * share `delta` is wrong, with 95 % confidence. A logistic model of all labels puts lookups in order; where to cut
 * is decided by counting, without trusting the model. Nothing is served until enough labels say so.
 *
 * The order is vCache's idea (arXiv 2502.03771: fit P(right | similarity) = σ(γ(s − t)) and serve where its lower
 * bound is high enough), with two differences. vCache bounds wrong answers over all requests, which lets several per cent
 * of the hits be wrong; here the share among hits is bounded. And it fits every entry on its own; most entries
 * never see enough labels for that, so all share one fit, and an entry's own labels only make it stricter.
 */
import { entryCounterKey, type Counters, type Counts } from '../store/port.ts';
import { Cells } from './cells.ts';
import { boundOf, chooseCutoff, type Cutoff } from './cutoff.ts';
import { cellOf, nearness, valuesOf, type Evidence } from './evidence.ts';
import { fitLogistic, logit, sigmoid } from './logistic.ts';

/** Before there are labels: alike, alone and agreed on is better. Only the order counts, and only at first. */
const PRIOR = [-5, 7, 5, 0.5] as const;
/** A new fit after this many labels, or after a fiftieth of all when that is more. */
const REFIT_LABELS = 50;
const REFIT_SHARE = 0.02;
/** The cutoff is the logit of a cell, added up in another order. */
const ROUNDING = 1e-9;
/** How far an entry's own labels are believed: as if its offset were drawn from a normal distribution of this variance. */
const ENTRY_VARIANCE = 1;

export interface Judgement {
  readonly serve: boolean;
  /** How far above the cutoff, in logits; below 0 it is not served. */
  readonly headroom: number;
}

export class BoundedRule {
  readonly #counters: Counters;
  #delta: number;
  readonly #cells: Cells;
  #weights: readonly number[] = PRIOR;
  #cutoff: Cutoff = { least: Infinity, bound: 1 };
  #labels = 0;
  #fitted = 0;

  constructor(counters: Counters, identity: string, delta: number) {
    this.#counters = counters;
    this.#delta = delta;
    this.#cells = new Cells(counters, identity);
    for (const cell of this.#cells.all()) this.#labels += cell.right + cell.wrong;
    this.#fit();
  }

  /** The present cutoff and what is known of the share of wrong ones above it. */
  get cutoff(): Cutoff {
    return this.#cutoff;
  }

  /** Another largest share of wrong hits. */
  aim(delta: number): void {
    if (delta === this.#delta) return;
    this.#delta = delta;
    this.#fit();
  }

  get labels(): number {
    return this.#labels;
  }

  judge(evidence: Evidence, entryId: string): Judgement {
    const z = logit(this.#weights, valuesOf(cellOf(evidence)) as readonly number[]);
    const headroom = z + this.#offset(entryId) - this.#cutoff.least;
    return { serve: headroom >= -ROUNDING, headroom };
  }

  /** A lookup with this evidence was made, whatever became of it. */
  see(evidence: Evidence): void {
    this.#cells.see(cellOf(evidence));
  }

  /** The stored answer turned out right, or wrong, for a question with this evidence. */
  label(evidence: Evidence, entryId: string, right: boolean): void {
    const cell = cellOf(evidence);
    const expected = sigmoid(logit(this.#weights, valuesOf(cell) as readonly number[]));
    this.#counters.add(entryCounterKey(entryId), {
      labels: 1,
      right: right ? 1 : 0,
      expected,
      variance: expected * (1 - expected),
    });
    // First: another replica may answer the cell's count with its own while it is being added.
    this.#labels += 1;
    this.#cells.label(cell, right);
    this.#fitWhenDue();
  }

  /** Counts came from an earlier run or another replica. */
  counted(key: string, counts: Counts): void {
    if (!this.#cells.take(key, counts)) return;
    this.#labels = 0;
    for (const { right, wrong } of this.#cells.all()) this.#labels += right + wrong;
    this.#fitWhenDue();
  }

  /** The bound on the share of wrong ones among all hits from this score on; 1 while nothing is known. */
  boundFrom(score: number): number {
    const least = nearness(score);
    return boundOf(this.#cells.all(), ({ values }) => (values[1] as number) >= least);
  }

  flush(): void {
    this.#cells.flush();
  }

  #fitWhenDue(): void {
    if (this.#labels - this.#fitted >= Math.max(REFIT_LABELS, this.#fitted * REFIT_SHARE)) this.#fit();
  }

  #fit(): void {
    this.#fitted = this.#labels;
    this.#cells.flush();
    const cells = this.#cells.all();
    this.#weights = fitLogistic(cells, PRIOR, this.#weights);
    this.#cutoff = chooseCutoff(cells, this.#weights, this.#delta);
  }

  /** One Newton step from the common fit towards the entry's own labels, never upwards. */
  #offset(entryId: string): number {
    const counts = this.#counters.get(entryCounterKey(entryId));
    if (counts === null) return 0;
    const surprise = (counts['right'] ?? 0) - (counts['expected'] ?? 0);
    return Math.min(0, surprise / ((counts['variance'] ?? 0) + 1 / ENTRY_VARIANCE));
  }
}
