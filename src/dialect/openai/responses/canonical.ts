/**
 * The canonical form of `/v1/responses`, in the terms of a chat, as Ollama translates it: instructions are a system
 * message, calls join the assistant's message before them, an omitted temperature is 1 and an omitted top_p the
 * model's own. Not cacheable: what leans on state at the server (a previous response, a conversation, a stored prompt,
 * a reference to an item), what is to be kept there (`store: true`) or runs on there (`background`), and tools that
 * the server itself runs, whose answers depend on the moment.
 */
import type { CanonicalRequest } from '../../../core/answer.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../core/json.ts';
import { canonicalConversation } from '../../canonical/conversation.ts';
import { emptyObject, given, isEmpty, nonEmptyArray, restOf } from '../../canonical/given.ts';
import { canonicalChat } from '../../canonical/request.ts';
import { readFormat, readThink, TRANSPORT } from '../shaping.ts';
import { readInput } from './input.ts';

const KNOWN: ReadonlySet<string> = new Set([
  ...TRANSPORT,
  ...['input', 'instructions', 'temperature', 'top_p', 'max_output_tokens', 'text', 'reasoning', 'tools'],
  ...['tool_choice', 'truncation', 'include', 'top_logprobs', 'store', 'background'],
  ...['previous_response_id', 'conversation', 'prompt'],
]);
const TEXT_FIELDS: ReadonlySet<string> = new Set(['format']);
const FORMAT_FIELDS: ReadonlySet<string> = new Set(['type']);
const AT_THE_SERVER = ['previous_response_id', 'conversation', 'prompt'] as const;
const LOGPROBS = 'message.output_text.logprobs';

export function canonicalResponses(model: string, json: JsonObject): CanonicalRequest | null {
  if (AT_THE_SERVER.some((field) => given(json[field]))) return null;
  if (json['store'] === true || json['background'] === true) return null;
  const messages = readInput(json['instructions'], json['input']);
  const tools = readTools(json['tools']);
  if (messages === null || tools === null) return null;
  const extra = restOf(json, KNOWN) ?? emptyObject();
  const logprobs = asksResponseLogprobs(json);
  if (logprobs) extra['top_logprobs'] = json['top_logprobs'] ?? 0;
  const include = nonEmptyArray(json['include']);
  if (include !== undefined) extra['include'] = include;
  keepUnless(extra, 'tool_choice', json['tool_choice'], 'auto');
  keepUnless(extra, 'truncation', json['truncation'], 'disabled');
  return canonicalChat(model, canonicalConversation(messages), {
    options: options(json),
    format: format(json['text'], extra),
    think: readThink(json, extra),
    tools: tools.length > 0 ? tools : undefined,
    extra: isEmpty(extra) ? undefined : extra,
    choices: false,
    logprobs,
  });
}

export function asksResponseLogprobs(json: JsonObject): boolean {
  const include = json['include'];
  if (Array.isArray(include) && include.includes(LOGPROBS)) return true;
  return typeof json['top_logprobs'] === 'number' && json['top_logprobs'] > 0;
}

function options(json: JsonObject): JsonObject {
  const out = emptyObject();
  out['temperature'] = json['temperature'] ?? 1;
  if (given(json['top_p'])) out['top_p'] = json['top_p'];
  if (given(json['max_output_tokens'])) out['num_predict'] = json['max_output_tokens'];
  return out;
}

/** `text.format` is a chat's `response_format` with its schema one level up. */
function format(text: JsonValue | undefined, extra: JsonObject): JsonValue | undefined {
  if (!isJsonObject(text)) return undefined;
  const beside = restOf(text, TEXT_FIELDS);
  if (beside !== undefined) extra['text'] = beside;
  const asked = text['format'];
  if (!isJsonObject(asked) || asked['type'] !== 'json_schema') return readFormat(asked, extra);
  const schema = restOf(asked, FORMAT_FIELDS) ?? emptyObject();
  return readFormat({ type: 'json_schema', json_schema: schema }, extra);
}

/** Function tools in the form of a chat's; null when one of them is run by the server. */
function readTools(value: JsonValue | undefined): JsonValue[] | null {
  const tools: JsonValue[] = [];
  for (const tool of nonEmptyArray(value) ?? []) {
    if (!isJsonObject(tool) || tool['type'] !== 'function') return null;
    const { type, ...called } = tool;
    tools.push({ type, function: restOf(called, NONE) ?? emptyObject() });
  }
  return tools;
}

const NONE: ReadonlySet<string> = new Set();

function keepUnless(extra: JsonObject, name: string, value: JsonValue | undefined, usual: JsonValue): void {
  if (given(value) && value !== usual) extra[name] = value;
}
