/** The message that a recorded stream of `/v1/messages` amounts to. Null when it is incomplete or not understood. */
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import { readSse } from '../framing/items.ts';

export function assembleMessage(body: Buffer): JsonObject | null {
  const message = new MergedMessage();
  for (const event of readSse(body)?.items ?? []) if (!message.add(event)) return null;
  return message.result();
}

interface Block {
  readonly fields: JsonObject;
  /** The pieces of a tool call's input. */
  json: string;
}

/** Where the text of a delta goes. */
const TEXTS: ReadonlyMap<JsonValue | undefined, string> = new Map([
  ['text_delta', 'text'],
  ['thinking_delta', 'thinking'],
  ['signature_delta', 'signature'],
]);

class MergedMessage {
  #message: JsonObject | null = null;
  readonly #blocks = new Map<JsonValue | undefined, Block>();
  #stopped = false;

  /** False when the event is not understood, or says that the answer failed. */
  add(event: JsonObject): boolean {
    switch (event['type']) {
      case 'message_start':
        if (!isJsonObject(event['message']) || this.#message !== null) return false;
        this.#message = { ...event['message'] };
        return true;
      case 'content_block_start':
        if (!isJsonObject(event['content_block']) || this.#blocks.has(event['index'])) return false;
        this.#blocks.set(event['index'], { fields: { ...event['content_block'] }, json: '' });
        return true;
      case 'content_block_delta':
        return this.#addDelta(this.#blocks.get(event['index']), event['delta']);
      case 'message_delta':
        return this.#end(event);
      case 'message_stop':
        this.#stopped = true;
        return true;
      default:
        return event['type'] === 'content_block_stop' || event['type'] === 'ping';
    }
  }

  result(): JsonObject | null {
    if (this.#message === null || !this.#stopped) return null;
    const content: JsonValue[] = [];
    for (const { fields, json } of this.#blocks.values()) {
      if (json !== '') {
        try {
          fields['input'] = JSON.parse(json) as JsonValue;
        } catch {
          return null;
        }
      }
      content.push(fields);
    }
    return { ...this.#message, content };
  }

  #addDelta(block: Block | undefined, delta: JsonValue | undefined): boolean {
    if (block === undefined || !isJsonObject(delta)) return false;
    if (delta['type'] === 'input_json_delta') {
      if (typeof delta['partial_json'] !== 'string') return false;
      block.json += delta['partial_json'];
      return true;
    }
    const field = TEXTS.get(delta['type']);
    const piece = field === undefined ? undefined : delta[field];
    if (field === undefined || typeof piece !== 'string') return false;
    const before = block.fields[field];
    block.fields[field] = typeof before === 'string' ? before + piece : piece;
    return true;
  }

  /** The reason why it stopped, and the counts, which replace those of the start. */
  #end(event: JsonObject): boolean {
    const { delta, usage } = event;
    if (this.#message === null || !isJsonObject(delta)) return false;
    Object.assign(this.#message, delta);
    const before = this.#message['usage'];
    if (isJsonObject(usage)) this.#message['usage'] = { ...(isJsonObject(before) ? before : {}), ...usage };
    return true;
  }
}
