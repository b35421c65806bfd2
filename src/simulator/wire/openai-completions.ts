import { isJsonObject } from '../../core/json.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Ask, EmbedAsk, Piece, Result } from '../ask.ts';
import { SimulatorError } from '../error.ts';
import { Fields } from '../json-body.ts';
import { readEmbedInput } from './ollama.ts';
import { message, readStop } from './read.ts';
import { openAiError, openAiUsage, seconds, sseData } from './wire.ts';
import type { Wire, WireContext, WireWriter } from './wire.ts';

/** `/v1/completions` (the older, prompt-only API) and `/v1/embeddings`. */

function completionWriter(ask: Ask, context: WireContext): WireWriter {
  const includeUsage =
    isJsonObject(context.request['stream_options']) &&
    context.request['stream_options']['include_usage'] === true;
  const head: JsonObject = {
    id: `cmpl-${context.random(999)}`,
    object: 'text_completion',
    created: seconds(context.wallMs()),
    model: ask.model,
    system_fingerprint: 'fp_ollama',
  };
  const chunk = (text: string, finish: string | null): string =>
    sseData({
      ...head,
      choices: [{ text, index: 0, finish_reason: finish }],
      ...(includeUsage ? { usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 } } : {}),
    });
  return {
    // Thinking has no place on this wire: such a piece arrives as an empty text.
    piece: (piece: Piece) => chunk(piece.kind === 'text' ? piece.text : '', null),
    finish(result: Result): string {
      const usage = includeUsage ? sseData({ ...head, choices: [], usage: openAiUsage(result) }) : '';
      return `${chunk('', result.reason)}${usage}data: [DONE]\n\n`;
    },
    whole: (result) => ({
      ...head,
      choices: [{ text: result.text, index: 0, finish_reason: result.reason }],
      usage: openAiUsage(result),
    }),
    error: () => chunk('', null),
  };
}

export const openAiCompletions: Wire = {
  streamType: 'text/event-stream',
  jsonType: 'application/json',
  whenEmpty: 'EOF',
  requestType: 'openai.CompletionRequest',
  errorBody: openAiError,
  read(json: JsonObject): Ask {
    const fields = new Fields(json, 'CompletionRequest');
    const prompt = fields.string('prompt');
    const suffix = fields.string('suffix');
    return {
      kind: 'generate',
      model: fields.string('model'),
      messages: [
        ...(suffix === '' ? [] : [message('suffix', suffix)]),
        ...(prompt === '' ? [] : [message('user', prompt)]),
      ],
      stream: fields.boolean('stream') ?? false,
      think: null,
      format: null,
      tools: [],
      toolChoice: 'auto',
      maxTokens: fields.integer('max_tokens'),
      stop: readStop(fields.raw('stop')),
      numCtx: null,
      keepAliveMs: null,
      relaxThinking: false,
    };
  },
  open: completionWriter,
};

/** The request of `/v1/embeddings` and whether vectors are wanted as base64 of little-endian floats. */
export function readOpenAiEmbed(json: JsonObject): { ask: EmbedAsk; base64: boolean } {
  const fields = new Fields(json, 'EmbedRequest');
  const format = fields.string('encoding_format').toLowerCase();
  if (format !== '' && format !== 'float' && format !== 'base64') {
    throw new SimulatorError(
      400,
      `Invalid value for 'encoding_format' = ${format}. Supported values: ['float', 'base64'].`,
    );
  }
  const raw = fields.raw('input');
  if (raw === undefined || raw === null || (Array.isArray(raw) && raw.length === 0)) {
    throw new SimulatorError(400, 'invalid input');
  }
  return {
    ask: {
      model: fields.string('model'),
      input: raw === '' ? [''] : readEmbedInput(raw),
      dimensions: fields.integer('dimensions'),
      numCtx: null,
      keepAliveMs: null,
    },
    base64: format === 'base64',
  };
}
