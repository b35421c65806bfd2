/**
 * The metrics of a comparison (`llamascope compare`), which the gateway itself never exposes: written as OpenMetrics by
 * the experiment, drawn by a dashboard of their own.
 */
export const COMPARE_METRICS = {
  requests: 'llamascope_compare_requests',
  duration: 'llamascope_compare_duration_seconds',
  inflight: 'llamascope_compare_inflight_requests',
  breaker: 'llamascope_compare_breaker_state',
} as const;
