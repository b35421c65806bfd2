/**
 * Stored answers as Ollama writes them: one JSON object, or NDJSON with the thinking, the text in pieces, the tool
 * calls, and a last object with `done: true`, counts and durations.
 */
import type { Answer, TextAnswer } from '../../core/answer.ts';
import type { ReplayBody } from '../../core/dialect.ts';
import { isJsonObject, type JsonObject } from '../../core/json.ts';
import type { RequestFacts } from '../../core/request.ts';
import type { Route } from '../../core/route.ts';
import { nativeJson } from '../answer/body.ts';
import { pieces } from '../answer/pieces.ts';

export function writeOllamaAnswer(route: Route, facts: RequestFacts, answer: Answer): ReplayBody | null {
  const native = answer.native?.template === route.template ? answer.native : null;
  if (answer.kind === 'embedding') return native === null ? null : json(native.text);
  if (route.operation !== 'chat' && route.operation !== 'generate') return null;
  // Log probabilities exist only in the original JSON.
  if (facts.json?.['logprobs'] === true && (native === null || facts.stream)) return null;
  if (!facts.stream) return json(native?.text ?? JSON.stringify(build(route, answer)));
  const whole = nativeJson(route, answer) ?? build(route, answer);
  return {
    contentType: 'application/x-ndjson',
    streaming: true,
    chunks: items(route, whole, answer).map((item) => Buffer.from(`${JSON.stringify(item)}\n`)),
  };
}

function json(text: string): ReplayBody {
  return {
    contentType: 'application/json; charset=utf-8',
    streaming: false,
    chunks: [Buffer.from(text)],
  };
}

/** The non-streaming answer. Counts and durations that are zero or unknown are omitted, as Ollama does. */
function build(route: Route, answer: TextAnswer): JsonObject {
  const { usage, times } = answer;
  const said: JsonObject = { [route.operation === 'chat' ? 'content' : 'response']: answer.text };
  if (answer.thinking !== null) said['thinking'] = answer.thinking;
  if (answer.toolCalls.length > 0)
    said['tool_calls'] = answer.toolCalls.map((call, index) => ({
      ...(call.id === null ? {} : { id: call.id }),
      function: { index, name: call.name, arguments: call.arguments },
    }));
  const out: JsonObject = { model: answer.model, created_at: new Date(answer.createdAt).toISOString() };
  if (route.operation === 'chat') out['message'] = { role: 'assistant', ...said };
  else Object.assign(out, said);
  out['done'] = true;
  out['done_reason'] = answer.finish === 'length' ? 'length' : 'stop';
  const numbers = {
    total_duration: times?.totalNs,
    load_duration: times?.loadNs,
    prompt_eval_count: usage?.promptTokens,
    prompt_eval_duration: times?.promptEvalNs,
    eval_count: usage?.completionTokens,
    eval_duration: times?.evalNs,
  };
  for (const [name, value] of Object.entries(numbers))
    if (value !== undefined && value > 0) out[name] = value;
  return out;
}

/** The same answer as a stream: everything said comes first, the last item keeps the rest. */
function items(route: Route, whole: JsonObject, answer: TextAnswer): JsonObject[] {
  const chat = route.operation === 'chat';
  const textField = chat ? 'content' : 'response';
  const head: JsonObject = { model: whole['model'], created_at: whole['created_at'] };
  const message = chat && isJsonObject(whole['message']) ? whole['message'] : whole;
  const item = (said: JsonObject): JsonObject =>
    chat
      ? { ...head, message: { role: 'assistant', [textField]: '', ...said }, done: false }
      : { ...head, [textField]: '', ...said, done: false };

  const out: JsonObject[] = [];
  if (answer.thinking !== null)
    for (const piece of pieces(answer.thinking)) out.push(item({ thinking: piece }));
  for (const piece of pieces(answer.text)) out.push(item({ [textField]: piece }));
  if (answer.toolCalls.length > 0) out.push(item({ tool_calls: message['tool_calls'] }));
  const { thinking: _thinking, tool_calls: _calls, ...rest } = message;
  const last = { ...rest, [textField]: '' };
  out.push(chat ? { ...whole, message: last } : last);
  return out;
}
