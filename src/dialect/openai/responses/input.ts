/** The input of `/v1/responses` as the messages of a chat. */
import { isJsonObject, type JsonObject, type JsonValue } from '../../../core/json.ts';
import { emptyObject, given, restOf, text } from '../../canonical/given.ts';

/** Null when there is none, or an item that is not understood or stands for something at the server. */
export function readInput(
  instructions: JsonValue | undefined,
  input: JsonValue | undefined,
): JsonObject[] | null {
  const system = text(instructions);
  if (system === undefined && given(instructions) && instructions !== '') return null;
  const messages: JsonObject[] = system === undefined ? [] : [{ role: 'system', content: system }];
  if (typeof input === 'string') return input === '' ? null : [...messages, { role: 'user', content: input }];
  if (!Array.isArray(input) || input.length === 0) return null;
  const reader = new ItemReader(messages);
  for (const item of input) if (!isJsonObject(item) || !reader.read(item)) return null;
  return reader.end();
}

/** How an item travelled, not what it says. */
const MESSAGE_FIELDS: ReadonlySet<string> = new Set(['type', 'role', 'content', 'id', 'status']);
const CALL_FIELDS: ReadonlySet<string> = new Set(['type', 'id', 'status', 'call_id', 'name', 'arguments']);
const OUTPUT_FIELDS: ReadonlySet<string> = new Set(['type', 'id', 'status', 'call_id', 'output']);
const REASONING_FIELDS: ReadonlySet<string> = new Set(['type', 'id', 'status']);

class ItemReader {
  readonly #messages: JsonObject[];
  /** Reasoning belongs to the assistant's next message. */
  #reasoning: JsonObject | null = null;

  constructor(messages: JsonObject[]) {
    this.#messages = messages;
  }

  read(item: JsonObject): boolean {
    const type = item['type'] ?? (given(item['role']) ? 'message' : null);
    if (type === 'message') return this.#message(item);
    if (type === 'function_call') return this.#call(item);
    if (type === 'function_call_output') return this.#output(item);
    if (type !== 'reasoning' || this.#reasoning !== null) return false;
    this.#reasoning = restOf(item, REASONING_FIELDS) ?? emptyObject();
    return true;
  }

  end(): JsonObject[] {
    if (this.#reasoning !== null) this.#push({ role: 'assistant' });
    return this.#messages;
  }

  #message(item: JsonObject): boolean {
    const extra = restOf(item, MESSAGE_FIELDS);
    this.#push({ role: item['role'] ?? 'user', content: content(item['content']), ...extra });
    return true;
  }

  #call(item: JsonObject): boolean {
    const called: JsonObject = { name: item['name'] ?? '', arguments: item['arguments'] ?? '' };
    const call = { id: item['call_id'] ?? null, function: called, ...restOf(item, CALL_FIELDS) };
    const last = this.#messages.at(-1);
    if (last?.['role'] !== 'assistant') {
      this.#push({ role: 'assistant', tool_calls: [call] });
      return true;
    }
    const before = last['tool_calls'];
    last['tool_calls'] = [...(Array.isArray(before) ? before : []), call];
    this.#attachReasoning(last);
    return true;
  }

  #output(item: JsonObject): boolean {
    const extra = restOf(item, OUTPUT_FIELDS);
    const id = item['call_id'] ?? null;
    this.#push({ role: 'tool', content: content(item['output']), tool_call_id: id, ...extra });
    return true;
  }

  #push(message: JsonObject): void {
    if (message['role'] === 'assistant') this.#attachReasoning(message);
    this.#messages.push(message);
  }

  #attachReasoning(message: JsonObject): void {
    if (this.#reasoning === null) return;
    const { encrypted_content: encrypted, summary, ...rest } = this.#reasoning;
    const said = text(encrypted) ?? summaryText(summary);
    if (said !== undefined) message['thinking'] = said;
    // A summary beside something else is kept whole: which of the two counts is the server's to say.
    const summarised = summaryText(summary);
    if (summarised !== undefined && summarised !== said) rest['summary'] = summary ?? null;
    if (Object.keys(rest).length > 0) message['reasoning_item'] = rest;
    this.#reasoning = null;
  }
}

function summaryText(summary: JsonValue | undefined): string | undefined {
  if (!Array.isArray(summary)) return undefined;
  return text(
    summary
      .map((part) => (isJsonObject(part) && typeof part['text'] === 'string' ? part['text'] : ''))
      .join(''),
  );
}

/** Text parts under the one name that a chat has for them. */
function content(value: JsonValue | undefined): JsonValue {
  if (!Array.isArray(value)) return value ?? null;
  return value.map((part) => (isJsonObject(part) ? contentPart(part) : part));
}

function contentPart(part: JsonObject): JsonValue {
  const type = part['type'];
  if (type === 'input_text' || type === 'output_text') {
    const extra = restOf(part, PART_FIELDS) ?? emptyObject();
    for (const list of ['annotations', 'logprobs'])
      if (Array.isArray(extra[list]) && extra[list].length === 0) Reflect.deleteProperty(extra, list);
    return { type: 'text', text: part['text'] ?? '', ...extra };
  }
  if (type !== 'input_image' || typeof part['image_url'] !== 'string') return part;
  const detail = given(part['detail']) && part['detail'] !== 'auto' ? { detail: part['detail'] } : {};
  return { type: 'image_url', image_url: { url: part['image_url'], ...detail } };
}

const PART_FIELDS: ReadonlySet<string> = new Set(['type', 'text']);
