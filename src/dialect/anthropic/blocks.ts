/** Anthropic's content blocks as the messages of a chat. Marks of its prompt cache are dropped: they change nothing said. */
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import { emptyObject, restOf } from '../canonical/given.ts';

/** A string, or parts; of one block alone its text. */
export function systemContent(system: JsonValue | undefined): JsonValue | undefined {
  if (!Array.isArray(system)) return system === '' ? undefined : system;
  return system.length === 0 ? undefined : system.map(part);
}

/** One message may hold results, text, images, thinking and calls: results become messages of their own, first. */
export function readBlocks(message: JsonObject): JsonObject[] {
  const { content } = message;
  if (!Array.isArray(content)) return [message];
  const results: JsonObject[] = [];
  const parts: JsonValue[] = [];
  const calls: JsonValue[] = [];
  const thinking: JsonValue[] = [];
  for (const block of content) {
    const type = isJsonObject(block) ? block['type'] : undefined;
    if (!isJsonObject(block)) parts.push(block);
    else if (type === 'tool_result') results.push(result(block));
    else if (type === 'tool_use') calls.push(call(block));
    else if (type === 'thinking') thinking.push(block);
    else parts.push(part(block));
  }
  if (results.length > 0 && parts.length + calls.length + thinking.length === 0) return results;
  const { content: _content, ...beside } = message;
  const own: JsonObject = { ...beside, content: parts.length > 0 ? parts : null };
  if (calls.length > 0) own['tool_calls'] = calls;
  attachThinking(own, thinking);
  return [...results, own];
}

const CALL_FIELDS: ReadonlySet<string> = new Set(['type', 'id', 'name', 'input', 'cache_control']);
const RESULT_FIELDS: ReadonlySet<string> = new Set(['type', 'tool_use_id', 'content', 'cache_control']);
const PART_FIELDS: ReadonlySet<string> = new Set(['cache_control']);
const THINKING_FIELDS: ReadonlySet<string> = new Set(['type', 'thinking', 'signature']);

function call(block: JsonObject): JsonObject {
  const called: JsonObject = { name: block['name'] ?? '', arguments: block['input'] ?? emptyObject() };
  return { id: block['id'] ?? null, function: called, ...restOf(block, CALL_FIELDS) };
}

function result(block: JsonObject): JsonObject {
  const { content } = block;
  return {
    role: 'tool',
    content: Array.isArray(content) ? content.map(part) : (content ?? null),
    tool_call_id: block['tool_use_id'] ?? null,
    ...restOf(block, RESULT_FIELDS),
  };
}

function part(block: JsonValue): JsonValue {
  if (!isJsonObject(block)) return block;
  const source = block['source'];
  if (block['type'] === 'image' && isJsonObject(source)) {
    const { type, media_type: media, data, url } = source;
    if (type === 'base64' && typeof media === 'string' && typeof data === 'string')
      return { type: 'image_url', image_url: { url: `data:${media};base64,${data}` } };
    if (type === 'url' && typeof url === 'string') return { type: 'image_url', image_url: { url } };
  }
  return restOf(block, PART_FIELDS) ?? emptyObject();
}

/** One block is what other dialects call `thinking`. Its signature only proves to the server who wrote it. */
function attachThinking(message: JsonObject, blocks: readonly JsonValue[]): void {
  const [first] = blocks;
  if (first === undefined) return;
  const plain = isJsonObject(first) && restOf(first, THINKING_FIELDS) === undefined;
  if (blocks.length === 1 && plain && typeof first['thinking'] === 'string')
    message['thinking'] = first['thinking'];
  else message['thinking_blocks'] = [...blocks];
}
