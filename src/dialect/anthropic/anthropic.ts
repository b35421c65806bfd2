/**
 * Anthropic's messages API as Ollama speaks it. Guarantees: a conversation has the canonical form that it has in every
 * other dialect, an error has the shape that clients turn into their own exceptions, also in the middle of a stream.
 */
import type { BodyReport, Dialect } from '../../core/dialect.ts';
import type { GatewayError } from '../../core/errors.ts';
import type { Route } from '../../core/route.ts';
import { errorMessage, MALFORMED, parseBody } from '../answer/body.ts';
import { canonicalAnthropic } from './canonical.ts';
import { observeAnthropic } from './observe.ts';
import { readAnthropicAnswer, usageOf } from './read-answer.ts';
import { readAnthropicRequest } from './request.ts';
import { writeAnthropicAnswer } from './write-answer.ts';

/** Anthropic's `type` for a status. */
const ERROR_TYPES: ReadonlyMap<number, string> = new Map([
  [401, 'authentication_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [413, 'request_too_large'],
  [429, 'rate_limit_error'],
  [503, 'overloaded_error'],
  [504, 'timeout_error'],
]);

function shape(error: GatewayError): string {
  const { status, message, code } = error;
  const type = ERROR_TYPES.get(status) ?? (status < 500 ? 'invalid_request_error' : 'api_error');
  return JSON.stringify({ type: 'error', error: { type, message, code } });
}

function inspectBody(_route: Route, body: Buffer): BodyReport {
  const json = parseBody(body);
  if (json === null) return MALFORMED;
  return { valid: true, error: errorMessage(json['error']), usage: usageOf(json['usage']), times: null };
}

export const anthropic: Dialect = {
  name: 'anthropic',
  readRequest: readAnthropicRequest,
  canonicalRequest: canonicalAnthropic,
  errorBody: (error: GatewayError): Buffer => Buffer.from(shape(error)),
  inBandError: (_route: Route, error: GatewayError, atBoundary: boolean): Buffer =>
    Buffer.from(`${atBoundary ? '' : '\n\n'}event: error\ndata: ${shape(error)}\n\n`),
  observeStream: observeAnthropic,
  inspectBody,
  readAnswer: readAnthropicAnswer,
  writeAnswer: writeAnthropicAnswer,
};
