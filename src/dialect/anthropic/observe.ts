/**
 * Anthropic's SSE stream of `/v1/messages`: `message_start`, blocks and their deltas, `message_delta` with the
 * output tokens, `message_stop` at the end. `ping` is no content; an `error` event ends it early.
 */
import { keep, inside, mark, watch, type WatchNode } from '../scan/watch.ts';
import { SseObserver, type Findings, type Judge } from '../stream-observer.ts';

const CONTENT = 0;
const TYPE = 1;
const BLOCK = 2;
const ERROR = 3;
const INPUT = 4;
const OUTPUT = 5;

const USAGE = inside({ input_tokens: keep(INPUT), output_tokens: keep(OUTPUT) });

const WATCHED: WatchNode = watch({
  type: keep(TYPE),
  delta: inside({ text: mark(CONTENT), thinking: mark(CONTENT), partial_json: mark(CONTENT) }),
  content_block: inside({ type: keep(BLOCK), text: mark(CONTENT), thinking: mark(CONTENT) }),
  message: inside({ usage: USAGE }),
  usage: USAGE,
  error: keep(ERROR, { message: keep(ERROR) }),
});

const judge: Judge = (item, findings, isError) => {
  const type = item.text(TYPE);
  if (item.has(ERROR) || isError || type === 'error') {
    findings.error ??= item.text(ERROR) ?? 'the upstream reported an error without a message';
    return;
  }
  noteUsage(findings, item.number(INPUT), item.number(OUTPUT));
  const block = item.text(BLOCK);
  const toolBlock = block !== null && block !== 'text' && block !== 'thinking';
  if (item.has(CONTENT) || toolBlock || type === 'message_stop') findings.contentItems += 1;
  if (type === 'message_stop') findings.complete = true;
};

/** Counts are cumulative, and an event that knows one of them may carry the other as 0. */
function noteUsage(findings: Findings, input: number, output: number): void {
  if (input > 0 || Number.isNaN(findings.promptTokens)) findings.promptTokens = input;
  if (output > 0 || Number.isNaN(findings.completionTokens)) findings.completionTokens = output;
}

export function observeAnthropic(): SseObserver {
  return new SseObserver(WATCHED, judge);
}
