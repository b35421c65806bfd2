/**
 * OpenAI-style complete answers as stored answers. Not stored: errors, streams without `[DONE]`, several choices,
 * refusals and filtered answers, answers without text or tool calls, and anything not understood.
 */
import type { Answer, TextAnswer, ToolCall } from '../../core/answer.ts';
import type { BodyReport } from '../../core/dialect.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import type { RequestFacts } from '../../core/request.ts';
import type { Route } from '../../core/route.ts';
import { errorMessage, MALFORMED, nativeForm, numberOf, OPAQUE, parseBody } from '../answer/body.ts';
import { assembleCompletion } from './assemble.ts';
import { parseArguments, usageOf } from './answer-fields.ts';
import { asksLogprobs } from './canonical.ts';
import { readResponse } from './responses/read-answer.ts';
import { isResponses } from './responses/route.ts';

export function inspectOpenaiBody(route: Route, body: Buffer): BodyReport {
  if (body.length === 0 && route.operation === 'read') return OPAQUE;
  const json = parseBody(body);
  if (json === null) return MALFORMED;
  return { valid: true, error: errorMessage(json['error']), usage: usageOf(json['usage']), times: null };
}

export function readOpenaiAnswer(
  route: Route,
  facts: RequestFacts,
  body: Buffer,
  streamed: boolean,
): Answer | null {
  if (!route.cacheable) return null;
  if (isResponses(route)) return readResponse(route, facts, body, streamed);
  // A recorded stream's log probabilities would have to be pieced together again; JSON keeps them whole.
  if (streamed && facts.json !== null && asksLogprobs(facts.json)) return null;
  const json = streamed ? assembleCompletion(route, body) : parseBody(body);
  if (json === null || errorMessage(json['error']) !== null) return null;
  return route.operation === 'embed' ? embedding(route, facts, json, body) : textAnswer(route, json, body);
}

function embedding(route: Route, facts: RequestFacts, json: JsonObject, body: Buffer): Answer | null {
  const data = json['data'];
  if (!Array.isArray(data) || data.length === 0) return null;
  const filled = data.every((entry) => {
    const vector = isJsonObject(entry) ? entry['embedding'] : undefined;
    return (Array.isArray(vector) || typeof vector === 'string') && vector.length > 0;
  });
  if (!filled) return null;
  const model = typeof json['model'] === 'string' ? json['model'] : (facts.model ?? '');
  return {
    kind: 'embedding',
    model,
    createdAt: 0,
    usage: usageOf(json['usage']),
    native: nativeForm(route, json, body),
  };
}

function textAnswer(route: Route, json: JsonObject, body: Buffer): TextAnswer | null {
  const choices = json['choices'];
  const choice = Array.isArray(choices) && choices.length === 1 ? choices[0] : undefined;
  if (!isJsonObject(choice) || typeof json['model'] !== 'string') return null;
  const finish = choice['finish_reason'];
  if (finish !== 'stop' && finish !== 'length' && finish !== 'tool_calls') return null;
  const said = route.operation === 'chat' ? messageOf(choice['message']) : completionOf(choice['text']);
  if (said === null || (said.text.trim() === '' && said.toolCalls.length === 0)) return null;
  return {
    kind: 'text',
    model: json['model'],
    createdAt: (numberOf(json['created']) ?? 0) * 1000,
    ...said,
    finish,
    usage: usageOf(json['usage']),
    times: null,
    native: nativeForm(route, json, body),
  };
}

type Said = Pick<TextAnswer, 'text' | 'thinking' | 'toolCalls'>;

function completionOf(text: JsonValue | undefined): Said | null {
  return typeof text === 'string' ? { text, thinking: null, toolCalls: [] } : null;
}

function messageOf(message: JsonValue | undefined): Said | null {
  if (!isJsonObject(message)) return null;
  const content = message['content'] ?? '';
  if (typeof content !== 'string' || given(message['refusal']) || given(message['function_call']))
    return null;
  if (given(message['audio'])) return null;
  const toolCalls = readToolCalls(message['tool_calls']);
  if (toolCalls === null) return null;
  const thinking = message['reasoning'] ?? message['reasoning_content'];
  return {
    text: content,
    thinking: typeof thinking === 'string' && thinking !== '' ? thinking : null,
    toolCalls,
  };
}

function given(value: JsonValue | undefined): boolean {
  return value !== undefined && value !== null && value !== '';
}

/** Null when a call has not the expected form, or its arguments are not the JSON of an object. */
function readToolCalls(value: JsonValue | undefined): ToolCall[] | null {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return null;
  const calls: ToolCall[] = [];
  for (const call of value) {
    const called = isJsonObject(call) ? call['function'] : undefined;
    if (!isJsonObject(call) || !isJsonObject(called) || typeof called['name'] !== 'string') return null;
    const given = parseArguments(called['arguments']);
    if (given === null) return null;
    const id = typeof call['id'] === 'string' && call['id'] !== '' ? call['id'] : null;
    calls.push({ id, name: called['name'], arguments: given });
  }
  return calls;
}
