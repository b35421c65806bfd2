import type { CacheEvent } from '../../core/events.ts';
import type { MetricCatalogue } from '../catalogue.ts';
import type { Counter, Histogram } from '../instruments.ts';
import type { Metrics } from '../metrics.ts';
import { ByValue } from './by-value.ts';

export type CacheStoreEvent = Extract<
  CacheEvent,
  { type: 'cache.store-failed' | 'cache.store-wrote' | 'cache.restored' | 'cache.replicated' }
>;

/** Where the cache keeps its entries besides this process. */
export class CacheStoreRecorder {
  readonly #errors: ByValue<(CacheEvent & { type: 'cache.store-failed' })['operation'], Counter>;
  readonly #replicated: ByValue<(CacheEvent & { type: 'cache.replicated' })['change'], Counter>;
  readonly #writes: Counter;
  readonly #write: Histogram;
  readonly #restored: Counter;
  readonly #corrupt: Counter;
  readonly #replication: Histogram;

  constructor(metrics: Metrics<MetricCatalogue>) {
    const errors = metrics.counter('llamascope_semcache_store_errors_total');
    this.#errors = new ByValue((operation) => errors.labels({ operation }));
    const replicated = metrics.counter('llamascope_semcache_store_replicated_total');
    this.#replicated = new ByValue((change) => replicated.labels({ change }));
    this.#writes = metrics.counter('llamascope_semcache_store_writes_total').labels({});
    this.#write = metrics.histogram('llamascope_semcache_store_write_seconds').labels({});
    this.#restored = metrics.counter('llamascope_semcache_store_restored_total').labels({});
    this.#corrupt = metrics.counter('llamascope_semcache_store_corrupt_total').labels({});
    this.#replication = metrics.histogram('llamascope_semcache_store_replication_seconds').labels({});
  }

  observe(event: CacheStoreEvent): void {
    switch (event.type) {
      case 'cache.store-failed':
        this.#errors.at(event.operation).inc();
        break;
      case 'cache.store-wrote':
        this.#writes.add(event.changes);
        this.#write.observe(event.durationMs / 1_000);
        break;
      case 'cache.restored':
        this.#restored.add(event.entries);
        this.#corrupt.add(event.corrupt);
        break;
      case 'cache.replicated':
        this.#replicated.at(event.change).inc();
        this.#replication.observe(event.delayMs / 1_000);
        break;
    }
  }
}
