/**
 * The OpenAI API as Ollama and other servers speak it. Guarantees: an error has the shape that official clients
 * turn into their own exceptions, also in the middle of a stream. `/v1/responses` has a grammar of its own: `responses/`.
 */
import type { Dialect } from '../../core/dialect.ts';
import type { GatewayError } from '../../core/errors.ts';
import type { Route } from '../../core/route.ts';
import { canonicalOpenai } from './canonical.ts';
import { UsageHider } from './hide-usage.ts';
import { observeOpenai } from './observe.ts';
import { inspectOpenaiBody, readOpenaiAnswer } from './read-answer.ts';
import { readOpenaiRequest } from './request.ts';
import { isResponses } from './responses/route.ts';
import { writeOpenaiAnswer } from './write-answer.ts';

/** OpenAI's `type` for a status. */
function errorType(status: number): string {
  if (status === 401) return 'authentication_error';
  if (status === 403) return 'permission_error';
  if (status === 404) return 'not_found_error';
  if (status === 429) return 'rate_limit_error';
  return status < 500 ? 'invalid_request_error' : 'api_error';
}

function shape(error: GatewayError): { message: string; type: string; param: null; code: string } {
  return { message: error.message, type: errorType(error.status), param: null, code: error.code };
}

function inBandError(route: Route, error: GatewayError, atBoundary: boolean): Buffer {
  // Two line ends close an event cut in half; a client reports it as broken rather than as complete.
  const prefix = atBoundary ? '' : '\n\n';
  if (!isResponses(route))
    return Buffer.from(`${prefix}data: ${JSON.stringify({ error: shape(error) })}\n\n`);
  const { message, param, code } = shape(error);
  return Buffer.from(
    `${prefix}event: error\ndata: ${JSON.stringify({ type: 'error', code, message, param })}\n\n`,
  );
}

export const openai: Dialect = {
  name: 'openai',
  readRequest: readOpenaiRequest,
  canonicalRequest: canonicalOpenai,
  errorBody: (error: GatewayError): Buffer => Buffer.from(JSON.stringify({ error: shape(error) })),
  inBandError,
  observeStream: observeOpenai,
  hideUsage: (route: Route): UsageHider | null =>
    route.template === '/v1/responses' ? null : new UsageHider(),
  inspectBody: inspectOpenaiBody,
  readAnswer: readOpenaiAnswer,
  writeAnswer: writeOpenaiAnswer,
};
