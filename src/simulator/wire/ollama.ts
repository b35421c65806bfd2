import { isJsonObject } from '../../core/json.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { Ask, EmbedAsk, Piece, Result, SimMessage, SimToolCall } from '../ask.ts';
import { readKeepAlive } from '../duration.ts';
import { SimulatorError } from '../error.ts';
import { Fields } from '../json-body.ts';
import { checkImage, message, readFunctionTools, readStop } from './read.ts';
import { ndjson } from './wire.ts';
import type { Wire, WireContext, WireWriter } from './wire.ts';

/** Ollama's own wire: newline-delimited objects, the last with `done: true` and the account in nanoseconds. */

const rfc3339 = (wallMs: number): string => new Date(wallMs).toISOString();

/** Counts and durations are left out when zero, as Go's `omitempty` does. */
function account(result: Result): JsonObject {
  const all = {
    total_duration: result.totalNs,
    load_duration: result.loadNs,
    prompt_eval_count: result.promptTokens,
    prompt_eval_duration: result.promptEvalNs,
    eval_count: result.completionTokens,
    eval_duration: result.evalNs,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== 0));
}

function toolCalls(calls: readonly SimToolCall[]): JsonObject[] {
  return calls.map((call, index) => ({
    id: call.id,
    function: { index, name: call.name, arguments: call.arguments },
  }));
}

interface Shape {
  /** The fields that carry a piece or a whole answer. */
  content(text: string, thinking: string, calls: readonly SimToolCall[]): JsonObject;
  /** Fields of the final object only. */
  ending(result: Result): JsonObject;
}

const chatShape: Shape = {
  content: (text, thinking, calls) => ({
    message: {
      role: 'assistant',
      content: text,
      ...(thinking === '' ? {} : { thinking }),
      ...(calls.length === 0 ? {} : { tool_calls: toolCalls(calls) }),
    },
  }),
  ending: () => ({}),
};

const generateShape: Shape = {
  content: (text, thinking, calls) => ({
    response: text,
    ...(thinking === '' ? {} : { thinking }),
    ...(calls.length === 0 ? {} : { tool_calls: toolCalls(calls) }),
  }),
  // The deprecated conversation state: one number per token, opaque to clients.
  ending: (result) =>
    result.completionTokens === 0
      ? {}
      : {
          context: Array.from(
            { length: result.promptTokens + result.completionTokens },
            (_, i) => 128_000 + i,
          ),
        },
};

function writer(shape: Shape, ask: Ask, context: WireContext): WireWriter {
  const head = (): JsonObject => ({ model: ask.model, created_at: rfc3339(context.wallMs()) });
  const final = (
    result: Result,
    text: string,
    thinking: string,
    calls: readonly SimToolCall[],
  ): JsonObject => ({
    ...head(),
    ...shape.content(text, thinking, calls),
    done: true,
    done_reason: result.reason,
    ...shape.ending(result),
    ...account(result),
  });
  return {
    piece: (piece: Piece) =>
      ndjson({
        ...head(),
        ...shape.content(
          piece.kind === 'text' ? piece.text : '',
          piece.kind === 'thinking' ? piece.text : '',
          piece.kind === 'tools' ? piece.calls : [],
        ),
        done: false,
      }),
    finish: (result) => ndjson(final(result, '', '', [])),
    whole: (result) => final(result, result.text, result.thinking, result.toolCalls),
    error: (text) => ndjson({ error: text }),
  };
}

function readMessages(fields: Fields): SimMessage[] {
  return (fields.objects('messages') ?? []).map((json) => {
    const inner = new Fields(json, 'Message');
    return message(inner.string('role'), inner.string('content'), {
      images: (inner.strings('images') ?? []).map(checkImage),
      toolName: inner.string('tool_name') || null,
    });
  });
}

/** `true`, `false`, or a level such as `high`. */
function readThink(value: JsonValue | undefined): boolean | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'boolean') return value;
  if (value === 'high' || value === 'medium' || value === 'low' || value === 'max') return true;
  throw new SimulatorError(
    400,
    `invalid think value: ${JSON.stringify(value)} (must be "high", "medium", "low", true, or false)`,
  );
}

function readFormat(value: JsonValue | undefined): Ask['format'] {
  if (value === undefined || value === null || value === '') return null;
  if (value === 'json' || isJsonObject(value)) return value;
  throw new SimulatorError(
    400,
    `invalid format: ${JSON.stringify(value)}; expected "json" or a valid JSON Schema object`,
  );
}

function readCommon(fields: Fields): Omit<Ask, 'kind' | 'messages' | 'tools'> {
  const options = new Fields(fields.object('options') ?? {}, 'Options');
  const maxTokens = options.integer('num_predict');
  return {
    model: fields.string('model'),
    stream: fields.boolean('stream') ?? true,
    think: readThink(fields.raw('think')),
    format: readFormat(fields.raw('format')),
    toolChoice: 'auto',
    maxTokens: maxTokens !== null && maxTokens > 0 ? maxTokens : null,
    stop: readStop(options.raw('stop')),
    numCtx: options.integer('num_ctx'),
    keepAliveMs: readKeepAlive(fields.raw('keep_alive')),
    relaxThinking: false,
  };
}

const errorBody = (_status: number, text: string): JsonObject => ({ error: text });
const wire = {
  streamType: 'application/x-ndjson',
  jsonType: 'application/json; charset=utf-8',
  whenEmpty: 'missing request body',
  errorBody,
};

export const ollamaChat: Wire = {
  ...wire,
  requestType: 'api.ChatRequest',
  read(json: JsonObject): Ask {
    const fields = new Fields(json, 'ChatRequest');
    return {
      ...readCommon(fields),
      kind: 'chat',
      messages: readMessages(fields),
      tools: readFunctionTools(fields.objects('tools')),
    };
  },
  open: (ask, context) => writer(chatShape, ask, context),
};

export const ollamaGenerate: Wire = {
  ...wire,
  requestType: 'api.GenerateRequest',
  read(json: JsonObject): Ask {
    const fields = new Fields(json, 'GenerateRequest');
    const prompt = fields.string('prompt');
    const system = fields.string('system');
    const suffix = fields.string('suffix');
    const images = (fields.strings('images') ?? []).map(checkImage);
    if (
      fields.boolean('raw') === true &&
      (fields.string('template') !== '' || system !== '' || fields.list('context') !== null)
    ) {
      throw new SimulatorError(400, 'raw mode does not support template, system, or context');
    }
    return {
      ...readCommon(fields),
      kind: 'generate',
      messages: [
        ...(system === '' ? [] : [message('system', system)]),
        ...(suffix === '' ? [] : [message('suffix', suffix)]),
        ...(prompt === '' ? [] : [message('user', prompt, { images })]),
      ],
      tools: [],
    };
  },
  open: (ask, context) => writer(generateShape, ask, context),
};

/** `/api/embed` takes a text or a list in `input`; the older `/api/embeddings` takes one in `prompt`. */
export function readOllamaEmbed(json: JsonObject, old: boolean): EmbedAsk {
  const fields = new Fields(json, old ? 'EmbeddingRequest' : 'EmbedRequest');
  const options = new Fields(fields.object('options') ?? {}, 'Options');
  return {
    model: fields.string('model'),
    input: readEmbedInput(old ? fields.string('prompt') : fields.raw('input')),
    dimensions: old ? null : fields.integer('dimensions'),
    numCtx: options.integer('num_ctx'),
    keepAliveMs: readKeepAlive(fields.raw('keep_alive')),
  };
}

export function readEmbedInput(value: JsonValue | undefined): string[] {
  if (value === undefined || value === null || value === '') return [];
  if (typeof value === 'string') return [value];
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw new SimulatorError(400, 'invalid input type');
}
