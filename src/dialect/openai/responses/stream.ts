/**
 * A response as the events that would have brought it: created, in progress, each item announced, filled and
 * closed in order, and last the whole response with its usage. Sequence numbers count from 0.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../../../core/json.ts';
import { pieces } from '../../answer/pieces.ts';

export function responseEvents(response: JsonObject): Buffer[] {
  const events = new Events();
  const begun = { ...response, status: 'in_progress', output: [], usage: null };
  for (const field of ['completed_at', 'incomplete_details'])
    if (Object.hasOwn(begun, field)) Reflect.set(begun, field, null);
  events.add('response.created', { response: begun });
  events.add('response.in_progress', { response: begun });
  const output = response['output'];
  for (const [index, item] of (Array.isArray(output) ? output : []).entries())
    if (isJsonObject(item)) addItem(events, item, index);
  const last = response['status'] === 'incomplete' ? 'response.incomplete' : 'response.completed';
  events.add(last, { response });
  return events.chunks;
}

class Events {
  readonly chunks: Buffer[] = [];

  add(type: string, fields: JsonObject): void {
    const data = { type, sequence_number: this.chunks.length, ...fields };
    this.chunks.push(Buffer.from(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`));
  }
}

function addItem(events: Events, item: JsonObject, output_index: number): void {
  const at = { item_id: item['id'] ?? '', output_index };
  events.add('response.output_item.added', { output_index, item: announced(item) });
  if (item['type'] === 'message') addParts(events, at, item['content']);
  else if (item['type'] === 'function_call') {
    events.add('response.function_call_arguments.delta', { ...at, delta: item['arguments'] ?? '' });
    events.add('response.function_call_arguments.done', {
      ...at,
      name: item['name'] ?? '',
      arguments: item['arguments'] ?? '',
    });
  } else {
    addSummary(events, at, item['summary']);
    addParts(events, at, item['content']);
  }
  events.add('response.output_item.done', { output_index, item });
}

/** The item as it is announced: nothing in it yet. */
function announced(item: JsonObject): JsonObject {
  const out = { ...item };
  if (Object.hasOwn(out, 'status')) out['status'] = 'in_progress';
  for (const list of ['content', 'summary']) if (Array.isArray(out[list])) out[list] = [];
  if (out['type'] === 'function_call') out['arguments'] = '';
  return out;
}

function addParts(events: Events, at: JsonObject, parts: JsonValue | undefined): void {
  if (!Array.isArray(parts)) return;
  for (const [content_index, part] of parts.entries()) {
    if (!isJsonObject(part) || typeof part['text'] !== 'string') continue;
    const where = { ...at, content_index };
    const spoken = part['type'] === 'output_text';
    const name = spoken ? 'output_text' : 'reasoning_text';
    const beside = spoken ? { logprobs: [] } : {};
    const begun: JsonObject = { ...part, text: '' };
    if (spoken) Object.assign(begun, { annotations: [], logprobs: [] });
    events.add('response.content_part.added', { ...where, part: begun });
    for (const delta of pieces(part['text']))
      events.add(`response.${name}.delta`, { ...where, delta, ...beside });
    addAnnotations(events, where, part['annotations']);
    events.add(`response.${name}.done`, { ...where, text: part['text'], ...beside });
    events.add('response.content_part.done', { ...where, part });
  }
}

function addAnnotations(events: Events, where: JsonObject, annotations: JsonValue | undefined): void {
  if (!Array.isArray(annotations)) return;
  for (const [annotation_index, annotation] of annotations.entries())
    events.add('response.output_text.annotation.added', { ...where, annotation_index, annotation });
}

function addSummary(events: Events, at: JsonObject, summary: JsonValue | undefined): void {
  if (!Array.isArray(summary)) return;
  for (const [summary_index, part] of summary.entries()) {
    if (!isJsonObject(part) || typeof part['text'] !== 'string') continue;
    const where = { ...at, summary_index };
    events.add('response.reasoning_summary_part.added', { ...where, part: { ...part, text: '' } });
    for (const delta of pieces(part['text']))
      events.add('response.reasoning_summary_text.delta', { ...where, delta });
    events.add('response.reasoning_summary_text.done', { ...where, text: part['text'] });
    events.add('response.reasoning_summary_part.done', { ...where, part });
  }
}
