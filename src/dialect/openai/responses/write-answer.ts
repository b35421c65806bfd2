/**
 * Stored answers as responses: one JSON object, or the events of one (`stream.ts`). Every replay has an id of its
 * own, and what a response repeats of its request is this request's: nobody is told another's metadata.
 */
import type { TextAnswer } from '../../../core/answer.ts';
import type { ReplayBody } from '../../../core/dialect.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../core/json.ts';
import type { RequestFacts } from '../../../core/request.ts';
import type { Route } from '../../../core/route.ts';
import { nativeJson } from '../../answer/body.ts';
import { asksResponseLogprobs } from './canonical.ts';
import { responseEvents } from './stream.ts';

export function writeResponse(
  route: Route,
  facts: RequestFacts,
  answer: TextAnswer,
  replayId: string,
): ReplayBody | null {
  const native = nativeJson(route, answer);
  const request = facts.json ?? {};
  // Log probabilities exist only in the original JSON.
  if (asksResponseLogprobs(request) && (native === null || facts.stream)) return null;
  const { id: _id, ...said } =
    native === null ? build(request, answer, replayId) : { ...native, ...echoes(request, native) };
  const response: JsonObject = { id: `resp_${replayId}`, ...said };
  if (!facts.stream)
    return {
      contentType: 'application/json',
      streaming: false,
      chunks: [Buffer.from(JSON.stringify(response))],
    };
  return { contentType: 'text/event-stream', streaming: true, chunks: responseEvents(response) };
}

/** Fields that stand for who asks; the key leaves them out, so a stored answer may hold somebody else's. */
const CALLERS: Readonly<Record<string, JsonValue>> = {
  metadata: {},
  user: null,
  safety_identifier: null,
  prompt_cache_key: null,
  prompt_cache_retention: null,
};

function echoes(request: JsonObject, native: JsonObject): JsonObject {
  const out: JsonObject = {};
  for (const [field, absent] of Object.entries(CALLERS))
    if (Object.hasOwn(native, field)) out[field] = request[field] ?? absent;
  return out;
}

function build(request: JsonObject, answer: TextAnswer, replayId: string): JsonObject {
  const created = Math.floor(answer.createdAt / 1_000);
  const cut = answer.finish === 'length';
  const text = isJsonObject(request['text']) ? request['text'] : {};
  return {
    object: 'response',
    created_at: created,
    completed_at: cut ? null : created,
    status: cut ? 'incomplete' : 'completed',
    error: null,
    incomplete_details: cut ? { reason: 'max_output_tokens' } : null,
    model: answer.model,
    instructions: request['instructions'] ?? null,
    output: output(answer, replayId),
    parallel_tool_calls: request['parallel_tool_calls'] ?? true,
    previous_response_id: null,
    reasoning: request['reasoning'] ?? null,
    max_output_tokens: request['max_output_tokens'] ?? null,
    temperature: request['temperature'] ?? 1,
    top_p: request['top_p'] ?? 1,
    text: { ...text, format: text['format'] ?? { type: 'text' } },
    tool_choice: request['tool_choice'] ?? 'auto',
    tools: request['tools'] ?? [],
    truncation: request['truncation'] ?? 'disabled',
    store: false,
    background: false,
    ...CALLERS,
    ...echoes(request, CALLERS),
    usage: usage(answer),
  };
}

function usage({ usage: counted }: TextAnswer): JsonValue {
  if (counted === null) return null;
  return {
    input_tokens: counted.promptTokens,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: counted.completionTokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: counted.promptTokens + counted.completionTokens,
  };
}

function output(answer: TextAnswer, replayId: string): JsonValue[] {
  const items: JsonValue[] = [];
  if (answer.thinking !== null)
    items.push({
      id: `rs_${replayId}`,
      type: 'reasoning',
      summary: [{ type: 'summary_text', text: answer.thinking }],
    });
  if (answer.text !== '')
    items.push({
      id: `msg_${replayId}`,
      type: 'message',
      status: answer.finish === 'length' ? 'incomplete' : 'completed',
      role: 'assistant',
      content: [{ type: 'output_text', text: answer.text, annotations: [], logprobs: [] }],
    });
  for (const [index, call] of answer.toolCalls.entries())
    items.push({
      id: `fc_${replayId}_${String(index)}`,
      type: 'function_call',
      status: 'completed',
      call_id: call.id ?? `call_${replayId}_${String(index)}`,
      name: call.name,
      arguments: JSON.stringify(call.arguments),
    });
  return items;
}
