import { describe, expect, it } from 'vitest';
import type { CanonicalRequest } from '../../core/answer.ts';
import type { Route } from '../../core/route.ts';
import { ROUTES } from '../../http/routes.ts';
import { dialects } from '../dialects.ts';

const route = (template: string): Route => ROUTES.find((one) => one.template === template)!;

function canonical(template: string, body: object): CanonicalRequest | null {
  const dialect = dialects[route(template).dialect];
  return dialect.canonicalRequest(
    route(template),
    dialect.readRequest(route(template), Buffer.from(JSON.stringify({ model: 'm', ...body }))),
  );
}

/** As the cache sees it: keys sorted, nothing undefined. */
function key(request: CanonicalRequest | null): string {
  const sorted = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(sorted);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return entries.map(([name, inner]) => [name, sorted(inner)]);
  };
  return JSON.stringify(sorted(request));
}

const messages = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'Hi' },
  { role: 'assistant', content: 'Hello.' },
  { role: 'user', content: 'Why is the sky blue?' },
];
const native = (extra: object = {}, options: object = {}): CanonicalRequest =>
  canonical('/api/chat', { messages, options: { temperature: 1, top_p: 1, ...options }, ...extra })!;
const open = (extra: object = {}): CanonicalRequest =>
  canonical('/v1/chat/completions', { messages, ...extra })!;

describe('one conversation through two protocols', () => {
  const schema = { type: 'object', properties: { a: { type: 'string' } } };
  const tools = [{ type: 'function', function: { name: 'f', parameters: schema } }];
  it.each<[string, CanonicalRequest, CanonicalRequest]>([
    ['plain', native(), open()],
    [
      'streamed or not',
      native({ stream: false }),
      open({ stream: true, stream_options: { include_usage: true } }),
    ],
    ['with a seed', native({}, { seed: 7 }), open({ seed: 7 })],
    ['at temperature 0', native({}, { temperature: 0 }), open({ temperature: 0 })],
    ['with a token limit', native({}, { num_predict: 9 }), open({ max_tokens: 9 })],
    ['with stops', native({}, { stop: ['x'] }), open({ stop: 'x' })],
    ['with penalties', native({}, { presence_penalty: 1 }), open({ presence_penalty: 1 })],
    ['as JSON', native({ format: 'json' }), open({ response_format: { type: 'json_object' } })],
    ['as text', native({ format: '' }), open({ response_format: { type: 'text' } })],
    [
      'by schema',
      native({ format: schema }),
      open({ response_format: { type: 'json_schema', json_schema: { name: 'any', schema } } }),
    ],
    ['with tools', native({ tools }), open({ tools })],
    ['without thinking', native({ think: false }), open({ reasoning_effort: 'none' })],
    ['thinking hard', native({ think: 'high' }), open({ reasoning: { effort: 'high' } })],
    ['one choice', native(), open({ n: 1, user: 'u', metadata: { a: 'b' } })],
    ['kept loaded', native({ keep_alive: '5m' }), open()],
    [
      'text parts',
      native(),
      open({ messages: messages.map((one) => ({ ...one, content: [{ type: 'text', text: one.content }] })) }),
    ],
  ])('meets the same entry: %s', (_name, one, other) => {
    expect(key(one)).toBe(key(other));
  });

  it('unifies how tool turns are spelt, and drops random call ids', () => {
    const call = { name: 'weather', arguments: { city: 'Oslo' } };
    const ours = canonical('/api/chat', {
      messages: [
        { role: 'user', content: 'Weather?' },
        { role: 'assistant', content: '', thinking: 'Hm', tool_calls: [{ function: call }] },
        { role: 'tool', content: '12', tool_name: 'weather' },
      ],
      options: { temperature: 1, top_p: 1 },
    });
    const theirs = (id: string): CanonicalRequest | null =>
      canonical('/v1/chat/completions', {
        messages: [
          { role: 'user', content: 'Weather?' },
          {
            role: 'assistant',
            content: null,
            reasoning: 'Hm',
            tool_calls: [
              { id, type: 'function', function: { name: 'weather', arguments: '{"city": "Oslo"}' } },
            ],
          },
          { role: 'tool', content: '12', tool_call_id: id },
        ],
      });
    expect(key(theirs('call_1'))).toBe(key(ours));
    expect(key(theirs('call_2'))).toBe(key(ours));
  });

  it('keeps apart which of two calls of one tool a result answers', () => {
    const asked = (answered: string): CanonicalRequest | null =>
      canonical('/v1/chat/completions', {
        messages: [
          { role: 'user', content: 'Weather?' },
          {
            role: 'assistant',
            tool_calls: ['a', 'b'].map((id) => ({
              id,
              function: { name: 'weather', arguments: 'not json' },
            })),
          },
          { role: 'tool', content: '12', tool_call_id: answered },
        ],
      });
    expect(key(asked('a'))).not.toBe(key(asked('b')));
    expect(key(asked('b'))).not.toBe(key(asked('unknown')));
  });
});

describe('what makes another request', () => {
  const base = native();
  it.each<[string, CanonicalRequest]>([
    [
      'the model',
      canonical('/api/chat', { model: 'other', messages, options: { temperature: 1, top_p: 1 } })!,
    ],
    ['the model own defaults', canonical('/api/chat', { messages })!],
    ['the system prompt', native({ messages: messages.with(0, { role: 'system', content: 'Be long.' }) })],
    ['the history', native({ messages: messages.with(1, { role: 'user', content: 'Hey' }) })],
    ['a message more', native({ messages: [...messages, { role: 'assistant', content: 'Because' }] })],
    ['the role', native({ messages: messages.with(3, { role: 'system', content: 'Why is the sky blue?' }) })],
    ['the temperature', native({}, { temperature: 0.5 })],
    ['the seed', native({}, { seed: 1 })],
    ['the context size', native({}, { num_ctx: 4_096 })],
    ['an unknown option', native({}, { mystery: 1 })],
    ['an unknown field', native({ mystery: 1 })],
    ['the format', native({ format: 'json' })],
    ['tools', native({ tools: [{ type: 'function', function: { name: 'f' } }] })],
    ['thinking', native({ think: true })],
    ['images', native({ messages: messages.with(3, { ...messages[3]!, images: ['aGk='] } as never) })],
    ['log probabilities', native({ logprobs: true, top_logprobs: 2 })],
    ['choices', open({ n: 2 })],
    ['logit bias', open({ logit_bias: { 1: 2 } })],
    [
      'strictness',
      open({ response_format: { type: 'json_schema', json_schema: { schema: {}, strict: true } } }),
    ],
    ['an unknown format', open({ response_format: { type: 'grammar', grammar: 'x' } })],
    ['two efforts', open({ reasoning_effort: 'low', reasoning: { effort: 'high', summary: 'auto' } })],
  ])('%s, outside the last user text', (_name, other) => {
    expect(key({ ...other, text: '' })).not.toBe(key({ ...base, text: '' }));
  });

  it('a field called __proto__, which is a field like any other', () => {
    const plain = JSON.stringify({ model: 'm', messages, options: { temperature: 1, top_p: 1 } });
    const read = (body: string): CanonicalRequest | null =>
      dialects.ollama.canonicalRequest(
        route('/api/chat'),
        dialects.ollama.readRequest(route('/api/chat'), Buffer.from(body)),
      );
    expect(key(read(plain))).toBe(key(base));
    expect(key(read(`${plain.slice(0, -1)},"__proto__":{"a":1}}`))).not.toBe(key(base));
  });

  it('the last user text alone changes the text and not the scope', () => {
    const other = native({ messages: messages.with(3, { role: 'user', content: 'Why is it blue?' }) });
    expect(other.text).toBe('Why is it blue?');
    expect(key({ ...other, text: base.text })).toBe(key(base));
    expect(JSON.stringify(base.scope)).not.toContain('sky');
  });

  it('takes the last text of a message with parts, wherever it is', () => {
    const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,aGk=' } };
    const parts = (...content: object[]): CanonicalRequest =>
      canonical('/v1/chat/completions', { messages: [{ role: 'user', content }] })!;
    const before = parts({ type: 'text', text: 'What?' }, image);
    const after = parts(image, { type: 'text', text: 'What?' });
    expect([before.text, before.semanticBlock]).toEqual(['What?', 'images']);
    expect(key(before)).not.toBe(key(after));
    expect(parts(image)).toMatchObject({ text: '', semanticBlock: 'images' });
    expect(key(parts({ type: 'text', text: 'a' }, { type: 'text', text: 'b' }))).not.toBe(
      key(parts({ type: 'text', text: 'a\n\nb' })),
    );
  });

  it('leaves the request as it was read', () => {
    const facts = dialects.ollama.readRequest(
      route('/api/chat'),
      Buffer.from(JSON.stringify({ model: 'm', messages })),
    );
    dialects.ollama.canonicalRequest(route('/api/chat'), facts);
    expect(facts.json).toEqual({ model: 'm', messages });
  });
});

describe('generate', () => {
  const prompt = { prompt: 'Why?' };
  it('meets a completion that asks for the same', () => {
    const options = { temperature: 1, top_p: 1, frequency_penalty: 0, presence_penalty: 0 };
    const ours = canonical('/api/generate', { ...prompt, options, system: '', images: [], raw: false });
    expect(key(ours)).toBe(key(canonical('/v1/completions', prompt)));
    expect(key(ours)).toBe(key(canonical('/v1/completions', { prompt: ['Why?'] })));
    expect(ours).toMatchObject({ kind: 'generate', text: 'Why?', semanticBlock: null, sampled: true });
  });

  it.each([
    { system: 'x' },
    { template: 'x' },
    { suffix: 'x' },
    { images: ['aGk='] },
    { raw: true },
    { format: 'json' },
  ])('keeps %j in the scope', (extra) => {
    expect(key(canonical('/api/generate', { ...prompt, ...extra }))).not.toBe(
      key(canonical('/api/generate', prompt)),
    );
  });

  it('has several prompts or tokens in the scope, not in the text', () => {
    const several = canonical('/v1/completions', { prompt: ['a', 'b'] })!;
    expect([several.text, several.semanticBlock]).toEqual(['', 'no_user_text']);
    expect(key(several)).not.toBe(key(canonical('/v1/completions', { prompt: [1, 2] })));
    expect(canonical('/v1/completions', {})).toBeNull();
  });
});

describe('what is never looked up', () => {
  it.each<[string, object]>([
    ['/api/chat', {}],
    ['/api/chat', { messages: [] }],
    ['/api/chat', { messages, keep_alive: 0 }],
    ['/api/chat', { messages, keep_alive: '0s' }],
    ['/api/generate', {}],
    ['/api/generate', { prompt: '' }],
    ['/api/generate', { prompt: 'x', keep_alive: '0' }],
    ['/api/generate', { prompt: 'x', context: [1, 2] }],
    ['/api/embed', { input: [] }],
    ['/api/embed', { input: '' }],
    ['/api/show', {}],
  ])('%s %j', (template, body) => {
    expect(canonical(template, body)).toBeNull();
  });

  it('a route that a dialect does not know', () => {
    for (const dialect of [dialects.ollama, dialects.openai]) {
      const odd: Route = { ...route('/v1/responses'), cacheable: true };
      expect(dialect.canonicalRequest(odd, { model: 'm' as never, stream: false, json: {} })).toBeNull();
      expect(dialect.canonicalRequest(odd, { model: null, stream: false, json: null })).toBeNull();
    }
    const chat = { model: 'm' as never, stream: false, json: {} };
    expect(dialects.openai.canonicalRequest(route('/v1/chat/completions'), chat)).toBeNull();
  });
});

describe('semantic block', () => {
  it.each<[string, CanonicalRequest | null, string | null]>([
    ['nothing', native(), null],
    ['tools', native({ tools: [{ type: 'function' }] }), 'tools'],
    ['functions', open({ functions: [{ name: 'f' }] }), 'tools'],
    ['a tool turn', native({ messages: [...messages, { role: 'tool', content: '1' }] }), 'tools'],
    [
      'an old function turn',
      open({ messages: [{ role: 'assistant', function_call: {} }, messages[3]] }),
      'tools',
    ],
    [
      'a call that is no function',
      open({ messages: [{ role: 'assistant', tool_calls: [{ type: 'custom' }] }, messages[3]] }),
      'tools',
    ],
    ['images', native({ messages: [{ role: 'user', content: 'x', images: ['aGk='] }] }), 'images'],
    ['choices', open({ n: 3 }), 'multiple_choices'],
    ['log probabilities', open({ logprobs: true }), 'logprobs'],
    [
      'log probabilities of a completion',
      canonical('/v1/completions', { prompt: 'x', logprobs: 0 }),
      'logprobs',
    ],
    ['no user', native({ messages: [messages[0]] }), 'no_user_text'],
    ['no text', native({ messages: [{ role: 'user', content: ' ' }] }), 'no_user_text'],
    [
      'an answer begun',
      native({ messages: [...messages, { role: 'assistant', content: 'B' }] }),
      'no_user_text',
    ],
    ['suffix', canonical('/api/generate', { prompt: 'x', suffix: 'y' }), 'suffix'],
    ['raw', canonical('/api/generate', { prompt: 'x', raw: true }), 'raw'],
    ['images to a prompt', canonical('/api/generate', { prompt: 'x', images: ['aGk='] }), 'images'],
    ['blank prompt', canonical('/api/generate', { prompt: ' ' }), 'no_user_text'],
    ['an embedding', canonical('/api/embed', { input: 'x' }), 'embedding'],
    ['an embedding by OpenAI', canonical('/v1/embeddings', { input: 'x' }), 'embedding'],
  ])('%s', (_name, request, block) => {
    expect(request?.semanticBlock).toBe(block);
  });
});

describe('sampled', () => {
  it.each<[string, CanonicalRequest | null, boolean]>([
    ['native default', canonical('/api/chat', { messages }), true],
    ['native 0', native({}, { temperature: 0 }), false],
    ['native seed', native({}, { seed: 0 }), false],
    ['native random seed', native({}, { seed: -1 }), true],
    ['open default', open(), true],
    ['open 0', open({ temperature: 0 }), false],
    ['open seed', open({ seed: 4 }), false],
    ['embedding', canonical('/api/embed', { input: 'x' }), false],
  ])('%s', (_name, request, sampled) => {
    expect(request?.sampled).toBe(sampled);
  });
});

describe('embeddings', () => {
  it('are the same for the same input on the same route only', () => {
    const one = canonical('/api/embed', { input: 'x', keep_alive: '1h' });
    expect(key(one)).toBe(key(canonical('/api/embed', { input: 'x' })));
    expect(key(one)).not.toBe(key(canonical('/api/embed', { input: 'y' })));
    expect(key(one)).not.toBe(key(canonical('/api/embed', { input: 'x', truncate: false })));
    expect(key(one)).not.toBe(key(canonical('/v1/embeddings', { input: 'x' })));
    expect(canonical('/api/embeddings', { prompt: 'x' })?.kind).toBe('embed');
    expect(key(canonical('/v1/embeddings', { input: 'x', encoding_format: 'base64' }))).not.toBe(
      key(canonical('/v1/embeddings', { input: 'x' })),
    );
  });
});
