import { isJsonObject } from '../../core/json.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { Ask, Piece, Result, SimMessage } from '../ask.ts';
import { SimulatorError } from '../error.ts';
import { Fields } from '../json-body.ts';
import { countTokens } from '../tokens.ts';
import { checkImage, message, readFlatTools, readStop, readToolChoice } from './read.ts';
import { sseEvent } from './wire.ts';
import type { Wire, WireContext, WireWriter } from './wire.ts';

/** `/v1/messages`: Anthropic's content blocks in and out, named SSE events. */

const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
  503: 'overloaded_error',
  529: 'overloaded_error',
};

function blockText(content: JsonValue | undefined): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((block) => (isJsonObject(block) && typeof block['text'] === 'string' ? block['text'] : ''))
    .join('');
}

function readImage(source: JsonValue | undefined): string {
  if (!isJsonObject(source)) throw new SimulatorError(400, 'invalid image source');
  if (source['type'] !== 'base64') {
    throw new SimulatorError(
      400,
      `invalid image source type: ${typeof source['type'] === 'string' ? source['type'] : ''}. Only base64 images are supported.`,
    );
  }
  return checkImage(typeof source['data'] === 'string' ? source['data'] : '');
}

/** One message may hold text, images and tool results; results become messages of their own, before the text. */
function readMessage(json: JsonObject, names: Map<string, string>): SimMessage[] {
  const fields = new Fields(json, 'MessageParam');
  const role = fields.string('role').toLowerCase();
  const content = fields.raw('content');
  if (typeof content === 'string') return [message(role, content)];
  if (!Array.isArray(content)) return fields.fail('content', content, '[]anthropic.ContentBlock');
  const results: SimMessage[] = [];
  const images: string[] = [];
  let text = '';
  for (const block of content) {
    const inner = isJsonObject(block) ? block : {};
    if (inner['type'] === 'text') text += typeof inner['text'] === 'string' ? inner['text'] : '';
    else if (inner['type'] === 'image') images.push(readImage(inner['source']));
    else if (inner['type'] === 'tool_use') {
      if (typeof inner['id'] !== 'string' || inner['id'] === '') {
        throw new SimulatorError(400, "tool_use block missing required 'id' field");
      }
      names.set(inner['id'], typeof inner['name'] === 'string' ? inner['name'] : '');
    } else if (inner['type'] === 'tool_result') {
      const id = typeof inner['tool_use_id'] === 'string' ? inner['tool_use_id'] : '';
      results.push(message('tool', blockText(inner['content']), { toolName: names.get(id) ?? null }));
    }
  }
  const own =
    text !== '' || images.length > 0 || results.length === 0 ? [message(role, text, { images })] : [];
  return [...results, ...own];
}

const stopReason = (result: Result): string =>
  result.toolCalls.length > 0 ? 'tool_use' : result.reason === 'length' ? 'max_tokens' : 'end_turn';

class MessagesWriter implements WireWriter {
  readonly #ask: Ask;
  readonly #id: string;
  #started = false;
  #index = 0;
  #open: 'thinking' | 'text' | null = null;

  constructor(ask: Ask, context: WireContext) {
    this.#ask = ask;
    this.#id = `msg_${Array.from({ length: 24 }, () => context.random(16).toString(16)).join('')}`;
  }

  #event(type: string, data: JsonObject): string {
    return sseEvent(type, { type, ...data });
  }

  #begin(): string {
    if (this.#started) return '';
    this.#started = true;
    const input = this.#ask.messages.reduce((sum, entry) => sum + countTokens(entry.content), 0);
    return this.#event('message_start', {
      message: {
        ...this.#head(),
        content: [],
        usage: { input_tokens: input, output_tokens: 0 },
      },
    });
  }

  #head(): JsonObject {
    return { id: this.#id, type: 'message', role: 'assistant', model: this.#ask.model };
  }

  #close(): string {
    if (this.#open === null) return '';
    this.#open = null;
    return this.#event('content_block_stop', { index: this.#index++ });
  }

  #block(kind: 'thinking' | 'text', text: string): string {
    let events = '';
    if (this.#open !== kind) {
      events = this.#close();
      this.#open = kind;
      events += this.#event('content_block_start', {
        index: this.#index,
        content_block: { type: kind, [kind]: '' },
      });
    }
    return (
      events +
      this.#event('content_block_delta', {
        index: this.#index,
        delta: { type: `${kind}_delta`, [kind]: text },
      })
    );
  }

  piece(piece: Piece): string {
    const begin = this.#begin();
    if (piece.kind !== 'tools') return begin + this.#block(piece.kind, piece.text);
    let events = begin + this.#close();
    for (const call of piece.calls) {
      const index = this.#index++;
      events +=
        this.#event('content_block_start', {
          index,
          content_block: { type: 'tool_use', id: call.id, name: call.name, input: {} },
        }) +
        this.#event('content_block_delta', {
          index,
          delta: { type: 'input_json_delta', partial_json: JSON.stringify(call.arguments) },
        }) +
        this.#event('content_block_stop', { index });
    }
    return events;
  }

  finish(result: Result): string {
    return (
      this.#begin() +
      this.#close() +
      this.#event('message_delta', {
        delta: { stop_reason: stopReason(result) },
        usage: { input_tokens: result.promptTokens, output_tokens: result.completionTokens },
      }) +
      this.#event('message_stop', {})
    );
  }

  whole(result: Result): JsonObject {
    return {
      ...this.#head(),
      content: [
        ...(result.thinking === '' ? [] : [{ type: 'thinking', thinking: result.thinking }]),
        ...(result.text === '' ? [] : [{ type: 'text', text: result.text }]),
        ...result.toolCalls.map((call) => ({
          type: 'tool_use',
          id: call.id,
          name: call.name,
          input: call.arguments,
        })),
      ],
      stop_reason: stopReason(result),
      usage: { input_tokens: result.promptTokens, output_tokens: result.completionTokens },
    };
  }

  /** Ollama's translation drops the error: nothing more is said. */
  error(): string {
    return '';
  }
}

export const anthropicMessages: Wire = {
  streamType: 'text/event-stream',
  jsonType: 'application/json',
  whenEmpty: 'EOF',
  requestType: 'anthropic.MessagesRequest',
  errorBody: (status, text) => ({
    type: 'error',
    error: { type: ERROR_TYPES[status] ?? 'api_error', message: text },
  }),
  read(json: JsonObject): Ask {
    const fields = new Fields(json, 'MessagesRequest');
    if (fields.string('model') === '') throw new SimulatorError(400, 'model is required');
    const maxTokens = fields.integer('max_tokens');
    if (maxTokens === null || maxTokens <= 0) {
      throw new SimulatorError(400, 'max_tokens is required and must be positive');
    }
    const list = fields.objects('messages') ?? [];
    if (list.length === 0) throw new SimulatorError(400, 'messages is required');
    const names = new Map<string, string>();
    const system = blockText(fields.raw('system'));
    const thinking = fields.object('thinking')?.['type'];
    return {
      kind: 'chat',
      model: fields.string('model'),
      messages: [
        ...(system === '' ? [] : [message('system', system)]),
        ...list.flatMap((entry) => readMessage(entry, names)),
      ],
      stream: fields.boolean('stream') ?? false,
      think: thinking === 'enabled' ? true : thinking === 'disabled' ? false : null,
      format: null,
      tools: readFlatTools(fields.objects('tools'), 'input_schema'),
      toolChoice: readToolChoice(fields.raw('tool_choice')),
      maxTokens,
      stop: readStop(fields.raw('stop_sequences')),
      numCtx: null,
      keepAliveMs: null,
      relaxThinking: true,
    };
  },
  open: (ask, context) => new MessagesWriter(ask, context),
};
