import type { OperationRoute } from '../http/operation-route.ts';
import { VIEWS } from '../observability/panels/views.ts';
import { describeViews } from './describe.ts';
import { LONGEST_SECONDS } from './history.ts';
import type { LiveParts } from './live-parts.ts';
import type { ActionId, ActionInfo, Hello } from './protocol.ts';

/** Entries that come with the first frame; older ones by `/dashboard/api/events`. */
const LOG_ENTRIES = 200;

/** The routes that are actions of the page, as the parts hand them in. */
const ACTIONS: Readonly<Record<string, ActionId>> = {
  'POST /admin/breakers/{name}/isolate': 'breaker.isolate',
  'POST /admin/breakers/{name}/reset': 'breaker.reset',
  'POST /admin/upstreams/{name}/drain': 'upstream.drain',
  'POST /admin/upstreams/{name}/resume': 'upstream.resume',
  'POST /admin/cache/purge': 'cache.purge',
  'DELETE /admin/cache/entries/{id}': 'cache.forget',
  'POST /admin/cache/entries/{id}/feedback': 'cache.judge',
  'POST /admin/reload': 'config.reload',
  'PUT /admin/baseline': 'baseline.set',
  'DELETE /admin/baseline': 'baseline.clear',
};

export function actionsAmong(routes: readonly OperationRoute[]): readonly ActionInfo[] {
  return routes.flatMap(({ method, path }) => {
    const id = ACTIONS[`${method} ${path}`];
    return id === undefined || method === 'GET' ? [] : [{ id, method, path }];
  });
}

export function helloFrame(live: LiveParts, acting: readonly OperationRoute[], resumed: boolean): Hello {
  const { deps, options, sampler, values, log, journal } = live;
  const mode = deps.state.cache().mode;
  return {
    protocol: 1,
    product: product(live),
    session: deps.session,
    startedAt: deps.startedAt,
    at: deps.clock.wallMs(),
    resumed,
    views: describeViews(VIEWS, deps.prefix),
    series: values.series,
    state: live.state(),
    log: log.newest(LOG_ENTRIES),
    hits: journal.hits,
    actions: actionsAmong(acting),
    features: {
      token: deps.tokenNeeded(),
      semanticHits: mode !== 'off' && mode !== 'exact',
      prometheus: options.prometheusUrl !== null,
      snapshot: options.snapshotPath !== null,
    },
    privacy: { showText: options.showText },
    links: { prometheus: options.prometheusUrl, grafana: options.grafanaUrl },
    history: {
      tiers: sampler.rings.tiers.map(({ stepSeconds, slots }) => ({
        stepSeconds,
        spanSeconds: stepSeconds * slots,
      })),
      since: sampler.rings.since,
      longestSeconds: LONGEST_SECONDS,
    },
  };
}

export function product({ deps, url }: LiveParts): Hello['product'] {
  return { name: 'llamascope', version: deps.version, node: deps.node, url };
}
