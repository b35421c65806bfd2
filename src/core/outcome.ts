/** How one attempt at one upstream ended. The policy over these is the table in `resilience/outcomes.ts`. */
export const ATTEMPT_OUTCOMES = [
  'success',
  'connect_error', // refused, DNS, TLS, connect timeout: nothing was sent
  'reset', // the connection was cut before a complete answer
  'first_token_timeout',
  'idle_timeout', // a gap between content chunks longer than allowed
  'total_timeout',
  'server_error', // 5xx other than a busy 503
  'overloaded', // 503 "server busy"
  'rate_limited', // 429
  'model_missing', // 404 for a model
  'client_error', // other 4xx: the request's fault, not the upstream's
  'stream_error', // an error item inside a 200 stream
  'truncated', // the stream ended without its final marker
  'malformed', // not the protocol
  'aborted', // the client went away, or its deadline passed
] as const;
export type AttemptOutcome = (typeof ATTEMPT_OUTCOMES)[number];

/** How a client's request ended; the `outcome` label. */
export const REQUEST_OUTCOMES = [
  'ok',
  'client_error',
  'upstream_error',
  'timeout',
  'shed',
  'aborted',
] as const;
export type RequestOutcome = (typeof REQUEST_OUTCOMES)[number];

export const FALLBACK_REASONS = [
  'missing',
  'unreachable',
  'breaker_open',
  'queue_full',
  'overloaded',
  'failed',
] as const;
/** Why a model was not the one that answered. */
export type FallbackReason = (typeof FALLBACK_REASONS)[number];
