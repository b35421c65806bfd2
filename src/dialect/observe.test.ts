import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StreamObserver } from '../core/dialect.ts';
import type { Route } from '../core/route.ts';
import { ROUTES } from '../http/routes.ts';
import { dialects } from './dialects.ts';

const route = (template: string): Route => ROUTES.find((one) => one.template === template)!;

function observe(template: string, bytes: string | Buffer, cuts: readonly number[] = []): StreamObserver {
  const { dialect } = route(template);
  const observer = dialects[dialect].observeStream(route(template));
  const wire = Buffer.from(bytes);
  const places = [...new Set(cuts.map((cut) => cut % (wire.length + 1)))].sort((a, b) => a - b);
  let start = 0;
  for (const end of [...places, wire.length]) {
    observer.push(wire.subarray(start, end));
    start = end;
  }
  return observer;
}

interface Verdict {
  sawContent: boolean;
  contentItems: number;
  complete: boolean;
  error: string | null;
  atBoundary: boolean;
  usage: unknown;
  times: unknown;
}

function verdict(observer: StreamObserver): Verdict {
  const { sawContent, contentItems, complete, error, atBoundary } = observer;
  return {
    sawContent,
    contentItems,
    complete,
    error,
    atBoundary,
    usage: observer.usage(),
    times: observer.times(),
  };
}

const ndjson = (...items: unknown[]): string => items.map((item) => `${JSON.stringify(item)}\n`).join('');
const sse = (...items: unknown[]): string =>
  items.map((item) => `data: ${item === '[DONE]' ? item : JSON.stringify(item)}\n\n`).join('');
const named = (...items: { type: string }[]): string =>
  items.map((item) => `event: ${item.type}\ndata: ${JSON.stringify(item)}\n\n`).join('');

const head = { model: 'llama3.2', created_at: '2026-08-04T08:52:19.385406455-07:00' };
const said = (content: string): unknown => ({
  ...head,
  message: { role: 'assistant', content },
  done: false,
});
const final = {
  ...head,
  message: { role: 'assistant', content: '' },
  done_reason: 'stop',
  done: true,
  total_duration: 4_883_583_458,
  load_duration: 1_334_875,
  prompt_eval_count: 26,
  prompt_eval_duration: 342_546_000,
  eval_count: 282,
  eval_duration: 4_535_599_000,
};

describe('Ollama streams', () => {
  it('tells content from the end, with counts and durations', () => {
    expect(verdict(observe('/api/chat', ndjson(said('The'), said(' sky'), final)))).toEqual({
      sawContent: true,
      contentItems: 3,
      complete: true,
      error: null,
      atBoundary: true,
      usage: { promptTokens: 26, completionTokens: 282 },
      times: { totalNs: 4_883_583_458, loadNs: 1_334_875, promptEvalNs: 342_546_000, evalNs: 4_535_599_000 },
    });
  });

  it('does not take an empty item for content', () => {
    const observer = observe('/api/chat', ndjson(said('')));
    expect([observer.sawContent, observer.complete, observer.usage(), observer.times()]).toEqual([
      false,
      false,
      null,
      null,
    ]);
  });

  it.each([
    ['thinking', { ...head, message: { role: 'assistant', content: '', thinking: 'Hm' }, done: false }],
    [
      'a tool call',
      {
        ...head,
        message: { role: 'assistant', content: '', tool_calls: [{ function: { name: 'f', arguments: {} } }] },
      },
    ],
    ['generated text', { ...head, response: 'The', done: false }],
    ['generated thinking', { ...head, response: '', thinking: 'Hm', done: false }],
  ])('takes %s for content', (_name, item) => {
    expect(observe('/api/chat', ndjson(item)).contentItems).toBe(1);
  });

  it('takes a load or unload for a whole answer', () => {
    const observer = observe(
      '/api/generate',
      ndjson({ ...head, response: '', done: true, done_reason: 'load' }),
    );
    expect(verdict(observer)).toMatchObject({ sawContent: true, complete: true, usage: null, times: null });
  });

  it('counts omitted numbers as zero', () => {
    const observer = observe(
      '/api/chat',
      ndjson({ ...final, prompt_eval_count: undefined, load_duration: undefined }),
    );
    expect(observer.usage()).toEqual({ promptTokens: 0, completionTokens: 282 });
    expect(observer.times()?.loadNs).toBe(0);
  });

  it('reports an error line under status 200, and it never completes the answer', () => {
    const observer = observe('/api/chat', ndjson(said('The'), { error: 'model runner has "stopped" é' }));
    expect(verdict(observer)).toMatchObject({ error: 'model runner has "stopped" é', complete: false });
    expect(observe('/api/chat', ndjson({ error: { message: 'why' }, done: true })).complete).toBe(false);
    expect(observe('/api/chat', ndjson({ error: { code: 3 } })).error).toMatch(/without a message/);
    expect(observe('/api/chat', ndjson({ error: 'first' }, { error: 'second' })).error).toBe('first');
    expect(observe('/api/chat', ndjson({ ...final, error: null })).error).toBeNull();
  });

  it('follows the progress of a pull', () => {
    const progress = { status: 'pulling', digest: 'sha256:1', total: 10, completed: 5 };
    expect(observe('/api/pull', ndjson(progress)).complete).toBe(false);
    expect(observe('/api/pull', ndjson(progress, { status: 'success' })).complete).toBe(true);
  });

  it('counts nothing that is cut off or not well formed', () => {
    const whole = ndjson(final);
    expect(observe('/api/chat', whole.slice(0, -3)).complete).toBe(false);
    expect(observe('/api/chat', `${whole.slice(0, -3)}\n`).complete).toBe(false);
    expect(observe('/api/chat', `${whole.slice(0, -3)}\n${whole}`).complete).toBe(true);
    expect(observe('/api/chat', whole.trimEnd()).complete).toBe(true);
  });

  it('is not fooled by nested values that look like its own', () => {
    const call = { function: { name: 'f', arguments: { done: true, error: 'no', response: 'x' } } };
    const item = { ...head, message: { role: 'assistant', content: '', tool_calls: [call] }, done: false };
    expect(verdict(observe('/api/chat', ndjson(item)))).toMatchObject({
      complete: false,
      error: null,
      contentItems: 1,
    });
  });
});

const base = {
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1_694_268_190,
  model: 'gpt-4o-mini',
};
const delta = (value: unknown, finish: string | null = null): unknown => ({
  ...base,
  choices: [{ index: 0, delta: value, logprobs: null, finish_reason: finish }],
});
const usage = { ...base, choices: [], usage: { prompt_tokens: 9, completion_tokens: 12, total_tokens: 21 } };

describe('OpenAI streams', () => {
  it('counts deltas, the finish reason and usage, and needs [DONE]', () => {
    const chunks = [
      delta({ role: 'assistant', content: '' }),
      delta({ content: 'Hi' }),
      delta({}, 'stop'),
      usage,
    ];
    expect(verdict(observe('/v1/chat/completions', sse(...chunks)))).toEqual({
      sawContent: true,
      contentItems: 2,
      complete: false,
      error: null,
      atBoundary: true,
      usage: { promptTokens: 9, completionTokens: 12 },
      times: null,
    });
    expect(observe('/v1/chat/completions', sse(...chunks, '[DONE]')).complete).toBe(true);
  });

  it('does not take the first role delta, comments or pings for content', () => {
    const observer = observe(
      '/v1/chat/completions',
      `: ping\n\n${sse(delta({ role: 'assistant', content: '' }))}`,
    );
    expect(observer.contentItems).toBe(0);
  });

  it.each([
    { tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'f', arguments: '' } }] },
    { reasoning: 'Hm' },
    { reasoning_content: 'Hm' },
    { refusal: 'No' },
    { function_call: { name: 'f' } },
  ])('takes %j for content', (value) => {
    expect(observe('/v1/chat/completions', sse(delta(value))).contentItems).toBe(1);
  });

  it('reads completions as well', () => {
    const chunk = (text: string, finish: string | null): unknown => ({
      id: 'cmpl-1',
      choices: [{ text, index: 0, finish_reason: finish }],
      usage: { prompt_tokens: 0, completion_tokens: 0 },
    });
    const observer = observe(
      '/v1/completions',
      sse(chunk('', null), chunk('a', null), chunk('', 'stop'), '[DONE]'),
    );
    expect(verdict(observer)).toMatchObject({ contentItems: 2, complete: true });
  });

  it('takes [DONE] alone for the end of an empty answer', () => {
    expect(verdict(observe('/v1/chat/completions', 'data: [DONE]\n'))).toMatchObject({
      sawContent: true,
      complete: true,
    });
  });

  it.each([
    ['data: {"error":{"message":"overloaded","type":"server_error"}}\n\n', 'overloaded'],
    ['data: {"error":"overloaded"}\n\n', 'overloaded'],
    ['event: error\ndata: {"message":"overloaded"}\n\n', 'overloaded'],
    ['data: {"message":"overloaded"}\nevent: error\n\n', 'overloaded'],
    ['event: error\ndata: not json\n\n', 'the upstream sent an error event'],
    ['data: {"error":{}}\n\n', 'the upstream reported an error without a message'],
  ])('reports the error of %j', (wire, message) => {
    const observer = observe('/v1/chat/completions', wire);
    expect([observer.error, observer.sawContent]).toEqual([message, false]);
  });

  it('does not take an error of null for one', () => {
    expect(observe('/v1/chat/completions', sse({ ...usage, error: null })).error).toBeNull();
  });
});

describe('responses streams', () => {
  const response = {
    id: 'resp_1',
    error: null,
    usage: { input_tokens: 3, output_tokens: 4, total_tokens: 7 },
  };

  it('ends with response.completed', () => {
    const wire = named(
      { type: 'response.created', response: { id: 'resp_1', error: null, usage: null } } as never,
      { type: 'response.output_text.delta', delta: 'Hi' } as never,
      { type: 'response.output_text.done', text: 'Hi' } as never,
    );
    expect(verdict(observe('/v1/responses', wire))).toMatchObject({
      contentItems: 1,
      complete: false,
      usage: null,
    });
    const ended = observe('/v1/responses', wire + named({ type: 'response.completed', response } as never));
    expect(verdict(ended)).toMatchObject({
      contentItems: 2,
      complete: true,
      error: null,
      usage: { promptTokens: 3, completionTokens: 4 },
    });
  });

  it('may end incomplete, or failed with an error', () => {
    expect(observe('/v1/responses', named({ type: 'response.incomplete', response } as never)).complete).toBe(
      true,
    );
    const failed = { type: 'response.failed', response: { error: { code: 'server_error', message: 'why' } } };
    expect(observe('/v1/responses', named(failed)).error).toBe('why');
    expect(observe('/v1/responses', named({ type: 'error', message: 'why' } as never)).error).toBe('why');
    expect(observe('/v1/responses', named({ type: 'response.failed' })).error).toMatch(/without a message/);
  });
});

describe('Anthropic streams', () => {
  const start = {
    type: 'message_start',
    message: { id: 'msg_1', usage: { input_tokens: 25, output_tokens: 1 } },
  };
  const block = (kind: string): { type: string } =>
    ({ type: 'content_block_start', index: 0, content_block: { type: kind, text: '' } }) as never;
  const text = { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hello' } };
  const end = { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 15 } };

  it('counts text and the end, not pings and empty blocks', () => {
    const before = named(start, block('text'), { type: 'ping' });
    expect(observe('/v1/messages', before).contentItems).toBe(0);
    const observer = observe('/v1/messages', before + named(text, end, { type: 'message_stop' }));
    expect(verdict(observer)).toMatchObject({
      contentItems: 2,
      complete: true,
      error: null,
      usage: { promptTokens: 25, completionTokens: 15 },
      times: null,
    });
  });

  it('takes the start of a tool call and thinking for content', () => {
    expect(observe('/v1/messages', named(block('tool_use'))).contentItems).toBe(1);
    const thinking = { type: 'content_block_delta', delta: { type: 'thinking_delta', thinking: 'Hm' } };
    expect(observe('/v1/messages', named(block('thinking'), thinking)).contentItems).toBe(1);
  });

  it('reports an error event', () => {
    const error = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
    expect(observe('/v1/messages', named(error)).error).toBe('Overloaded');
    expect(observe('/v1/messages', named({ type: 'error' })).error).toMatch(/without a message/);
  });

  it('keeps a known count when a later event says zero', () => {
    const wire = named(start, { ...end, usage: { input_tokens: 0, output_tokens: 15 } } as never);
    expect(observe('/v1/messages', wire).usage()).toEqual({ promptTokens: 25, completionTokens: 15 });
  });
});

describe('any stream', () => {
  const tricky = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom(
      '"done":true',
      '\\"done\\":true}',
      'data: [DONE]\n\n',
      '[DONE]',
      '{"error":"no"}',
      'event: error',
    ),
  );
  const pieces = fc.array(
    tricky.filter((piece) => piece !== ''),
    { maxLength: 8 },
  );
  const cuts = fc.array(fc.nat(), { maxLength: 60 });

  it('is judged alike however it is split, and its text never fools the judge (NDJSON)', () => {
    fc.assert(
      fc.property(pieces, cuts, fc.boolean(), (texts, places, ended) => {
        const wire = ndjson(...texts.map(said), ...(ended ? [final] : []));
        const seen = verdict(observe('/api/chat', wire, places));
        expect(seen).toEqual(verdict(observe('/api/chat', wire)));
        expect(seen).toMatchObject({
          complete: ended,
          error: null,
          contentItems: texts.length + (ended ? 1 : 0),
        });
      }),
    );
  });

  it('is judged alike however it is split, and its text never fools the judge (SSE)', () => {
    fc.assert(
      fc.property(
        pieces,
        cuts,
        fc.boolean(),
        fc.constantFrom('\n', '\r\n', '\r'),
        (texts, places, ended, eol) => {
          const plain = sse(
            ...texts.map((content) => delta({ content })),
            usage,
            ...(ended ? ['[DONE]'] : []),
          );
          const wire = plain.replaceAll('\n', eol);
          const seen = verdict(observe('/v1/chat/completions', wire, places));
          expect(seen).toEqual(verdict(observe('/v1/chat/completions', wire)));
          expect(seen).toMatchObject({
            complete: ended,
            error: null,
            contentItems: texts.length === 0 && ended ? 1 : texts.length,
            usage: { promptTokens: 9, completionTokens: 12 },
          });
        },
      ),
    );
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        cuts,
        fc.constantFrom('/api/chat', '/v1/messages'),
        (bytes, places, path) => {
          const seen = verdict(observe(path, Buffer.from(bytes), places));
          expect(seen).toEqual(verdict(observe(path, Buffer.from(bytes))));
        },
      ),
    );
  });

  it('never throws, whatever the tokens', () => {
    const token = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      '\\',
      ',',
      ':',
      'true',
      '1',
      '\n',
      '"done"',
      '"message"',
      'data: ',
      '"error"',
    );
    fc.assert(
      fc.property(
        fc.array(token, { maxLength: 60 }),
        cuts,
        fc.constantFrom('/api/chat', '/v1/responses'),
        (tokens, places, path) => {
          const wire = tokens.join('');
          expect(verdict(observe(path, wire, places))).toEqual(verdict(observe(path, wire)));
        },
      ),
      { numRuns: 500 },
    );
  });
});
