import { describe, expect, it } from 'vitest';
import { GatewayError } from '../core/errors.ts';
import {
  connectErrorReason,
  errorCode,
  isCut,
  parseRetryAfter,
  statusOutcome,
  transportFailure,
} from './classify.ts';

const coded = (code: string): Error => Object.assign(new Error(code), { code });

describe('connectErrorReason', () => {
  it.each([
    ['ECONNREFUSED', 'refused'],
    ['EHOSTUNREACH', 'refused'],
    ['ENETUNREACH', 'refused'],
    ['EADDRNOTAVAIL', 'refused'],
    ['UND_ERR_CONNECT_TIMEOUT', 'timeout'],
    ['ETIMEDOUT', 'timeout'],
    ['ENOTFOUND', 'dns'],
    ['EAI_AGAIN', 'dns'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'tls'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls'],
    ['CERT_HAS_EXPIRED', 'tls'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls'],
    ['EPROTO', 'tls'],
    ['EAI_FAIL', 'dns'],
    ['ENODATA', 'dns'],
    ['ECONNRESET', 'reset'],
    ['EPIPE', 'reset'],
    ['ECONNABORTED', 'reset'],
    ['UND_ERR_SOCKET', 'reset'],
    ['EMFILE', 'other'],
  ])('%s is %s', (code, reason) => {
    expect(connectErrorReason(coded(code))).toBe(reason);
  });

  it('looks into an attempt at several addresses, and survives anything', () => {
    expect(connectErrorReason(new AggregateError([coded('ECONNREFUSED')]))).toBe('refused');
    expect(errorCode(new AggregateError([]))).toBe('');
    expect(errorCode('a string')).toBe('');
    expect(errorCode(null)).toBe('');
  });
});

describe('transportFailure', () => {
  it.each([
    ['ECONNREFUSED', 'connecting', 'upstream_unreachable', 'connect_error'],
    ['UND_ERR_SOCKET', 'unanswered', 'upstream_unreachable', 'reset'],
    ['ECONNRESET', 'answering', 'upstream_cut', 'reset'],
    ['UND_ERR_HEADERS_OVERFLOW', 'unanswered', 'upstream_malformed', 'malformed'],
    ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'answering', 'upstream_cut', 'reset'],
    ['EPIPE', 'answering', 'upstream_cut', 'reset'],
    ['ETIMEDOUT', 'waiting', 'upstream_unreachable', 'connect_error'],
    ['UND_ERR_DESTROYED', 'waiting', 'draining', null],
    ['UND_ERR_CLOSED', 'connecting', 'draining', null],
    ['UND_ERR_INVALID_ARG', 'connecting', 'internal', null],
    ['UND_ERR_NOT_SUPPORTED', 'waiting', 'internal', null],
  ] as const)('%s while %s is %s, %s', (code, phase, expected, outcome) => {
    const cause = coded(code);
    expect(transportFailure(cause, phase, 'up')).toMatchObject({ code: expected, outcome, cause });
  });

  it('passes our own errors through', () => {
    const error = new GatewayError('body_too_large', 'too large');
    expect(transportFailure(error, 'answering', 'up')).toBe(error);
  });
});

describe('isCut', () => {
  it.each(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'UND_ERR_SOCKET'])('%s is', (code) => {
    expect(isCut(coded(code))).toBe(true);
  });

  it.each(['ECONNREFUSED', 'UND_ERR_HEADERS_OVERFLOW', ''])('%o is not', (code) => {
    expect(isCut(coded(code))).toBe(false);
  });
});

describe('statusOutcome', () => {
  it.each([
    [200, null, null, 'success'],
    [304, null, null, 'client_error'],
    [400, '{"error":"bad"}', null, 'client_error'],
    [404, null, null, 'client_error'],
    [429, null, 5_000, 'rate_limited'],
    [500, 'oops', null, 'server_error'],
    [503, null, null, 'server_error'],
    [503, null, 0, 'overloaded'],
    [529, null, null, 'overloaded'],
  ] as const)('%i with %o and %o is %s', (status, body, retryAfterMs, outcome) => {
    expect(statusOutcome(status, body === null ? null : Buffer.from(body), retryAfterMs)).toBe(outcome);
  });
});

describe('parseRetryAfter', () => {
  const now = Date.parse('2026-08-01T00:00:00Z');

  it.each([
    ['0', 0],
    [' 12 ', 12_000],
    ['Sat, 01 Aug 2026 00:00:30 GMT', 30_000],
    ['Fri, 31 Jul 2026 00:00:30 GMT', 0],
    ['-5', null],
    ['1.5', null],
    ['soon', null],
    ['', null],
    ['99999999999', null],
    [undefined, null],
    [['1', '2'], null],
  ])('%o is %o ms', (value, expected) => {
    expect(parseRetryAfter(value, { wallMs: () => now })).toBe(expected);
  });
});
