import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Answer, TextAnswer } from '../../core/answer.ts';
import type { ReplayBody } from '../../core/dialect.ts';
import type { RequestFacts } from '../../core/facts.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Route } from '../../core/route.ts';
import { ROUTES } from '../../http/routes.ts';
import { dialects } from '../dialects.ts';
import { meaning } from '../test-support.ts';
import { pieces } from './pieces.ts';

const route = (template: string): Route => ROUTES.find((one) => one.template === template)!;
const facts = (stream: boolean, json: JsonObject = {}): RequestFacts => ({
  model: 'm' as never,
  stream,
  json,
});

function read(template: string, body: string, streamed: boolean, json: JsonObject = {}): Answer | null {
  const { dialect } = route(template);
  return dialects[dialect].readAnswer(route(template), facts(streamed, json), Buffer.from(body), streamed);
}

function write(template: string, answer: Answer, stream: boolean, json: JsonObject = {}): ReplayBody | null {
  return dialects[route(template).dialect].writeAnswer(route(template), facts(stream, json), answer, 'r1');
}

const text = (body: ReplayBody | null): string => Buffer.concat([...(body?.chunks ?? [])]).toString('utf8');
const withUsage = { stream_options: { include_usage: true } };

const OLLAMA_CHAT: JsonObject = {
  model: 'llama3.2',
  created_at: '2026-08-04T08:52:19.385406455-07:00',
  message: {
    role: 'assistant',
    content: 'The sky is blue because of Rayleigh scattering.',
    thinking: 'Light.',
  },
  done_reason: 'stop',
  done: true,
  total_duration: 4_883_583_458,
  load_duration: 1_334_875,
  prompt_eval_count: 26,
  prompt_eval_duration: 342_546_000,
  eval_count: 282,
  eval_duration: 4_535_599_000,
};
const OLLAMA_GENERATE: JsonObject = {
  model: 'llama3.2',
  created_at: '2026-08-04T08:52:19.385406Z',
  response: 'The sky is blue.',
  done: true,
  done_reason: 'length',
  context: [1, 2, 3],
  total_duration: 5,
  eval_count: 4,
};
const OPENAI_CHAT: JsonObject = {
  id: 'chatcmpl-123',
  object: 'chat.completion',
  created: 1_694_268_190,
  model: 'gpt-4o-mini',
  system_fingerprint: 'fp_44709d6fcb',
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: 'Hello there, how may I assist you today?', refusal: null },
      logprobs: null,
      finish_reason: 'stop',
    },
  ],
  usage: {
    prompt_tokens: 9,
    completion_tokens: 12,
    total_tokens: 21,
    prompt_tokens_details: { cached_tokens: 0 },
  },
};
const OPENAI_TEXT: JsonObject = {
  id: 'cmpl-1',
  object: 'text_completion',
  created: 1_694_268_190,
  model: 'gpt-3.5-turbo-instruct',
  choices: [{ text: 'The sky is blue.', index: 0, logprobs: null, finish_reason: 'stop' }],
  usage: { prompt_tokens: 5, completion_tokens: 4, total_tokens: 9 },
};

describe('reading', () => {
  it('an Ollama chat', () => {
    expect(read('/api/chat', JSON.stringify(OLLAMA_CHAT), false)).toEqual({
      kind: 'text',
      model: 'llama3.2',
      createdAt: Date.parse('2026-08-04T15:52:19.385Z'),
      text: 'The sky is blue because of Rayleigh scattering.',
      thinking: 'Light.',
      toolCalls: [],
      finish: 'stop',
      usage: { promptTokens: 26, completionTokens: 282 },
      times: { totalNs: 4_883_583_458, loadNs: 1_334_875, promptEvalNs: 342_546_000, evalNs: 4_535_599_000 },
      native: { template: '/api/chat', text: JSON.stringify(OLLAMA_CHAT) },
    });
  });

  it('an Ollama stream as the JSON it amounts to', () => {
    const { model, created_at } = OLLAMA_CHAT;
    const items = [
      { model, created_at, message: { role: 'assistant', content: '', thinking: 'Li' }, done: false },
      { model, created_at, message: { role: 'assistant', content: '', thinking: 'ght.' }, done: false },
      { model, created_at, message: { role: 'assistant', content: 'The sky is blue because' }, done: false },
      { model, created_at, message: { role: 'assistant', content: ' of Rayleigh scattering.' }, done: false },
      { ...OLLAMA_CHAT, message: { role: 'assistant', content: '' } },
    ];
    const wire = items.map((item) => `${JSON.stringify(item)}\n`).join('');
    expect(read('/api/chat', wire, true)).toEqual(read('/api/chat', JSON.stringify(OLLAMA_CHAT), false));
  });

  it('an OpenAI stream as the JSON it amounts to, tool calls in pieces', () => {
    const top = { id: 'c', object: 'chat.completion.chunk', created: 7, model: 'g' };
    const chunk = (delta: unknown, finish: string | null = null): unknown => ({
      ...top,
      choices: [{ index: 0, delta, finish_reason: finish }],
    });
    const call = (index: number, id: string | undefined, name: string | undefined, part: string): unknown =>
      chunk({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: part } }] });
    const wire = [
      chunk({ role: 'assistant', content: null }),
      call(0, 'call_a', 'f', '{"x"'),
      call(0, undefined, undefined, ':1}'),
      call(0, 'call_b', 'g', ''),
      chunk({}, 'tool_calls'),
      { ...top, choices: [], usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 } },
    ];
    const body = `${wire.map((item) => `data: ${JSON.stringify(item)}\n\n`).join('')}data: [DONE]\n\n`;
    expect(read('/v1/chat/completions', body, true)).toMatchObject({
      text: '',
      toolCalls: [
        { id: 'call_a', name: 'f', arguments: { x: 1 } },
        { id: 'call_b', name: 'g', arguments: {} },
      ],
      finish: 'tool_calls',
      createdAt: 7_000,
      usage: { promptTokens: 1, completionTokens: 2 },
    });
  });

  it('takes the model asked for where an embedding names none', () => {
    expect(read('/api/embeddings', '{"embedding":[1,2]}', false)).toMatchObject({
      kind: 'embedding',
      model: 'm',
    });
    expect(
      read('/v1/embeddings', '{"data":[{"embedding":"AAAA"}],"usage":{"prompt_tokens":3}}', false),
    ).toMatchObject({
      model: 'm',
      usage: { promptTokens: 3, completionTokens: 0 },
    });
  });
});

describe('what is never stored', () => {
  const chat = (patch: JsonObject): string => JSON.stringify({ ...OLLAMA_CHAT, ...patch });
  const said = (message: JsonObject): string =>
    chat({ message: { role: 'assistant', content: 'x', ...message } });
  it.each<[string, string]>([
    ['no JSON', '{"model":'],
    ['an array', '[]'],
    ['an error', '{"error":"no"}'],
    ['an error beside an answer', chat({ error: { message: 'no' } })],
    ['an answer not done', chat({ done: false })],
    ['a load', chat({ done_reason: 'load', message: { role: 'assistant', content: '' } })],
    ['an unload', chat({ done_reason: 'unload' })],
    ['an empty text', said({ content: ' \n' })],
    ['thinking alone', said({ content: '', thinking: 'Hm' })],
    ['no message', chat({ message: null })],
    ['content that is no text', said({ content: [] })],
    ['calls that are no array', said({ tool_calls: {} })],
    ['a call without a function', said({ tool_calls: [{}] })],
    ['arguments that are no object', said({ tool_calls: [{ function: { name: 'f', arguments: 'x' } }] })],
    ['no model', chat({ model: undefined })],
  ])('from Ollama: %s', (_name, body) => {
    expect(read('/api/chat', body, false)).toBeNull();
  });

  const line = (content: string, done: boolean): string =>
    `${JSON.stringify({ model: 'm', message: { role: 'assistant', content }, done })}\n`;
  it.each<[string, string]>([
    ['nothing', ''],
    ['a stream without its end', line('x', false)],
    ['an error in the middle', `${line('x', false)}{"error":"no"}\n${line('', true)}`],
    ['an item without a message', `{"model":"m","done":false}\n${line('x', true)}`],
    ['an item that is cut', `{"model":"m",\n${line('x', true)}`],
  ])('from an Ollama stream: %s', (_name, body) => {
    expect(read('/api/chat', body, true)).toBeNull();
  });

  const choice = (patch: JsonObject): string =>
    JSON.stringify({
      ...OPENAI_CHAT,
      choices: [{ index: 0, message: { content: 'x' }, finish_reason: 'stop', ...patch }],
    });
  const message = (patch: JsonObject): string =>
    choice({ message: { role: 'assistant', content: 'x', ...patch } });
  it.each<[string, string]>([
    ['no JSON', 'x'],
    ['an error', '{"error":{"message":"no"}}'],
    ['no choice', '{"model":"m","choices":[]}'],
    ['two choices', JSON.stringify({ ...OPENAI_CHAT, choices: [{}, {}] })],
    ['no end', choice({ finish_reason: null })],
    ['a filtered answer', choice({ finish_reason: 'content_filter' })],
    ['no message', choice({ message: null })],
    ['a refusal', message({ refusal: 'no' })],
    ['audio', message({ audio: {} })],
    ['an old function call', message({ function_call: { name: 'f' } })],
    ['content in parts', message({ content: [] })],
    ['an empty text', message({ content: null })],
    ['calls that are no array', message({ tool_calls: 'x' })],
    ['a call without a function', message({ tool_calls: [{ id: 'a' }] })],
    ['arguments that are no JSON', message({ tool_calls: [{ function: { name: 'f', arguments: '{' } }] })],
    [
      'arguments that are no object',
      message({ tool_calls: [{ function: { name: 'f', arguments: '[1]' } }] }),
    ],
    ['arguments that are no text', message({ tool_calls: [{ function: { name: 'f', arguments: {} } }] })],
    ['no model', '{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}]}'],
  ])('from OpenAI: %s', (_name, body) => {
    expect(read('/v1/chat/completions', body, false)).toBeNull();
  });

  const chunk = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
  const delta = (value: unknown, finish: string | null = null, index = 0): string =>
    chunk({ model: 'm', choices: [{ index, delta: value, finish_reason: finish }] });
  const done = 'data: [DONE]\n\n';
  it.each<[string, string]>([
    ['no [DONE]', delta({ content: 'x' }, 'stop')],
    ['no finish reason', delta({ content: 'x' }) + done],
    ['an error in the middle', delta({ content: 'x' }, 'stop') + chunk({ error: { message: 'no' } }) + done],
    ['a second choice', delta({ content: 'x' }, 'stop') + delta({ content: 'y' }, 'stop', 1) + done],
    ['a choice that is none', chunk({ model: 'm', choices: [1] }) + done],
    ['a delta that is none', delta('x', 'stop') + done],
    ['calls that are no array', delta({ tool_calls: 'x' }, 'stop') + done],
    ['a call that is none', delta({ tool_calls: ['x'] }, 'stop') + done],
    ['a refusal', delta({ content: 'x', refusal: 'n' }) + delta({ refusal: 'o' }, 'stop') + done],
  ])('from an OpenAI stream: %s', (_name, body) => {
    expect(read('/v1/chat/completions', body, true)).toBeNull();
  });

  it.each<[string, string]>([
    ['/v1/completions', JSON.stringify({ ...OPENAI_TEXT, choices: [{ text: 7, finish_reason: 'stop' }] })],
    ['/api/embed', '{"embeddings":[]}'],
    ['/api/embed', '{"embeddings":[[]]}'],
    ['/api/embed', '{"model":"m"}'],
    ['/api/embeddings', '{"embedding":[]}'],
    ['/v1/embeddings', '{"data":[]}'],
    ['/v1/embeddings', '{"data":[{}]}'],
    ['/v1/embeddings', '{"data":[1]}'],
    ['/v1/responses', JSON.stringify(OPENAI_CHAT)],
    ['/v1/messages', JSON.stringify(OPENAI_CHAT)],
    ['/api/tags', JSON.stringify(OLLAMA_CHAT)],
  ])('%s %s', (template, body) => {
    expect(read(template, body, false)).toBeNull();
  });

  it('log probabilities from a stream, which only JSON keeps whole', () => {
    const whole = read('/api/chat', JSON.stringify(OLLAMA_CHAT), false)!;
    expect(read('/api/chat', text(write('/api/chat', whole, true)), true, { logprobs: true })).toBeNull();
    expect(read('/v1/completions', done, true, { logprobs: 1 })).toBeNull();
    expect(write('/api/chat', whole, false, { logprobs: true })).not.toBeNull();
    expect(write('/api/chat', whole, true, { logprobs: true })).toBeNull();
    expect(write('/v1/chat/completions', whole, false, { logprobs: true })).toBeNull();
  });
});

describe('replay on the route it came from', () => {
  const cases: [string, JsonObject][] = [
    ['/api/chat', OLLAMA_CHAT],
    ['/api/generate', OLLAMA_GENERATE],
    ['/v1/chat/completions', OPENAI_CHAT],
    ['/v1/completions', OPENAI_TEXT],
    ['/api/embed', { model: 'm', embeddings: [[1, 2]], total_duration: 14, prompt_eval_count: 2 }],
    [
      '/v1/embeddings',
      { object: 'list', data: [{ object: 'embedding', embedding: [1], index: 0 }], model: 'm' },
    ],
  ];

  it.each(cases)('%s keeps every field of the JSON; only an id is new', (template, json) => {
    const replayed = write(template, read(template, JSON.stringify(json), false)!, false)!;
    const { id, ...rest } = JSON.parse(text(replayed)) as JsonObject;
    const { id: original, ...expected } = json;
    expect(rest).toEqual(expected);
    expect(replayed.streaming).toBe(false);
    expect(replayed.contentType).toMatch(/^application\/json/);
    if (original !== undefined) expect(id).toMatch(/^(chatcmpl|cmpl)-r1$/);
  });

  it.each(cases.slice(0, 4))('%s: JSON, as a stream, read again: the same answer', (template, json) => {
    const answer = read(template, JSON.stringify(json), false)!;
    const streamed = write(template, answer, true, withUsage)!;
    expect(streamed.streaming).toBe(true);
    expect(streamed.contentType).toBe(
      template.startsWith('/api') ? 'application/x-ndjson' : 'text/event-stream',
    );
    expect(meaning(read(template, text(streamed), true))).toEqual(meaning(answer));
  });
});

describe('replay on another route', () => {
  it('writes what is known in the other protocol', () => {
    const answer = read('/v1/chat/completions', JSON.stringify(OPENAI_CHAT), false)!;
    expect(JSON.parse(text(write('/api/chat', answer, false)))).toEqual({
      model: 'gpt-4o-mini',
      created_at: '2023-09-09T14:03:10.000Z',
      message: { role: 'assistant', content: 'Hello there, how may I assist you today?' },
      done: true,
      done_reason: 'stop',
      prompt_eval_count: 9,
      eval_count: 12,
    });
    const back = read('/api/chat', JSON.stringify(OLLAMA_CHAT), false)!;
    expect(JSON.parse(text(write('/v1/chat/completions', back, false)))).toEqual({
      id: 'chatcmpl-r1',
      object: 'chat.completion',
      created: Math.floor(Date.parse('2026-08-04T15:52:19Z') / 1000),
      model: 'llama3.2',
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: 'The sky is blue because of Rayleigh scattering.',
            reasoning: 'Light.',
          },
          finish_reason: 'stop',
        },
      ],
      usage: { prompt_tokens: 26, completion_tokens: 282, total_tokens: 308 },
    });
  });

  it('gives tool calls the ids that the other protocol needs', () => {
    const call = { function: { name: 'f', arguments: { x: 1 } } };
    const json = { ...OLLAMA_CHAT, message: { role: 'assistant', content: '', tool_calls: [call] } };
    const answer = read('/api/chat', JSON.stringify(json), false)!;
    const written = JSON.parse(text(write('/v1/chat/completions', answer, false))) as typeof OPENAI_CHAT;
    expect(written['choices']).toMatchObject([
      {
        message: {
          tool_calls: [{ id: 'call_r1_0', type: 'function', function: { name: 'f', arguments: '{"x":1}' } }],
        },
        finish_reason: 'tool_calls',
      },
    ]);
    expect(write('/v1/completions', answer, false)).toBeNull();
  });

  it('is not possible for embeddings, nor on routes without answers', () => {
    const embedding = read('/api/embed', '{"embeddings":[[1]]}', false)!;
    expect(write('/v1/embeddings', embedding, false)).toBeNull();
    expect(write('/api/embeddings', embedding, false)).toBeNull();
    const answer = read('/api/chat', JSON.stringify(OLLAMA_CHAT), false)!;
    for (const template of ['/api/embed', '/v1/embeddings', '/api/tags'])
      expect(write(template, answer, false)).toBeNull();
  });

  it('sends usage in a stream only if the client asked, and never makes it up', () => {
    const answer = read('/v1/chat/completions', JSON.stringify(OPENAI_CHAT), false)! as TextAnswer;
    const path = '/v1/chat/completions';
    expect(text(write(path, answer, true))).not.toContain('"usage"');
    expect(text(write(path, answer, true, withUsage))).toContain('"prompt_tokens":9');
    const unknown = { ...answer, usage: null, native: null };
    expect(text(write(path, unknown, true, withUsage))).not.toContain('"usage"');
    expect(text(write(path, unknown, false))).not.toContain('"usage"');
  });
});

const TEXT = fc
  .oneof(fc.string({ unit: 'grapheme', maxLength: 400 }), fc.lorem({ maxCount: 60 }))
  .filter((value) => value.trim() !== '');
const JSON_VALUE = fc.dictionary(
  fc.string({ unit: 'grapheme' }),
  fc.oneof(fc.string(), fc.integer(), fc.boolean()),
  {
    maxKeys: 3,
    noNullPrototype: true,
  },
);
const ANSWER = fc
  .record({
    kind: fc.constant('text' as const),
    model: fc.string({ minLength: 1 }),
    createdAt: fc.integer({ min: 0, max: 4_000_000 }).map((seconds) => seconds * 1000),
    text: TEXT,
    thinking: fc.option(fc.string({ unit: 'grapheme', minLength: 1 })),
    toolCalls: fc.array(
      fc.record({
        id: fc.string({ minLength: 1 }),
        name: fc.string(),
        arguments: JSON_VALUE,
      }),
      { maxLength: 3 },
    ),
    length: fc.boolean(),
    usage: fc.option(
      fc.record({ promptTokens: fc.integer({ min: 1 }), completionTokens: fc.integer({ min: 1 }) }),
    ),
    times: fc.constant(null),
    native: fc.constant(null),
  })
  .map(({ length, ...rest }): TextAnswer => {
    const calls = rest.toolCalls.map((call, index) => ({ ...call, id: `${call.id}${String(index)}` }));
    const finish = length ? 'length' : calls.length > 0 ? 'tool_calls' : 'stop';
    return { ...rest, toolCalls: calls, finish };
  });

describe('any answer', () => {
  const without = (answer: Answer | null): unknown => ({ ...answer, native: null });

  it.each(['/api/chat', '/v1/chat/completions'])(
    'is read back as it was written, as JSON and as a stream: %s',
    (template) => {
      fc.assert(
        fc.property(ANSWER, fc.boolean(), (answer, stream) => {
          const written = text(write(template, answer, stream, withUsage));
          expect(without(read(template, written, stream))).toEqual(answer);
        }),
      );
    },
  );

  it.each(['/api/generate', '/v1/completions'])('and for plain text: %s', (template) => {
    fc.assert(
      fc.property(ANSWER, fc.boolean(), (answer, stream) => {
        const plain: TextAnswer = { ...answer, toolCalls: [], thinking: null, finish: 'stop' };
        expect(without(read(template, text(write(template, plain, stream, withUsage)), stream))).toEqual(
          plain,
        );
      }),
    );
  });

  it('reaches a fixed point: read, written, read again is the same, native form included', () => {
    fc.assert(
      fc.property(
        ANSWER,
        fc.boolean(),
        fc.boolean(),
        fc.constantFrom('/api/chat', '/v1/chat/completions'),
        (made, first, second, template) => {
          const answer = read(template, text(write(template, made, first, withUsage)), first)!;
          const again = read(template, text(write(template, answer, second, withUsage)), second);
          expect(meaning(again)).toEqual(meaning(answer));
        },
      ),
    );
  });

  it('is a stream that the observer of its route judges complete', () => {
    fc.assert(
      fc.property(ANSWER, fc.constantFrom('/api/chat', '/v1/chat/completions'), (answer, template) => {
        const observer = dialects[route(template).dialect].observeStream(route(template));
        for (const chunk of write(template, answer, true, withUsage)!.chunks) {
          observer.push(chunk);
          expect(observer.atBoundary).toBe(true);
        }
        expect([observer.complete, observer.sawContent, observer.error]).toEqual([true, true, null]);
        expect(observer.usage()).toEqual(answer.usage);
      }),
    );
  });
});

describe('pieces', () => {
  it('concatenate to the text, are bounded in number, and leave surrogate pairs whole', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', ' ', '😀', 'é', '\n'), maxLength: 5_000 }),
        (whole) => {
          const parts = pieces(whole);
          expect(parts.join('')).toBe(whole);
          expect(parts.length).toBeLessThanOrEqual(64);
          for (const part of parts) expect(part.isWellFormed()).toBe(true);
        },
      ),
    );
    expect(pieces('')).toEqual([]);
  });
});
