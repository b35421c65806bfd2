/** What Ollama's requests must look like for us to read them; the rest is Ollama's to judge. */
import { isJsonObject, type JsonObject } from '../../core/json.ts';
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

export function readOllamaRequest(route: Route, body: Buffer): RequestFacts {
  if (route.body !== 'json') return { model: null, stream: false, json: null };
  const json = readJsonObject(body);
  // Show and the management calls once took `name`, and still do.
  const model =
    route.operation === 'read' || route.operation === 'manage'
      ? requireModel(json, 'model', 'name')
      : requireModel(json, 'model');
  if (route.operation === 'embed') checkEmbed(json);
  if (route.operation !== 'chat' && route.operation !== 'generate') return { model, stream: false, json };
  const stream = booleanOr(json, 'stream', route.streamsByDefault);
  if (route.operation === 'chat') checkMessages(json, { required: false, parts: false });
  else checkGenerate(json);
  checkShared(json);
  return { model, stream, json };
}

function checkEmbed(json: JsonObject): void {
  checkTexts(json, 'input', false);
  checkString(json, 'prompt');
  optionalObject(json, 'options');
}

function checkGenerate(json: JsonObject): void {
  for (const name of ['prompt', 'suffix', 'system', 'template']) checkString(json, name);
  checkBoolean(json, 'raw');
  checkArray(json, 'images', 'string');
  checkArray(json, 'context', 'number');
}

function checkShared(json: JsonObject): void {
  const options = optionalObject(json, 'options');
  if (options !== null) {
    checkNumber(options, 'temperature', 'options.');
    checkInteger(options, 'seed', 'options.');
  }
  checkArray(json, 'tools', 'object');
  checkBoolean(json, 'logprobs');
  const format = json['format'];
  if (format !== undefined && format !== null && typeof format !== 'string' && !isJsonObject(format))
    throw invalidField('format', format, '"json" or a JSON schema object');
}
