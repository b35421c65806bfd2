import { describe, expect, it } from 'vitest';
import type { Answer, TextAnswer } from '../../../core/answer.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../core/json.ts';
import type { Route } from '../../../core/route.ts';
import { ROUTES } from '../../../http/routes.ts';
import { dialects } from '../../dialects.ts';
import { readSse } from '../../framing/items.ts';

const route = (template: string): Route => ROUTES.find((one) => one.template === template)!;
const RESPONSES = route('/v1/responses');

function read(body: string, streamed: boolean, json: JsonObject = {}): Answer | null {
  const facts = { model: 'm' as never, stream: streamed, json };
  return dialects.openai.readAnswer(RESPONSES, facts, Buffer.from(body), streamed);
}

function write(answer: Answer, stream: boolean, json: JsonObject = {}): string | null {
  const facts = { model: 'm' as never, stream, json };
  const body = dialects.openai.writeAnswer(RESPONSES, facts, answer, 'r1');
  return body === null ? null : Buffer.concat([...body.chunks]).toString('utf8');
}

/** As in OpenAI's reference, with reasoning, a citation and a call. */
const RESPONSE: JsonObject = {
  id: 'resp_67cc',
  object: 'response',
  created_at: 1_741_476_777,
  completed_at: 1_741_476_778,
  status: 'completed',
  error: null,
  incomplete_details: null,
  model: 'gpt-4o-2024-08-06',
  output: [
    {
      id: 'rs_1',
      type: 'reasoning',
      summary: [{ type: 'summary_text', text: 'Short.' }],
      content: [{ type: 'reasoning_text', text: 'Which city is meant?' }],
    },
    {
      id: 'msg_1',
      type: 'message',
      status: 'completed',
      role: 'assistant',
      content: [
        {
          type: 'output_text',
          text: 'Let me look.',
          annotations: [{ type: 'url_citation', url: 'u', title: 't', start_index: 0, end_index: 3 }],
          logprobs: [],
        },
      ],
    },
    {
      id: 'fc_1',
      type: 'function_call',
      status: 'completed',
      call_id: 'call_1',
      name: 'f',
      arguments: '{"a":1}',
    },
  ],
  metadata: { of: 'somebody else' },
  user: 'somebody else',
  usage: {
    input_tokens: 328,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: 52,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 380,
  },
};
const MINE = { ...RESPONSE, id: 'resp_r1', metadata: { of: 'mine' }, user: null };
const ASKED = { metadata: { of: 'mine' } };

function eventsOf(text: string): JsonObject[] {
  return [...(readSse(Buffer.from(text))?.items ?? [])];
}

describe('replay of a response', () => {
  const answer = read(JSON.stringify(RESPONSE), false)!;

  it('is the original with an id of its own, and repeats this request, not the one before', () => {
    expect(JSON.parse(write(answer, false, ASKED)!)).toEqual(MINE);
  });

  it('as a stream announces, fills and closes each item, and ends with the whole', () => {
    const events = eventsOf(write(answer, true, ASKED)!);
    expect(events.map((event) => event['sequence_number'])).toEqual(events.map((_, index) => index));
    expect(events.map((event) => event['type'])).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.reasoning_summary_part.added',
      'response.reasoning_summary_text.delta',
      'response.reasoning_summary_text.done',
      'response.reasoning_summary_part.done',
      'response.content_part.added',
      ...['response.reasoning_text.delta', 'response.reasoning_text.delta', 'response.reasoning_text.done'],
      'response.content_part.done',
      'response.output_item.done',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.annotation.added',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.output_item.added',
      'response.function_call_arguments.delta',
      'response.function_call_arguments.done',
      'response.output_item.done',
      'response.completed',
    ]);
    expect(events[0]?.['response']).toMatchObject({
      status: 'in_progress',
      output: [],
      usage: null,
      completed_at: null,
    });
    expect(events.at(-1)?.['response']).toEqual(MINE);
  });

  it('from a stream is the answer that JSON would have brought', () => {
    const wire = write(answer, true, ASKED)!;
    expect(read(wire, true)).toEqual({
      ...answer,
      native: { template: '/v1/responses', text: JSON.stringify(MINE) },
    });
  });

  it('takes the items from their own events where the last one leaves them out', () => {
    const wire = eventsOf(write(answer, true, ASKED)!)
      .map((event): JsonObject => {
        const { response } = event;
        const bare: JsonObject = isJsonObject(response) ? { response: { ...response, output: [] } } : {};
        return { ...event, ...bare };
      })
      .map((event) => `event: ${event['type'] as string}\ndata: ${JSON.stringify(event)}\n\n`)
      .join('');
    expect(read(wire, true)).toMatchObject({ text: 'Let me look.', thinking: 'Which city is meant?' });
  });

  it('of an answer that came through another API is a whole response', () => {
    const other: TextAnswer = { ...(answer as TextAnswer), native: null };
    const json = JSON.parse(write(other, false, { ...ASKED, instructions: 'Be brief.' })!) as JsonObject;
    expect(json).toMatchObject({
      id: 'resp_r1',
      status: 'completed',
      created_at: 1_741_476_777,
      instructions: 'Be brief.',
      metadata: { of: 'mine' },
      usage: { input_tokens: 328, output_tokens: 52, total_tokens: 380 },
      text: { format: { type: 'text' } },
    });
    expect((json['output'] as JsonObject[]).map((item) => item['type'])).toEqual([
      'reasoning',
      'message',
      'function_call',
    ]);
    expect(read(JSON.stringify(json), false)).toMatchObject({
      ...other,
      native: expect.anything() as unknown,
    });
    const cut = { ...other, finish: 'length', usage: null, toolCalls: [], thinking: null } as TextAnswer;
    expect(JSON.parse(write(cut, false)!)).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
      usage: null,
    });
    expect(eventsOf(write(cut, true)!).at(-1)?.['type']).toBe('response.incomplete');
    const anonymous = { ...other, text: '', toolCalls: [{ id: null, name: 'f', arguments: {} }] };
    expect(write(anonymous, false)).toContain('call_r1_0');
  });

  it('an answer cut at its limit is one', () => {
    const cut = { ...RESPONSE, status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } };
    expect(read(JSON.stringify(cut), false)).toMatchObject({ finish: 'length' });
  });

  it('of log probabilities is the original JSON or nothing', () => {
    for (const json of [{ top_logprobs: 2 }, { include: ['message.output_text.logprobs'] }] as JsonObject[]) {
      expect(write(answer, false, json)).not.toBeNull();
      expect(write(answer, true, json)).toBeNull();
      expect(write({ ...(answer as TextAnswer), native: null }, false, json)).toBeNull();
      expect(read(write(answer, true)!, true, json)).toBeNull();
    }
  });
});

describe('not stored', () => {
  const output = (...items: JsonValue[]): string => JSON.stringify({ ...RESPONSE, output: items });
  const item = (content: JsonValue): JsonValue => ({ type: 'message', content });
  it.each<[string, string]>([
    ['an error', JSON.stringify({ ...RESPONSE, error: { message: 'no' } })],
    ['a failure', JSON.stringify({ ...RESPONSE, status: 'failed' })],
    [
      'a filtered answer',
      JSON.stringify({ ...RESPONSE, status: 'incomplete', incomplete_details: { reason: 'content_filter' } }),
    ],
    ['no model', JSON.stringify({ ...RESPONSE, model: null })],
    ['no output', JSON.stringify({ ...RESPONSE, output: null })],
    ['empty output', output()],
    ['an item that is none', output(7)],
    ['an item of the server', output({ type: 'web_search_call', id: 'ws_1' })],
    ['a refusal', output(item([{ type: 'refusal', refusal: 'no' }]))],
    ['a message without parts', output(item('x'))],
    ['blank text', output(item([{ type: 'output_text', text: ' ' }]))],
    ['arguments that are no JSON', output({ type: 'function_call', name: 'f', arguments: '{' })],
    ['a call without a name', output({ type: 'function_call', arguments: '{}' })],
  ])('%s', (_what, body) => {
    expect(read(body, false)).toBeNull();
  });

  it.each<[string, JsonObject[]]>([
    ['a stream without its end', [{ type: 'response.created', response: {} }]],
    [
      'a stream that failed',
      [
        { type: 'response.failed', response: RESPONSE },
        { type: 'response.completed', response: RESPONSE },
      ],
    ],
    ['an end without a response', [{ type: 'response.completed' }]],
  ])('%s', (_what, events) => {
    expect(read(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''), true)).toBeNull();
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

  it('of reasoning, calls, outputs and images is that of a chat', () => {
    const image = { type: 'input_image', image_url: 'data:image/png;base64,aGk=', detail: 'auto' };
    const theirs = canonical('/v1/responses', {
      top_p: 1,
      max_output_tokens: 9,
      instructions: 'Be brief.',
      reasoning: { effort: 'low' },
      text: { format: { type: 'json_schema', name: 'n', schema: { type: 'object' } } },
      tools: [{ type: 'function', name: 'f', parameters: { type: 'object' }, strict: null }],
      input: [
        { type: 'message', role: 'user', content: 'Weather?' },
        { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'Hm' }] },
        {
          type: 'message',
          role: 'assistant',
          id: 'msg_1',
          status: 'completed',
          content: [{ type: 'output_text', text: 'Wait.', annotations: [], logprobs: [] }],
        },
        {
          type: 'function_call',
          id: 'fc_1',
          call_id: 'c1',
          name: 'f',
          arguments: '{"city": "Oslo"}',
          status: 'completed',
        },
        { type: 'function_call_output', call_id: 'c1', output: '12' },
        { role: 'user', content: [{ type: 'input_text', text: 'And now?' }, image] },
      ],
    });
    const ours = canonical('/v1/chat/completions', {
      max_tokens: 9,
      reasoning_effort: 'low',
      response_format: { type: 'json_schema', json_schema: { name: 'other', schema: { type: 'object' } } },
      tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }],
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Weather?' },
        {
          role: 'assistant',
          content: 'Wait.',
          reasoning: 'Hm',
          tool_calls: [{ id: 'x', function: { name: 'f', arguments: '{"city":"Oslo"}' } }],
        },
        { role: 'tool', tool_call_id: 'x', content: '12' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'And now?' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,aGk=' } },
          ],
        },
      ],
    });
    expect(theirs).toEqual(ours);
  });

  const user = { role: 'user', content: 'x' };
  it.each<[string, JsonObject]>([
    ['reasoning at the end', { input: [user, { type: 'reasoning', encrypted_content: 'e', summary: [] }] }],
    [
      'a summary beside encrypted content',
      {
        input: [
          { type: 'reasoning', encrypted_content: 'e', summary: [{ text: 's' }] },
          { role: 'assistant', content: 'a' },
          user,
        ],
      },
    ],
    [
      'two calls',
      {
        input: [
          { type: 'function_call', call_id: 'a', name: 'f' },
          { type: 'function_call', call_id: 'b', name: 'f' },
          user,
        ],
      },
    ],
    ['a file', { input: [{ role: 'user', content: [{ type: 'input_file', file_id: 'f' }] }] }],
    [
      'an image in detail',
      { input: [{ role: 'user', content: [{ type: 'input_image', image_url: 'u', detail: 'high' }] }] },
    ],
    ['verbosity', { input: 'x', text: { verbosity: 'low' } }],
    ['a role of its own', { input: [{ role: 'developer', content: 'd' }, user] }],
  ])('keeps apart: %s', (_what, body) => {
    expect(canonical('/v1/responses', body)).not.toBeNull();
    expect(canonical('/v1/responses', body)).not.toEqual(canonical('/v1/responses', { input: 'x' }));
  });

  it.each<[string, JsonObject]>([
    ['no input', {}],
    ['an empty one', { input: '' }],
    ['an empty list', { input: [] }],
    ['an item that is none', { input: ['x'] }],
    ['reasoning twice', { input: [{ type: 'reasoning' }, { type: 'reasoning' }, user] }],
    ['instructions that are no text', { input: 'x', instructions: [user] }],
    ['a tool that is none', { input: 'x', tools: ['t'] }],
  ])('there is none of %s', (_what, body) => {
    expect(canonical('/v1/responses', body)).toBeNull();
  });
});
