import { breakerJson } from './admin/breakers.ts';
import { upstreamJson } from './admin/upstreams.ts';
import type { JsonValue } from './core/json.ts';
import type { StateReader } from './core/state.ts';

/** What `/health` and `/readyz` say, in words a person can act on. Computed from the same snapshots as the metrics. */
export interface HealthFacts {
  readonly version: string;
  /** Unix milliseconds. */
  readonly startedAt: number;
  readonly uptimeSeconds: number;
  readonly draining: boolean;
  /** Drained by hand: it may be opened again. */
  readonly closedByHand: boolean;
  readonly metricsEnabled: boolean;
  /** Why the semantic tier has no embedder although its mode wants one; null when all is well. */
  readonly embedderProblem: string | null;
  readonly reloads: ReloadFacts;
  /** Worker processes; null where this process is the whole gateway. */
  readonly workers: WorkerFacts | null;
}

export interface WorkerFacts {
  /** Take requests. */
  readonly ready: number;
  readonly wanted: number;
}

/** The configuration in force, and what is known of a newer one. */
export interface ReloadFacts {
  /** Unix milliseconds. */
  readonly appliedAt: number;
  /** Keys whose new value waits for the next start. */
  readonly needsRestart: readonly string[];
  /** Why the last reload was refused; null when it was applied. */
  readonly problem: string | null;
}

export interface Verdict {
  readonly status: 'ok' | 'degraded' | 'down';
  /** Worst first; empty when all is well. */
  readonly reasons: readonly string[];
}

/** `down`: no upstream can take a request. `degraded`: something is out of order, requests are still answered. */
export function judge(state: StateReader, facts: HealthFacts): Verdict {
  const reasons: string[] = [];
  const upstreams = state.upstreams();
  const breakers = state.breakers();
  const open = new Set(
    breakers
      .filter(({ state: now, manual }) => now === 'open' && manual !== 'observing')
      .map((breaker) => String(breaker.name)),
  );
  const usable = upstreams.filter((upstream) => upstream.healthy && !open.has(upstream.name));
  if (facts.draining) reasons.push('shutting down: no new requests are taken');
  else if (facts.closedByHand) reasons.push('drained by hand: no new requests are taken until /admin/resume');
  const { workers } = facts;
  if (workers !== null && workers.ready < workers.wanted)
    reasons.push(`${workers.ready} of ${workers.wanted} worker processes take requests`);
  if (usable.length === 0) reasons.push('no upstream can take a request');
  for (const upstream of upstreams) {
    if (upstream.draining) reasons.push(`upstream ${upstream.name} is drained`);
    else if (!upstream.healthy) reasons.push(`upstream ${upstream.name} is unhealthy: ${upstream.reason}`);
  }
  for (const breaker of breakers) {
    if (breaker.state === 'closed') continue;
    const again =
      breaker.retryAfterMs === null ? '' : `, next try in ${Math.ceil(breaker.retryAfterMs / 1_000)} s`;
    const how =
      breaker.manual === 'isolated'
        ? ', isolated by hand'
        : breaker.manual === 'observing'
          ? ', observed only: it admits every call'
          : again;
    reasons.push(`breaker ${breaker.name} is ${breaker.state.replace('_', '-')}${how}`);
  }
  const { store } = state.cache();
  if (store.state === 'degraded')
    reasons.push(`cache store ${store.kind}: ${store.reason ?? 'out of order'}`);
  if (facts.embedderProblem !== null) reasons.push(facts.embedderProblem);
  const { problem, needsRestart } = facts.reloads;
  if (problem !== null)
    reasons.push(`a new configuration was refused, the former one is in force: ${problem}`);
  if (needsRestart.length > 0) reasons.push(`waits for a restart to take effect: ${needsRestart.join(', ')}`);
  const nobody = usable.length === 0 || workers?.ready === 0;
  const down = facts.draining || facts.closedByHand || nobody;
  return { status: down ? 'down' : reasons.length > 0 ? 'degraded' : 'ok', reasons };
}

export function readiness(state: StateReader, facts: HealthFacts): { ready: boolean; reason: string } {
  const verdict = judge(state, facts);
  if (verdict.status === 'down') return { ready: false, reason: verdict.reasons.join('; ') };
  const healthy = state.upstreams().filter((upstream) => upstream.healthy).length;
  return { ready: true, reason: `${healthy} of ${state.upstreams().length} upstreams healthy` };
}

/** `baseline`: the present against what somebody set to compare it with; null while there is none. */
export function healthReport(state: StateReader, facts: HealthFacts, baseline: JsonValue = null): JsonValue {
  const verdict = judge(state, facts);
  return {
    status: verdict.status,
    reasons: [...verdict.reasons],
    version: facts.version,
    node: process.version,
    startedAt: new Date(facts.startedAt).toISOString(),
    uptimeSeconds: Math.floor(facts.uptimeSeconds),
    metricsEnabled: facts.metricsEnabled,
    config: {
      appliedAt: new Date(facts.reloads.appliedAt).toISOString(),
      needsRestart: [...facts.reloads.needsRestart],
      problem: facts.reloads.problem,
    },
    ...(facts.workers === null ? {} : { workers: { ...facts.workers } }),
    upstreams: state.upstreams().map(upstreamJson),
    breakers: breakerReport(state),
    pools: state.pools().map((pool) => ({ ...pool })),
    queues: state.queues().map((queue) => ({ ...queue })),
    cache: cacheReport(state),
    baseline,
  };
}

export function breakerReport(state: StateReader): JsonValue {
  return state.breakers().map(breakerJson);
}

export function cacheReport(state: StateReader): JsonValue {
  const cache = state.cache();
  return {
    ...cache,
    store: { ...cache.store },
    fillRatio: cache.maxEntries === 0 ? 0 : cache.entries / cache.maxEntries,
  };
}
