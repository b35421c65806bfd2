/**
 * Complete responses as stored answers. Not stored: failed or filtered ones, refusals, items that are no message,
 * reasoning or function call, and streams without their last event. An answer cut at its token limit is a `length`.
 */
import type { Answer, TextAnswer, ToolCall } from '../../../core/answer.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../core/json.ts';
import type { RequestFacts } from '../../../core/request.ts';
import type { Route } from '../../../core/route.ts';
import { errorMessage, nativeForm, numberOf, parseBody } from '../../answer/body.ts';
import { readSse } from '../../framing/items.ts';
import { parseArguments, usageOf } from '../answer-fields.ts';
import { asksResponseLogprobs } from './canonical.ts';

export function readResponse(
  route: Route,
  facts: RequestFacts,
  body: Buffer,
  streamed: boolean,
): Answer | null {
  // A replayed stream has no log probabilities to give: only a JSON answer keeps them.
  if (streamed && facts.json !== null && asksResponseLogprobs(facts.json)) return null;
  const json = streamed ? lastResponse(body) : parseBody(body);
  if (json === null || errorMessage(json['error']) !== null || typeof json['model'] !== 'string') return null;
  const said = readOutput(json['output']);
  const finish = finishOf(json, said?.toolCalls.length ?? 0);
  if (said === null || finish === null || (said.text.trim() === '' && said.toolCalls.length === 0))
    return null;
  return {
    kind: 'text',
    model: json['model'],
    createdAt: (numberOf(json['created_at']) ?? 0) * 1_000,
    ...said,
    finish,
    usage: usageOf(json['usage']),
    times: null,
    native: nativeForm(route, json, body),
  };
}

/** The response in a stream's last event; its items from their own events where a server leaves them out there. */
function lastResponse(body: Buffer): JsonObject | null {
  const items: JsonValue[] = [];
  let response: JsonObject | null = null;
  for (const event of readSse(body)?.items ?? []) {
    const type = event['type'];
    if (type === 'error' || type === 'response.failed') return null;
    if (type === 'response.output_item.done') items.push(event['item'] ?? null);
    if (type !== 'response.completed' && type !== 'response.incomplete') continue;
    response = isJsonObject(event['response']) ? event['response'] : null;
  }
  if (response === null) return null;
  const output = response['output'];
  return Array.isArray(output) && output.length > 0 ? response : { ...response, output: items };
}

function finishOf(json: JsonObject, calls: number): TextAnswer['finish'] | null {
  if (json['status'] === 'completed') return calls > 0 ? 'tool_calls' : 'stop';
  const details = json['incomplete_details'];
  const cut = isJsonObject(details) && details['reason'] === 'max_output_tokens';
  return json['status'] === 'incomplete' && cut ? 'length' : null;
}

type Said = Pick<TextAnswer, 'text' | 'thinking' | 'toolCalls'>;

function readOutput(output: JsonValue | undefined): Said | null {
  if (!Array.isArray(output)) return null;
  let text = '';
  let thinking = '';
  const toolCalls: ToolCall[] = [];
  for (const item of output) {
    if (!isJsonObject(item)) return null;
    if (item['type'] === 'reasoning') thinking += reasoningText(item);
    else if (item['type'] === 'function_call') {
      const call = readCall(item);
      if (call === null) return null;
      toolCalls.push(call);
    } else {
      const said = item['type'] === 'message' ? messageText(item['content']) : null;
      if (said === null) return null;
      text += said;
    }
  }
  return { text, thinking: thinking === '' ? null : thinking, toolCalls };
}

function messageText(content: JsonValue | undefined): string | null {
  if (!Array.isArray(content)) return null;
  let text = '';
  for (const part of content) {
    if (!isJsonObject(part) || part['type'] !== 'output_text' || typeof part['text'] !== 'string')
      return null;
    text += part['text'];
  }
  return text;
}

/** The reasoning itself where a server shows it, else its summary. */
function reasoningText(item: JsonObject): string {
  const whole = partTexts(item['content']);
  return whole === '' ? partTexts(item['summary']) : whole;
}

function partTexts(parts: JsonValue | undefined): string {
  if (!Array.isArray(parts)) return '';
  return parts
    .map((part) => (isJsonObject(part) && typeof part['text'] === 'string' ? part['text'] : ''))
    .join('');
}

function readCall(item: JsonObject): ToolCall | null {
  const called = parseArguments(item['arguments']);
  if (typeof item['name'] !== 'string' || called === null) return null;
  const id = typeof item['call_id'] === 'string' && item['call_id'] !== '' ? item['call_id'] : null;
  return { id, name: item['name'], arguments: called };
}
