/**
 * Finds a stored answer to a question that means the same. It looks only among entries of the very same scope
 * (tenant, model, history, system prompt, options: everything but the last user text), takes the
 * nearest few, lets the guard refuse each that differs in a number, a name or a "not", has the scorer judge
 * the first few that are left, and answers with the best of them above the threshold. Whatever fails on the
 * way is a miss.
 */
import type { CancelToken } from '../../core/cancel.ts';
import type { TextEmbedder } from '../../core/embedder.ts';
import type { Emit } from '../../core/events.ts';
import type { Scorer } from '../../core/scorer.ts';
import { sleep, type Clock } from '../../runtime/clock.ts';
import type { CacheEntry, MaybePromise, StoreListener } from '../store/port.ts';
import { cosineScorer } from './cosine-scorer.ts';
import { semanticEligibility } from './eligibility.ts';
import { EmbedderGate, type EmbedCall } from './embedder-gate.ts';
import { analyse, vetoPair } from './guard.ts';
import { Learner, type Attach, type Unlearned } from './learner.ts';
import type { Neighbour } from './scope-rows.ts';
import { VectorIndex } from './vector-index.ts';

/** One neighbour is not enough: when the guard refuses it, a later one may be the same question. */
const NEIGHBOURS = 32;
/** As many of those that the guard leaves are scored. */
const SCORED = 3;
/** A cosine below this says nothing. */
const FLOOR = 0;

export interface SemanticOptions {
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
}

export interface SemanticHit {
  readonly entry: CacheEntry;
  readonly similarity: number;
  /** How likely the scorer holds it that both questions have the same answer. */
  readonly score: number;
}

export interface SemanticFinding {
  readonly hit: SemanticHit | null;
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
  }

  /** Takes effect at once. Another identity means an empty index: its vectors compare with no others. */
  setEmbedder(embedder: TextEmbedder | null, scorer?: Scorer): void {
    const changed = embedder?.identity !== this.identity;
    this.#gate.use(embedder);
    this.#scorer = embedder === null ? null : (scorer ?? cosineScorer(embedder));
    if (embedder === null) this.#index = null;
    else if (changed || this.#index === null)
      this.#index = new VectorIndex(embedder.identity, embedder.dimensions);
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
    this.#gate.use(null);
    this.#index = null;
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
    if (vector === null) return { hit: null, similarity: null, call };
    // An answer just given is being embedded as well: its question may be the one we are looking for.
    if (arriving !== null)
      await Promise.race([arriving, sleep(clock, Math.max(0, deadline - clock.now()), cancel)]);
    // The embedder may have been changed meanwhile, and this vector with it.
    if (index !== this.#index || embedded?.identity !== this.identity)
      return { hit: null, similarity: null, call };
    const neighbours = index.nearest(scope, vector, NEIGHBOURS, FLOOR);
    const hit = await this.#accept(text, neighbours);
    return { hit, similarity: hit?.similarity ?? neighbours[0]?.similarity ?? null, call };
  }

  /** The best of the first few that the guard leaves, when its score reaches the threshold. */
  async #accept(text: string, neighbours: readonly Neighbour[]): Promise<SemanticHit | null> {
    const scorer = this.#scorer;
    if (scorer === null) return null;
    const threshold = this.#options.threshold ?? scorer.recommendedThreshold;
    const floor = scorer.floorFor(threshold);
    try {
      const left = this.#guard(text, neighbours, floor);
      if (left.length === 0) return null;
      const scores = await scorer.score(
        text,
        left.map(({ entry, similarity }) => ({ text: entry.text, similarity })),
      );
      const ranked = left
        .map(({ entry, similarity }, i) => ({ candidate: entry, similarity, score: scores[i] ?? 0 }))
        .filter(({ score }) => score >= threshold)
        .sort((a, b) => b.score - a.score);
      for (const { candidate, similarity, score } of ranked) {
        const entry = await this.#deps.find(candidate.key);
        if (entry?.id === candidate.id) return { entry, similarity, score };
      }
    } catch {
      // A guard, a scorer or a store that fails must not serve.
    }
    return null;
  }

  /** The nearest few from `floor` on that nothing in the words speaks against. */
  #guard(text: string, neighbours: readonly Neighbour[], floor: number): Neighbour[] {
    const left: Neighbour[] = [];
    const question = analyse(text);
    for (const neighbour of neighbours) {
      if (neighbour.similarity < floor || left.length === SCORED) break;
      const reason = vetoPair(question, analyse(neighbour.entry.text));
      if (reason === null) left.push(neighbour);
      else this.#deps.emit({ type: 'cache.vetoed', reason });
    }
    return left;
  }
}

function eligible(text: string): boolean {
  try {
    return semanticEligibility(text) === null;
  } catch {
    return false;
  }
}
