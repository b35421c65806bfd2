/**
 * OpenAI's SSE streams. Completions end with `data: [DONE]`; the first delta usually holds only a role
 * and is no content. `/v1/responses` ends with `response.completed` (or `incomplete`, `failed`).
 */
import type { Route } from '../../core/route.ts';
import { keep, inside, mark, watch, type WatchNode } from '../scan/watch.ts';
import { SseObserver, type Judge } from '../stream-observer.ts';
import { isResponses } from './responses/route.ts';

const CONTENT = 0;
const FINISH = 1;
const ERROR = 2;
const INPUT = 3;
const OUTPUT = 4;
const TYPE = 5;
const MESSAGE = 6;

const COMPLETIONS: WatchNode = watch({
  choices: inside({
    delta: inside({
      content: mark(CONTENT),
      reasoning: mark(CONTENT),
      reasoning_content: mark(CONTENT),
      refusal: mark(CONTENT),
      tool_calls: mark(CONTENT),
      function_call: mark(CONTENT),
      audio: mark(CONTENT),
    }),
    text: mark(CONTENT),
    finish_reason: mark(FINISH),
  }),
  usage: inside({ prompt_tokens: keep(INPUT), completion_tokens: keep(OUTPUT) }),
  error: keep(ERROR, { message: keep(ERROR) }),
  message: keep(MESSAGE),
});

const RESPONSES: WatchNode = watch({
  type: keep(TYPE),
  delta: mark(CONTENT),
  response: inside({
    usage: inside({ input_tokens: keep(INPUT), output_tokens: keep(OUTPUT) }),
    error: keep(ERROR, { message: keep(ERROR) }),
  }),
  error: keep(ERROR, { message: keep(ERROR) }),
  message: keep(MESSAGE),
});

const NO_MESSAGE = 'the upstream reported an error without a message';

const judgeCompletions: Judge = (item, findings, isError) => {
  if (item.has(ERROR) || isError) {
    findings.error ??= item.text(ERROR) ?? item.text(MESSAGE) ?? NO_MESSAGE;
    return;
  }
  if (item.has(CONTENT) || item.has(FINISH)) findings.contentItems += 1;
  const prompt = item.number(INPUT);
  const output = item.number(OUTPUT);
  if (!Number.isNaN(prompt)) findings.promptTokens = prompt;
  if (!Number.isNaN(output)) findings.completionTokens = output;
};

const judgeResponses: Judge = (item, findings, isError) => {
  const type = item.text(TYPE);
  if (item.has(ERROR) || isError || type === 'error' || type === 'response.failed') {
    findings.error ??= item.text(ERROR) ?? item.text(MESSAGE) ?? NO_MESSAGE;
    return;
  }
  const ended = type === 'response.completed' || type === 'response.incomplete';
  if (ended || (item.has(CONTENT) && type?.endsWith('.delta') === true)) findings.contentItems += 1;
  if (!ended) return;
  findings.complete = true;
  findings.promptTokens = item.number(INPUT);
  findings.completionTokens = item.number(OUTPUT);
};

export function observeOpenai(route: Route): SseObserver {
  return isResponses(route)
    ? new SseObserver(RESPONSES, judgeResponses)
    : new SseObserver(COMPLETIONS, judgeCompletions);
}
