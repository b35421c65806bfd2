import type { CancelToken } from './cancel.ts';
import { openExchange, type Exchange } from './request.ts';

/**
 * The same request once more, for an attempt beside or in place of the one that `exchange` would make: with a
 * cancellation and facts of its own, and who was tried already.
 */
export function branchOf(exchange: Exchange, cancel: CancelToken): Exchange {
  const branch = openExchange(exchange.request, exchange.dialect, cancel);
  branch.model = exchange.model;
  branch.loading = exchange.loading;
  branch.fallback = exchange.fallback;
  branch.tried.push(...exchange.tried);
  return branch;
}

/** Takes over what a branch learned, as if `exchange` had gone that way itself. */
export function adoptBranch(exchange: Exchange, branch: Exchange): void {
  for (const name of branch.tried.slice(exchange.tried.length)) exchange.tried.push(name);
  exchange.model = branch.model;
  exchange.loading = branch.loading;
  exchange.fallback = branch.fallback;
  exchange.attempts += branch.attempts;
  exchange.waitedMs += branch.waitedMs;
  exchange.queuedMs += branch.queuedMs;
  exchange.upstream = branch.upstream;
  exchange.firstContentAt = branch.firstContentAt;
  exchange.usage = branch.usage;
  exchange.times = branch.times;
  exchange.attemptOutcome = branch.attemptOutcome;
}
