/**
 * The cache in front of the upstreams. It serves an answer again when the identical request comes again,
 * and, if the mode says so, when a question of the same meaning comes in the very same setting: same
 * tenant, model, history, system prompt, tools and options. It refuses to store errors, cut or empty
 * answers, to mix tenants or models, and to let a caller loosen any of this. A cache that fails is a miss.
 */
import type { TextEmbedder } from '../core/embedder.ts';
import type { Scorer } from '../core/scorer.ts';
import type { Emit } from '../core/events.ts';
import type { Stage } from '../core/request.ts';
import type { CacheSnapshot } from '../core/state.ts';
import type { Clock } from '../runtime/clock.ts';
import { afterIo, type Defer } from '../runtime/defer.ts';
import { systemRng, type Rng } from '../runtime/rng.ts';
import { AnswerWriter } from './answer-writer.ts';
import { Auditor } from './bounded/auditor.ts';
import { Labeller, type Judge } from './bounded/labeller.ts';
import { createDesk, type CacheDesk } from './desk.ts';
import { RequestIdentifier } from './key/identify.ts';
import { resolveOptions, type CacheOptions } from './options.ts';
import { fillIndex } from './semantic/index/fill-index.ts';
import { SemanticTier } from './semantic/semantic-tier.ts';
import { ReadyAnswers } from './ready-answers.ts';
import { createCacheStage } from './stage.ts';
import { openMemoryStore } from './store/memory.ts';
import type { EntryStore, OpenStore, PurgeSelector, StoreListener } from './store/port.ts';

export type { CacheMode, CacheOptions } from './options.ts';
export type { PurgeSelector } from './store/port.ts';

export interface CacheDeps {
  readonly clock: Clock;
  readonly emit: Emit;
  /** Identifies a model's weights, so that a re-pulled model starts afresh; null while unknown. */
  readonly modelDigest: (model: string) => string | null;
  /** Memory unless given. */
  readonly openStore?: OpenStore;
  /** When background work is done: after the I/O in hand unless given. */
  readonly defer?: Defer;
  /** Which hits are audited. */
  readonly rng?: Rng;
  /** Asked whether two answers say the same when words alone do not tell; none unless given. */
  readonly judge?: Judge;
}

export interface Cache {
  /** Under the options in force when it is read; a request ends in the stage that it began in. */
  readonly stage: Stage;
  /** Other options, for what is kept too: entries stay as far as the new limits allow. Throws as `createCache` does. */
  configure(given: Partial<CacheOptions>): void;
  /**
   * At any time, takes effect at once; null leaves the exact tier alone. The embedder stays the caller's to close.
   * `scorer` judges the candidates that the guard leaves; the bare cosine unless given.
   */
  setEmbedder(embedder: TextEmbedder | null, scorer?: Scorer): void;
  /** True at the moment of asking: nothing expired is counted. */
  snapshot(): CacheSnapshot;
  /** For those who look after it. */
  readonly desk: CacheDesk;
  /** Removes what matches every field given, or everything. Answers how many entries went. */
  purge(selector?: PurgeSelector): Promise<number>;
  /** Settles when what an earlier run or another replica left has been taken in, or given up. */
  readonly ready: Promise<void>;
  /**
   * Somebody says whether a hit that this entry served was right. A wrong one leaves the cache. `labelled`: a hit of it
   * is remembered, and the bounded rule has learned from it.
   */
  feedback(id: string, right: boolean): Promise<{ readonly labelled: boolean; readonly removed: boolean }>;
  /** Settles when answers given so far are stored and embedded (those that wait for an embedder are left). */
  idle(): Promise<void>;
  close(): Promise<void>;
}

/** Throws a `RangeError` that names the option when one is out of range. */
export function createCache(given: Partial<CacheOptions>, deps: CacheDeps): Cache {
  let options = resolveOptions(given);
  const parts = buildParts(() => options, deps);
  const { semantic, store } = parts;
  const createStage = (): Stage => {
    const identifier = new RequestIdentifier(options, deps.modelDigest);
    const { clock, emit } = deps;
    return createCacheStage({ ...parts, clock, emit, options, identifier });
  };
  let stage = createStage();
  return {
    get stage(): Stage {
      return stage;
    },
    configure: (next) => {
      options = resolveOptions(next);
      store.configure(options);
      semantic.configure(options);
      stage = createStage();
    },
    snapshot: () => snapshotOf(options, store, semantic),
    ...controls(parts, deps),
  };
}

/** What is not in the way of a request and no configuration changes. */
function controls(
  { store, semantic, writer, labeller, auditor, readyAnswers }: CacheParts,
  { emit, clock }: Pick<CacheDeps, 'emit' | 'clock'>,
): Omit<Cache, 'stage' | 'configure' | 'snapshot'> {
  let filling = Promise.resolve();
  return {
    ready: store.ready,
    desk: createDesk(store, clock),
    setEmbedder: (embedder, scorer) => {
      const before = semantic.identity;
      semantic.setEmbedder(embedder, scorer);
      const { identity } = semantic;
      if (identity !== null && identity !== before)
        filling = fillIndex(store, semantic, () => semantic.identity === identity);
    },
    purge: async (selector = {}) => {
      writer.purged();
      readyAnswers.clear();
      const entries = await store.purge(selector);
      emit({ type: 'cache.purged', entries, by: 'here' });
      return entries;
    },
    feedback: async (id, right) => {
      const labelled = labeller.feedback(id, right);
      const removed = right ? 0 : await store.purge({ id });
      return { labelled, removed: removed > 0 };
    },
    idle: async () => {
      await auditor.idle();
      await writer.idle();
      await semantic.idle();
      await labeller.idle();
      await filling;
    },
    close: async () => {
      auditor.close();
      await auditor.idle();
      await writer.idle();
      await labeller.idle();
      semantic.close();
      await store.close();
    },
  };
}

interface CacheParts {
  readonly readyAnswers: ReadyAnswers;
  readonly semantic: SemanticTier;
  readonly store: EntryStore;
  readonly writer: AnswerWriter;
  readonly labeller: Labeller;
  readonly auditor: Auditor;
}

/** `options` answers those in force. */
function buildParts(options: () => CacheOptions, deps: CacheDeps): CacheParts {
  const { clock, emit } = deps;
  const defer = deps.defer ?? afterIo;
  const readyAnswers = new ReadyAnswers();
  const semantic: SemanticTier = new SemanticTier(options(), {
    clock,
    emit,
    find: (key) => store.get(key),
    attach: (key, id, embedding) => store.attach(key, id, embedding),
    counters: () => store.counters,
  });
  const listener = followStore(
    semantic,
    () => {
      writer.purged();
      readyAnswers.clear();
    },
    emit,
  );
  const store: EntryStore = (deps.openStore ?? openMemoryStore)(options(), { clock, listener, emit });
  const labeller = new Labeller({
    emit,
    peek: (key) => store.peek(key),
    rule: () => semantic.rule,
    options,
    judge: deps.judge ?? null,
  });
  const writer: AnswerWriter = new AnswerWriter({
    clock,
    emit,
    defer,
    store,
    compare: (fresh, candidate, source) => {
      labeller.compare(fresh, candidate, source);
    },
    learn: (entry, call) => {
      if (options().mode !== 'exact') semantic.learn(entry, call);
    },
  });
  const auditor = new Auditor({
    clock,
    rng: deps.rng ?? systemRng,
    defer,
    writer,
    failed: (candidate) => {
      labeller.failed(candidate);
    },
  });
  return { semantic, store, writer, labeller, auditor, readyAnswers };
}

function followStore(semantic: SemanticTier, purged: () => void, emit: Emit): StoreListener {
  return {
    added: (entry) => {
      semantic.added(entry);
    },
    removed: (entry, reason) => {
      semantic.removed(entry);
      emit({ type: 'cache.evicted', reason });
    },
    purged,
    counted: (key, counts) => {
      semantic.counted(key, counts);
    },
  };
}

function snapshotOf(options: CacheOptions, store: EntryStore, semantic: SemanticTier): CacheSnapshot {
  const { entries, bytes } = store.stats();
  const { mode, maxEntries, maxBytes } = options;
  const embedder = semantic.identity;
  const falseHitBound = semantic.falseHitBound;
  return { mode, embedder, entries, maxEntries, bytes, maxBytes, falseHitBound, store: store.state() };
}
