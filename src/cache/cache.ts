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
import { AnswerWriter } from './answer-writer.ts';
import { RequestIdentifier } from './key/identify.ts';
import { resolveOptions, type CacheOptions } from './options.ts';
import { fillIndex } from './semantic/fill-index.ts';
import { SemanticTier } from './semantic/semantic-tier.ts';
import { createCacheStage, type StageParts } from './stage.ts';
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
  /** Removes what matches every field given, or everything. Answers how many entries went. */
  purge(selector?: PurgeSelector): Promise<number>;
  /** Settles when what an earlier run or another replica left has been taken in, or given up. */
  readonly ready: Promise<void>;
  /** Settles when answers given so far are stored and embedded (those that wait for an embedder are left). */
  idle(): Promise<void>;
  close(): Promise<void>;
}

/** Throws a `RangeError` that names the option when one is out of range. */
export function createCache(given: Partial<CacheOptions>, deps: CacheDeps): Cache {
  let options = resolveOptions(given);
  const { clock, emit } = deps;
  const semantic: SemanticTier = new SemanticTier(options, {
    clock,
    emit,
    find: (key) => store.get(key),
    attach: (key, id, embedding) => store.attach(key, id, embedding),
  });
  const listener = followStore(
    semantic,
    () => {
      writer.purged();
    },
    emit,
  );
  const store: EntryStore = (deps.openStore ?? openMemoryStore)(options, { clock, listener, emit });
  const writer: AnswerWriter = new AnswerWriter({
    clock,
    emit,
    defer: deps.defer ?? afterIo,
    store,
    learn: (entry, call) => {
      if (options.mode !== 'exact') semantic.learn(entry, call);
    },
  });
  const createStage = (): Stage => {
    const identifier = new RequestIdentifier(options, deps.modelDigest);
    return createCacheStage({ options, clock, emit, identifier, store, semantic, writer });
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
    ...controls({ emit, store, semantic, writer }),
  };
}

/** What is not in the way of a request and no configuration changes. */
function controls({
  emit,
  store,
  semantic,
  writer,
}: Inside): Omit<Cache, 'stage' | 'configure' | 'snapshot'> {
  let filling = Promise.resolve();
  return {
    ready: store.ready,
    setEmbedder: (embedder, scorer) => {
      const before = semantic.identity;
      semantic.setEmbedder(embedder, scorer);
      const { identity } = semantic;
      if (identity !== null && identity !== before)
        filling = fillIndex(store, semantic, () => semantic.identity === identity);
    },
    purge: async (selector = {}) => {
      writer.purged();
      const entries = await store.purge(selector);
      emit({ type: 'cache.purged', entries, by: 'here' });
      return entries;
    },
    idle: async () => {
      await writer.idle();
      await semantic.idle();
      await filling;
    },
    close: async () => {
      await writer.idle();
      semantic.close();
      await store.close();
    },
  };
}

type Inside = Pick<StageParts, 'emit' | 'store' | 'semantic' | 'writer'>;

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
  };
}

function snapshotOf(options: CacheOptions, store: EntryStore, semantic: SemanticTier): CacheSnapshot {
  const { entries, bytes } = store.stats();
  const { mode, maxEntries, maxBytes } = options;
  return { mode, embedder: semantic.identity, entries, maxEntries, bytes, maxBytes, store: store.state() };
}
