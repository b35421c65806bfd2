import { isJsonObject } from '../../core/json.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { Ask, Piece, Result, SimToolCall } from '../ask.ts';
import { seconds, sseEvent } from './wire.ts';
import type { WireContext, WireWriter } from './wire.ts';

/** The output items of a response, announced, filled and closed one after the other. */
export class ResponsesWriter implements WireWriter {
  readonly #ask: Ask;
  readonly #context: WireContext;
  readonly #id: string;
  readonly #itemId: string;
  readonly #reasoningId: string;
  readonly #createdAt: number;
  #sequence = 0;
  #index = 0;
  #started = false;
  #thinking = '';
  #reasoning: 'none' | 'open' | 'done' = 'none';
  #text: string | null = null;
  #toolItems: JsonObject[] = [];

  constructor(ask: Ask, context: WireContext) {
    this.#ask = ask;
    this.#context = context;
    this.#id = `resp_${context.random(999_999)}`;
    this.#itemId = `msg_${context.random(999_999)}`;
    this.#reasoningId = `rs_${context.random(999_999)}`;
    this.#createdAt = seconds(context.wallMs());
  }

  piece(piece: Piece): string {
    if (piece.kind === 'thinking') return this.#begin() + this.#think(piece.text);
    if (piece.kind === 'tools') return this.#begin() + this.#endReasoning() + this.#tools(piece.calls);
    return this.#begin() + this.#endReasoning() + this.#say(piece.text);
  }

  finish(result: Result): string {
    const before = this.#begin() + this.#endReasoning() + this.#endText();
    const response = this.#response('completed', this.#output(), result);
    return before + this.#event('response.completed', { response });
  }

  whole(result: Result): JsonObject {
    if (result.thinking !== '') {
      this.#thinking = result.thinking;
      this.#reasoning = 'done';
    }
    this.#toolItems = this.#callItems(result.toolCalls);
    if (result.toolCalls.length === 0) this.#text = result.text;
    return this.#response('completed', this.#output(), result);
  }

  /** Ollama's translation drops the error: nothing more is said. */
  error(): string {
    return '';
  }

  #event(type: string, data: JsonObject): string {
    return sseEvent(type, { ...data, type, sequence_number: this.#sequence++ });
  }

  #begin(): string {
    if (this.#started) return '';
    this.#started = true;
    const response = this.#response('in_progress', [], null);
    return this.#event('response.created', { response }) + this.#event('response.in_progress', { response });
  }

  #think(text: string): string {
    let events = '';
    if (this.#reasoning === 'none') {
      this.#reasoning = 'open';
      events = this.#event('response.output_item.added', {
        output_index: this.#index,
        item: { id: this.#reasoningId, type: 'reasoning', summary: [] },
      });
      // Ollama leaves the part's events out, and the official client then refuses the stream.
      events += this.#summaryPart('added', '');
    }
    this.#thinking += text;
    return (
      events +
      this.#event('response.reasoning_summary_text.delta', {
        item_id: this.#reasoningId,
        output_index: this.#index,
        summary_index: 0,
        delta: text,
      })
    );
  }

  #summaryPart(what: 'added' | 'done', text: string): string {
    return this.#event(`response.reasoning_summary_part.${what}`, {
      item_id: this.#reasoningId,
      output_index: this.#index,
      summary_index: 0,
      part: { type: 'summary_text', text },
    });
  }

  #reasoningItem(): JsonObject {
    return {
      id: this.#reasoningId,
      type: 'reasoning',
      summary: [{ type: 'summary_text', text: this.#thinking }],
      encrypted_content: this.#thinking,
    };
  }

  #endReasoning(): string {
    if (this.#reasoning !== 'open') return '';
    this.#reasoning = 'done';
    const output_index = this.#index;
    const events =
      this.#event('response.reasoning_summary_text.done', {
        item_id: this.#reasoningId,
        output_index,
        summary_index: 0,
        text: this.#thinking,
      }) +
      this.#summaryPart('done', this.#thinking) +
      this.#event('response.output_item.done', { output_index, item: this.#reasoningItem() });
    this.#index += 1;
    return events;
  }

  #callItems(calls: readonly SimToolCall[]): JsonObject[] {
    return calls.map((call, index) => ({
      id: `fc_${this.#context.random(999_999)}_${index}`,
      type: 'function_call',
      status: 'completed',
      call_id: call.id,
      name: call.name,
      arguments: JSON.stringify(call.arguments),
    }));
  }

  #tools(calls: readonly SimToolCall[]): string {
    this.#toolItems = this.#callItems(calls);
    return this.#toolItems
      .map((item, offset) => {
        const at = { item_id: item['id'], output_index: this.#index + offset };
        const added = { ...item, status: 'in_progress', arguments: '' };
        return (
          this.#event('response.output_item.added', { output_index: at.output_index, item: added }) +
          this.#event('response.function_call_arguments.delta', { ...at, delta: item['arguments'] }) +
          this.#event('response.function_call_arguments.done', { ...at, arguments: item['arguments'] }) +
          this.#event('response.output_item.done', { output_index: at.output_index, item })
        );
      })
      .join('');
  }

  #part(text: string): JsonObject {
    return { type: 'output_text', text, annotations: [], logprobs: [] };
  }

  #messageItem(status: string, content: JsonValue[]): JsonObject {
    return { id: this.#itemId, type: 'message', status, role: 'assistant', content };
  }

  #say(text: string): string {
    const at = { item_id: this.#itemId, output_index: this.#index, content_index: 0 };
    let events = '';
    if (this.#text === null) {
      this.#text = '';
      events =
        this.#event('response.output_item.added', {
          output_index: this.#index,
          item: this.#messageItem('in_progress', []),
        }) + this.#event('response.content_part.added', { ...at, part: this.#part('') });
    }
    this.#text += text;
    return events + this.#event('response.output_text.delta', { ...at, delta: text, logprobs: [] });
  }

  #endText(): string {
    if (this.#text === null) return '';
    const at = { item_id: this.#itemId, output_index: this.#index, content_index: 0 };
    const part = this.#part(this.#text);
    return (
      this.#event('response.output_text.done', { ...at, text: this.#text, logprobs: [] }) +
      this.#event('response.content_part.done', { ...at, part }) +
      this.#event('response.output_item.done', {
        output_index: this.#index,
        item: this.#messageItem('completed', [part]),
      })
    );
  }

  #output(): JsonValue[] {
    return [
      ...(this.#reasoning === 'none' ? [] : [this.#reasoningItem()]),
      ...this.#toolItems,
      ...(this.#text === null ? [] : [this.#messageItem('completed', [this.#part(this.#text)])]),
    ];
  }

  #response(status: string, output: JsonValue[], result: Result | null): JsonObject {
    const request = this.#context.request;
    const text = isJsonObject(request['text']) ? request['text']['format'] : undefined;
    return {
      id: this.#id,
      object: 'response',
      created_at: this.#createdAt,
      completed_at: result === null ? null : seconds(this.#context.wallMs()),
      status,
      incomplete_details: null,
      model: this.#ask.model,
      previous_response_id: null,
      instructions: request['instructions'] ?? null,
      output,
      error: null,
      tools: request['tools'] ?? [],
      tool_choice: 'auto',
      truncation: request['truncation'] ?? 'disabled',
      parallel_tool_calls: true,
      text: { format: text ?? { type: 'text' } },
      top_p: request['top_p'] ?? 1,
      presence_penalty: 0,
      frequency_penalty: 0,
      top_logprobs: 0,
      temperature: request['temperature'] ?? 1,
      reasoning: request['reasoning'] ?? null,
      usage: result === null ? null : usage(result),
      max_output_tokens: request['max_output_tokens'] ?? null,
      max_tool_calls: null,
      store: false,
      background: false,
      service_tier: 'default',
      metadata: {},
      safety_identifier: null,
      prompt_cache_key: null,
    };
  }
}

function usage(result: Result): JsonObject {
  return {
    input_tokens: result.promptTokens,
    output_tokens: result.completionTokens,
    total_tokens: result.promptTokens + result.completionTokens,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens_details: { reasoning_tokens: 0 },
  };
}
