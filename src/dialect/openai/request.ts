/** What OpenAI-style requests must look like for us to read them; the rest is the upstream's to judge. */
import type { JsonObject } from '../../core/json.ts';
import type { RequestFacts } from '../../core/request.ts';
import type { Route } from '../../core/route.ts';
import {
  booleanOr,
  checkArray,
  checkBoolean,
  checkInteger,
  checkMessages,
  checkNumber,
  checkString,
  checkTexts,
  invalidField,
  optionalObject,
  requireModel,
} from '../request/fields.ts';
import { readJsonObject } from '../request/json-body.ts';
import { isResponses } from './responses/route.ts';

export function readOpenaiRequest(route: Route, body: Buffer): RequestFacts {
  if (route.body !== 'json') return { model: null, stream: false, json: null };
  const json = readJsonObject(body);
  const model = requireModel(json, 'model');
  if (route.operation === 'embed') {
    checkTexts(json, 'input', true);
    return { model, stream: false, json };
  }
  const stream = booleanOr(json, 'stream', route.streamsByDefault);
  if (isResponses(route)) checkResponses(json);
  else checkCompletions(route, json);
  return { model, stream, json };
}

function checkResponses(json: JsonObject): void {
  const input = json['input'];
  if (input !== undefined && input !== null && typeof input !== 'string' && !Array.isArray(input))
    throw invalidField('input', input, 'a string or an array of items');
}

function checkCompletions(route: Route, json: JsonObject): void {
  if (route.operation === 'chat') checkMessages(json, { required: true, parts: true });
  else checkTexts(json, 'prompt', true);
  const streamOptions = optionalObject(json, 'stream_options');
  if (streamOptions !== null) checkBoolean(streamOptions, 'include_usage', 'stream_options.');
  checkNumber(json, 'temperature');
  checkNumber(json, 'top_p');
  checkInteger(json, 'seed');
  checkInteger(json, 'n');
  checkInteger(json, 'max_tokens');
  checkString(json, 'suffix');
  checkString(json, 'reasoning_effort');
  optionalObject(json, 'response_format');
  optionalObject(json, 'reasoning');
  checkArray(json, 'tools', 'object');
  checkTexts(json, 'stop', false);
}
