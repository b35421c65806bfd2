/** The non-streaming completion that a recorded SSE stream amounts to. Null when it is incomplete or failed. */
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import type { Route } from '../../core/route.ts';
import { errorMessage } from '../answer/body.ts';
import { emptyObject } from '../canonical/given.ts';
import { readSse } from '../framing/items.ts';

export function assembleCompletion(route: Route, body: Buffer): JsonObject | null {
  const recorded = readSse(body);
  if (recorded?.done !== true) return null;
  const merged = new MergedChoice(route.operation === 'chat');
  const top = emptyObject();
  let usage: JsonValue | undefined;
  for (const chunk of recorded.items) {
    if (errorMessage(chunk['error']) !== null) return null;
    const { choices, usage: counted, ...rest } = chunk;
    Object.assign(top, rest);
    if (isJsonObject(counted)) usage = counted;
    if (!Array.isArray(choices)) continue;
    for (const choice of choices) if (!merged.add(choice)) return null;
  }
  const choice = merged.result();
  if (choice === null) return null;
  top['object'] = route.operation === 'chat' ? 'chat.completion' : 'text_completion';
  top['choices'] = [choice];
  if (usage !== undefined) top['usage'] = usage;
  return top;
}

/** The one choice of a stream, deltas put together. */
class MergedChoice {
  readonly #chat: boolean;
  readonly #choice: JsonObject = Object.assign(emptyObject(), { index: 0 });
  readonly #message: JsonObject = Object.assign(emptyObject(), { role: 'assistant', content: '' });
  readonly #calls: MergedCall[] = [];
  #text = '';

  constructor(chat: boolean) {
    this.#chat = chat;
  }

  /** False when the chunk is not understood. */
  add(choice: JsonValue): boolean {
    if (!isJsonObject(choice) || (choice['index'] ?? 0) !== 0) return false;
    const { delta, text, finish_reason: finish, index: _index, ...rest } = choice;
    Object.assign(this.#choice, rest);
    if (typeof finish === 'string') this.#choice['finish_reason'] = finish;
    if (!this.#chat) {
      if (typeof text === 'string') this.#text += text;
      return text === undefined || typeof text === 'string';
    }
    return delta === undefined || (isJsonObject(delta) && this.#addDelta(delta));
  }

  result(): JsonObject | null {
    if (typeof this.#choice['finish_reason'] !== 'string') return null;
    if (!this.#chat) return { ...this.#choice, text: this.#text };
    if (this.#calls.length > 0) this.#message['tool_calls'] = this.#calls.map((call) => call.json);
    return { ...this.#choice, message: this.#message };
  }

  #addDelta(delta: JsonObject): boolean {
    for (const key of Object.keys(delta)) {
      const value = delta[key];
      if (key === 'tool_calls') {
        if (!this.#addCalls(value)) return false;
      } else if (key === 'role') {
        if (typeof value === 'string' && value !== '') this.#message['role'] = value;
      } else if (typeof value === 'string') {
        // content, reasoning, reasoning_content, refusal: text that comes in pieces
        const before = this.#message[key];
        this.#message[key] = typeof before === 'string' ? before + value : value;
      } else if (!Object.hasOwn(this.#message, key)) {
        this.#message[key] = value;
      }
    }
    return true;
  }

  #addCalls(value: JsonValue | undefined): boolean {
    if (value === undefined || value === null) return true;
    if (!Array.isArray(value)) return false;
    for (const delta of value) {
      if (!isJsonObject(delta)) return false;
      const index = typeof delta['index'] === 'number' ? delta['index'] : this.#calls.length;
      const id = typeof delta['id'] === 'string' && delta['id'] !== '' ? delta['id'] : null;
      let call = this.#calls.findLast((other) => other.index === index);
      // Some servers number every call 0: another id is another call.
      if (call === undefined || (id !== null && call.id !== null && call.id !== id)) {
        call = new MergedCall(index, id);
        this.#calls.push(call);
      }
      call.add(delta['function']);
    }
    return true;
  }
}

class MergedCall {
  readonly index: number;
  readonly id: string | null;
  #name = '';
  #arguments = '';

  constructor(index: number, id: string | null) {
    this.index = index;
    this.id = id;
  }

  add(called: JsonValue | undefined): void {
    if (!isJsonObject(called)) return;
    if (typeof called['name'] === 'string') this.#name ||= called['name'];
    if (typeof called['arguments'] === 'string') this.#arguments += called['arguments'];
  }

  get json(): JsonObject {
    return {
      ...(this.id === null ? {} : { id: this.id }),
      type: 'function',
      function: { name: this.#name, arguments: this.#arguments },
    };
  }
}
