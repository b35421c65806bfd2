/**
 * Stored answers as `/v1/messages` writes them: one JSON message, or its events in Anthropic's order: start, each
 * block opened, filled and closed, the reason to stop with the output tokens, stop. Every replay has its own id.
 */
import type { Answer, TextAnswer } from '../../core/answer.ts';
import type { ReplayBody } from '../../core/dialect.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import type { RequestFacts } from '../../core/request.ts';
import type { Route } from '../../core/route.ts';
import { nativeJson } from '../answer/body.ts';
import { pieces } from '../answer/pieces.ts';

const STOP_REASON = { stop: 'end_turn', length: 'max_tokens', tool_calls: 'tool_use' } as const;

export function writeAnthropicAnswer(
  route: Route,
  facts: RequestFacts,
  answer: Answer,
  replayId: string,
): ReplayBody | null {
  if (answer.kind !== 'text' || !route.cacheable) return null;
  const { id: _id, ...said } = nativeJson(route, answer) ?? build(answer, replayId);
  const message = { id: `msg_${replayId}`, ...said };
  if (!facts.stream)
    return {
      contentType: 'application/json',
      streaming: false,
      chunks: [Buffer.from(JSON.stringify(message))],
    };
  return { contentType: 'text/event-stream', streaming: true, chunks: events(message).map(event) };
}

function build(answer: TextAnswer, replayId: string): JsonObject {
  const content: JsonValue[] = [];
  // Only the server that thought can sign it; clients take an empty signature for none.
  if (answer.thinking !== null) content.push({ type: 'thinking', thinking: answer.thinking, signature: '' });
  if (answer.text !== '') content.push({ type: 'text', text: answer.text });
  for (const [index, call] of answer.toolCalls.entries())
    content.push({
      type: 'tool_use',
      id: call.id ?? `toolu_${replayId}_${String(index)}`,
      name: call.name,
      input: call.arguments,
    });
  return {
    type: 'message',
    role: 'assistant',
    model: answer.model,
    content,
    stop_reason: STOP_REASON[answer.finish],
    stop_sequence: null,
    usage: {
      input_tokens: answer.usage?.promptTokens ?? 0,
      output_tokens: answer.usage?.completionTokens ?? 0,
    },
  };
}

interface Event extends JsonObject {
  readonly type: string;
}

function event(data: Event): Buffer {
  return Buffer.from(`event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`);
}

function events(message: JsonObject): Event[] {
  const { content, stop_reason = null, stop_sequence, ...head } = message;
  const usage = isJsonObject(message['usage']) ? message['usage'] : {};
  const begun = { ...usage, output_tokens: 0 };
  const start: JsonObject = { ...head, content: [], stop_reason: null, stop_sequence: null, usage: begun };
  const out: Event[] = [{ type: 'message_start', message: start }];
  for (const [index, block] of (Array.isArray(content) ? content : []).entries())
    if (isJsonObject(block)) out.push(...blockEvents(block, index));
  // A field that the message had not is not invented on its way through a stream.
  const delta: JsonObject = stop_sequence === undefined ? { stop_reason } : { stop_reason, stop_sequence };
  out.push({ type: 'message_delta', delta, usage }, { type: 'message_stop' });
  return out;
}

function blockEvents(block: JsonObject, index: number): Event[] {
  const { text, thinking, signature, input, ...head } = block;
  const opened: JsonObject = { ...head };
  const deltas: JsonObject[] = [];
  if (typeof text === 'string') {
    opened['text'] = '';
    for (const piece of pieces(text)) deltas.push({ type: 'text_delta', text: piece });
  }
  if (typeof thinking === 'string') {
    opened['thinking'] = '';
    for (const piece of pieces(thinking)) deltas.push({ type: 'thinking_delta', thinking: piece });
  }
  if (typeof signature === 'string') {
    opened['signature'] = '';
    if (signature !== '') deltas.push({ type: 'signature_delta', signature });
  }
  if (isJsonObject(input)) {
    opened['input'] = {};
    deltas.push({ type: 'input_json_delta', partial_json: JSON.stringify(input) });
  }
  return [
    { type: 'content_block_start', index, content_block: opened },
    ...deltas.map((delta): Event => ({ type: 'content_block_delta', index, delta })),
    { type: 'content_block_stop', index },
  ];
}
