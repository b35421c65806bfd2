/**
 * The canonical form of OpenAI-style requests, in Ollama's terms. The defaults are those that Ollama's
 * `/v1` layer and OpenAI share: temperature 1 and top_p 1 when omitted, so such a request meets a native one
 * that asks for exactly that, and not one that leaves the model's own defaults.
 */
import type { CanonicalRequest } from '../../core/answer.ts';
import { isJsonObject, type JsonObject } from '../../core/json.ts';
import type { RequestFacts } from '../../core/request.ts';
import type { Route } from '../../core/route.ts';
import { canonicalConversation } from '../canonical/conversation.ts';
import { emptyObject, given, isEmpty, nonEmptyArray, restOf, text } from '../canonical/given.ts';
import {
  canonicalChat,
  canonicalEmbed,
  canonicalGenerate,
  type Prompt,
  type Shaping,
} from '../canonical/request.ts';
import { isResponses } from './responses/route.ts';
import { canonicalResponses } from './responses/canonical.ts';
import { readFormat, readThink, TRANSPORT } from './shaping.ts';

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
  if (isResponses(route)) return canonicalResponses(model, json);
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
  const { frequency_penalty, presence_penalty, max_tokens, seed, stop } = json;
  const options = emptyObject();
  if (given(frequency_penalty)) options['frequency_penalty'] = frequency_penalty;
  if (given(max_tokens)) options['num_predict'] = max_tokens;
  if (given(presence_penalty)) options['presence_penalty'] = presence_penalty;
  if (given(seed)) options['seed'] = seed;
  if (given(stop)) options['stop'] = typeof stop === 'string' ? [stop] : stop;
  options['temperature'] = json['temperature'] ?? 1;
  options['top_p'] = json['top_p'] ?? 1;
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
    format: readFormat(json['response_format'], extra),
    think: readThink(json, extra),
    tools: nonEmptyArray(json['tools']) ?? nonEmptyArray(json['functions']),
    extra: isEmpty(extra) ? undefined : extra,
    choices,
    logprobs,
  };
}

/** True for chat, a number for completions (0 asks for the chosen token's). */
export function asksLogprobs(json: JsonObject): boolean {
  return json['logprobs'] === true || typeof json['logprobs'] === 'number';
}
