import { isJsonObject } from '../../core/json.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { Ask, SimMessage } from '../ask.ts';
import { SimulatorError } from '../error.ts';
import { Fields } from '../json-body.ts';
import { message, readFlatTools, readImageUrl, readToolChoice } from './read.ts';
import { ResponsesWriter } from './responses-writer.ts';
import { openAiError } from './wire.ts';
import type { Wire } from './wire.ts';

/** `/v1/responses`: typed input items in, named SSE events with sequence numbers out. */

function readParts(content: JsonValue | undefined): { text: string; images: string[] } {
  if (typeof content === 'string') return { text: content, images: [] };
  if (content !== undefined && !Array.isArray(content)) {
    throw new SimulatorError(400, 'content must be a string or array');
  }
  let text = '';
  const images: string[] = [];
  for (const part of content ?? []) {
    const fields = isJsonObject(part) ? part : {};
    if (fields['type'] === 'input_text' || fields['type'] === 'output_text') {
      text += typeof fields['text'] === 'string' ? fields['text'] : '';
    } else if (fields['type'] === 'input_image') {
      images.push(readImageUrl(fields['image_url']));
    } else {
      throw new SimulatorError(
        400,
        `unknown content type: ${typeof fields['type'] === 'string' ? fields['type'] : ''}`,
      );
    }
  }
  return { text, images };
}

function readItem(item: JsonObject, index: number, names: Map<string, string>): SimMessage | null {
  const type = item['type'] ?? (typeof item['role'] === 'string' ? 'message' : undefined);
  if (type === 'message') {
    const { text, images } = readParts(item['content']);
    return message(typeof item['role'] === 'string' ? item['role'] : 'user', text, { images });
  }
  if (type === 'function_call') {
    if (typeof item['call_id'] === 'string' && typeof item['name'] === 'string')
      names.set(item['call_id'], item['name']);
    return message('assistant', '');
  }
  if (type === 'function_call_output') {
    const name = typeof item['call_id'] === 'string' ? names.get(item['call_id']) : undefined;
    return message('tool', readParts(item['output']).text, { toolName: name ?? null });
  }
  if (type === 'reasoning') return null;
  throw new SimulatorError(
    400,
    type === undefined
      ? `input[${index}]: input item missing required 'type' field`
      : `input[${index}]: unknown input item type: ${JSON.stringify(type)}`,
  );
}

function readInput(fields: Fields): SimMessage[] {
  const input = fields.raw('input');
  const instructions = fields.string('instructions');
  const messages: (SimMessage | null)[] = instructions === '' ? [] : [message('system', instructions)];
  if (typeof input === 'string') {
    if (input !== '') messages.push(message('user', input));
  } else if (Array.isArray(input)) {
    const names = new Map<string, string>();
    messages.push(...input.map((item, index) => readItem(isJsonObject(item) ? item : {}, index, names)));
  } else if (input !== undefined && input !== null) {
    throw new SimulatorError(400, 'input must be a string or array');
  }
  return messages.filter((entry) => entry !== null);
}

function readFormat(text: JsonObject | null): Ask['format'] {
  const format = text?.['format'];
  if (!isJsonObject(format)) return null;
  if (format['type'] === 'json_object') return 'json';
  return format['type'] === 'json_schema' && isJsonObject(format['schema']) ? format['schema'] : null;
}

function readEffort(reasoning: JsonObject | null): boolean | null {
  const effort = reasoning?.['effort'];
  if (effort === undefined || effort === null || effort === '') return null;
  if (effort === 'none') return false;
  if (effort === 'low' || effort === 'medium' || effort === 'high' || effort === 'max') return true;
  throw new SimulatorError(
    400,
    `invalid reasoning value: ${JSON.stringify(effort)} (must be "high", "medium", "low", "max", or "none")`,
  );
}

export const openAiResponses: Wire = {
  streamType: 'text/event-stream',
  jsonType: 'application/json',
  whenEmpty: 'EOF',
  requestType: 'openai.ResponsesRequest',
  errorBody: openAiError,
  read(json: JsonObject): Ask {
    const fields = new Fields(json, 'ResponsesRequest');
    return {
      kind: 'chat',
      model: fields.string('model'),
      messages: readInput(fields),
      stream: fields.boolean('stream') ?? false,
      think: readEffort(fields.object('reasoning')),
      format: readFormat(fields.object('text')),
      tools: readFlatTools(fields.objects('tools'), 'parameters'),
      toolChoice: readToolChoice(fields.raw('tool_choice')),
      maxTokens: fields.integer('max_output_tokens'),
      stop: [],
      numCtx: null,
      keepAliveMs: null,
      relaxThinking: false,
    };
  },
  open: (ask, context) => new ResponsesWriter(ask, context),
};
