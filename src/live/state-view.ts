/** The present as the page shows it: every upstream with all that stands in front of it, and one sentence about the whole. */
import type { BreakerSnapshot, StateReader, UpstreamSnapshot } from '../core/state.ts';
import type { BaselineView } from './protocol-baseline.ts';
import type { BreakerView, StateView, UpstreamView, Verdict } from './protocol.ts';

/** What `/health` says of the same moment. */
export interface HealthVerdict {
  readonly status: Verdict;
  /** Worst first. */
  readonly reasons: readonly string[];
}

export interface StateFacts {
  readonly state: StateReader;
  readonly health: () => HealthVerdict;
  readonly wallMs: number;
  readonly untouched: boolean;
  /** Share of what clients rightly asked for that failed in the last minute, and of how many; null without traffic. */
  readonly failing: { readonly ratio: number; readonly requests: number } | null;
  /** Since when the status is what it is. */
  readonly since: (status: Verdict) => number;
  readonly partial: readonly string[];
  readonly baseline: BaselineView | null;
}

/** From this share on, and with at least so many requests, failures make the verdict worse although every part stands. */
const FAILING_SHARE = 0.05;
const FAILING_REQUESTS = 20;

export function stateView(facts: StateFacts): StateView {
  const { state, wallMs } = facts;
  const { status, reasons } = judgeAll(facts);
  const upstreams = upstreamViews(state, wallMs);
  const cache = state.cache();
  return {
    verdict: { status, sentence: sentence(status, reasons, upstreams), reasons, since: facts.since(status) },
    untouched: facts.untouched,
    upstreams,
    cache: {
      mode: cache.mode,
      embedder: cache.embedder,
      entries: cache.entries,
      maxEntries: cache.maxEntries,
      bytes: cache.bytes,
      maxBytes: cache.maxBytes,
    },
    baseline: facts.baseline,
    partial: facts.partial,
    workers: { expected: 1, reporting: 1 },
  };
}

function judgeAll({ health, failing }: StateFacts): HealthVerdict {
  const { status, reasons } = health();
  if (failing === null || failing.requests < FAILING_REQUESTS || failing.ratio < FAILING_SHARE) {
    return { status, reasons };
  }
  const share = `${Math.round(failing.ratio * 100)} % of requests failed in the last minute`;
  return { status: status === 'ok' ? 'degraded' : status, reasons: [...reasons, share] };
}

const HEADING: Readonly<Record<Verdict, string>> = { ok: 'All is well', degraded: 'Degraded', down: 'Down' };

function sentence(status: Verdict, reasons: readonly string[], upstreams: readonly UpstreamView[]): string {
  if (status === 'ok') {
    const healthy = upstreams.filter((upstream) => upstream.healthy).length;
    const some =
      upstreams.length === 1 ? 'the upstream answers' : `${healthy} of ${upstreams.length} upstreams answer`;
    return `${HEADING.ok}: ${some}.`;
  }
  const [first = '', ...rest] = reasons;
  const failed = rest.find((reason) => reason.includes('requests failed'));
  const others = rest.length - (failed === undefined ? 0 : 1);
  const more = others > 0 ? ` (and ${others} more)` : '';
  return `${HEADING[status]}: ${first}${more}${failed === undefined ? '' : `; ${failed}`}.`;
}

function upstreamViews(state: StateReader, wallMs: number): readonly UpstreamView[] {
  const breakers = state.breakers();
  const pools = new Map(state.pools().map((pool) => [pool.client as string, pool]));
  const queues = new Map(state.queues().map((queue) => [queue.upstream as string, queue]));
  return state.upstreams().map((upstream) => {
    const pool = pools.get(upstream.name);
    const queue = queues.get(upstream.name);
    return {
      ...plain(upstream),
      breakers: breakers
        .filter(({ name }) => name === (upstream.name as string) || name.startsWith(`${upstream.name}/`))
        .map((breaker) => breakerView(breaker, wallMs)),
      pool:
        pool === undefined ? null : { connections: pool.connections, maxsize: pool.maxsize, busy: pool.busy },
      queue:
        queue === undefined
          ? null
          : { depth: queue.depth, permits: queue.permits, permitsInUse: queue.permitsInUse },
    };
  });
}

function plain(upstream: UpstreamSnapshot): Omit<UpstreamView, 'breakers' | 'pool' | 'queue'> {
  const { name, kind, url, healthy, reason, simulator, version, models, resident, draining } = upstream;
  return { name, kind, url, healthy, reason, simulator, version, models, resident, draining };
}

function breakerView(breaker: BreakerSnapshot, wallMs: number): BreakerView {
  const { name, state, consecutiveFailures, inFlight, manual, retryAfterMs } = breaker;
  return {
    name,
    state,
    since: breaker.lastStateChangeAt,
    consecutiveFailures,
    inFlight,
    // To the second: the same moment asked for twice is the same text.
    retryAt: retryAfterMs === null ? null : Math.ceil((wallMs + retryAfterMs) / 1_000) * 1_000,
    manual,
  };
}
