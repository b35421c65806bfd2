/**
 * Ollama's native API. Guarantees: a request is refused only when a field we must understand has the wrong type;
 * streams are observed without being touched; an error always has Ollama's shape, `{"error":"…"}`, with our
 * stable `code` beside it (clients read only `error`).
 */
import type { Dialect } from '../../core/dialect.ts';
import type { GatewayError } from '../../core/errors.ts';
import type { Route } from '../../core/route.ts';
import { canonicalOllama } from './canonical.ts';
import { observeOllama } from './observe.ts';
import { inspectOllamaBody, readOllamaAnswer } from './read-answer.ts';
import { readOllamaRequest } from './request.ts';
import { writeOllamaAnswer } from './write-answer.ts';

function shape(error: GatewayError): string {
  return JSON.stringify({ error: error.message, code: error.code });
}

export const ollama: Dialect = {
  name: 'ollama',
  readRequest: readOllamaRequest,
  canonicalRequest: canonicalOllama,
  errorBody: (error: GatewayError): Buffer => Buffer.from(shape(error)),
  // A line cut in half is ended first: the client drops it as invalid and still reads the error.
  inBandError: (_route: Route, error: GatewayError, atBoundary: boolean): Buffer =>
    Buffer.from(`${atBoundary ? '' : '\n'}${shape(error)}\n`),
  observeStream: observeOllama,
  inspectBody: inspectOllamaBody,
  readAnswer: readOllamaAnswer,
  writeAnswer: writeOllamaAnswer,
};
