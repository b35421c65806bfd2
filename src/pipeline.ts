/**
 * THE order of the stages. One request walks down this list and its answer walks back up:
 *
 * 1. cache: an identical or (guarded) similar question is answered from memory and goes no further;
 * 2. single-flight: a read or an embedding that is being asked for already waits for that answer;
 * 3. fallback: another model, where one is configured, in place of one that no upstream can serve;
 * 4. retry: another try, elsewhere if possible, while nothing has reached the client;
 * 5. hedge: a second attempt beside an embedding that is slow, where that is switched on;
 * 6. pool: pick an upstream → wait for a permit → ask its breaker → use one of its connections.
 *
 * The breaker stands inside the pool, one per upstream: in front of it, one bad backend would
 * fuse all. Retry stands outside the pool, so that each attempt may choose again, and inside the fallback, so that
 * each model has its retries. The cache stands outside all: it never keeps a fallback's answer as the model's. Single-flight stands
 * right behind it: a hit needs no company, and those who share an answer share its retries. Hedge stands inside retry, so
 * that both attempts are one try.
 */
import type { Handler, Stage } from './core/request.ts';

export interface PipelineParts {
  readonly cache: Stage;
  readonly singleFlight: Stage;
  readonly fallback: Stage;
  readonly retry: Stage;
  readonly hedge: Stage;
  readonly pool: Handler;
}

export function createPipeline(parts: PipelineParts): Handler {
  return compose([parts.cache, parts.singleFlight, parts.fallback, parts.retry, parts.hedge], parts.pool);
}

/** Wraps `innermost` in the stages, the first one outermost. */
export function compose(stages: readonly Stage[], innermost: Handler): Handler {
  return stages.reduceRight<Handler>((next, stage) => stage(next), innermost);
}
