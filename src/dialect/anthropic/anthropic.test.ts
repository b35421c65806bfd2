import { describe, expect, it } from 'vitest';
import type { Answer, TextAnswer } from '../../core/answer.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Route } from '../../core/route.ts';
import { ROUTES } from '../../http/routes.ts';
import { dialects } from '../dialects.ts';
import { readSse } from '../framing/items.ts';
import { meaning } from '../test-support.ts';

const route = (template: string): Route => ROUTES.find((one) => one.template === template)!;
const MESSAGES = route('/v1/messages');

function read(body: string, streamed: boolean): Answer | null {
  const facts = { model: 'm' as never, stream: streamed, json: {} };
  return dialects.anthropic.readAnswer(MESSAGES, facts, Buffer.from(body), streamed);
}

function write(answer: Answer, stream: boolean): { type: string; bytes: string } | null {
  const facts = { model: 'm' as never, stream, json: {} };
  const body = dialects.anthropic.writeAnswer(MESSAGES, facts, answer, 'r1');
  return body === null
    ? null
    : { type: body.contentType, bytes: Buffer.concat([...body.chunks]).toString('utf8') };
}

/** As in Anthropic's documentation of streaming, with a thinking block and a tool call. */
const MESSAGE: JsonObject = {
  id: 'msg_1nZdL29xx5MUA1yADyHTEsnR8uuvGzszyY',
  type: 'message',
  role: 'assistant',
  model: 'claude-opus-4-6',
  content: [
    { type: 'thinking', thinking: 'Which city?', signature: 'EqQBCgIYAhIM' },
    { type: 'text', text: 'Let me look.' },
    { type: 'tool_use', id: 'toolu_01T1', name: 'get_weather', input: { location: 'Oslo', days: [1] } },
  ],
  stop_reason: 'tool_use',
  stop_sequence: null,
  usage: { input_tokens: 472, output_tokens: 89 },
};

const events = (list: readonly JsonObject[]): string =>
  list.map((data) => `event: ${data['type'] as string}\ndata: ${JSON.stringify(data)}\n\n`).join('');

const sequence = (id: string): readonly JsonObject[] => [
  {
    type: 'message_start',
    message: {
      id,
      type: 'message',
      role: 'assistant',
      model: 'claude-opus-4-6',
      usage: { input_tokens: 472, output_tokens: 0 },
      content: [],
      stop_reason: null,
      stop_sequence: null,
    },
  },
  {
    type: 'content_block_start',
    index: 0,
    content_block: { type: 'thinking', thinking: '', signature: '' },
  },
  { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'Which city?' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'EqQBCgIYAhIM' } },
  { type: 'content_block_stop', index: 0 },
  { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'Let me look.' } },
  { type: 'content_block_stop', index: 1 },
  {
    type: 'content_block_start',
    index: 2,
    content_block: { type: 'tool_use', id: 'toolu_01T1', name: 'get_weather', input: {} },
  },
  {
    type: 'content_block_delta',
    index: 2,
    delta: { type: 'input_json_delta', partial_json: '{"location":"Oslo","days":[1]}' },
  },
  { type: 'content_block_stop', index: 2 },
  {
    type: 'message_delta',
    delta: { stop_reason: 'tool_use', stop_sequence: null },
    usage: { input_tokens: 472, output_tokens: 89 },
  },
  { type: 'message_stop' },
];

describe('replay of a message', () => {
  const answer = read(JSON.stringify(MESSAGE), false)!;

  it('is the original with an id of its own', () => {
    const written = write(answer, false)!;
    expect(written.type).toBe('application/json');
    expect(JSON.parse(written.bytes)).toEqual({ ...MESSAGE, id: 'msg_r1' });
  });

  it('as a stream is exactly the sequence of events that Anthropic sends', () => {
    const written = write(answer, true)!;
    expect(written.type).toBe('text/event-stream');
    expect(readSse(Buffer.from(written.bytes))?.items).toEqual(sequence('msg_r1'));
    expect(written.bytes).toMatch(/^event: message_start\ndata: \{"type":"message_start"/);
    expect(written.bytes.endsWith('event: message_stop\ndata: {"type":"message_stop"}\n\n')).toBe(true);
  });

  it('from a stream is the answer that JSON would have brought, pings and split deltas included', () => {
    const list = [...sequence('msg_x')];
    list.splice(1, 0, { type: 'ping' });
    list.splice(
      list.findIndex((one) => JSON.stringify(one).includes('text_delta')),
      1,
      ...['Let ', 'me ', 'look.'].map((text) => ({
        type: 'content_block_delta',
        index: 1,
        delta: { type: 'text_delta', text },
      })),
    );
    expect(meaning(read(events(list), true))).toEqual(meaning(answer));
    expect(JSON.parse(write(read(events(list), true)!, false)!.bytes)).toEqual({ ...MESSAGE, id: 'msg_r1' });
  });

  it('of an answer that came through another API has blocks, reason and usage', () => {
    const other: TextAnswer = {
      ...(answer as TextAnswer),
      native: null,
      toolCalls: [{ id: null, name: 'f', arguments: {} }],
    };
    expect(JSON.parse(write(other, false)!.bytes)).toEqual({
      ...MESSAGE,
      id: 'msg_r1',
      content: [
        { type: 'thinking', thinking: 'Which city?', signature: '' },
        { type: 'text', text: 'Let me look.' },
        { type: 'tool_use', id: 'toolu_r1_0', name: 'f', input: {} },
      ],
    });
    const cut = { ...other, toolCalls: [], thinking: null, finish: 'length', usage: null } as TextAnswer;
    expect(JSON.parse(write(cut, false)!.bytes)).toMatchObject({
      stop_reason: 'max_tokens',
      usage: { input_tokens: 0, output_tokens: 0 },
    });
    expect(
      dialects.anthropic.writeAnswer(MESSAGES, {} as never, { kind: 'embedding' } as never, 'r'),
    ).toBeNull();
  });

  it('through the other APIs says the same', () => {
    const facts = { model: 'm' as never, stream: false, json: {} };
    const chat = dialects.openai.writeAnswer(route('/v1/chat/completions'), facts, answer, 'r1')!;
    expect(JSON.parse(chat.chunks[0]!.toString())).toMatchObject({
      choices: [
        {
          message: {
            content: 'Let me look.',
            reasoning: 'Which city?',
            tool_calls: [{ id: 'toolu_01T1', function: { name: 'get_weather' } }],
          },
          finish_reason: 'tool_calls',
        },
      ],
      usage: { prompt_tokens: 472, completion_tokens: 89 },
    });
  });
});

describe('not stored', () => {
  const with_ = (extra: JsonObject): string => JSON.stringify({ ...MESSAGE, ...extra });
  it.each<[string, string]>([
    ['an error', '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'],
    ['a refusal', with_({ stop_reason: 'refusal' })],
    ['a pause', with_({ stop_reason: 'pause_turn' })],
    ['a model that is no text', with_({ model: 7 })],
    ['no content', with_({ content: [] })],
    ['content that is no list', with_({ content: 'x' })],
    ['blank text', with_({ content: [{ type: 'text', text: ' ' }] })],
    ['a block that is none', with_({ content: [7] })],
    [
      'a block of the server',
      with_({ content: [{ type: 'server_tool_use', id: 'x', name: 'y', input: {} }] }),
    ],
    ['a call without input', with_({ content: [{ type: 'tool_use', id: 'x', name: 'y' }] })],
    ['citations', with_({ content: [{ type: 'text', text: 'x', citations: [{}] }] })],
  ])('%s', (_what, body) => {
    expect(read(body, false)).toBeNull();
  });

  const all = sequence('x');
  it.each<[string, readonly JsonObject[]]>([
    ['nothing', []],
    ['a stream without its end', all.slice(0, -1)],
    ['a stream without its start', all.slice(1)],
    ['two starts', [all[0]!, ...all]],
    ['a start without a message', [{ type: 'message_start' }, ...all.slice(1)]],
    ['two blocks of one number', [...all.slice(0, 2), ...all.slice(1)]],
    ['a delta of no block', [all[0]!, all[2]!, ...all.slice(3)]],
    [
      'a delta that is none',
      [...all.slice(0, 2), { type: 'content_block_delta', index: 0 }, ...all.slice(2)],
    ],
    [
      'a delta that is not known',
      [...all.slice(0, 2), { type: 'content_block_delta', index: 0, delta: { type: 'x' } }, ...all.slice(2)],
    ],
    [
      'input that is no text',
      [
        ...all.slice(0, 9),
        { type: 'content_block_delta', index: 2, delta: { type: 'input_json_delta' } },
        ...all.slice(10),
      ],
    ],
    [
      'input that is no JSON',
      [
        ...all.slice(0, 9),
        { type: 'content_block_delta', index: 2, delta: { type: 'input_json_delta', partial_json: '{' } },
        ...all.slice(10),
      ],
    ],
    [
      'an end without a reason',
      all.map((one) => (one['type'] === 'message_delta' ? { type: one['type'] } : one)),
    ],
    [
      'an error on the way',
      [...all.slice(0, 5), { type: 'error', error: { message: 'no' } }, ...all.slice(5)],
    ],
  ])('%s', (_what, list) => {
    expect(read(events(list), true)).toBeNull();
  });
});

describe('the canonical form', () => {
  const canonical = (template: string, body: JsonObject): unknown => {
    const one = route(template);
    const dialect = dialects[one.dialect];
    const request = dialect.canonicalRequest(
      one,
      dialect.readRequest(one, Buffer.from(JSON.stringify({ model: 'm', ...body }))),
    );
    return JSON.parse(JSON.stringify(request)) as unknown;
  };
  const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'aGk=' } };

  it('of tool turns, thinking and images is that of a chat', () => {
    const theirs = canonical('/v1/messages', {
      max_tokens: 9,
      thinking: { type: 'disabled' },
      system: 'Be brief.',
      tools: [{ name: 'f', description: 'd', input_schema: { type: 'object' } }],
      messages: [
        { role: 'user', content: 'Weather?' },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Hm', signature: 's' },
            { type: 'tool_use', id: 't1', name: 'f', input: { city: 'Oslo' } },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 't1', content: [{ type: 'text', text: '12' }] },
            { type: 'text', text: 'And now?' },
            image,
          ],
        },
      ],
    });
    const ours = canonical('/v1/chat/completions', {
      max_tokens: 9,
      reasoning_effort: 'none',
      tools: [
        { type: 'function', function: { name: 'f', description: 'd', parameters: { type: 'object' } } },
      ],
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Weather?' },
        {
          role: 'assistant',
          reasoning: 'Hm',
          tool_calls: [{ id: 'c', function: { name: 'f', arguments: '{"city":"Oslo"}' } }],
        },
        { role: 'tool', tool_call_id: 'c', content: '12' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'And now?' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,aGk=' } },
          ],
        },
      ],
    }) as { scope: { options: JsonObject } };
    // Only what the two leave to others differs: OpenAI's omitted options have values.
    const { temperature: _t, top_p: _p, ...drawn } = ours.scope.options;
    expect(theirs).toEqual({ ...ours, scope: { ...ours.scope, options: drawn } });
  });

  it.each<[string, JsonObject]>([
    [
      'a result alone',
      { messages: [{ role: 'user', content: [{ type: 'tool_result', tool_use_id: 'x' }] }] },
    ],
    [
      'an image by its address',
      { messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'url', url: 'u' } }] }] },
    ],
    [
      'an image that is not understood',
      { messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'file' } }] }] },
    ],
    [
      'several thoughts',
      {
        messages: [
          {
            role: 'assistant',
            content: [
              { type: 'thinking', thinking: 'a' },
              { type: 'thinking', thinking: 'b' },
            ],
          },
        ],
      },
    ],
    ['adaptive thinking', { messages: [{ role: 'user', content: 'x' }], thinking: { type: 'adaptive' } }],
    ['no system prompt', { messages: [{ role: 'user', content: 'x' }], system: [] }],
  ])('keeps apart: %s', (_what, body) => {
    const plain = canonical('/v1/messages', { messages: [{ role: 'user', content: 'y' }] });
    expect(canonical('/v1/messages', body)).not.toEqual(plain);
    expect(canonical('/v1/messages', body)).not.toBeNull();
  });
});
