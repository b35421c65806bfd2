/**
 * Complete messages as stored answers. Not stored: refusals and pauses, blocks that are no text, thinking or tool
 * call, citations, and streams without `message_stop`. A stream is put together as Anthropic's own client does it.
 */
import type { Answer, TextAnswer, ToolCall, Usage } from '../../core/answer.ts';
import { isJsonObject, type JsonValue } from '../../core/json.ts';
import type { RequestFacts } from '../../core/request.ts';
import type { Route } from '../../core/route.ts';
import { errorMessage, nativeForm, numberOf, parseBody } from '../answer/body.ts';
import { given, nonEmptyArray } from '../canonical/given.ts';
import { assembleMessage } from './assemble.ts';

const FINISH: ReadonlyMap<JsonValue | undefined, TextAnswer['finish']> = new Map([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['max_tokens', 'length'],
  ['tool_use', 'tool_calls'],
] as const);

export function readAnthropicAnswer(
  route: Route,
  _facts: RequestFacts,
  body: Buffer,
  streamed: boolean,
): Answer | null {
  if (!route.cacheable) return null;
  const json = streamed ? assembleMessage(body) : parseBody(body);
  if (json === null || errorMessage(json['error']) !== null || typeof json['model'] !== 'string') return null;
  const finish = FINISH.get(json['stop_reason']);
  const said = readContent(json['content']);
  if (said === null || finish === undefined || (said.text.trim() === '' && said.toolCalls.length === 0))
    return null;
  return {
    kind: 'text',
    model: json['model'],
    createdAt: 0,
    ...said,
    finish,
    usage: usageOf(json['usage']),
    times: null,
    native: nativeForm(route, json, body),
  };
}

type Said = Pick<TextAnswer, 'text' | 'thinking' | 'toolCalls'>;

function readContent(content: JsonValue | undefined): Said | null {
  if (!Array.isArray(content)) return null;
  let text = '';
  let thinking = '';
  const toolCalls: ToolCall[] = [];
  for (const block of content) {
    if (!isJsonObject(block)) return null;
    const type = block['type'];
    if (type === 'text' && typeof block['text'] === 'string') text += block['text'];
    else if (type === 'thinking' && typeof block['thinking'] === 'string') thinking += block['thinking'];
    else if (type === 'tool_use' && typeof block['name'] === 'string' && isJsonObject(block['input'])) {
      const id = typeof block['id'] === 'string' && block['id'] !== '' ? block['id'] : null;
      toolCalls.push({ id, name: block['name'], arguments: block['input'] });
    } else return null;
    if (nonEmptyArray(block['citations']) !== undefined) return null;
  }
  return { text, thinking: thinking === '' ? null : thinking, toolCalls };
}

export function usageOf(value: JsonValue | undefined): Usage | null {
  if (!isJsonObject(value)) return null;
  const prompt = numberOf(value['input_tokens']);
  const output = numberOf(value['output_tokens']);
  if (!given(prompt) && !given(output)) return null;
  return { promptTokens: prompt ?? 0, completionTokens: output ?? 0 };
}
