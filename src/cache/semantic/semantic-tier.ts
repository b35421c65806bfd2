/**
 * Finds a stored answer to a question that means the same. It looks only among entries of the very same scope
 * (tenant, model, history, system prompt, options: everything but the last user text), takes the
 * nearest few, lets the guard refuse each that differs in a number, a name or a "not", has the scorer judge
 * the first few that are left, and answers with the best of them above the threshold, or, in bounded mode, if the
 * rule lets it. Whatever fails on the way is a miss.
 */
import type { CancelToken } from '../../core/cancel.ts';
import type { TextEmbedder } from '../../core/embedder.ts';
import type { Emit } from '../../core/events.ts';
import type { Scorer } from '../../core/scorer.ts';
import { sleep, type Clock } from '../../runtime/clock.ts';
import type { Candidate } from '../bounded/candidate.ts';
import { weigh, type NearQuestion } from '../bounded/evidence.ts';
import { BoundedRule } from '../bounded/rule.ts';
import type { CacheMode } from '../options.ts';
import type { CacheEntry, Counters, Counts, MaybePromise, StoreListener } from '../store/port.ts';
import { cosineScorer } from './score/cosine-scorer.ts';
import { semanticEligibility } from './guard/eligibility.ts';
import { EmbedderGate, type EmbedCall } from './embedder-gate.ts';
import { particularsOf, vetoParticulars, vetoWording } from './guard/guard.ts';
import { Learner, type Attach, type Unlearned } from './learner.ts';
import { readingOf } from './guard/readings.ts';
import type { Neighbour } from './index/scope-rows.ts';
import { farSearch, VectorIndex } from './index/vector-index.ts';

/** One neighbour is not enough: when the guard refuses it, a later one may be the same question. */
const NEIGHBOURS = 32;
/** As many of those that the guard leaves are scored. */
const SCORED = 3;
/** A cosine below this says nothing. */
const FLOOR = 0;
/** So far below what would be served, labels still tell the bounded rule where to cut. */
const LABELLED_BELOW = 0.3;

export interface SemanticOptions {
  readonly mode: CacheMode;
  /** Bounded mode: the largest share of hits that may be wrong. */
  readonly delta: number;
  /** Least score; null: what the scorer recommends. */
  readonly threshold: number | null;
  readonly embedDeadlineMs: number;
}

export interface SemanticDeps {
  readonly clock: Clock;
  readonly emit: Emit;
  /** Fetches a live entry by its exact key. */
  readonly find: (key: string) => MaybePromise<CacheEntry | null>;
  readonly attach: Attach;
  readonly counters: () => Counters;
}

export interface SemanticHit {
  readonly entry: CacheEntry;
  readonly similarity: number;
  /** How likely the scorer holds it that both questions have the same answer. */
  readonly score: number;
}

export interface SemanticFinding {
  /** The question that was looked up. */
  readonly asked: string;
  /** What may be served; in shadow mode, what `on` would serve. */
  readonly hit: SemanticHit | null;
  readonly candidate: Candidate | null;
  /** Cosine of the hit, or else of the nearest neighbour; null when there was none to compare with. */
  readonly similarity: number | null;
  /** The question's embedding, for storing its answer. */
  readonly call: EmbedCall;
}

export class SemanticTier implements StoreListener {
  #options: SemanticOptions;
  readonly #deps: SemanticDeps;
  readonly #gate: EmbedderGate;
  readonly #learner: Learner;
  #index: VectorIndex | null = null;
  #scorer: Scorer | null = null;
  #rule: BoundedRule | null = null;

  constructor(options: SemanticOptions, deps: SemanticDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#gate = new EmbedderGate(deps.clock, deps.emit);
    this.#learner = new Learner({ clock: deps.clock, gate: this.#gate, attach: deps.attach });
  }

  get identity(): string | null {
    return this.#gate.embedder?.identity ?? null;
  }

  /** Another threshold and deadline, for the lookups that begin from now on. */
  configure(options: SemanticOptions): void {
    this.#options = options;
    this.#rule?.aim(options.delta);
  }

  get rule(): BoundedRule | null {
    return this.#rule;
  }

  /** The bound on the share of wrong ones among what is (in shadow mode, would be) served; 1 while nothing is known. */
  get falseHitBound(): number | null {
    const { mode } = this.#options;
    if (this.#rule === null || mode === 'off' || mode === 'exact') return null;
    return mode === 'bounded' ? this.#rule.cutoff.bound : this.#rule.boundFrom(this.#threshold);
  }

  get #threshold(): number {
    return this.#options.threshold ?? this.#scorer?.recommendedThreshold ?? Infinity;
  }

  counted(key: string, counts: Counts): void {
    this.#rule?.counted(key, counts);
  }

  /** Takes effect at once. Another identity means an empty index: its vectors compare with no others. */
  setEmbedder(embedder: TextEmbedder | null, scorer?: Scorer): void {
    const changed = embedder?.identity !== this.identity;
    this.#gate.use(embedder);
    this.#scorer = embedder === null ? null : (scorer ?? cosineScorer(embedder));
    if (this.#scorer === null) this.#rule = null;
    else this.#rule = new BoundedRule(this.#deps.counters(), this.#scorer.identity, this.#options.delta);
    if (embedder === null) this.#useIndex(null);
    else if (changed || this.#index === null)
      this.#useIndex(
        new VectorIndex(embedder.identity, embedder.dimensions, farSearch(this.#deps.clock, this.#deps.emit)),
      );
    this.#learner.kick();
  }

  added(entry: CacheEntry): void {
    this.#index?.add(entry);
  }

  removed(entry: CacheEntry): void {
    this.#index?.remove(entry);
  }

  /** Null without any work done when there is nothing to compare with or the text must not be compared. */
  lookup(scope: string, text: string, cancel: CancelToken): Promise<SemanticFinding> | null {
    const index = this.#index;
    if (index === null || !this.#gate.usable) return null;
    const arriving = this.#learner.pendingIn(scope);
    if (arriving === null && index.sizeOf(scope) === 0) return null;
    if (!eligible(text)) return null;
    return this.#search(index, scope, text, arriving, cancel);
  }

  /** Makes a stored entry findable by meaning, in the background. `call` is its text's embedding, if begun. */
  learn(entry: Unlearned, call: EmbedCall | null): void {
    if (eligible(entry.text)) this.#learner.learn(entry, call);
  }

  idle(): Promise<void> {
    return this.#learner.idle();
  }

  /** The embedder stays open: it belongs to whoever set it. */
  close(): void {
    this.#learner.close();
    this.#rule?.flush();
    this.#gate.use(null);
    this.#useIndex(null);
  }

  #useIndex(index: VectorIndex | null): void {
    void this.#index?.close();
    this.#index = index;
  }

  async #search(
    index: VectorIndex,
    scope: string,
    text: string,
    arriving: Promise<void> | null,
    cancel: CancelToken,
  ): Promise<SemanticFinding> {
    const { clock } = this.#deps;
    const deadline = clock.now() + this.#options.embedDeadlineMs;
    const call = this.#gate.embed([text], this.#options.embedDeadlineMs, cancel);
    const embedded = await call.prompt;
    const vector = embedded?.vectors[0] ?? null;
    if (vector === null) return { ...NOTHING, call, asked: text };
    // An answer just given is being embedded as well: its question may be the one we are looking for.
    if (arriving !== null)
      await Promise.race([arriving, sleep(clock, Math.max(0, deadline - clock.now()), cancel)]);
    // The embedder may have been changed meanwhile, and this vector with it.
    if (index !== this.#index || embedded?.identity !== this.identity)
      return { ...NOTHING, call, asked: text };
    const near = index.find(scope, vector, NEIGHBOURS, FLOOR);
    const neighbours = near instanceof Promise ? await near : near;
    const found = await this.#accept(text, neighbours);
    return {
      ...found,
      similarity: found.hit?.similarity ?? neighbours[0]?.similarity ?? null,
      call,
      asked: text,
    };
  }

  /** The best of the first few that the guard leaves. */
  async #accept(
    text: string,
    neighbours: readonly Neighbour[],
  ): Promise<Pick<SemanticFinding, 'hit' | 'candidate'>> {
    try {
      const ranked = await this.#rank(text, neighbours);
      const best = ranked[0];
      if (best === undefined) return NOTHING;
      const candidate = this.#judge(best, neighbours);
      const may = this.#options.mode === 'bounded' ? candidate.byBound : candidate.byThreshold;
      const hit = may ? await this.#take(ranked) : null;
      return { hit, candidate };
    } catch {
      // A guard, a scorer or a store that fails must not serve.
      return NOTHING;
    }
  }

  /** Best first. */
  async #rank(text: string, neighbours: readonly Neighbour[]): Promise<Ranked[]> {
    const scorer = this.#scorer;
    if (scorer === null) return [];
    const threshold = this.#threshold;
    const wanted = this.#options.mode === 'on' ? threshold : Math.max(0, threshold - LABELLED_BELOW);
    const left = this.#guard(text, neighbours, scorer.floorFor(wanted));
    if (left.length === 0) return [];
    const scores = await scorer.score(
      text,
      left.map(({ entry, similarity }) => ({ text: entry.text, similarity })),
    );
    return left
      .map((neighbour, i) => ({ ...neighbour, score: scores[i] ?? 0 }))
      .sort((a, b) => b.score - a.score);
  }

  #judge(best: Ranked, neighbours: readonly Neighbour[]): Candidate {
    const { entry, similarity, score } = best;
    const evidence = weigh({ similarity, answerClass: entry.answerClass }, score, neighbours.map(witness));
    const byBound = this.#rule?.judge(evidence, entry.id).serve ?? false;
    this.#rule?.see(evidence);
    const { id, key } = entry;
    return { id, key, evidence, byThreshold: score >= this.#threshold, byBound };
  }

  /** The best that is still there; in bounded mode only the one that was judged. */
  async #take(ranked: readonly Ranked[]): Promise<SemanticHit | null> {
    const bounded = this.#options.mode === 'bounded';
    for (const { entry: indexed, similarity, score } of bounded ? ranked.slice(0, 1) : ranked) {
      if (!bounded && score < this.#threshold) break;
      const entry = await this.#deps.find(indexed.key);
      if (entry?.id === indexed.id) return { entry, similarity, score };
    }
    return null;
  }

  /** The nearest few from `floor` on that nothing in the words speaks against. */
  #guard(text: string, neighbours: readonly Neighbour[], floor: number): Neighbour[] {
    const left: Neighbour[] = [];
    const question = readingOf(text);
    for (const neighbour of neighbours) {
      if (neighbour.similarity < floor || left.length === SCORED) break;
      const { entry } = neighbour;
      // Questions that differ in a number come by the hundred, and to read a text is most of what comparing it costs.
      entry.particulars ??= particularsOf(readingOf(entry.text));
      const reason =
        vetoParticulars(question, entry.particulars) ?? vetoWording(question, readingOf(entry.text));
      if (reason === null) left.push(neighbour);
      else this.#deps.emit({ type: 'cache.vetoed', reason });
    }
    return left;
  }
}

const NOTHING = { hit: null, candidate: null, similarity: null } as const;

interface Ranked extends Neighbour {
  readonly score: number;
}

function witness({ entry, similarity }: Neighbour): NearQuestion {
  return { similarity, answerClass: entry.answerClass };
}

function eligible(text: string): boolean {
  try {
    return semanticEligibility(text) === null;
  } catch {
    return false;
  }
}
