/**
 * What a failure means. Every way an attempt can fail gets one name from `core/outcome.ts` and one sentence for
 * the client; what follows from it (breaker, retry) is decided elsewhere.
 */
import { GatewayError, type ErrorCode } from '../core/errors.ts';
import type { ConnectErrorReason } from '../core/events.ts';
import type { AttemptOutcome } from '../core/outcome.ts';
import type { Clock } from '../runtime/clock.ts';

/** How far an attempt had come: nothing written (the first two), written but unanswered, in the middle of an answer. */
export type AttemptPhase = 'waiting' | 'connecting' | 'unanswered' | 'answering';

const REFUSED = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'EACCES', 'ENOENT']);
const TIMED_OUT = new Set(['ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT']);
const UNRESOLVED = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'ENODATA', 'EDNS']);
const CUT = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'UND_ERR_SOCKET']);
/** OpenSSL's verdicts on a certificate have no common prefix. */
const TLS_CODE =
  /^(ERR_TLS|ERR_SSL|EPROTO|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|INVALID_CA|CRL_|ERROR_IN_C)/;

const CONNECT_SENTENCE: Readonly<Record<ConnectErrorReason, string>> = {
  refused: 'the connection was refused',
  timeout: 'no connection within the time limit',
  dns: 'its host name could not be resolved',
  tls: 'the TLS handshake failed',
  reset: 'the connection was cut while it was being made',
  other: 'the connection failed',
};

/** The `reason` label of a failed connection. Looks into the errors of an address-by-address attempt. */
export function connectErrorReason(error: unknown): ConnectErrorReason {
  const code = errorCode(error);
  if (TIMED_OUT.has(code)) return 'timeout';
  if (REFUSED.has(code)) return 'refused';
  if (UNRESOLVED.has(code)) return 'dns';
  if (TLS_CODE.test(code)) return 'tls';
  if (CUT.has(code)) return 'reset';
  return 'other';
}

/** The code of an error, or of the first inside an `AggregateError`; empty when it has none. */
export function errorCode(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError) return errorCode(error.errors[0]);
  return '';
}

/**
 * An error of the connection or of the HTTP parser as the client sees it, with the outcome attached. Errors that
 * are already ours (a request body that broke off) pass through: they are not the upstream's doing.
 */
export function transportFailure(error: Error, phase: AttemptPhase, upstream: string): GatewayError {
  if (error instanceof GatewayError) return error;
  const code = errorCode(error);
  if (code === 'UND_ERR_DESTROYED' || code === 'UND_ERR_CLOSED')
    return new GatewayError('draining', `upstream ${upstream} is being shut down`, { cause: error });
  if (code === 'UND_ERR_INVALID_ARG' || code === 'UND_ERR_NOT_SUPPORTED')
    return new GatewayError('internal', 'the request cannot be written to the upstream', { cause: error });
  if (phase === 'waiting' || phase === 'connecting') {
    const sentence = CONNECT_SENTENCE[connectErrorReason(error)];
    return failure(
      'upstream_unreachable',
      `cannot reach upstream ${upstream}: ${sentence}`,
      'connect_error',
      error,
    );
  }
  if (isProtocolError(error, code))
    return failure(
      'upstream_malformed',
      `upstream ${upstream} does not answer in HTTP/1.1`,
      'malformed',
      error,
    );
  return phase === 'unanswered'
    ? failure(
        'upstream_unreachable',
        `upstream ${upstream} cut the connection before it answered`,
        'reset',
        error,
      )
    : failure(
        'upstream_cut',
        `upstream ${upstream} cut the connection in the middle of its answer`,
        'reset',
        error,
      );
}

/** Whether the other side closed or reset the connection, rather than saying something wrong on it. */
export function isCut(error: unknown): boolean {
  return CUT.has(errorCode(error));
}

function failure(code: ErrorCode, message: string, outcome: AttemptOutcome, cause: Error): GatewayError {
  return new GatewayError(code, message, { outcome, cause });
}

/**
 * An answer that ends too early also upsets the parser, but is a cut, not another protocol. undici's parser errors
 * carry the parser's code only in name, so its sentence has to tell.
 */
function isProtocolError(error: Error, code: string): boolean {
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return true;
  return error.name === 'HTTPParserError' && !/EOF|closed connection/i.test(error.message);
}

const BUSY = /\bbusy\b|overload|maximum pending|too many|try again|loading/i;
const NO_MODEL =
  /model[^\n]{0,200}?(not found|does not exist|not exist|no such|unknown)|(unknown|no such) model/i;
/** Error bodies are short; what decides stands at the front. */
const TELLING_BYTES = 2_048;

/** How an answer's status is classified; `body` is what is there of an error's text. */
export function statusOutcome(
  status: number,
  body: Buffer | null,
  retryAfterMs: number | null,
): AttemptOutcome {
  if (status < 300) return 'success';
  if (status === 429) return 'rate_limited';
  if (status === 404 && NO_MODEL.test(frontOf(body))) return 'model_missing';
  if (status < 500) return 'client_error';
  if (status === 529) return 'overloaded';
  if (status === 503 && (retryAfterMs !== null || BUSY.test(frontOf(body)))) return 'overloaded';
  return 'server_error';
}

function frontOf(body: Buffer | null): string {
  return body === null ? '' : body.toString('utf8', 0, TELLING_BYTES);
}

/**
 * `retry-after` in milliseconds from now: whole seconds or an HTTP date (RFC 9110, 10.2.3). Null when absent or
 * neither. A date in the past is 0.
 */
export function parseRetryAfter(
  value: string | string[] | undefined,
  clock: Pick<Clock, 'wallMs'>,
): number | null {
  if (typeof value !== 'string') return null;
  const text = value.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  // Date.parse would also take `-5` or `2`: an HTTP date starts with the day's name.
  const at = /^[A-Za-z]{3}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - clock.wallMs());
}
