/**
 * A conversation in one form for all dialects, so that the same messages through `/api/chat` and
 * `/v1/chat/completions` meet the same entry. Everything a message says is kept; only spelling is unified:
 * tool arguments as objects, call ids (random per conversation) as links to a name, one text part as its string.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import { compact, emptyObject, given, isEmpty, nonEmptyArray, restOf, text } from './given.ts';

export interface Conversation {
  /** The messages, the last user text taken out. */
  readonly messages: JsonValue[];
  /** Where the text was: message index, and part index when the content has parts; null when there is none. */
  readonly slot: JsonValue;
  readonly text: string;
  /** The last message is the user's: only then can another wording of it mean the same. */
  readonly endsWithUser: boolean;
  readonly toolTurns: boolean;
  /** Anything that is not text: images, audio, files. */
  readonly images: boolean;
}

export function canonicalConversation(messages: readonly JsonObject[]): Conversation {
  const calls = new Calls();
  let toolTurns = false;
  let images = false;
  const canonical = messages.map((message) => {
    toolTurns ||= message['role'] === 'tool' || nonEmptyArray(message['tool_calls']) !== undefined;
    toolTurns ||= message['role'] === 'function' || given(message['function_call']);
    images ||= hasImages(message);
    return canonicalMessage(message, calls);
  });
  const last = lastUserIndex(messages);
  const taken = last === -1 ? null : takeText(canonical[last] as JsonObject, last);
  return {
    messages: canonical,
    slot: taken?.slot ?? null,
    text: taken?.text ?? '',
    endsWithUser: last !== -1 && last === messages.length - 1,
    toolTurns,
    images,
  };
}

const MESSAGE_FIELDS: ReadonlySet<string> = new Set(['role', 'content', 'tool_calls', 'images']);
const TOOL_FIELDS: ReadonlySet<string> = new Set([...MESSAGE_FIELDS, 'tool_name', 'name', 'tool_call_id']);
const THINKING_FIELDS = ['thinking', 'reasoning', 'reasoning_content'] as const;

function canonicalMessage(message: JsonObject, calls: Calls): JsonObject {
  const isTool = message['role'] === 'tool';
  const extra = restOf(message, isTool ? TOOL_FIELDS : MESSAGE_FIELDS);
  let thinking: JsonValue | undefined;
  for (const field of THINKING_FIELDS) {
    if (thinking !== undefined || extra === undefined || typeof extra[field] !== 'string') continue;
    thinking = text(extra[field]);
    Reflect.deleteProperty(extra, field);
  }
  const toolCalls = nonEmptyArray(message['tool_calls']);
  return compact({
    content: canonicalContent(message['content']),
    extra: extra === undefined || isEmpty(extra) ? undefined : extra,
    images: nonEmptyArray(message['images']),
    role: message['role'],
    thinking,
    toolCalls: toolCalls?.map((call) => calls.note(call)),
    toolName: isTool ? calls.nameFor(message) : undefined,
  });
}

/** An empty content is none; content of exactly one plain text part is that text. */
function canonicalContent(content: JsonValue | undefined): JsonValue | undefined {
  if (!given(content) || content === '') return undefined;
  if (!Array.isArray(content) || content.length !== 1) return content;
  const part = content[0];
  if (!isJsonObject(part) || part['type'] !== 'text' || Object.keys(part).length !== 2) return content;
  return text(part['text']) ?? content;
}

function hasImages(message: JsonObject): boolean {
  if (nonEmptyArray(message['images']) !== undefined) return true;
  const content = message['content'];
  return Array.isArray(content) && content.some((part) => !isJsonObject(part) || part['type'] !== 'text');
}

function lastUserIndex(messages: readonly JsonObject[]): number {
  for (let i = messages.length - 1; i >= 0; i -= 1) if (messages[i]?.['role'] === 'user') return i;
  return -1;
}

/** Takes the (last) text out of a user's message; what it leaves is scope. */
function takeText(message: JsonObject, index: number): { text: string; slot: JsonValue } | null {
  const content = message['content'];
  if (typeof content === 'string') {
    message['content'] = null;
    return { text: content, slot: [index] };
  }
  if (!Array.isArray(content)) return null;
  for (let part = content.length - 1; part >= 0; part -= 1) {
    const value = content[part];
    if (!isJsonObject(value) || value['type'] !== 'text' || typeof value['text'] !== 'string') continue;
    message['content'] = content.with(part, { ...value, text: null });
    return { text: value['text'], slot: [index, part] };
  }
  return null;
}

/** The tool calls of a conversation so far, so that results can name the call they answer. */
class Calls {
  readonly #names: string[] = [];
  #byId: Map<string, number> | null = null;

  note(call: JsonValue): JsonValue {
    const called = isJsonObject(call) ? call['function'] : undefined;
    if (!isJsonObject(call) || !isJsonObject(called)) return call;
    const name = text(called['name']) ?? '';
    const ordinal = this.#names.push(name) - 1;
    if (typeof call['id'] === 'string') (this.#byId ??= new Map()).set(call['id'], ordinal);
    const out = emptyObject();
    out['name'] = name;
    out['arguments'] = canonicalArguments(called['arguments']);
    return out;
  }

  /** A result's tool; with the call's ordinal where the name alone does not tell which call it was. */
  nameFor(message: JsonObject): JsonValue {
    const id = text(message['tool_call_id']);
    const ordinal = id === undefined ? undefined : this.#byId?.get(id);
    const called = ordinal === undefined ? undefined : this.#names[ordinal];
    const name = text(message['tool_name']) ?? text(message['name']) ?? called ?? null;
    if (ordinal === undefined) return id === undefined ? name : [name, id];
    const ambiguous = this.#names.filter((other) => other === called).length > 1;
    return ambiguous ? [name, ordinal] : name;
  }
}

function canonicalArguments(value: JsonValue | undefined): JsonValue {
  if (typeof value !== 'string') return value ?? emptyObject();
  try {
    const parsed: unknown = JSON.parse(value);
    return isJsonObject(parsed) ? parsed : value;
  } catch {
    return value;
  }
}
