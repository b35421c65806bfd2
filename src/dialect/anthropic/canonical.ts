/**
 * The canonical form of `/v1/messages`, in the terms of a chat, as Ollama translates it: the system prompt is a
 * message, tool results stand before the text beside them, and sampling options that are omitted are the model's own.
 * Not cacheable: tools that the server itself runs, MCP servers and containers.
 */
import type { CanonicalRequest } from '../../core/answer.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import type { RequestFacts } from '../../core/request.ts';
import type { Route } from '../../core/route.ts';
import { canonicalConversation } from '../canonical/conversation.ts';
import { emptyObject, given, isEmpty, nonEmptyArray, restOf, text } from '../canonical/given.ts';
import { canonicalChat } from '../canonical/request.ts';
import { readBlocks, systemContent } from './blocks.ts';

const KNOWN: ReadonlySet<string> = new Set([
  // Who pays and how it travels do not change what the answer says.
  ...['model', 'stream', 'metadata', 'service_tier'],
  ...['messages', 'system', 'tools', 'tool_choice', 'thinking', 'mcp_servers', 'container', 'cache_control'],
  ...['max_tokens', 'temperature', 'top_p', 'top_k', 'stop_sequences'],
]);
const TYPE: ReadonlySet<string> = new Set(['type']);
const TOOL_FIELDS: ReadonlySet<string> = new Set(['type', 'input_schema', 'cache_control']);
/** Anthropic's name for an option, and Ollama's. */
const OPTIONS = [
  ['max_tokens', 'num_predict'],
  ['temperature', 'temperature'],
  ['top_p', 'top_p'],
  ['top_k', 'top_k'],
  ['stop_sequences', 'stop'],
] as const;

export function canonicalAnthropic(route: Route, facts: RequestFacts): CanonicalRequest | null {
  const { model, json } = facts;
  if (!route.cacheable || model === null || json === null) return null;
  if (given(json['container']) || nonEmptyArray(json['mcp_servers']) !== undefined) return null;
  const asked = nonEmptyArray(json['messages']);
  const tools = readTools(json['tools']);
  if (asked === undefined || tools === null) return null;
  const system = systemContent(json['system']);
  const messages: JsonObject[] = given(system) ? [{ role: 'system', content: system }] : [];
  for (const message of asked) if (isJsonObject(message)) messages.push(...readBlocks(message));
  const extra = restOf(json, KNOWN) ?? emptyObject();
  const choice = json['tool_choice'];
  const usual = isJsonObject(choice) && choice['type'] === 'auto' && Object.keys(choice).length === 1;
  if (given(choice) && !usual) extra['tool_choice'] = choice;
  return canonicalChat(model, canonicalConversation(messages), {
    options: options(json),
    format: undefined,
    think: think(json['thinking'], extra),
    tools: tools.length > 0 ? tools : undefined,
    extra: isEmpty(extra) ? undefined : extra,
    choices: false,
    logprobs: false,
  });
}

function options(json: JsonObject): JsonObject {
  const out = emptyObject();
  for (const [theirs, ours] of OPTIONS) {
    const value = json[theirs];
    if (given(value) && !(Array.isArray(value) && value.length === 0)) out[ours] = value;
  }
  return out;
}

function think(thinking: JsonValue | undefined, extra: JsonObject): JsonValue | undefined {
  if (!isJsonObject(thinking)) return undefined;
  const beside = restOf(thinking, TYPE);
  if (beside !== undefined) extra['thinking'] = beside;
  const type = text(thinking['type']);
  if (type === 'enabled' || type === 'disabled') return type === 'enabled';
  return type;
}

/** Tools of the caller's own in the form of a chat's; null when one of them is run by the server. */
function readTools(value: JsonValue | undefined): JsonValue[] | null {
  const tools: JsonValue[] = [];
  for (const tool of nonEmptyArray(value) ?? []) {
    if (!isJsonObject(tool) || (tool['type'] ?? 'custom') !== 'custom') return null;
    const called = restOf(tool, TOOL_FIELDS) ?? emptyObject();
    if (given(tool['input_schema'])) called['parameters'] = tool['input_schema'];
    tools.push({ type: 'function', function: called });
  }
  return tools;
}
