import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../core/errors.ts';
import type { RequestFacts } from '../../core/facts.ts';
import type { Route } from '../../core/route.ts';
import { ROUTES } from '../../http/routes.ts';
import { dialects } from '../dialects.ts';
import { describeValue } from './fields.ts';
import { MAX_DEPTH, readJsonObject } from './json-body.ts';
import { findJsonFault } from './json-fault.ts';

const route = (template: string): Route => ROUTES.find((one) => one.template === template)!;

function read(template: string, body: unknown): RequestFacts {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return dialects[route(template).dialect].readRequest(route(template), Buffer.from(text));
}

function refusal(template: string, body: unknown): { code: string; status: number; message: string } {
  try {
    read(template, body);
  } catch (error) {
    if (error instanceof GatewayError)
      return { code: error.code, status: error.status, message: error.message };
    throw error;
  }
  throw new Error('was not refused');
}

const user = { role: 'user', content: 'Hi' };
const JSON_ROUTES = ROUTES.filter((one) => one.body === 'json').map((one) => one.template);

describe('request bodies', () => {
  it.each(JSON_ROUTES)('%s: an empty body is refused in plain words', (template) => {
    expect(refusal(template, '')).toEqual({
      code: 'invalid_json',
      status: 400,
      message: 'the request body is empty; a JSON object was expected',
    });
  });

  it.each(JSON_ROUTES)('%s: a body without a model is refused', (template) => {
    expect(refusal(template, {})).toMatchObject({ code: 'missing_model', status: 400 });
    expect(refusal(template, { model: '' })).toMatchObject({ code: 'missing_model' });
    expect(refusal(template, { model: null })).toMatchObject({ code: 'missing_model' });
    expect(refusal(template, { model: 7 })).toMatchObject({
      code: 'invalid_field',
      message: 'model: expected a string, got the number 7',
    });
  });

  it.each([
    ['[1]', 'an array'],
    ['null', 'null'],
    ['"text"', 'the string "text"'],
    ['true', 'the boolean true'],
  ])('%s is JSON but no object', (body, shown) => {
    expect(refusal('/api/chat', body).message).toBe(
      `the request body is ${shown}; a JSON object was expected`,
    );
  });

  it('names the position of what is no JSON, without quoting the text', () => {
    const { code, message } = refusal('/api/chat', '{\n  "model": "m",\n  "prompt": secret\n}');
    expect(code).toBe('invalid_json');
    expect(message).toBe(
      'the request body is not valid JSON: an unexpected character where a value was expected, at line 3, column 13 (offset 30)',
    );
  });

  it('refuses nesting that later stages could not walk', () => {
    const nested = (depth: number): string => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
    expect(readJsonObject(Buffer.from(nested(MAX_DEPTH)))).toBeTypeOf('object');
    expect(refusal('/api/chat', nested(MAX_DEPTH + 1)).message).toMatch(
      /nested deeper than 500 levels, at byte offset 504/,
    );
    expect(refusal('/api/chat', '['.repeat(1_000_000)).code).toBe('invalid_json');
    const brackets = JSON.stringify({ model: 'm', prompt: `\\"${'['.repeat(1_000)}` });
    expect(read('/api/generate', brackets).model).toBe('m');
  });

  it('keeps a key called __proto__ as a key, and no prototype is touched', () => {
    const facts = read('/api/chat', '{"model":"m","__proto__":{"polluted":true}}');
    expect(Object.hasOwn(facts.json!, '__proto__')).toBe(true);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(refusal('/api/chat', '{"__proto__":{"model":"m"}}').code).toBe('missing_model');
  });

  it('lets unknown fields pass', () => {
    expect(
      read('/v1/chat/completions', { model: 'm', messages: [user], vendor: { x: [1] } }).json,
    ).toMatchObject({
      vendor: { x: [1] },
    });
  });

  it('does not look at bodies of routes that have none', () => {
    expect(read('/api/tags', 'anything')).toEqual({ model: null, stream: false, json: null });
    expect(read('/v1/models', '')).toEqual({ model: null, stream: false, json: null });
    const messages = { ...route('/v1/messages'), body: 'none' as const };
    expect(dialects.anthropic.readRequest(messages, Buffer.alloc(0)).model).toBeNull();
  });
});

describe('streaming', () => {
  it('is what the request says, or the default of the protocol', () => {
    expect(read('/api/chat', { model: 'm' }).stream).toBe(true);
    expect(read('/api/generate', { model: 'm', stream: null }).stream).toBe(true);
    expect(read('/api/chat', { model: 'm', stream: false }).stream).toBe(false);
    expect(read('/v1/chat/completions', { model: 'm', messages: [user] }).stream).toBe(false);
    expect(read('/v1/responses', { model: 'm', input: 'Hi', stream: true }).stream).toBe(true);
    expect(read('/v1/messages', { model: 'm', messages: [user], stream: true }).stream).toBe(true);
    expect(read('/api/embed', { model: 'm', input: 'a', stream: true }).stream).toBe(false);
    expect(read('/v1/embeddings', { model: 'm', input: 'a' }).stream).toBe(false);
  });
});

describe('fields', () => {
  it('reads the older name of show', () => {
    expect(read('/api/show', { name: 'm' }).model).toBe('m');
    expect(refusal('/api/chat', { name: 'm' }).code).toBe('missing_model');
  });

  const m = { model: 'm' };
  const chat = { ...m, messages: [user] };
  it.each<[string, unknown, string]>([
    ['/api/chat', { ...m, stream: 'yes' }, 'stream: expected a boolean, got the string "yes"'],
    ['/api/chat', { ...m, messages: {} }, 'messages: expected an array of objects, got an object'],
    ['/api/chat', { ...m, messages: [user, 'x'] }, 'messages[1]: expected an object, got the string "x"'],
    ['/api/chat', { ...m, messages: [{ content: 'x' }] }, 'messages[0].role: expected a string, got missing'],
    [
      '/api/chat',
      { ...m, messages: [{ role: 'user', content: [1] }] },
      'messages[0].content: expected a string, got an array',
    ],
    [
      '/api/chat',
      { ...m, messages: [{ ...user, images: [1] }] },
      'messages[0].images[0]: expected a string, got the number 1',
    ],
    [
      '/api/chat',
      { ...m, messages: [{ ...user, tool_calls: 'x' }] },
      'messages[0].tool_calls: expected an array of objects, got the string "x"',
    ],
    ['/api/chat', { ...m, options: 'x' }, 'options: expected an object, got the string "x"'],
    [
      '/api/chat',
      { ...m, options: { temperature: '0' } },
      'options.temperature: expected a number, got the string "0"',
    ],
    ['/api/chat', { ...m, options: { seed: 1.5 } }, 'options.seed: expected an integer, got the number 1.5'],
    ['/api/chat', { ...m, format: 7 }, 'format: expected "json" or a JSON schema object, got the number 7'],
    ['/api/chat', { ...m, tools: [1] }, 'tools[0]: expected an object, got the number 1'],
    ['/api/generate', { ...m, prompt: ['x'] }, 'prompt: expected a string, got an array'],
    ['/api/generate', { ...m, raw: 1 }, 'raw: expected a boolean, got the number 1'],
    ['/api/generate', { ...m, context: ['x'] }, 'context[0]: expected a number, got the string "x"'],
    ['/api/embed', { ...m, input: 7 }, 'input: expected a string or an array of strings, got the number 7'],
    ['/api/embed', { ...m, input: ['a', 7] }, 'input[1]: expected a string, got the number 7'],
    ['/v1/embeddings', { ...m, input: [{}] }, 'input[0]: expected a string or token numbers, got an object'],
    [
      '/v1/completions',
      { ...m, prompt: {} },
      'prompt: expected a string, or an array of strings or of token numbers, got an object',
    ],
    ['/v1/chat/completions', m, 'messages: expected an array of objects, got missing'],
    [
      '/v1/chat/completions',
      { ...m, messages: [] },
      'messages: expected at least one message, got an empty array',
    ],
    [
      '/v1/chat/completions',
      { ...m, messages: [{ role: 'user', content: 7 }] },
      'messages[0].content: expected a string or an array of parts, got the number 7',
    ],
    [
      '/v1/chat/completions',
      { ...m, messages: [{ role: 'user', content: [7] }] },
      'messages[0].content[0]: expected an object, got the number 7',
    ],
    [
      '/v1/chat/completions',
      { ...m, messages: [{ role: 'user', content: [{}] }] },
      'messages[0].content[0].type: expected a string, got missing',
    ],
    [
      '/v1/chat/completions',
      { ...chat, stream_options: { include_usage: 1 } },
      'stream_options.include_usage: expected a boolean, got the number 1',
    ],
    [
      '/v1/chat/completions',
      { ...chat, temperature: 'hot' },
      'temperature: expected a number, got the string "hot"',
    ],
    ['/v1/chat/completions', { ...chat, stop: [1] }, 'stop[0]: expected a string, got the number 1'],
    ['/v1/responses', { ...m, input: 7 }, 'input: expected a string or an array of items, got the number 7'],
    ['/v1/messages', { ...m, messages: null }, 'messages: expected an array of objects, got null'],
  ])('%s refuses %j', (template, body, message) => {
    expect(refusal(template, body)).toEqual({ code: 'invalid_field', status: 400, message });
  });

  it.each<[string, unknown]>([
    ['/v1/embeddings', { ...m, input: [1, 2] }],
    ['/v1/embeddings', { ...m, input: [[1, 2], [3]] }],
    ['/v1/completions', { ...m, prompt: ['a', 'b'] }],
    ['/v1/chat/completions', { ...chat, stop: null, temperature: null, seed: null, stream_options: null }],
    [
      '/v1/chat/completions',
      { ...m, messages: [{ role: 'assistant', content: null, tool_calls: [{ id: 'c' }] }] },
    ],
    ['/api/chat', { ...m, format: { type: 'object' }, keep_alive: '5m' }],
  ])('%s accepts %j', (template, body) => {
    expect(read(template, body).model).toBe('m');
  });

  it('shows no more than the beginning of a long value', () => {
    expect(describeValue('x'.repeat(100))).toBe(`the string "${'x'.repeat(24)}…"`);
    expect(describeValue(1n)).toBe('a bigint');
  });
});

describe('findJsonFault', () => {
  it.each([
    ['', 0, 'the text ends where a value was expected'],
    ['{', 1, 'the text ends where a key in double quotes or "}" was expected'],
    ['{"a":1,}', 7, '"}" where a key in double quotes was expected'],
    ['{"a" 1}', 5, 'an unexpected character where ":" was expected'],
    ['{"a":1 "b":2}', 7, 'a double quote where "," or "}" was expected'],
    ['[1,]', 3, '"]" where a value was expected'],
    ['[1 2]', 3, 'an unexpected character where "," or "]" was expected'],
    ["{'a':1}", 1, '"\'" where a key in double quotes or "}" was expected'],
    ['{} x', 3, 'an unexpected character where the end was expected'],
    ['"abc', 4, 'the text ends inside a string'],
    ['"a\nb"', 2, 'an unescaped control character (code 10) inside a string'],
    ['"a\\x"', 2, 'an invalid escape inside a string'],
    ['"\\u12g4"', 1, 'an invalid escape inside a string'],
    ['[01]', 2, 'an unexpected character where "," or "]" was expected'],
    ['\uFEFF{}', 0, 'an unexpected character where a value was expected'],
  ])('%j', (text, offset, problem) => {
    expect(findJsonFault(text)).toMatchObject({ offset, problem });
  });

  it('counts lines and columns from one', () => {
    expect(findJsonFault('{\n "a": 1,\n b}')).toMatchObject({ line: 3, column: 2 });
    expect(findJsonFault('x')).toMatchObject({ line: 1, column: 1 });
  });

  it('finds a fault exactly when JSON.parse does', () => {
    const token = fc.constantFrom(
      ...[
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '"a"',
        '"\\n\\u00e9"',
        '1',
        '-0.5e+3',
        '-',
        '01',
        'true',
        'null',
        'nul',
      ],
      ...[' ', '\n', '"', '\\', "'", '\u00a0', '\u0007'],
    );
    const garbled = fc.array(token, { maxLength: 12 }).map((tokens) => tokens.join(''));
    const damaged = fc
      .tuple(fc.json({ maxDepth: 3 }), fc.nat(), token)
      .map(
        ([json, at, extra]) =>
          json.slice(0, at % (json.length + 1)) + extra + json.slice(at % (json.length + 1)),
      );
    fc.assert(
      fc.property(fc.oneof(garbled, damaged, fc.json()), (text) => {
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }
        expect(findJsonFault(text) === null).toBe(valid);
      }),
      { numRuns: 2_000 },
    );
  });
});
