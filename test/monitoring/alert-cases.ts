/**
 * For every alert the series under which it fires and those just under which it does not, in promtool's notation:
 * `0+6x120` starts at 0 and grows by 6 at each of 120 steps. A step is 30 s unless the case says otherwise.
 */
export type Series = Readonly<Record<string, string>>;

export interface AlertCase {
  readonly alert: string;
  readonly fires: Series;
  readonly under: Series;
  /** Nothing happens: counters stand still, gauges rest. */
  readonly idle: Series;
  /** As `fires`, with the process restarted in between: every counter begins again at 0. Null where there is no counter. */
  readonly reset: Series | null;
  /** When it fires, and a moment shortly before, at which it is still pending (null where it fires at once). */
  readonly at: string;
  readonly pendingAt: string | null;
  readonly labels: Readonly<Record<string, string>>;
  /** What `{value:…}` becomes. */
  readonly value: string;
  /** The same in `reset`, where the restart makes the estimate another one. */
  readonly resetValue?: string;
  /** Without any series: most say nothing. */
  readonly missingFires?: boolean;
  readonly step?: string;
}

const requests = (ok: string, failed: string): Series => ({
  'llamascope_requests_total{job="llamascope",endpoint="/api/chat",outcome="ok"}': ok,
  'llamascope_requests_total{job="llamascope",endpoint="/api/chat",outcome="upstream_error"}': failed,
});
const calls = (success: string, failure: string): Series => ({
  'circuit_breaker_calls_total{job="llamascope",breaker_name="gpu-1",status="success"}': success,
  'circuit_breaker_calls_total{job="llamascope",breaker_name="gpu-1",status="failure"}': failure,
  'circuit_breaker_calls_total{job="llamascope",breaker_name="gpu-1",status="rejected"}': '0x200',
});
const histogram = (name: string, buckets: Readonly<Record<string, string>>): Series => {
  const series: Record<string, string> = { [`${name}_count{job="llamascope"}`]: buckets['+Inf'] ?? '0x200' };
  for (const [le, values] of Object.entries(buckets))
    series[`${name}_bucket{job="llamascope",le="${le}"}`] = values;
  return series;
};
const firstTokens = (quick: string, all: string): Series =>
  histogram('llamascope_time_to_first_token_seconds', {
    '10.0': quick,
    '30.0': quick,
    '60.0': all,
    '+Inf': all,
  });
const state = (values: string, opened: string): Series => ({
  'circuit_breaker_state{job="llamascope",breaker_name="gpu-1"}': values,
  'circuit_breaker_transitions_total{job="llamascope",breaker_name="gpu-1",from_state="closed",to_state="open"}':
    opened,
});
const rejections = (full: string): Series => ({
  'llamascope_queue_rejections_total{job="llamascope",upstream="gpu-1",reason="full"}': full,
  'llamascope_queue_rejections_total{job="llamascope",upstream="gpu-1",reason="draining"}': '0+9x200',
});
const reloaded = (values: string): Series => ({
  'llamascope_model_reloads_total{job="llamascope",upstream="gpu-1",model="llama3.2:1b"}': values,
});
const lookups = (hits: string, misses: string): Series => ({
  'semcache_hits_total{job="llamascope",type="exact"}': hits,
  'semcache_hits_total{job="llamascope",type="semantic"}': '0x400',
  'semcache_misses_total{job="llamascope"}': misses,
});
const fill = (ratio: string, evicted: string): Series => ({
  'semcache_fill_ratio{job="llamascope"}': ratio,
  'llamascope_semcache_evictions_total{job="llamascope",reason="entries"}': evicted,
  'llamascope_semcache_evictions_total{job="llamascope",reason="ttl"}': '0+5x400',
});

const audits = (right: string, wrong: string): Series => ({
  'llamascope_semcache_audits_total{job="llamascope",rule="threshold",verdict="right"}': right,
  'llamascope_semcache_audits_total{job="llamascope",rule="threshold",verdict="wrong"}': wrong,
  'llamascope_semcache_audits_total{job="llamascope",rule="threshold",verdict="unknown"}': '0+9x400',
});
const store = (degraded: string, ok: string): Series => ({
  'llamascope_semcache_store_state{job="llamascope",store="redis",state="degraded"}': degraded,
  'llamascope_semcache_store_state{job="llamascope",store="redis",state="ok"}': ok,
});

export const ALERT_CASES: readonly AlertCase[] = [
  {
    alert: 'LlamascopeDown',
    fires: {
      'up{job="llamascope",instance="a:1"}': '1x10 0x100',
      'up{job="llamascope",instance="b:1"}': '1x200',
    },
    under: { 'up{job="llamascope",instance="a:1"}': '1x10 0 1x100' },
    idle: { 'up{job="llamascope",instance="a:1"}': '1x200', 'up{job="other",instance="c:1"}': '0x200' },
    reset: null,
    at: '10m',
    pendingAt: '6m',
    labels: { severity: 'critical', instance: 'a:1' },
    value: '',
    missingFires: true,
  },
  {
    alert: 'LlamascopeHighFailureRate',
    fires: requests('0+24x200', '0+6x200'),
    under: requests('0+27x200', '0+2.9x200'),
    idle: requests('7x200', '3x200'),
    reset: requests('0+24x20 0+24x200', '0+6x20 0+6x200'),
    at: '20m',
    pendingAt: '2m',
    labels: { severity: 'critical' },
    value: '20%',
  },
  {
    alert: 'LlamascopeEventLoopBlocked',
    fires: histogram('llamascope_event_loop_lag_seconds', {
      '0.1': '0x200',
      '0.25': '0+100x200',
      '+Inf': '0+100x200',
    }),
    under: histogram('llamascope_event_loop_lag_seconds', {
      '0.05': '0+100x200',
      '0.1': '0+100x200',
      '+Inf': '0+100x200',
    }),
    idle: histogram('llamascope_event_loop_lag_seconds', {
      '0.1': '0x200',
      '0.25': '5x200',
      '+Inf': '5x200',
    }),
    reset: histogram('llamascope_event_loop_lag_seconds', {
      '0.1': '0x200',
      '0.25': '0+100x20 0+100x200',
      '+Inf': '0+100x20 0+100x200',
    }),
    at: '20m',
    pendingAt: '5m',
    labels: { severity: 'warning' },
    value: '248.5ms',
  },
  {
    alert: 'LlamascopeConfigReloadFailed',
    fires: { 'llamascope_config_reloads_total{job="llamascope",result="rejected"}': '0x10 1x200' },
    under: { 'llamascope_config_reloads_total{job="llamascope",result="applied"}': '0+1x200' },
    idle: { 'llamascope_config_reloads_total{job="llamascope",result="rejected"}': '4x200' },
    reset: { 'llamascope_config_reloads_total{job="llamascope",result="rejected"}': '2x5 0x5 1x200' },
    at: '10m',
    pendingAt: null,
    labels: { severity: 'warning' },
    value: '1',
    resetValue: '1.025',
  },
  {
    alert: 'LlamascopeWorkerCrashed',
    fires: { 'llamascope_worker_exits_total{job="llamascope",reason="crashed"}': '0x10 1x200' },
    under: { 'llamascope_worker_exits_total{job="llamascope",reason="replaced"}': '0+1x200' },
    idle: { 'llamascope_worker_exits_total{job="llamascope",reason="crashed"}': '4x200' },
    reset: { 'llamascope_worker_exits_total{job="llamascope",reason="crashed"}': '2x5 0x5 1x200' },
    at: '10m',
    pendingAt: null,
    labels: { severity: 'warning', reason: 'crashed' },
    value: '1',
    resetValue: '1.025',
  },
  {
    alert: 'LlamascopeWorkersMissing',
    fires: {
      'llamascope_workers{job="llamascope",state="ready"}': '4x5 3x200',
      'llamascope_workers{job="llamascope",state="wanted"}': '4x200',
    },
    under: {
      'llamascope_workers{job="llamascope",state="ready"}': '4x5 3 4x200',
      'llamascope_workers{job="llamascope",state="wanted"}': '4x200',
    },
    idle: {
      'llamascope_workers{job="llamascope",state="ready"}': '4x200',
      'llamascope_workers{job="llamascope",state="wanted"}': '4x200',
    },
    reset: {
      'llamascope_workers{job="llamascope",state="ready"}': '0 3x200',
      'llamascope_workers{job="llamascope",state="wanted"}': '4x200',
    },
    at: '10m',
    pendingAt: '4m',
    labels: { severity: 'critical' },
    value: '75%',
  },
  {
    alert: 'LlamascopeMetricSeriesDropped',
    fires: { 'llamascope_metric_series_dropped_total{job="llamascope",family="f"}': '0+2x200' },
    under: { 'llamascope_metric_series_dropped_total{job="llamascope",family="f"}': '0x200' },
    idle: { 'llamascope_metric_series_dropped_total{job="llamascope",family="f"}': '9x200' },
    reset: { 'llamascope_metric_series_dropped_total{job="llamascope",family="f"}': '0+2x20 0+2x200' },
    at: '30m',
    pendingAt: null,
    labels: { severity: 'warning', family: 'f' },
    value: '60',
  },
  {
    alert: 'LlamascopeBreakerOpen',
    fires: state('0x10 1 2 1 1 1 2 1 1 1 1x200', '0x10 1x200'),
    under: state('0x10 1 0x200', '0x10 1x200'),
    // Half open for long, and nobody asks: not a page.
    idle: state('2x200', '3x200'),
    reset: state('0x10 1x10 0 1x200', '0x10 1x10 0x1 1x200'),
    at: '20m',
    pendingAt: '5m30s',
    labels: { severity: 'critical', breaker_name: 'gpu-1' },
    value: '1',
  },
  {
    alert: 'LlamascopeUpstreamFailing',
    fires: calls('0+7x200', '0+3x200'),
    under: calls('0+8.1x200', '0+1.9x200'),
    idle: calls('5x200', '5x200'),
    reset: calls('0+7x20 0+7x200', '0+3x20 0+3x200'),
    at: '30m',
    pendingAt: '5m',
    labels: { severity: 'warning', breaker_name: 'gpu-1' },
    value: '30%',
  },
  {
    alert: 'LlamascopeUpstreamUnhealthy',
    fires: { 'llamascope_upstream_healthy{job="llamascope",upstream="gpu-1"}': '1x10 0x200' },
    under: { 'llamascope_upstream_healthy{job="llamascope",upstream="gpu-1"}': '1x10 0 0 1x200' },
    idle: { 'llamascope_upstream_healthy{job="llamascope",upstream="gpu-1"}': '1x200' },
    reset: null,
    at: '10m',
    pendingAt: '4m',
    labels: { severity: 'warning', upstream: 'gpu-1' },
    value: '0',
  },
  {
    alert: 'LlamascopePoolExhausted',
    fires: {
      'connection_pool_size{job="llamascope",client_name="gpu-1",pool_type="connections"}': '61x200',
      'connection_pool_size{job="llamascope",client_name="gpu-1",pool_type="maxsize"}': '64x200',
    },
    under: {
      'connection_pool_size{job="llamascope",client_name="gpu-1",pool_type="connections"}': '57x200',
      'connection_pool_size{job="llamascope",client_name="gpu-1",pool_type="maxsize"}': '64x200',
    },
    idle: {
      'connection_pool_size{job="llamascope",client_name="gpu-1",pool_type="connections"}': '0x200',
      'connection_pool_size{job="llamascope",client_name="gpu-1",pool_type="maxsize"}': '64x200',
    },
    reset: null,
    at: '10m',
    pendingAt: '4m',
    labels: { severity: 'warning', client_name: 'gpu-1' },
    value: '95.31%',
  },
  {
    alert: 'LlamascopeConnectErrors',
    fires: {
      'llamascope_pool_connect_errors_total{job="llamascope",client_name="gpu-1",reason="refused"}':
        '0+3x200',
    },
    under: {
      'llamascope_pool_connect_errors_total{job="llamascope",client_name="gpu-1",reason="refused"}':
        '0+0.5x200',
    },
    idle: {
      'llamascope_pool_connect_errors_total{job="llamascope",client_name="gpu-1",reason="refused"}': '8x200',
    },
    reset: {
      'llamascope_pool_connect_errors_total{job="llamascope",client_name="gpu-1",reason="refused"}':
        '0+3x20 0+3x200',
    },
    at: '30m',
    pendingAt: '5m',
    labels: { severity: 'warning', client_name: 'gpu-1', reason: 'refused' },
    value: '100m',
  },
  {
    alert: 'LlamascopeRetryBudgetExhausted',
    fires: { 'llamascope_retry_budget_exhausted_total{job="llamascope"}': '0+2x200' },
    under: { 'llamascope_retry_budget_exhausted_total{job="llamascope"}': '0+0.4x200' },
    idle: { 'llamascope_retry_budget_exhausted_total{job="llamascope"}': '50x200' },
    reset: { 'llamascope_retry_budget_exhausted_total{job="llamascope"}': '0+2x20 0+2x200' },
    at: '30m',
    pendingAt: null,
    labels: { severity: 'warning' },
    value: '20',
  },
  {
    alert: 'LlamascopeQueueSaturated',
    fires: rejections('0+3x200'),
    under: rejections('0+0.5x200'),
    idle: { ...rejections('4x200'), 'llamascope_queue_depth{job="llamascope",upstream="gpu-1"}': '0x200' },
    reset: rejections('0+3x20 0+3x200'),
    at: '20m',
    pendingAt: '2m',
    labels: { severity: 'warning', upstream: 'gpu-1' },
    value: '100m',
  },
  {
    alert: 'LlamascopeQueueSaturated',
    fires: { 'llamascope_queue_depth{job="llamascope",upstream="gpu-1"}': '0x10 4x200' },
    under: {
      'llamascope_queue_depth{job="llamascope",upstream="gpu-1"}':
        '4 4 4 0x4 4 4 4 4 0 4 4 4 4 0 4 4 4 0 4 4 4 4 0 4 4 0 4x1',
    },
    idle: { 'llamascope_queue_depth{job="llamascope",upstream="gpu-1"}': '0x200' },
    reset: null,
    at: '20m',
    pendingAt: '11m30s',
    labels: { severity: 'warning', upstream: 'gpu-1' },
    value: '4',
  },
  {
    alert: 'LlamascopeSlowFirstToken',
    fires: firstTokens('0x200', '0+2x200'),
    under: firstTokens('0+2x200', '0+2x200'),
    idle: firstTokens('0x200', '9x200'),
    reset: firstTokens('0x200', '0+2x30 0+2x200'),
    at: '40m',
    pendingAt: '5m',
    labels: { severity: 'warning' },
    value: '58.5s',
  },
  {
    alert: 'LlamascopeModelReloadThrash',
    fires: reloaded('0+0.25x200'),
    under: reloaded('0+0.14x200'),
    idle: reloaded('12x200'),
    reset: reloaded('0+0.25x30 0+0.25x200'),
    at: '30m',
    pendingAt: null,
    labels: { severity: 'warning', upstream: 'gpu-1', model: 'llama3.2:1b' },
    value: '5',
  },
  {
    alert: 'LlamascopeSemcacheHitRatioLow',
    fires: lookups('0+0.02x400', '0+2x400'),
    under: lookups('0+0.2x400', '0+2x400'),
    idle: lookups('0x400', '50x400'),
    reset: lookups('0+0.02x100 0+0.02x400', '0+2x100 0+2x400'),
    at: '3h',
    pendingAt: '30m',
    labels: { severity: 'warning' },
    value: '0.9901%',
  },
  {
    alert: 'LlamascopeSemcacheAlmostFull',
    fires: fill('0.97x400', '0+1x400'),
    under: fill('0.89x400', '0+1x400'),
    // Full, and nothing has to go for lack of room.
    idle: fill('1x400', '30x400'),
    reset: fill('0.97x400', '0+1x50 0+1x400'),
    at: '1h',
    pendingAt: '15m',
    labels: { severity: 'warning' },
    value: '97%',
  },
  {
    alert: 'LlamascopeEmbedderFailing',
    fires: { 'llamascope_semcache_embed_failures_total{job="llamascope"}': '0+3x200' },
    under: { 'llamascope_semcache_embed_failures_total{job="llamascope"}': '0+0.2x200' },
    idle: { 'llamascope_semcache_embed_failures_total{job="llamascope"}': '3x200' },
    reset: { 'llamascope_semcache_embed_failures_total{job="llamascope"}': '0+3x30 0+3x200' },
    at: '40m',
    pendingAt: '5m',
    labels: { severity: 'warning' },
    value: '100m',
  },
  {
    alert: 'LlamascopeErrorBudgetBurnFast',
    fires: requests('0+40x800', '0+10x800'),
    under: requests('0+47x800', '0+2.9x800'),
    idle: requests('100x800', '60x800'),
    reset: requests('0+40x60 0+40x800', '0+10x60 0+10x800'),
    at: '4h',
    pendingAt: '2m',
    labels: { severity: 'critical', slo: 'availability' },
    value: '20%',
  },
  {
    alert: 'LlamascopeErrorBudgetBurnFast',
    fires: firstTokens('0+1x800', '0+5x800'),
    under: firstTokens('0+4x800', '0+5x800'),
    idle: firstTokens('9x800', '40x800'),
    reset: firstTokens('0+1x60 0+1x800', '0+5x60 0+5x800'),
    at: '4h',
    pendingAt: '2m',
    labels: { severity: 'critical', slo: 'first-token' },
    value: '80%',
  },
  {
    alert: 'LlamascopeErrorBudgetBurnSlow',
    fires: requests('0+98x1000', '0+2x1000'),
    under: requests('0+99.5x1000', '0+0.5x1000'),
    idle: requests('900x1000', '100x1000'),
    reset: requests('0+98x300 0+98x1000', '0+2x300 0+2x1000'),
    at: '50h',
    pendingAt: '15m',
    labels: { severity: 'warning', slo: 'availability' },
    value: '2%',
    step: '5m',
  },
  {
    alert: 'LlamascopeFalseHitRateHigh',
    fires: audits('0+9x200', '0+1x200'),
    under: audits('0+97x200', '0+3x200'),
    idle: audits('90x200', '10x200'),
    reset: audits('0+9x40 0+9x160', '0+1x40 0+1x160'),
    at: '1h',
    pendingAt: '3m',
    labels: { severity: 'warning' },
    value: '10%',
  },
  {
    alert: 'LlamascopeCacheStoreDegraded',
    fires: store('0x5 1x100', '1x5 0x100'),
    under: store('0x5 1x8 0x100', '1x5 0x8 1x100'),
    idle: store('0x200', '1x200'),
    reset: null,
    at: '20m',
    pendingAt: '5m',
    labels: { severity: 'warning', store: 'redis' },
    value: '',
  },
];
