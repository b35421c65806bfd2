import type { AttemptOutcome } from './outcome.ts';

/**
 * The catalogue of everything Llamascope itself answers with an error.
 * `code` is stable and documented in docs/errors.md (a test holds the two
 * together); the dialect decides the shape, this table the status.
 */
export interface ErrorKind {
  readonly status: number;
  /** Whether the same request may succeed later: such answers carry `retry-after`. */
  readonly retryable: boolean;
  /** One sentence for docs/errors.md: when it happens and what to do. */
  readonly meaning: string;
}

export type ErrorCode =
  | 'invalid_json'
  | 'invalid_field'
  | 'missing_model'
  | 'invalid_header'
  | 'unauthorized'
  | 'endpoint_forbidden'
  | 'foreign_origin'
  | 'unknown_path'
  | 'unknown_name'
  | 'model_not_found'
  | 'metrics_disabled'
  | 'method_not_allowed'
  | 'request_timeout'
  | 'body_too_large'
  | 'config_refused'
  | 'client_closed'
  | 'superseded'
  | 'internal'
  | 'upstream_unreachable'
  | 'upstream_failed'
  | 'upstream_malformed'
  | 'upstream_cut'
  | 'breaker_open'
  | 'queue_full'
  | 'queue_timeout'
  | 'no_upstream'
  | 'draining'
  | 'too_many_viewers'
  | 'upstream_timeout'
  | 'deadline_exceeded'
  | 'not_cached'
  | 'loop_detected';

const kind = (status: number, retryable: boolean, meaning: string): ErrorKind => ({
  status,
  retryable,
  meaning,
});

export const ERROR_CATALOGUE: Readonly<Record<ErrorCode, ErrorKind>> = {
  invalid_json: kind(
    400,
    false,
    'The body is not valid JSON, or not a JSON object. The message names the position.',
  ),
  invalid_field: kind(
    400,
    false,
    'A field has the wrong type or value. The message names the field and what was expected.',
  ),
  missing_model: kind(400, false, 'The body names no model.'),
  invalid_header: kind(400, false, 'A request header that Llamascope reads has a value it does not accept.'),
  unauthorized: kind(
    401,
    false,
    'The operations plane needs `Authorization: Bearer` with the configured token.',
  ),
  endpoint_forbidden: kind(
    403,
    false,
    'The endpoint changes or deletes models and is refused unless `allowManagement` is set; or it gives out prompts and answers and `cache.showText` is off.',
  ),
  foreign_origin: kind(
    403,
    false,
    'A web page of another origin asked the operations plane to change something, or reached it under a name that is not its own. Use its address, or set `admin.token`.',
  ),
  unknown_path: kind(404, false, 'The path is not on the allow-list of forwarded routes.'),
  unknown_name: kind(
    404,
    false,
    'The operations plane was asked for something by a name that nothing has. The message lists the names there are.',
  ),
  model_not_found: kind(
    404,
    false,
    'No upstream may serve the model: it stands in none of their `models` lists.',
  ),
  metrics_disabled: kind(
    404,
    false,
    'Metrics are switched off by `metrics.enabled` or `METRICS_ENABLED=false`.',
  ),
  method_not_allowed: kind(
    405,
    false,
    'The path exists, but not with this method; `allow` lists those it has.',
  ),
  request_timeout: kind(408, true, 'The client did not finish sending its request in time.'),
  body_too_large: kind(413, false, 'The body is larger than `limits.bodyBytes`.'),
  config_refused: kind(
    422,
    false,
    'The configuration that was to be loaded has mistakes, which the message lists, or none can be read. The former one stays in force.',
  ),
  client_closed: kind(499, false, 'The client went away before an answer; seen only in metrics and logs.'),
  superseded: kind(
    499,
    false,
    'Another attempt at the same request answered first; seen only inside Llamascope.',
  ),
  internal: kind(500, false, 'A defect in Llamascope. The log has the stack under the same request id.'),
  upstream_unreachable: kind(
    502,
    true,
    'No connection to the upstream could be made, or it was cut before an answer.',
  ),
  upstream_failed: kind(502, true, 'The upstream reported an error inside a 200 answer before any content.'),
  upstream_malformed: kind(502, true, 'The upstream answered with something that is not the protocol.'),
  upstream_cut: kind(502, true, 'The upstream ended its answer without the final marker.'),
  breaker_open: kind(503, true, 'The circuit breaker of every suitable upstream is open.'),
  queue_full: kind(503, true, 'The queue in front of the upstream is full.'),
  queue_timeout: kind(503, true, 'The request waited for its turn longer than `queue.waitMs`.'),
  no_upstream: kind(503, true, 'No upstream is available: all are draining, or none is configured.'),
  draining: kind(503, true, 'Llamascope is shutting down or drained, or the upstream that was to answer is.'),
  too_many_viewers: kind(503, true, 'As many pages as allowed are reading the live stream already.'),
  upstream_timeout: kind(504, true, 'The upstream sent no content within its time limit.'),
  deadline_exceeded: kind(504, true, "The client's own deadline (`x-request-timeout-ms`) passed."),
  not_cached: kind(504, false, 'The request asked for `only-if-cached` and nothing is stored.'),
  loop_detected: kind(
    508,
    false,
    'The request already passed through this gateway: an upstream points back at it.',
  ),
};

export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly code: ErrorCode;
  readonly status: number;
  /** Milliseconds after which a retry can make sense; sent as whole seconds, rounded up. */
  readonly retryAfterMs: number | null;
  /** How the attempt behind it was classified; null for refusals of our own, which are never retried. */
  readonly outcome: AttemptOutcome | null;

  constructor(
    code: ErrorCode,
    message: string,
    options: { retryAfterMs?: number; cause?: unknown; outcome?: AttemptOutcome } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.outcome = options.outcome ?? null;
    const entry = ERROR_CATALOGUE[code];
    this.status = entry.status;
    this.retryAfterMs = options.retryAfterMs ?? (entry.retryable ? 1_000 : null);
  }
}

/** Any thrown value as a GatewayError; a defect becomes `internal` and keeps its cause for the log. */
export function asGatewayError(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  return new GatewayError('internal', 'internal error', { cause: error });
}
