import { breakerRoutes } from '../admin/breakers.ts';
import type { Config } from '../config/config.ts';
import { breakerReport, cacheReport, healthReport, readiness, upstreamReport } from '../health.ts';
import type { OperationRoute } from '../http/operation-route.ts';
import { pageRoutes } from '../live/page-files.ts';
import { liveRoutes } from '../live/routes.ts';
import { createOperations, type Operations } from '../http/operations.ts';
import type { Parts } from './parts.ts';

/** What the parts answer on the operations plane beside the paths that every gateway has. Made once, for all reloads. */
export function operationRoutes(config: Config, { upstreams }: Parts): readonly OperationRoute[] {
  return [...breakerRoutes(upstreams), ...liveRoutes(config.metrics.prefix), ...pageRoutes()];
}

/** The operations plane under one configuration: cheap, and made anew by each reload. */
export function createOperationsPlane(
  config: Config,
  { bus, state, telemetry, facts }: Parts,
  routes: readonly OperationRoute[],
): Operations {
  return createOperations({
    metrics: telemetry.enabled ? (accept) => telemetry.render(accept) : null,
    health: () => healthReport(state, facts()),
    ready: () => readiness(state, facts()),
    admin: {
      breakers: () => breakerReport(state),
      pools: () => state.pools().map((pool) => ({ ...pool })),
      queues: () => state.queues().map((queue) => ({ ...queue })),
      upstreams: () => state.upstreams().map(upstreamReport),
      cache: () => cacheReport(state),
    },
    routes,
    token: config.admin.token,
    emit: bus.emit,
  });
}
