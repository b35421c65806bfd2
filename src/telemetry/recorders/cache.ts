import type { BypassReason, CacheEvent, VetoReason } from '../../core/events.ts';
import type { MetricCatalogue } from '../catalogue.ts';
import type { Counter, Histogram } from '../instruments.ts';
import type { Metrics } from '../metrics.ts';
import { ByValue } from './by-value.ts';
import type { CacheStoreEvent } from './cache-store.ts';

type LookupEvent = Exclude<CacheEvent, CacheStoreEvent | { type: 'cache.store-changed' | 'cache.purged' }>;
type LookedUp = CacheEvent & { type: 'cache.looked-up' };
type Labelled = CacheEvent & { type: 'cache.labelled' };
type Searched = CacheEvent & { type: 'cache.searched' };
type StoreResult = (CacheEvent & { type: 'cache.stored' })['result'];
type EvictionReason = (CacheEvent & { type: 'cache.evicted' })['reason'];

/** The cache: one result per request, and what it took. */
export class CacheRecorder {
  readonly #exactHits: Counter;
  readonly #semanticHits: Counter;
  readonly #misses: Counter;
  readonly #shadowHits: Counter;
  readonly #shadowBounded: Counter;
  readonly #labels: ByValue<`${Labelled['source']} ${Labelled['verdict']}`, Counter>;
  readonly #audits: ByValue<`${Labelled['audited'][number]} ${Labelled['verdict']}`, Counter>;
  readonly #bypass: ByValue<BypassReason, Counter>;
  readonly #vetoes: ByValue<VetoReason, Counter>;
  readonly #searches: ByValue<Searched['where'], Counter>;
  readonly #evictions: ByValue<EvictionReason, Counter>;
  readonly #stores: ByValue<StoreResult, Counter>;
  readonly #lookups: ByValue<'exact' | 'semantic', Histogram>;
  readonly #similarity: Histogram;
  readonly #embed: Histogram;
  readonly #opinion: Histogram;
  readonly #embedFailures: Counter;
  readonly #savedSeconds: Counter;
  readonly #savedTokens: Counter;

  constructor(metrics: Metrics<MetricCatalogue>) {
    const hits = metrics.counter('semcache_hits_total');
    this.#exactHits = hits.labels({ type: 'exact' });
    this.#semanticHits = hits.labels({ type: 'semantic' });
    this.#misses = metrics.counter('semcache_misses_total').labels({});
    this.#shadowHits = metrics.counter('llamascope_semcache_shadow_hits_total').labels({});
    this.#shadowBounded = metrics.counter('llamascope_semcache_shadow_bounded_hits_total').labels({});
    const labels = metrics.counter('llamascope_semcache_labels_total');
    this.#labels = new ByValue((key) => {
      const [source, verdict] = key.split(' ') as [Labelled['source'], Labelled['verdict']];
      return labels.labels({ source, verdict });
    });
    const audits = metrics.counter('llamascope_semcache_audits_total');
    this.#audits = new ByValue((key) => {
      const [rule, verdict] = key.split(' ') as [Labelled['audited'][number], Labelled['verdict']];
      return audits.labels({ rule, verdict });
    });
    const bypass = metrics.counter('llamascope_semcache_bypass_total');
    this.#bypass = new ByValue((reason) => bypass.labels({ reason }));
    const vetoes = metrics.counter('llamascope_semcache_vetoes_total');
    this.#vetoes = new ByValue((reason) => vetoes.labels({ reason }));
    const searches = metrics.counter('llamascope_semcache_large_searches_total');
    this.#searches = new ByValue((where) => searches.labels({ where }));
    // There from the start: few have scopes so large, and a rate needs a series.
    for (const where of ['thread', 'loop'] as const) this.#searches.at(where);
    const evictions = metrics.counter('llamascope_semcache_evictions_total');
    this.#evictions = new ByValue((reason) => evictions.labels({ reason }));
    const stores = metrics.counter('llamascope_semcache_stores_total');
    this.#stores = new ByValue((result) => stores.labels({ result }));
    const lookups = metrics.histogram('llamascope_semcache_lookup_seconds');
    this.#lookups = new ByValue((tier) => lookups.labels({ tier }));
    this.#similarity = metrics.histogram('llamascope_semcache_similarity').labels({});
    this.#embed = metrics.histogram('llamascope_semcache_embed_seconds').labels({});
    this.#opinion = metrics.histogram('llamascope_semcache_opinion_seconds').labels({});
    this.#embedFailures = metrics.counter('llamascope_semcache_embed_failures_total').labels({});
    this.#savedSeconds = metrics.counter('llamascope_semcache_saved_seconds_total').labels({});
    this.#savedTokens = metrics.counter('llamascope_semcache_saved_tokens_total').labels({});
  }

  observe(event: LookupEvent): void {
    switch (event.type) {
      case 'cache.looked-up':
        this.#lookedUp(event);
        break;
      case 'cache.labelled':
        this.#labels.at(`${event.source} ${event.verdict}`).inc();
        for (const rule of event.audited) this.#audits.at(`${rule} ${event.verdict}`).inc();
        break;
      case 'cache.embedded':
        this.#embed.observe(event.durationMs / 1_000);
        if (event.failed) this.#embedFailures.inc();
        break;
      case 'cache.opinion':
        this.#opinion.observe(event.durationMs / 1_000);
        if (event.failed) this.#embedFailures.inc();
        break;
      case 'cache.vetoed':
        this.#vetoes.at(event.reason).inc();
        break;
      case 'cache.searched':
        this.#searches.at(event.where).inc();
        break;
      case 'cache.stored':
        this.#stores.at(event.result).inc();
        break;
      case 'cache.evicted':
        this.#evictions.at(event.reason).inc();
        break;
      case 'cache.saved':
        this.#savedSeconds.add(event.seconds);
        this.#savedTokens.add(event.tokens);
        break;
    }
  }

  #lookedUp(event: LookedUp): void {
    if (event.result === 'bypass') {
      if (event.bypass !== null) this.#bypass.at(event.bypass).inc();
      return;
    }
    if (event.result === 'miss') this.#misses.inc();
    else if (event.result === 'hit-exact') this.#exactHits.inc();
    else this.#semanticHits.inc();
    if (event.shadowHit) this.#shadowHits.inc();
    if (event.shadowBounded) this.#shadowBounded.inc();
    this.#lookups.at('exact').observe(event.exactMs / 1_000);
    if (event.semanticMs !== null) this.#lookups.at('semantic').observe(event.semanticMs / 1_000);
    if (event.similarity !== null) this.#similarity.observe(event.similarity);
  }
}
