/**
 * Makes labels: a fresh answer tells whether the stored one would have been right. A miss has its fresh answer
 * anyway, so its label is free; hits are audited; people may say that a hit was wrong. All of it happens behind the
 * client's back, and nothing here throws.
 */
import type { Emit } from '../../core/events.ts';
import { BoundedMemo } from '../../runtime/bounded-memo.ts';
import type { CacheMode, CacheOptions } from '../options.ts';
import type { CacheEntry } from '../store/port.ts';
import { compareAnswers } from './answers.ts';
import type { Candidate } from './candidate.ts';
import type { BoundedRule } from './rule.ts';

export type LabelSource = 'miss' | 'audit';

/** Asks a model whether two answers to a question say the same; null when it has no opinion. May reject. */
export type Judge = (
  model: string,
  question: string,
  stored: string,
  fresh: string,
) => Promise<boolean | null>;

export interface LabellerDeps {
  readonly emit: Emit;
  readonly peek: (key: string) => CacheEntry | null;
  readonly rule: () => BoundedRule | null;
  readonly options: () => Pick<CacheOptions, 'mode' | 'judgeModel'>;
  readonly judge: Judge | null;
}

/** What feedback can be given on: the evidence of so many hits is remembered, and up to twice as many. */
const REMEMBERED_HITS = 2_048;

export class Labeller {
  readonly #deps: LabellerDeps;
  readonly #served = new BoundedMemo<Candidate>(REMEMBERED_HITS);
  readonly #working = new Set<Promise<void>>();

  constructor(deps: LabellerDeps) {
    this.#deps = deps;
  }

  /** A candidate was served; somebody may have an opinion on it later. */
  served(candidate: Candidate): void {
    this.#served.set(candidate.id, candidate);
  }

  /** A fresh answer is there to compare the candidate's with. */
  compare(fresh: CacheEntry, candidate: Candidate, source: LabelSource): void {
    const stored = this.#deps.peek(candidate.key);
    if (stored?.id !== candidate.id) return;
    const work = this.#compare(stored, fresh, candidate, source);
    this.#working.add(work);
    void work.finally(() => this.#working.delete(work));
  }

  /** An audit that brought no answer. */
  failed(candidate: Candidate): void {
    this.#report('audit', 'unknown', candidate);
  }

  /** Somebody says whether the hit that this entry served was right. False when no hit of it is remembered. */
  feedback(id: string, right: boolean): boolean {
    const candidate = this.#served.get(id);
    if (candidate === undefined) return false;
    this.#deps.rule()?.label(candidate.evidence, id, right);
    const verdict = right ? 'right' : 'wrong';
    this.#deps.emit({ type: 'cache.labelled', source: 'feedback', verdict, audited: [] });
    return true;
  }

  async idle(): Promise<void> {
    while (this.#working.size > 0) await Promise.all(this.#working);
  }

  async #compare(
    stored: CacheEntry,
    fresh: CacheEntry,
    candidate: Candidate,
    source: LabelSource,
  ): Promise<void> {
    try {
      const right = await this.#verdict(stored, fresh);
      if (right !== null) this.#deps.rule()?.label(candidate.evidence, candidate.id, right);
      this.#report(source, right === null ? 'unknown' : right ? 'right' : 'wrong', candidate);
    } catch {
      this.#report(source, 'unknown', candidate);
    }
  }

  async #verdict(stored: CacheEntry, fresh: CacheEntry): Promise<boolean | null> {
    const comparison = compareAnswers(stored.answer, fresh.answer);
    if (comparison !== 'unsure') return comparison === 'same';
    const { judge } = this.#deps;
    const { judgeModel } = this.#deps.options();
    // Nobody to ask: other words count as another answer. Too strict, never too loose.
    if (judge === null || judgeModel === null) return false;
    if (stored.answer.kind !== 'text' || fresh.answer.kind !== 'text') return false;
    return judge(judgeModel, fresh.text, stored.answer.text, fresh.answer.text);
  }

  #report(source: LabelSource, verdict: 'right' | 'wrong' | 'unknown', candidate: Candidate): void {
    const audited = auditedRules(this.#deps.options().mode, source, candidate);
    this.#deps.emit({ type: 'cache.labelled', source, verdict, audited });
  }
}

/**
 * The rules for which this label is a fair sample of what they serve: of the one in force its audited hits, and in shadow
 * mode, where everything is a miss with a label, all that either would have served.
 */
function auditedRules(
  mode: CacheMode,
  source: LabelSource,
  { byThreshold, byBound }: Candidate,
): readonly ('threshold' | 'bounded')[] {
  const audited: ('threshold' | 'bounded')[] = [];
  const sampled = source === 'audit' || mode === 'shadow';
  if (sampled && byThreshold && mode !== 'bounded') audited.push('threshold');
  if (sampled && byBound && mode !== 'on') audited.push('bounded');
  return audited;
}
