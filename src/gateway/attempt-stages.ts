import type { Config } from '../config/config.ts';
import type { Stage } from '../core/request.ts';
import { createHedgeStage } from '../resilience/hedge.ts';
import { RetryBudget } from '../resilience/retry-budget.ts';
import { createRetryStage } from '../resilience/retry.ts';
import type { Parts } from './parts.ts';

/** The stages that make further attempts, under one budget for the whole gateway. */
export interface AttemptStages {
  readonly retry: Stage;
  readonly hedge: Stage;
}

export function createAttemptStages(
  { retry, hedge }: Pick<Config, 'retry' | 'hedge'>,
  { clock, rng, bus, upstreams }: Parts,
): AttemptStages {
  const { emit } = bus;
  const { elsewhere } = upstreams;
  const budget = new RetryBudget({ ratio: retry.budget }, clock);
  return {
    retry: createRetryStage(retry, {
      clock,
      rng,
      emit,
      elsewhere,
      ...(retry.max > 0 || hedge.embeddings ? { retryBudget: budget } : {}),
    }),
    hedge: createHedgeStage(hedge, { clock, emit, budget, elsewhere }),
  };
}
