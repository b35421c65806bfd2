/**
 * Ollama's NDJSON streams: `/api/chat`, `/api/generate`, and the progress of pull, push and create.
 * The last item has `done: true` with token counts and durations; an `{"error":…}` line may come under status 200.
 */
import { keep, inside, mark, watch, type WatchNode } from '../scan/watch.ts';
import { NdjsonObserver, type Judge } from '../stream-observer.ts';

const DONE = 0;
const CONTENT = 1;
const ERROR = 2;
const PROMPT_COUNT = 3;
const EVAL_COUNT = 4;
const TOTAL_NS = 5;
const LOAD_NS = 6;
const PROMPT_NS = 7;
const EVAL_NS = 8;
const STATUS = 9;

const WATCHED: WatchNode = watch({
  message: inside({
    content: mark(CONTENT),
    thinking: mark(CONTENT),
    tool_calls: mark(CONTENT),
    images: mark(CONTENT),
  }),
  response: mark(CONTENT),
  thinking: mark(CONTENT),
  tool_calls: mark(CONTENT),
  image: mark(CONTENT),
  done: mark(DONE),
  status: keep(STATUS),
  error: keep(ERROR, { message: keep(ERROR) }),
  prompt_eval_count: keep(PROMPT_COUNT),
  eval_count: keep(EVAL_COUNT),
  total_duration: keep(TOTAL_NS),
  load_duration: keep(LOAD_NS),
  prompt_eval_duration: keep(PROMPT_NS),
  eval_duration: keep(EVAL_NS),
});

const judge: Judge = (item, findings) => {
  if (item.has(ERROR)) {
    findings.error ??= item.text(ERROR) ?? 'the upstream reported an error without a message';
    return;
  }
  const status = item.text(STATUS);
  if (item.has(CONTENT) || item.has(DONE) || status !== null) findings.contentItems += 1;
  if (status === 'success') findings.complete = true;
  if (!item.has(DONE)) return;
  findings.complete = true;
  findings.promptTokens = item.number(PROMPT_COUNT);
  findings.completionTokens = item.number(EVAL_COUNT);
  findings.totalNs = item.number(TOTAL_NS);
  findings.loadNs = item.number(LOAD_NS);
  findings.promptEvalNs = item.number(PROMPT_NS);
  findings.evalNs = item.number(EVAL_NS);
};

export function observeOllama(): NdjsonObserver {
  return new NdjsonObserver(WATCHED, judge);
}
