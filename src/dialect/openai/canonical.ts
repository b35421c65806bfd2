/**
 * The canonical form of OpenAI-style requests, in Ollama's terms. The defaults are those that Ollama's
 * `/v1` layer and OpenAI share: temperature 1 and top_p 1 when omitted, so such a request meets a native one
 * that asks for exactly that, and not one that leaves the model's own defaults.
 */
import type { CanonicalRequest } from '../../core/answer.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import type { RequestFacts } from '../../core/request.ts';
import type { Route } from '../../core/route.ts';
import { canonicalConversation } from '../canonical/conversation.ts';
import { emptyObject, given, nonEmptyArray, restOf, text } from '../canonical/given.ts';
import {
  canonicalChat,
  canonicalEmbed,
  canonicalGenerate,
  type Prompt,
  type Shaping,
} from '../canonical/request.ts';

/** Who pays and how it travels do not change what the answer says. */
const TRANSPORT = [
  'model',
  'stream',
  'stream_options',
  'user',
  'metadata',
  'safety_identifier',
  'prompt_cache_key',
  'service_tier',
] as const;
const OPTIONS = [
  'temperature',
  'top_p',
  'seed',
  'max_tokens',
  'stop',
  'frequency_penalty',
  'presence_penalty',
];
const KNOWN: ReadonlySet<string> = new Set([
  ...TRANSPORT,
  ...OPTIONS,
  ...['messages', 'prompt', 'suffix', 'tools', 'response_format', 'reasoning', 'reasoning_effort'],
  ...['n', 'logprobs', 'top_logprobs'],
]);
const EMBED_FIELDS: ReadonlySet<string> = new Set(TRANSPORT);

export function canonicalOpenai(route: Route, facts: RequestFacts): CanonicalRequest | null {
  const { model, json } = facts;
  if (!route.cacheable || model === null || json === null) return null;
  if (route.operation === 'embed')
    return canonicalEmbed(route.template, model, restOf(json, EMBED_FIELDS) ?? emptyObject());
  if (route.operation === 'chat') {
    const messages = nonEmptyArray(json['messages'])?.filter(isJsonObject);
    if (messages === undefined) return null;
    return canonicalChat(model, canonicalConversation(messages), shaping(json, chatOptions(json)));
  }
  return route.operation === 'generate' ? generate(model, json) : null;
}

function generate(model: string, json: JsonObject): CanonicalRequest | null {
  const asked = json['prompt'];
  const single = Array.isArray(asked) && asked.length === 1 ? asked[0] : asked;
  const prompt = text(single);
  if (prompt === undefined && nonEmptyArray(asked) === undefined) return null;
  const fields: Prompt = {
    text: prompt ?? '',
    prompts: prompt === undefined ? asked : undefined,
    system: undefined,
    template: undefined,
    suffix: text(json['suffix']),
    images: undefined,
    raw: false,
  };
  const options = chatOptions(json);
  // Ollama's layer sets these two for completions even when they are omitted.
  options['frequency_penalty'] ??= 0;
  options['presence_penalty'] ??= 0;
  return canonicalGenerate(model, fields, shaping(json, options));
}

function chatOptions(json: JsonObject): JsonObject {
  const options = emptyObject();
  options['temperature'] = json['temperature'] ?? 1;
  options['top_p'] = json['top_p'] ?? 1;
  for (const name of ['seed', 'frequency_penalty', 'presence_penalty'])
    if (given(json[name])) options[name] = json[name];
  if (given(json['max_tokens'])) options['num_predict'] = json['max_tokens'];
  const stop = json['stop'];
  if (given(stop)) options['stop'] = typeof stop === 'string' ? [stop] : stop;
  return options;
}

function shaping(json: JsonObject, options: JsonObject): Shaping {
  const extra = restOf(json, KNOWN) ?? emptyObject();
  const choices = typeof json['n'] === 'number' && json['n'] > 1;
  if (choices) extra['n'] = json['n'];
  const logprobs = asksLogprobs(json);
  if (logprobs) {
    extra['logprobs'] = json['logprobs'];
    extra['top_logprobs'] = json['top_logprobs'] ?? 0;
  }
  return {
    options,
    format: format(json['response_format'], extra),
    think: think(json, extra),
    tools: nonEmptyArray(json['tools']) ?? nonEmptyArray(json['functions']),
    extra: Object.keys(extra).length > 0 ? extra : undefined,
    choices,
    logprobs,
  };
}

/** True for chat, a number for completions (0 asks for the chosen token's). */
export function asksLogprobs(json: JsonObject): boolean {
  return json['logprobs'] === true || typeof json['logprobs'] === 'number';
}

/** A schema is a schema in both dialects; its name is a label, but what else stands beside it may matter. */
function format(value: JsonValue | undefined, extra: JsonObject): JsonValue | undefined {
  if (!isJsonObject(value) || value['type'] === 'text') return undefined;
  if (value['type'] === 'json_object') return 'json';
  const wrapper = value['json_schema'];
  if (value['type'] !== 'json_schema' || !isJsonObject(wrapper) || !given(wrapper['schema'])) {
    extra['response_format'] = value;
    return undefined;
  }
  const beside = restOf(wrapper, SCHEMA_FIELDS);
  if (beside !== undefined) extra['json_schema'] = beside;
  return wrapper['schema'];
}

const SCHEMA_FIELDS: ReadonlySet<string> = new Set(['schema', 'name']);
const EFFORT: ReadonlySet<string> = new Set(['effort']);

function think(json: JsonObject, extra: JsonObject): JsonValue | undefined {
  const reasoning = isJsonObject(json['reasoning']) ? json['reasoning'] : undefined;
  const beside = reasoning === undefined ? undefined : restOf(reasoning, EFFORT);
  if (beside !== undefined) extra['reasoning'] = beside;
  const inner = text(reasoning?.['effort']);
  const outer = text(json['reasoning_effort']);
  // Which of two contradicting fields wins depends on the server.
  if (inner !== undefined && outer !== undefined) extra['reasoning_effort'] = outer;
  const effort = inner ?? outer;
  return effort === 'none' ? false : effort;
}
