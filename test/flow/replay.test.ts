import { Ollama } from 'ollama';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStack, type Stack } from '../support/stack.ts';

/**
 * Through the official clients: an answer stored from JSON comes back as a stream, one stored from a stream comes back
 * as JSON, and what the client puts together is the same, usage and tool calls included.
 */
let stack: Stack;
let ollama: Ollama;
let openai: OpenAI;
const seen: (string | null)[] = [];

const recording: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  seen.push(response.headers.get('x-llamascope-cache'));
  return response;
};

beforeAll(async () => {
  stack = await startStack({ config: { cache: { mode: 'exact', sampled: true } } });
  // Who asks is part of the key: all of them are one.
  ollama = new Ollama({ host: stack.url, fetch: recording, headers: { authorization: 'Bearer test' } });
  openai = new OpenAI({ baseURL: `${stack.url}/v1`, apiKey: 'test', maxRetries: 0, fetch: recording });
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
});

const MODEL = 'llama3.2:1b';
const PARAMETERS = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const CALLED = { name: 'get_weather', description: 'The weather of a city', parameters: PARAMETERS };
const TOOLS = [{ type: 'function' as const, function: CALLED }];
const TOOL_QUESTION = 'Use get_weather: what is the weather in Paris?';

interface Ask {
  readonly whole: (question: string, tools: boolean) => Promise<unknown>;
  readonly streamed: (question: string, tools: boolean) => Promise<unknown>;
}

async function ollamaStream(
  parts: AsyncIterable<{ message: { content: string; tool_calls?: unknown[] } }>,
): Promise<unknown> {
  let content = '';
  const calls: unknown[] = [];
  let last: { message: object } | null = null;
  for await (const part of parts) {
    content += part.message.content;
    calls.push(...(part.message.tool_calls ?? []));
    last = part;
  }
  return {
    ...last,
    message: { ...last?.message, content, ...(calls.length > 0 ? { tool_calls: calls } : {}) },
  };
}

const user = (content: string): { role: 'user'; content: string }[] => [{ role: 'user', content }];

const ASKS: Readonly<Record<string, Ask>> = {
  'ollama chat': {
    whole: (question, tools) =>
      ollama.chat({ model: MODEL, messages: user(question), ...(tools ? { tools: TOOLS } : {}) }),
    streamed: async (question, tools) =>
      ollamaStream(
        await ollama.chat({
          model: MODEL,
          messages: user(question),
          stream: true,
          ...(tools ? { tools: TOOLS } : {}),
        }),
      ),
  },
  'openai chat': {
    whole: (question, tools) =>
      openai.chat.completions.create({
        model: MODEL,
        messages: user(question),
        ...(tools ? { tools: TOOLS } : {}),
      }),
    streamed: (question, tools) =>
      openai.chat.completions
        .stream({
          model: MODEL,
          messages: user(question),
          stream_options: { include_usage: true },
          ...(tools ? { tools: TOOLS } : {}),
        })
        .finalChatCompletion(),
  },
  'openai responses': {
    whole: (question, tools) =>
      openai.responses.create({
        model: MODEL,
        input: question,
        ...(tools ? { tools: [{ type: 'function', strict: false, ...CALLED }] } : {}),
      }),
    streamed: (question, tools) =>
      openai.responses
        .stream({
          model: MODEL,
          input: question,
          ...(tools ? { tools: [{ type: 'function', strict: false, ...CALLED }] } : {}),
        })
        .finalResponse(),
  },
};

/** What only one of two forms of the client's own has: each replay's own id, positions in a stream, parsed copies, fields filled in with null. */
const OWN = ['id', 'index', 'parsed', 'parsed_arguments', 'output_parsed'];
const FILLED_IN = ['logprobs', 'refusal'];

function content(answer: unknown): unknown {
  return JSON.parse(
    JSON.stringify(answer, (key, value: unknown) =>
      OWN.includes(key) || (FILLED_IN.includes(key) && value === null) ? undefined : value,
    ),
  ) as unknown;
}

describe.each(Object.entries(ASKS))('%s', (name, ask) => {
  it.each([
    ['text', `Why is the sky blue, ${name}?`, false],
    ['a tool call', `${TOOL_QUESTION} (${name})`, true],
  ])('%s stored from JSON comes back as a stream', async (_what, question, tools) => {
    const original = await ask.whole(question, tools);
    const replayed = await ask.streamed(question, tools);
    expect(seen.slice(-2)).toEqual(['miss', 'hit-exact']);
    expect(content(replayed)).toEqual(content(original));
  });

  it.each([
    ['text', `Why is grass green, ${name}?`, false],
    ['a tool call', `Again, ${TOOL_QUESTION} (${name})`, true],
  ])('%s stored from a stream comes back as JSON', async (_what, question, tools) => {
    const original = await ask.streamed(question, tools);
    const replayed = await ask.whole(question, tools);
    expect(seen.slice(-2)).toEqual(['miss', 'hit-exact']);
    expect(content(replayed)).toEqual(content(original));
  });
});

it('one conversation through four APIs is one entry, when the effective options are equal', async () => {
  const question = 'What is the capital of Norway?';
  const drawn = { temperature: 1, top_p: 1 };
  const post = async (path: string, body: object): Promise<unknown> => {
    const init = { method: 'POST', headers: { authorization: 'Bearer test' } };
    const sent = { model: MODEL, messages: user(question), ...body };
    return (await recording(stack.url + path, { ...init, body: JSON.stringify(sent) })).json();
  };
  await ollama.chat({
    model: MODEL,
    messages: user(question),
    options: { ...drawn, num_predict: 100 },
  });
  const chat = (await post('/v1/chat/completions', { max_tokens: 100 })) as OpenAI.ChatCompletion;
  const response = await openai.responses.create({
    model: MODEL,
    input: question,
    max_output_tokens: 100,
    ...drawn,
  });
  const message = await post('/v1/messages', { max_tokens: 100, ...drawn });
  const { content: blocks } = message as { content: { text: string }[] };
  expect(seen.slice(-4)).toEqual(['miss', 'hit-exact', 'hit-exact', 'hit-exact']);
  expect(response.output_text).toBe(chat.choices[0]?.message.content);
  expect(blocks[0]?.text).toBe(response.output_text);
});
