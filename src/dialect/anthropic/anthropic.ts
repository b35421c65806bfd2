/**
 * Anthropic's messages API, relayed: requests are read as far as routing needs, streams are observed, errors have
 * Anthropic's shape. Answers are not cached yet, so there is no canonical form and nothing to replay.
 */
import type { BodyReport, Dialect } from '../../core/dialect.ts';
import type { GatewayError } from '../../core/errors.ts';
import { isJsonObject } from '../../core/json.ts';
import type { Route } from '../../core/route.ts';
import { errorMessage, MALFORMED, numberOf, parseBody } from '../answer/body.ts';
import { observeAnthropic } from './observe.ts';
import { readAnthropicRequest } from './request.ts';

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
  const usage = isJsonObject(json['usage']) ? json['usage'] : {};
  const prompt = numberOf(usage['input_tokens']);
  const output = numberOf(usage['output_tokens']);
  return {
    valid: true,
    error: errorMessage(json['error']),
    usage:
      prompt === null && output === null
        ? null
        : { promptTokens: prompt ?? 0, completionTokens: output ?? 0 },
    times: null,
  };
}

export const anthropic: Dialect = {
  name: 'anthropic',
  readRequest: readAnthropicRequest,
  canonicalRequest: () => null,
  errorBody: (error: GatewayError): Buffer => Buffer.from(shape(error)),
  inBandError: (_route: Route, error: GatewayError, atBoundary: boolean): Buffer =>
    Buffer.from(`${atBoundary ? '' : '\n\n'}event: error\ndata: ${shape(error)}\n\n`),
  observeStream: observeAnthropic,
  inspectBody,
  readAnswer: () => null,
  writeAnswer: () => null,
};
