/**
 * Stored answers as OpenAI-style servers write them: one JSON object, or SSE chunks: role, thinking, text in
 * pieces, tool calls, finish reason, usage if the client asked for it, `[DONE]`. Every replay has its own id.
 */
import type { Answer, TextAnswer } from '../../core/answer.ts';
import type { ReplayBody } from '../../core/dialect.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import type { RequestFacts } from '../../core/request.ts';
import type { Route } from '../../core/route.ts';
import { nativeJson } from '../answer/body.ts';
import { pieces } from '../answer/pieces.ts';
import { asksLogprobs } from './canonical.ts';
import { isResponses } from './responses/route.ts';
import { writeResponse } from './responses/write-answer.ts';

export function writeOpenaiAnswer(
  route: Route,
  facts: RequestFacts,
  answer: Answer,
  replayId: string,
): ReplayBody | null {
  if (answer.kind === 'embedding')
    return answer.native.template === route.template ? json(answer.native.text) : null;
  if (isResponses(route)) return writeResponse(route, facts, answer, replayId);
  const chat = route.operation === 'chat';
  if (!chat && (route.operation !== 'generate' || answer.toolCalls.length > 0)) return null;
  // Log probabilities exist only in the original JSON.
  const logprobs = facts.json !== null && asksLogprobs(facts.json);
  const native = nativeJson(route, answer);
  if (logprobs && (native === null || facts.stream)) return null;
  const { id: _id, ...said } = native ?? build(chat, answer, replayId);
  const whole = { id: `${chat ? 'chatcmpl' : 'cmpl'}-${replayId}`, ...said };
  if (!facts.stream) return json(JSON.stringify(whole));
  const chunks = items(chat, whole, answer, wantsUsage(facts)).map(event);
  chunks.push(Buffer.from('data: [DONE]\n\n'));
  return { contentType: 'text/event-stream', streaming: true, chunks };
}

function json(text: string): ReplayBody {
  return { contentType: 'application/json', streaming: false, chunks: [Buffer.from(text)] };
}

function event(value: JsonObject): Buffer {
  return Buffer.from(`data: ${JSON.stringify(value)}\n\n`);
}

function wantsUsage(facts: RequestFacts): boolean {
  const options = facts.json?.['stream_options'];
  return isJsonObject(options) && options['include_usage'] === true;
}

/** The non-streaming answer, without its id. */
function build(chat: boolean, answer: TextAnswer, replayId: string): JsonObject {
  const choice: JsonObject = chat
    ? { index: 0, message: message(answer, replayId), finish_reason: answer.finish }
    : { index: 0, text: answer.text, logprobs: null, finish_reason: answer.finish };
  const out: JsonObject = {
    object: chat ? 'chat.completion' : 'text_completion',
    created: Math.floor(answer.createdAt / 1000),
    model: answer.model,
    choices: [choice],
  };
  const { usage } = answer;
  if (usage !== null)
    out['usage'] = {
      prompt_tokens: usage.promptTokens,
      completion_tokens: usage.completionTokens,
      total_tokens: usage.promptTokens + usage.completionTokens,
    };
  return out;
}

function message(answer: TextAnswer, replayId: string): JsonObject {
  const out: JsonObject = { role: 'assistant', content: answer.text };
  if (answer.thinking !== null) out['reasoning'] = answer.thinking;
  if (answer.toolCalls.length > 0)
    out['tool_calls'] = answer.toolCalls.map((call, index) => ({
      id: call.id ?? `call_${replayId}_${String(index)}`,
      type: 'function',
      function: { name: call.name, arguments: JSON.stringify(call.arguments) },
    }));
  return out;
}

/** The same answer as a stream of chunks; the usage chunk last, before `[DONE]`. */
function items(chat: boolean, whole: JsonObject, answer: TextAnswer, includeUsage: boolean): JsonObject[] {
  const { choices, usage, object: _object, id, ...rest } = whole;
  const object = chat ? 'chat.completion.chunk' : 'text_completion';
  const first: JsonValue | undefined = Array.isArray(choices) ? choices[0] : undefined;
  const choice = isJsonObject(first) ? first : {};
  const chunk = (list: JsonObject[]): JsonObject => ({ id, object, ...rest, choices: list });
  const out = (chat ? chatChoices(choice, answer) : textChoices(choice, answer)).map((one) => chunk([one]));
  if (includeUsage && isJsonObject(usage)) out.push({ ...chunk([]), usage });
  return out;
}

function chatChoices(choice: JsonObject, answer: TextAnswer): JsonObject[] {
  const { message: said, finish_reason: finish, ...beside } = choice;
  const whole = isJsonObject(said) ? said : {};
  const {
    role,
    content: _content,
    reasoning,
    reasoning_content: deepReasoning,
    tool_calls: calls,
    ...extra
  } = whole;
  const delta = (value: JsonObject): JsonObject => ({ ...beside, delta: value, finish_reason: null });
  const out = [delta({ role: role ?? 'assistant', content: '', ...extra })];
  // In one piece: the official client keeps only the last delta of a field it does not know.
  if (reasoning !== undefined) out.push(delta({ reasoning }));
  if (deepReasoning !== undefined) out.push(delta({ reasoning_content: deepReasoning }));
  for (const piece of pieces(answer.text)) out.push(delta({ content: piece }));
  if (Array.isArray(calls) && calls.length > 0)
    out.push(
      delta({ tool_calls: calls.map((call, index) => (isJsonObject(call) ? { index, ...call } : call)) }),
    );
  out.push({ ...beside, delta: {}, finish_reason: finish ?? answer.finish });
  return out;
}

function textChoices(choice: JsonObject, answer: TextAnswer): JsonObject[] {
  const { text: _text, finish_reason: finish, ...beside } = choice;
  const out = pieces(answer.text).map((text): JsonObject => ({ ...beside, text, finish_reason: null }));
  out.push({ ...beside, text: '', finish_reason: finish ?? answer.finish });
  return out;
}
