/**
 * Ollama's complete answers as stored answers. Not stored: errors, streams without their last item, answers
 * without text or tool calls (a model being loaded, for one), and anything not understood.
 */
import type { Answer, ServingTimes, TextAnswer, ToolCall, Usage } from '../../core/answer.ts';
import type { BodyReport } from '../../core/dialect.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import type { RequestFacts } from '../../core/request.ts';
import type { Route } from '../../core/route.ts';
import { errorMessage, MALFORMED, nativeForm, numberOf, OPAQUE, parseBody } from '../answer/body.ts';
import { readNdjson } from '../framing/items.ts';

export function inspectOllamaBody(route: Route, body: Buffer): BodyReport {
  if (
    route.template === '/' ||
    (body.length === 0 && route.operation !== 'chat' && route.operation !== 'generate')
  )
    return OPAQUE;
  const json = parseBody(body);
  if (json === null) return MALFORMED;
  return { valid: true, error: errorMessage(json['error']), usage: usageOf(json), times: timesOf(json) };
}

export function readOllamaAnswer(
  route: Route,
  facts: RequestFacts,
  body: Buffer,
  streamed: boolean,
): Answer | null {
  if (!route.cacheable) return null;
  // A recorded stream's log probabilities would have to be pieced together again; JSON keeps them whole.
  if (streamed && facts.json?.['logprobs'] === true) return null;
  const json = streamed ? assemble(route, body) : parseBody(body);
  if (json === null || errorMessage(json['error']) !== null) return null;
  return route.operation === 'embed' ? embedding(route, facts, json, body) : textAnswer(route, json, body);
}

function embedding(route: Route, facts: RequestFacts, json: JsonObject, body: Buffer): Answer | null {
  const vectors = json['embeddings'] ?? (json['embedding'] === undefined ? undefined : [json['embedding']]);
  if (!Array.isArray(vectors) || vectors.length === 0) return null;
  if (!vectors.every((vector) => Array.isArray(vector) && vector.length > 0)) return null;
  const model = typeof json['model'] === 'string' ? json['model'] : (facts.model ?? '');
  return {
    kind: 'embedding',
    model,
    createdAt: 0,
    usage: usageOf(json),
    native: nativeForm(route, json, body),
  };
}

function textAnswer(route: Route, json: JsonObject, body: Buffer): TextAnswer | null {
  const chat = route.operation === 'chat';
  const message = chat ? json['message'] : json;
  if (json['done'] !== true || !isJsonObject(message) || typeof json['model'] !== 'string') return null;
  const content = chat ? message['content'] : message['response'];
  if (content !== undefined && typeof content !== 'string') return null;
  const toolCalls = readToolCalls(message['tool_calls']);
  const finish = finishOf(json['done_reason'], toolCalls !== null && toolCalls.length > 0);
  if (toolCalls === null || finish === null) return null;
  if ((content ?? '').trim() === '' && toolCalls.length === 0) return null;
  const thinking = message['thinking'];
  const created = typeof json['created_at'] === 'string' ? Date.parse(json['created_at']) : Number.NaN;
  return {
    kind: 'text',
    model: json['model'],
    createdAt: Number.isNaN(created) ? 0 : created,
    text: content ?? '',
    thinking: typeof thinking === 'string' && thinking !== '' ? thinking : null,
    toolCalls,
    finish,
    usage: usageOf(json),
    times: timesOf(json),
    native: nativeForm(route, json, body),
  };
}

function finishOf(reason: JsonValue | undefined, calls: boolean): TextAnswer['finish'] | null {
  if (reason === 'length') return 'length';
  if (reason === undefined || reason === 'stop' || reason === 'tool_calls')
    return calls ? 'tool_calls' : 'stop';
  return null;
}

/** Null when a call has not the expected form. */
function readToolCalls(value: JsonValue | undefined): ToolCall[] | null {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return null;
  const calls: ToolCall[] = [];
  for (const call of value) {
    const called = isJsonObject(call) ? call['function'] : undefined;
    if (!isJsonObject(call) || !isJsonObject(called) || typeof called['name'] !== 'string') return null;
    const given = called['arguments'] ?? {};
    if (!isJsonObject(given)) return null;
    const id = typeof call['id'] === 'string' && call['id'] !== '' ? call['id'] : null;
    calls.push({ id, name: called['name'], arguments: given });
  }
  return calls;
}

/** The non-streaming answer that a recorded stream amounts to: its last item with all the text in it. */
function assemble(route: Route, body: Buffer): JsonObject | null {
  const recorded = readNdjson(body);
  const last = recorded?.items.at(-1);
  if (recorded === null || last?.['done'] !== true) return null;
  if (recorded.items.some((item) => errorMessage(item['error']) !== null)) return null;
  const chat = route.operation === 'chat';
  const parts = recorded.items.map((item) => (chat ? item['message'] : item));
  const messages = parts.filter(isJsonObject);
  if (messages.length !== parts.length) return null;
  const textField = chat ? 'content' : 'response';
  const merged: JsonObject = { [textField]: join(messages, textField) };
  const thinking = join(messages, 'thinking');
  if (thinking !== '') merged['thinking'] = thinking;
  const calls = messages.flatMap((message) =>
    Array.isArray(message['tool_calls']) ? message['tool_calls'] : [],
  );
  if (calls.length > 0) merged['tool_calls'] = calls;
  if (!chat) return { ...last, ...merged };
  return { ...last, message: { ...messages[0], ...messages.at(-1), ...merged } };
}

function join(items: readonly JsonObject[], field: string): string {
  let out = '';
  for (const item of items) if (typeof item[field] === 'string') out += item[field];
  return out;
}

function usageOf(json: JsonObject): Usage | null {
  const prompt = numberOf(json['prompt_eval_count']);
  const output = numberOf(json['eval_count']);
  if (prompt === null && output === null) return null;
  return { promptTokens: prompt ?? 0, completionTokens: output ?? 0 };
}

function timesOf(json: JsonObject): ServingTimes | null {
  const total = numberOf(json['total_duration']);
  const load = numberOf(json['load_duration']);
  const prompt = numberOf(json['prompt_eval_duration']);
  const output = numberOf(json['eval_duration']);
  if (total === null && load === null && prompt === null && output === null) return null;
  return { totalNs: total ?? 0, loadNs: load ?? 0, promptEvalNs: prompt ?? 0, evalNs: output ?? 0 };
}
