import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/core/json.ts';
import { startStack, type Stack } from '../support/stack.ts';

/**
 * Through the whole gateway with the embedder of this process: a question that was answered in one setting is asked in
 * other words in another. Nothing crosses over; in its own setting the same rewording is served.
 */
let stack: Stack;
const table: string[] = [];

beforeAll(async () => {
  stack = await startStack({
    config: { cache: { mode: 'on', sampled: true, embedder: 'builtin', audit: 0 } },
  });
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  process.stdout.write(
    `\n${['| route | differs in | in the other | in its own |', '|---|---|---|---|', ...table].join('\n')}\n`,
  );
});

interface Setting {
  readonly tenant: string;
  readonly model: string;
  readonly system: string;
  readonly history: string;
  readonly temperature: number;
}

const BASE: Setting = {
  tenant: 'a',
  model: 'llama3.2:1b',
  system: 'Be brief.',
  history: 'Hello',
  temperature: 0.5,
};
const VARIANTS: Readonly<Record<keyof Setting, Partial<Setting>>> = {
  tenant: { tenant: 'b' },
  model: { model: 'qwen2.5:0.5b' },
  system: { system: 'Be long.' },
  history: { history: 'Good evening' },
  temperature: { temperature: 0.6 },
};

const turns = (setting: Setting, question: string): JsonObject[] => [
  { role: 'user', content: setting.history },
  { role: 'assistant', content: 'Hi.' },
  { role: 'user', content: question },
];

type Body = (setting: Setting, question: string) => JsonObject;
const ROUTES: Readonly<Record<string, Body>> = {
  '/api/chat': (setting, question) => ({
    messages: [{ role: 'system', content: setting.system }, ...turns(setting, question)],
    options: { temperature: setting.temperature },
    stream: false,
  }),
  '/api/generate': (setting, question) => ({
    prompt: question,
    system: setting.system + setting.history,
    options: { temperature: setting.temperature },
    stream: false,
  }),
  '/v1/chat/completions': (setting, question) => ({
    messages: [{ role: 'system', content: setting.system }, ...turns(setting, question)],
    temperature: setting.temperature,
  }),
  // A completion has neither a system prompt nor a history: what it has is a suffix-free prompt and its options.
  '/v1/completions': (setting, question) => ({
    prompt: question,
    user: 'x',
    stop: [setting.system, setting.history],
    temperature: setting.temperature,
  }),
  '/v1/responses': (setting, question) => ({
    instructions: setting.system,
    input: turns(setting, question),
    temperature: setting.temperature,
  }),
  '/v1/messages': (setting, question) => ({
    system: setting.system,
    messages: turns(setting, question),
    max_tokens: 50,
    temperature: setting.temperature,
  }),
};

async function ask(path: string, setting: Setting, question: string): Promise<string> {
  const body = { model: setting.model, ...(ROUTES[path] as Body)(setting, question) };
  const response = await fetch(stack.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${setting.tenant}` },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(200);
  await response.arrayBuffer();
  return response.headers.get('x-llamascope-cache') ?? '';
}

describe.each(Object.keys(ROUTES))('%s', (path) => {
  it.each(Object.keys(VARIANTS) as (keyof Setting)[])(
    'two of %s: no answer crosses over',
    async (differing) => {
      // A tenant of its own for each row, so that rows cannot serve each other.
      const base = { ...BASE, tenant: `${path}-${differing}` };
      const other = { ...base, ...VARIANTS[differing] };
      if (differing === 'tenant') other.tenant = `${base.tenant}-b`;
      expect(await ask(path, base, 'What is the capital city of France?')).toBe('miss');
      const crossed = await ask(path, other, 'what is the capital of France?');
      const own = await ask(path, base, 'what is the capital of France?');
      table.push(`| ${path} | ${differing} | ${crossed} | ${own} |`);
      expect([crossed, own]).toEqual(['miss', 'hit-semantic']);
    },
  );
});
