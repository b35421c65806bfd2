import { baselineRoutes } from '../admin/baseline.ts';
import { feedbackRoutes } from '../admin/feedback.ts';
import { act, breakerRoutes, type BreakerDesk } from '../admin/breakers.ts';
import { cacheRoutes } from '../admin/cache.ts';
import { reloadRoutes } from '../admin/reload.ts';
import { upstreamJson, upstreamRoutes, type UpstreamDesk } from '../admin/upstreams.ts';
import type { Cache } from '../cache/cache.ts';
import type { Config } from '../config/config.ts';
import { ConfigError } from '../config/problems.ts';
import { GatewayError } from '../core/errors.ts';
import type { JsonValue } from '../core/json.ts';
import { breakerReport, cacheReport, healthReport, readiness } from '../health.ts';
import type { OperationRoute } from '../http/operation-route.ts';
import { runbookRoutes } from '../observability/runbooks/routes.ts';
import { pageRoutes } from '../live/page-files.ts';
import type { LivePage } from '../live/live.ts';
import { silentRoutes } from '../live/routes.ts';
import { createOperations, type OperationsPlane } from '../http/operations.ts';
import type { Parts } from './parts.ts';
import type { ReloadReport } from './reload.ts';

/** What an operator can do to the gateway as a whole. */
export interface ByHand {
  readonly breakers: BreakerDesk;
  readonly reload: () => Promise<ReloadReport>;
  readonly drainDesk: UpstreamDesk;
  readonly live: LivePage | null;
}

/** What the parts answer on the operations plane beside the paths that every gateway has. Made once, for all reloads. */
export function operationRoutes(
  config: Config,
  cache: Pick<Cache, 'desk' | 'purge' | 'feedback'>,
  { breakers, reload, drainDesk, live }: ByHand,
): readonly OperationRoute[] {
  const acting = [
    ...breakerRoutes(breakers),
    ...cacheRoutes(cache, { showText: config.cache.showText }),
    ...feedbackRoutes(cache),
    ...baselineRoutes(live?.baseline ?? null),
    ...upstreamRoutes(drainDesk),
    ...reloadRoutes({ reload: () => reloadByHand(reload) }),
  ];
  const reading = runbookRoutes({ range: '5m', prefix: config.metrics.prefix });
  if (!config.dashboard.enabled) return [...acting, ...reading];
  return [...acting, ...reading, ...(live?.routes(acting) ?? silentRoutes()), ...pageRoutes()];
}

export function breakerDesk(upstreams: Parts['upstreams']): BreakerDesk {
  return {
    breakers: () => upstreams.breakers(),
    setBreaker: (name, action) => {
      const breaker = upstreams.breaker(name);
      if (breaker !== null) act(breaker, action);
      return breaker !== null;
    },
  };
}

async function reloadByHand(reload: () => Promise<ReloadReport>): Promise<JsonValue> {
  try {
    const { changed, needsRestart, upstreams } = await reload();
    const { added, replaced, removed, kept } = upstreams;
    return {
      changed: [...changed],
      needsRestart: [...needsRestart],
      upstreams: { added: [...added], replaced: [...replaced], removed: [...removed], kept: [...kept] },
    };
  } catch (error) {
    if (error instanceof ConfigError) throw new GatewayError('config_refused', error.message);
    throw error;
  }
}

/** The operations plane under one configuration: cheap, and made anew by each reload. */
export function createOperationsPlane(
  config: Config,
  { bus, state, telemetry, facts }: Pick<Parts, 'bus' | 'state' | 'telemetry' | 'facts'>,
  { routes, live }: { readonly routes: readonly OperationRoute[]; readonly live: LivePage | null },
): OperationsPlane {
  return createOperations({
    metrics: telemetry.enabled ? (accept) => telemetry.render(accept) : null,
    health: () => healthReport(state, facts(), live?.baseline.report() ?? null),
    ready: () => readiness(state, facts()),
    admin: {
      breakers: () => breakerReport(state),
      pools: () => state.pools().map((pool) => ({ ...pool })),
      queues: () => state.queues().map((queue) => ({ ...queue })),
      upstreams: () => state.upstreams().map(upstreamJson),
      cache: () => cacheReport(state),
    },
    routes,
    token: config.admin.token,
    emit: bus.emit,
  });
}
