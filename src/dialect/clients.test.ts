/** What we write, parsed by the official clients: whole answers, replayed streams and errors. */
import { Ollama } from 'ollama';
import OpenAI, { APIError } from 'openai';
import { describe, expect, it, vi } from 'vitest';
import type { Answer, TextAnswer } from '../core/answer.ts';
import type { ReplayBody } from '../core/dialect.ts';
import { ERROR_CATALOGUE, GatewayError, type ErrorCode } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import type { Route } from '../core/route.ts';
import { ROUTES } from '../http/routes.ts';
import { dialects } from './dialects.ts';

const route = (template: string): Route => ROUTES.find((one) => one.template === template)!;

type Answering = (
  template: string,
  body: Buffer,
) => { status: number; type: string; chunks: readonly Buffer[] };

/** A `fetch` that answers from a function, each chunk on its own. */
function fetchOf(answer: Answering): typeof fetch {
  return async (input: string | URL | Request, init?: RequestInit) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const { status, type, chunks } = answer(url.pathname, Buffer.from(init?.body as string));
    const stream = new ReadableStream<Uint8Array>({
      start(controller): void {
        for (const chunk of chunks) controller.enqueue(new Uint8Array(chunk));
        controller.close();
      },
    });
    return new Response(stream, { status, headers: { 'content-type': type } });
  };
}

/** Replays one stored answer in whichever form is asked for. */
function replaying(answer: Answer): typeof fetch {
  return fetchOf((template, body) => {
    const dialect = dialects[route(template).dialect];
    const facts = dialect.readRequest(route(template), body);
    const written = dialect.writeAnswer(route(template), facts, answer, 'r1') as ReplayBody;
    return { status: 200, type: written.contentType, chunks: written.chunks };
  });
}

function stored(template: string, json: JsonObject): TextAnswer {
  const dialect = dialects[route(template).dialect];
  const body = Buffer.from(JSON.stringify(json));
  const facts = { model: 'm' as never, stream: false, json: {} };
  return dialect.readAnswer(route(template), facts, body, false) as TextAnswer;
}

const ollamaWith = (fetch: typeof globalThis.fetch): Ollama =>
  new Ollama({ host: 'http://127.0.0.1:1', fetch });
const openaiWith = (fetch: typeof globalThis.fetch): OpenAI =>
  new OpenAI({ baseURL: 'http://127.0.0.1:1/v1', apiKey: 'k', fetch, maxRetries: 0, logLevel: 'off' });

const NATIVE: JsonObject = {
  model: 'llama3.2',
  created_at: '2026-08-04T08:52:19.385406455Z',
  message: {
    role: 'assistant',
    content: 'The sky is blue because short waves scatter more. 🌤️',
    thinking: 'Light and air.',
    tool_calls: [
      { id: 'call_7', function: { index: 0, name: 'weather', arguments: { city: 'Oslo', days: [1, 2] } } },
    ],
  },
  done: true,
  done_reason: 'stop',
  total_duration: 4_883_583_458,
  load_duration: 1_334_875,
  prompt_eval_count: 26,
  prompt_eval_duration: 342_546_000,
  eval_count: 282,
  eval_duration: 4_535_599_000,
};

describe('the ollama client', () => {
  const messages = [{ role: 'user', content: 'Why?' }];

  it('reads a chat, and puts a replayed stream together to the same', async () => {
    const client = ollamaWith(replaying(stored('/api/chat', NATIVE)));
    const whole = await client.chat({ model: 'm', messages });
    expect(whole).toEqual(NATIVE);
    let last: JsonObject = {};
    const message = { role: '', content: '', thinking: '', tool_calls: undefined as unknown };
    for await (const part of await client.chat({ model: 'm', messages, stream: true })) {
      message.role = part.message.role;
      message.content += part.message.content;
      message.thinking += part.message.thinking ?? '';
      if (part.message.tool_calls) message.tool_calls = part.message.tool_calls;
      last = part as never;
    }
    expect({ ...last, message }).toEqual(NATIVE);
  });

  it('reads generated text, and puts a replayed stream together to the same', async () => {
    const json = {
      model: 'm',
      created_at: '2026-08-04T08:52:19Z',
      response: 'One two three four five.',
      done: true,
    };
    const native = { ...json, done_reason: 'stop', context: [1, 2], total_duration: 5, eval_count: 5 };
    const client = ollamaWith(replaying(stored('/api/generate', native)));
    expect(await client.generate({ model: 'm', prompt: 'Count' })).toEqual(native);
    let response = '';
    let last: JsonObject = {};
    for await (const part of await client.generate({ model: 'm', prompt: 'Count', stream: true })) {
      response += part.response ?? '';
      last = part as never;
    }
    expect({ ...last, response }).toEqual(native);
  });

  it('reads embeddings', async () => {
    const json = { model: 'm', embeddings: [[0.5, 0.5]], total_duration: 3, prompt_eval_count: 2 };
    const client = ollamaWith(replaying(stored('/api/embed', json)));
    expect(await client.embed({ model: 'm', input: 'x' })).toEqual(json);
  });

  it('reads an answer that came through the other protocol', async () => {
    const client = ollamaWith(replaying(stored('/v1/chat/completions', COMPLETION)));
    const whole = await client.chat({ model: 'm', messages });
    expect(whole.message.content).toBe('Hello there, how may I assist you today?');
    let content = '';
    for await (const part of await client.chat({ model: 'm', messages, stream: true }))
      content += part.message.content;
    expect(content).toBe(whole.message.content);
  });

  it('throws our message for an error before the answer', async () => {
    const error = new GatewayError('queue_full', 'the queue is full');
    const client = ollamaWith(
      fetchOf(() => ({ status: 503, type: 'application/json', chunks: [dialects.ollama.errorBody(error)] })),
    );
    await expect(client.chat({ model: 'm', messages })).rejects.toMatchObject({
      error: 'the queue is full',
      status_code: 503,
    });
  });

  it.each([true, false])(
    'throws our message for an error in a stream, at a boundary: %s',
    async (atBoundary) => {
      // The client says on the console that it skips the broken line.
      const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
      const error = new GatewayError('upstream_cut', 'the upstream was cut');
      const chunk = Buffer.from(`{"model":"m","message":{"role":"assistant","content":"a"},"done":false}\n`);
      const half = atBoundary ? [] : [chunk.subarray(0, 20)];
      const tail = dialects.ollama.inBandError(route('/api/chat'), error, atBoundary);
      const client = ollamaWith(
        fetchOf(() => ({ status: 200, type: 'application/x-ndjson', chunks: [chunk, ...half, tail] })),
      );
      const read = async (): Promise<void> => {
        for await (const _part of await client.chat({ model: 'm', messages, stream: true }));
      };
      await expect(read()).rejects.toThrow('the upstream was cut');
      expect(warn).toHaveBeenCalledTimes(atBoundary ? 0 : 1);
      warn.mockRestore();
    },
  );
});

const COMPLETION: JsonObject = {
  id: 'chatcmpl-123',
  object: 'chat.completion',
  created: 1_694_268_190,
  model: 'gpt-4o-mini',
  system_fingerprint: 'fp_44709d6fcb',
  choices: [
    {
      index: 0,
      message: {
        role: 'assistant',
        content: 'Hello there, how may I assist you today?',
        refusal: null,
        reasoning: 'A greeting, so greet back.',
        tool_calls: [
          { id: 'call_a', type: 'function', function: { name: 'f', arguments: '{ "x": 1 }' } },
          { id: 'call_b', type: 'function', function: { name: 'g', arguments: '{}' } },
        ],
      },
      logprobs: null,
      finish_reason: 'tool_calls',
    },
  ],
  usage: { prompt_tokens: 9, completion_tokens: 12, total_tokens: 21 },
};

describe('the openai client', () => {
  const messages = [{ role: 'user' as const, content: 'Hi' }];
  const { id: _id, ...expected } = COMPLETION;

  it('reads a completion, and puts a replayed stream together to the same', async () => {
    const client = openaiWith(replaying(stored('/v1/chat/completions', COMPLETION)));
    const { id, ...whole } = await client.chat.completions.create({ model: 'm', messages });
    expect(id).toBe('chatcmpl-r1');
    expect(whole).toEqual(expected);
    const stream = client.chat.completions.stream({
      model: 'm',
      messages,
      stream_options: { include_usage: true },
    });
    const { id: streamedId, ...assembled } = JSON.parse(
      JSON.stringify(await stream.finalChatCompletion()),
    ) as JsonObject;
    expect(streamedId).toBe('chatcmpl-r1');
    // The client adds `parsed` to what the wire says.
    expect(withoutParsed(assembled)).toEqual(expected);
  });

  it('reads text completions, streamed as well', async () => {
    const json = { id: 'c', object: 'text_completion', created: 7, model: 'm' };
    const choices = [{ text: 'One two three four five.', index: 0, logprobs: null, finish_reason: 'stop' }];
    const client = openaiWith(replaying(stored('/v1/completions', { ...json, choices })));
    const whole = await client.completions.create({ model: 'm', prompt: 'Count' });
    expect(whole).toEqual({ ...json, id: 'cmpl-r1', choices });
    let text = '';
    let finish: string | null = null;
    for await (const part of await client.completions.create({ model: 'm', prompt: 'Count', stream: true })) {
      text += part.choices[0]!.text;
      finish = part.choices[0]!.finish_reason;
    }
    expect([text, finish]).toEqual(['One two three four five.', 'stop']);
  });

  it('reads embeddings', async () => {
    const json = {
      object: 'list',
      data: [{ object: 'embedding', index: 0, embedding: [0.5, 0.25] }],
      model: 'm',
    };
    const client = openaiWith(replaying(stored('/v1/embeddings', json)));
    const read = await client.embeddings.create({ model: 'm', input: 'x', encoding_format: 'float' });
    expect(read).toEqual(json);
  });

  it('reads an answer that came through the other protocol, tools and usage included', async () => {
    const client = openaiWith(replaying(stored('/api/chat', NATIVE)));
    const whole = await client.chat.completions.create({ model: 'm', messages });
    const stream = client.chat.completions.stream({
      model: 'm',
      messages,
      stream_options: { include_usage: true },
    });
    const assembled = withoutParsed(
      JSON.parse(JSON.stringify(await stream.finalChatCompletion())) as JsonObject,
    );
    expect(assembled).toMatchObject({
      usage: { prompt_tokens: 26, completion_tokens: 282, total_tokens: 308 },
      choices: whole.choices.map(({ message, finish_reason }) => ({ message, finish_reason })) as never,
    });
    expect(whole.choices[0]?.finish_reason).toBe('tool_calls');
    expect(whole.choices[0]?.message.tool_calls).toEqual([
      {
        id: 'call_7',
        type: 'function',
        function: { name: 'weather', arguments: '{"city":"Oslo","days":[1,2]}' },
      },
    ]);
  });

  it.each(Object.keys(ERROR_CATALOGUE) as ErrorCode[])('throws its own exception for %s', async (code) => {
    const error = new GatewayError(code, `about ${code}`);
    const client = openaiWith(
      fetchOf(() => ({
        status: error.status,
        type: 'application/json',
        chunks: [dialects.openai.errorBody(error)],
      })),
    );
    const caught: unknown = await client.chat.completions
      .create({ model: 'm', messages })
      .catch((e: unknown) => e);
    expect(caught).toBeInstanceOf(APIError);
    expect(caught).toMatchObject({
      status: error.status,
      code,
      error: { message: `about ${code}`, param: null },
    });
  });

  const first = Buffer.from(
    `data: ${JSON.stringify({ id: 'c', choices: [{ index: 0, delta: { content: 'a' }, finish_reason: null }] })}\n\n`,
  );
  const failing = (template: string, half: readonly Buffer[]): OpenAI => {
    const error = new GatewayError('upstream_cut', 'the upstream was cut');
    const tail = dialects.openai.inBandError(route(template), error, half.length === 0);
    return openaiWith(
      fetchOf(() => ({ status: 200, type: 'text/event-stream', chunks: [first, ...half, tail] })),
    );
  };

  it('throws our message for an error in a stream', async () => {
    const read = async (): Promise<void> => {
      const client = failing('/v1/chat/completions', []);
      for await (const _part of await client.chat.completions.create({ model: 'm', messages, stream: true }));
    };
    const caught: unknown = await read().catch((error: unknown) => error);
    expect(caught).toBeInstanceOf(APIError);
    expect(caught).toMatchObject({ message: 'the upstream was cut', code: 'upstream_cut' });
  });

  it('never takes a stream that was cut inside an event for a whole answer', async () => {
    for (let cut = 1; cut < first.length; cut += 7) {
      const client = failing('/v1/chat/completions', [first.subarray(0, cut)]);
      const read = async (): Promise<void> => {
        for await (const _part of await client.chat.completions.create({
          model: 'm',
          messages,
          stream: true,
        }));
      };
      await expect(read()).rejects.toThrow();
    }
  });

  it('throws for an error in a responses stream', async () => {
    const read = async (): Promise<void> => {
      const client = failing('/v1/responses', []);
      for await (const _part of await client.responses.create({ model: 'm', input: 'Hi', stream: true }));
    };
    await expect(read()).rejects.toThrow('the upstream was cut');
  });
});

function withoutParsed(completion: JsonObject): JsonObject {
  const choices = (completion['choices'] as { message: JsonObject & { tool_calls?: JsonObject[] } }[]).map(
    ({ message: { parsed: _parsed, tool_calls: calls, ...message }, ...choice }) => ({
      ...choice,
      message: {
        ...message,
        ...(calls === undefined
          ? {}
          : {
              tool_calls: calls.map(({ function: called, ...call }) => {
                const { parsed_arguments: _arguments, ...rest } = called as JsonObject;
                return { ...call, function: rest };
              }),
            }),
      },
    }),
  );
  return { ...completion, choices: choices };
}
