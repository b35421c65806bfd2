import { isJsonObject } from '../../core/json.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { Ask, Piece, Result, SimMessage } from '../ask.ts';
import { SimulatorError } from '../error.ts';
import { Fields } from '../json-body.ts';
import { message, readFunctionTools, readImageUrl, readStop, readToolChoice } from './read.ts';
import { openAiError, openAiToolCalls, openAiUsage, seconds, sseData } from './wire.ts';
import type { Wire, WireContext, WireWriter } from './wire.ts';

/** `/v1/chat/completions` as Ollama speaks it: SSE `data:` lines, `[DONE]` at the end. */

function readContent(
  role: string,
  content: JsonValue | undefined,
  hasToolCalls: boolean,
  toolName: string | null,
): SimMessage {
  if (typeof content === 'string') return message(role, content, { toolName });
  if (Array.isArray(content)) {
    const images: string[] = [];
    let text = '';
    for (const part of content) {
      const fields = isJsonObject(part) ? part : {};
      if (fields['type'] === 'text' && typeof fields['text'] === 'string') text += fields['text'];
      else if (fields['type'] === 'image_url') {
        const url = fields['image_url'];
        images.push(readImageUrl(isJsonObject(url) ? url['url'] : url));
      } else throw new SimulatorError(400, 'invalid message format');
    }
    return message(role, text, { images, toolName });
  }
  if (!hasToolCalls) {
    const kind = content === undefined || content === null ? '<nil>' : typeof content;
    throw new SimulatorError(400, `invalid message content type: ${kind}`);
  }
  return message(role, '');
}

/** The name of the tool that an earlier call id belongs to. */
function toolNameOf(messages: readonly JsonObject[], id: JsonValue | undefined): string | null {
  for (const json of messages) {
    for (const call of Array.isArray(json['tool_calls']) ? json['tool_calls'] : []) {
      if (isJsonObject(call) && call['id'] === id && isJsonObject(call['function'])) {
        return typeof call['function']['name'] === 'string' ? call['function']['name'] : null;
      }
    }
  }
  return null;
}

function readMessages(fields: Fields): SimMessage[] {
  const list = fields.objects('messages') ?? [];
  if (list.length === 0) throw new SimulatorError(400, "[] is too short - 'messages'");
  return list.map((json) => {
    const inner = new Fields(json, 'Message');
    const role = inner.string('role');
    const toolName =
      role === 'tool' ? inner.string('name') || toolNameOf(list, inner.raw('tool_call_id')) : null;
    return readContent(role, inner.raw('content'), Array.isArray(inner.raw('tool_calls')), toolName);
  });
}

function readFormat(value: JsonObject | null): Ask['format'] {
  if (value?.['type'] === 'json_object') return 'json';
  if (value?.['type'] !== 'json_schema' || !isJsonObject(value['json_schema'])) return null;
  const schema = value['json_schema']['schema'];
  return isJsonObject(schema) ? schema : null;
}

function readEffort(fields: Fields): boolean | null {
  const effort = fields.string('reasoning_effort') || fields.object('reasoning')?.['effort'];
  if (effort === undefined || effort === '' || effort === null) return null;
  if (effort === 'none') return false;
  if (effort === 'high' || effort === 'medium' || effort === 'low' || effort === 'max') return true;
  throw new SimulatorError(
    400,
    `invalid reasoning value: ${JSON.stringify(effort)} (must be "high", "medium", "low", "max", or "none")`,
  );
}

function chunkWriter(ask: Ask, context: WireContext): WireWriter {
  const id = `chatcmpl-${context.random(999)}`;
  const created = seconds(context.wallMs());
  const includeUsage =
    isJsonObject(context.request['stream_options']) &&
    context.request['stream_options']['include_usage'] === true;
  let sentTools = false;
  const head = (object: string): JsonObject => ({
    id,
    object,
    created,
    model: ask.model,
    system_fingerprint: 'fp_ollama',
  });
  const chunk = (delta: JsonObject, finish: string | null): string =>
    sseData({
      ...head('chat.completion.chunk'),
      choices: [{ index: 0, delta: { role: 'assistant', content: '', ...delta }, finish_reason: finish }],
    });
  const finishReason = (result: Result): string =>
    result.toolCalls.length > 0 ? 'tool_calls' : result.reason;
  return {
    piece(piece: Piece): string {
      if (piece.kind === 'tools') {
        sentTools = true;
        return chunk({ tool_calls: openAiToolCalls(piece.calls) }, null);
      }
      return chunk(piece.kind === 'text' ? { content: piece.text } : { reasoning: piece.text }, null);
    },
    finish(result: Result): string {
      const usage = includeUsage
        ? sseData({ ...head('chat.completion.chunk'), choices: [], usage: openAiUsage(result) })
        : '';
      return `${chunk({}, sentTools ? 'tool_calls' : finishReason(result))}${usage}data: [DONE]\n\n`;
    },
    whole: (result) => ({
      ...head('chat.completion'),
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: result.text,
            ...(result.thinking === '' ? {} : { reasoning: result.thinking }),
            ...(result.toolCalls.length === 0 ? {} : { tool_calls: openAiToolCalls(result.toolCalls) }),
          },
          finish_reason: finishReason(result),
        },
      ],
      usage: openAiUsage(result),
    }),
    // Ollama's translation drops the error: the client gets one more empty delta, and no `[DONE]`.
    error: () => chunk({}, null),
  };
}

export const openAiChat: Wire = {
  streamType: 'text/event-stream',
  jsonType: 'application/json',
  whenEmpty: 'EOF',
  requestType: 'openai.ChatCompletionRequest',
  errorBody: openAiError,
  read(json: JsonObject): Ask {
    const fields = new Fields(json, 'ChatCompletionRequest');
    return {
      kind: 'chat',
      model: fields.string('model'),
      messages: readMessages(fields),
      stream: fields.boolean('stream') ?? false,
      think: readEffort(fields),
      format: readFormat(fields.object('response_format')),
      tools: readFunctionTools(fields.objects('tools')),
      toolChoice: readToolChoice(fields.raw('tool_choice')),
      maxTokens: fields.integer('max_tokens') ?? fields.integer('max_completion_tokens'),
      stop: readStop(fields.raw('stop')),
      numCtx: null,
      keepAliveMs: null,
      relaxThinking: false,
    };
  },
  open: chunkWriter,
};
