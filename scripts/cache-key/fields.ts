/**
 * What each field of each request does to the cache. docs/reference/cache-key.md is written from here, and
 * test/cache-key holds the dialects to every row.
 */
import type { JsonObject, JsonValue } from '../../src/core/json.ts';

/**
 * - `text`: the last user text; in the exact key, and what the semantic tier compares
 * - `scope`: in the exact key and in the scope: another value is another question
 * - `ignored`: not looked at
 * - `default`: this value is the same as leaving the field out
 * - `uncacheable`: a request with it is neither looked up nor stored
 */
export type Role = 'text' | 'scope' | 'ignored' | 'default' | 'uncacheable';

export interface FieldRow {
  readonly field: string;
  readonly role: Role;
  /** The value that shows it, set over the route's base request. */
  readonly value: JsonValue;
  /** Only an identical request is served from then on. */
  readonly exactOnly?: true;
  readonly why?: string;
}

export interface RouteFields {
  readonly route: string;
  readonly base: JsonObject;
  readonly rows: readonly FieldRow[];
}

const row = (field: string, role: Role, value: JsonValue, why?: string): FieldRow =>
  why === undefined ? { field, role, value } : { field, role, value, why };
const exact = (field: string, value: JsonValue, why: string): FieldRow => ({
  field,
  role: 'scope',
  value,
  exactOnly: true,
  why,
});

const QUESTION = 'Why is the sky blue?';
const HISTORY = [
  { role: 'user', content: 'Hi' },
  { role: 'assistant', content: 'Hello.' },
];
const MESSAGES: JsonValue = [
  { role: 'system', content: 'Be brief.' },
  ...HISTORY,
  { role: 'user', content: QUESTION },
];
const FUNCTION = { name: 'find', parameters: { type: 'object' } };
const CHAT_TOOL = { type: 'function', function: FUNCTION };
const SCHEMA = { type: 'object' };
const IMAGE = 'aGk=';

const asked = (content: JsonValue): JsonValue => [...MESSAGES.slice(0, 3), { role: 'user', content }];

const CONVERSATION: readonly FieldRow[] = [
  row('messages[last].content', 'text', asked('Why is it blue?')),
  row('messages (system prompt)', 'scope', [{ role: 'system', content: 'Be long.' }, ...MESSAGES.slice(1)]),
  row('messages (history)', 'scope', MESSAGES.slice(0, 1).concat(MESSAGES.slice(3))),
  exact(
    'messages (tool calls and results)',
    [...HISTORY, { role: 'tool', content: '12' }, { role: 'user', content: QUESTION }],
    'a tool’s result belongs to its moment',
  ),
  exact(
    'messages (an answer begun)',
    [...MESSAGES, { role: 'assistant', content: 'Be' }],
    'to be continued, word by word',
  ),
];

const SERVER_TRANSPORT = 'how the answer travels, who asks and who pays';

const OLLAMA_OPTIONS: readonly FieldRow[] = (
  [
    ['temperature', 0.5],
    ['top_p', 0.5],
    ['top_k', 10],
    ['min_p', 0.1],
    ['seed', 7],
    ['num_predict', 9],
    ['num_ctx', 4096],
    ['stop', ['x']],
    ['repeat_penalty', 1.5],
    ['presence_penalty', 1],
    ['frequency_penalty', 1],
    ['anything_else', 1],
  ] as const
).map(([name, value]) => row(`options.${name}`, 'scope', { [name]: value } as JsonObject));

const OLLAMA_COMMON: readonly FieldRow[] = [
  ...OLLAMA_OPTIONS,
  row('format', 'scope', SCHEMA),
  row('format', 'default', ''),
  row('think', 'scope', true),
  exact('logprobs, top_logprobs', true, 'kept only in the original'),
  row('stream', 'ignored', false, 'one stored form answers both'),
  row('keep_alive', 'ignored', '5m', 'how long the model stays loaded'),
  row('keep_alive: 0', 'uncacheable', 0, 'the model has to be unloaded'),
  row('anything_else', 'scope', 1, 'what is not understood may matter'),
];

const OPENAI_COMMON: readonly FieldRow[] = [
  row('temperature', 'scope', 0.5),
  row('temperature', 'default', 1),
  row('top_p', 'scope', 0.5),
  row('top_p', 'default', 1),
  row('seed', 'scope', 7),
  row('max_tokens', 'scope', 9),
  row('stop', 'scope', ['x']),
  row('frequency_penalty', 'scope', 1),
  row('presence_penalty', 'scope', 1),
  row('logit_bias', 'scope', { 1: 2 }),
  exact('n', 2, 'several answers'),
  row('n', 'default', 1),
  row('stream', 'ignored', true, 'one stored form answers both'),
  row('stream_options', 'ignored', { include_usage: true }, SERVER_TRANSPORT),
  row('user', 'ignored', 'u', SERVER_TRANSPORT),
  row('metadata', 'ignored', { a: 'b' }, SERVER_TRANSPORT),
  row('safety_identifier', 'ignored', 'u', SERVER_TRANSPORT),
  row('prompt_cache_key', 'ignored', 'u', SERVER_TRANSPORT),
  row('prompt_cache_retention', 'ignored', '24h', SERVER_TRANSPORT),
  row('service_tier', 'ignored', 'flex', SERVER_TRANSPORT),
  row('anything_else', 'scope', 1, 'what is not understood may matter'),
];

export const CACHE_KEY_FIELDS: readonly RouteFields[] = [
  {
    route: '/api/chat',
    base: { model: 'm', messages: MESSAGES },
    rows: [
      row('model', 'scope', 'other', 'and the digest of its weights'),
      ...CONVERSATION,
      exact(
        'messages[].images',
        [{ role: 'user', content: QUESTION, images: [IMAGE] }],
        'vectors see text only',
      ),
      exact('tools', [CHAT_TOOL], 'an answer may be a call'),
      row('tools', 'default', []),
      ...OLLAMA_COMMON,
      row('messages', 'uncacheable', [], 'loads the model and says nothing'),
    ],
  },
  {
    route: '/api/generate',
    base: { model: 'm', prompt: QUESTION },
    rows: [
      row('model', 'scope', 'other', 'and the digest of its weights'),
      row('prompt', 'text', 'Why is it blue?'),
      row('prompt', 'uncacheable', '', 'loads the model and says nothing'),
      row('system', 'scope', 'Be brief.'),
      row('template', 'scope', '{{ .Prompt }}'),
      exact('suffix', 'x', 'a gap to fill'),
      exact('images', [IMAGE], 'vectors see text only'),
      exact('raw', true, 'the prompt is not one of a user'),
      row('context', 'uncacheable', [1, 2], 'a conversation as numbers'),
      ...OLLAMA_COMMON,
    ],
  },
  {
    route: '/v1/chat/completions',
    base: { model: 'm', messages: MESSAGES },
    rows: [
      row('model', 'scope', 'other', 'and the digest of its weights'),
      ...CONVERSATION,
      exact(
        'messages[].content (images, audio, files)',
        asked([
          { type: 'text', text: QUESTION },
          { type: 'image_url', image_url: { url: `data:image/png;base64,${IMAGE}` } },
        ]),
        'vectors see text only',
      ),
      exact('tools', [CHAT_TOOL], 'an answer may be a call'),
      exact('functions', [FUNCTION], 'an answer may be a call'),
      row('tool_choice', 'scope', 'none'),
      row('response_format', 'scope', { type: 'json_object' }),
      row('response_format', 'default', { type: 'text' }),
      row('reasoning_effort', 'scope', 'low'),
      row('reasoning', 'scope', { effort: 'low' }),
      exact('logprobs, top_logprobs', true, 'kept only in the original'),
      ...OPENAI_COMMON,
    ],
  },
  {
    route: '/v1/completions',
    base: { model: 'm', prompt: QUESTION },
    rows: [
      row('model', 'scope', 'other', 'and the digest of its weights'),
      row('prompt', 'text', 'Why is it blue?'),
      row('prompt', 'default', [QUESTION]),
      exact('prompt (several, or tokens)', ['a', 'b'], 'not one text'),
      exact('suffix', 'x', 'a gap to fill'),
      row('echo', 'scope', true),
      row('best_of', 'scope', 2),
      exact('logprobs', 0, 'kept only in the original'),
      ...OPENAI_COMMON,
    ],
  },
  {
    route: '/v1/responses',
    base: { model: 'm', instructions: 'Be brief.', input: QUESTION },
    rows: [
      row('model', 'scope', 'other', 'and the digest of its weights'),
      row('input', 'text', 'Why is it blue?'),
      row('input', 'default', [{ role: 'user', content: [{ type: 'input_text', text: QUESTION }] }]),
      row('input (history)', 'scope', [...HISTORY, { role: 'user', content: QUESTION }]),
      exact(
        'input (calls and their outputs)',
        [
          { type: 'function_call', call_id: 'c', name: 'find', arguments: '{}' },
          { type: 'function_call_output', call_id: 'c', output: '12' },
          { role: 'user', content: QUESTION },
        ],
        'a tool’s result belongs to its moment',
      ),
      exact(
        'input (images, files)',
        [
          {
            role: 'user',
            content: [
              { type: 'input_text', text: QUESTION },
              { type: 'input_image', image_url: `data:image/png;base64,${IMAGE}` },
            ],
          },
        ],
        'vectors see text only',
      ),
      row(
        'input (item references, other items)',
        'uncacheable',
        [{ type: 'item_reference', id: 'x' }],
        'stands for something at the server',
      ),
      row('instructions', 'scope', 'Be long.'),
      row('temperature', 'scope', 0.5),
      row('temperature', 'default', 1),
      row('top_p', 'scope', 1, 'omitted, it is the model’s own'),
      row('max_output_tokens', 'scope', 9),
      row('text', 'scope', { format: { type: 'json_schema', name: 'n', schema: SCHEMA } }),
      row('text', 'default', { format: { type: 'text' } }),
      row('reasoning', 'scope', { effort: 'low' }),
      exact('tools (functions)', [{ type: 'function', ...FUNCTION }], 'an answer may be a call'),
      row(
        'tools (run by the server)',
        'uncacheable',
        [{ type: 'web_search' }],
        'the answer depends on the moment',
      ),
      row('tool_choice', 'scope', 'none'),
      row('tool_choice', 'default', 'auto'),
      row('truncation', 'scope', 'auto'),
      row('truncation', 'default', 'disabled'),
      row('include', 'scope', ['reasoning.encrypted_content']),
      exact('top_logprobs', 3, 'kept only in the original'),
      row('store: true', 'uncacheable', true, 'to be kept at the server'),
      row('store', 'default', false),
      row('background', 'uncacheable', true, 'runs on at the server'),
      row('previous_response_id', 'uncacheable', 'resp_1', 'a conversation at the server'),
      row('conversation', 'uncacheable', 'conv_1', 'a conversation at the server'),
      row('prompt', 'uncacheable', { id: 'p' }, 'a prompt at the server'),
      row('stream', 'ignored', true, 'one stored form answers both'),
      row('stream_options', 'ignored', { include_obfuscation: false }, SERVER_TRANSPORT),
      row('user', 'ignored', 'u', SERVER_TRANSPORT),
      row('metadata', 'ignored', { a: 'b' }, 'a replay repeats that of the request it answers'),
      row('safety_identifier', 'ignored', 'u', SERVER_TRANSPORT),
      row('prompt_cache_key', 'ignored', 'u', SERVER_TRANSPORT),
      row('prompt_cache_retention', 'ignored', '24h', SERVER_TRANSPORT),
      row('service_tier', 'ignored', 'flex', SERVER_TRANSPORT),
      row('anything_else', 'scope', 1, 'what is not understood may matter'),
    ],
  },
  {
    route: '/v1/messages',
    base: {
      model: 'm',
      max_tokens: 100,
      system: 'Be brief.',
      messages: [...HISTORY, { role: 'user', content: QUESTION }],
    },
    rows: [
      row('model', 'scope', 'other', 'and the digest of its weights'),
      row('messages[last].content', 'text', [...HISTORY, { role: 'user', content: 'Why is it blue?' }]),
      row('messages (one text block)', 'default', [
        ...HISTORY,
        { role: 'user', content: [{ type: 'text', text: QUESTION, cache_control: { type: 'ephemeral' } }] },
      ]),
      row('messages (history)', 'scope', [{ role: 'user', content: QUESTION }]),
      exact(
        'messages (tool_use, tool_result)',
        [
          { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'find', input: {} }] },
          {
            role: 'user',
            content: [
              { type: 'tool_result', tool_use_id: 't', content: '12' },
              { type: 'text', text: QUESTION },
            ],
          },
        ],
        'a tool’s result belongs to its moment',
      ),
      exact(
        'messages (images, documents)',
        [
          {
            role: 'user',
            content: [
              { type: 'text', text: QUESTION },
              { type: 'image', source: { type: 'base64', media_type: 'image/png', data: IMAGE } },
            ],
          },
        ],
        'vectors see text only',
      ),
      row('system', 'scope', 'Be long.'),
      row('system', 'default', [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }]),
      row('max_tokens', 'scope', 9),
      row('temperature', 'scope', 1, 'omitted, it is the model’s own'),
      row('top_p', 'scope', 1, 'omitted, it is the model’s own'),
      row('top_k', 'scope', 10),
      row('stop_sequences', 'scope', ['x']),
      row('thinking', 'scope', { type: 'enabled', budget_tokens: 1024 }),
      row('output_config', 'scope', { effort: 'low' }),
      exact('tools (the caller’s own)', [{ name: 'find', input_schema: SCHEMA }], 'an answer may be a call'),
      row(
        'tools (run by the server)',
        'uncacheable',
        [{ type: 'web_search_20250305', name: 'web_search' }],
        'the answer depends on the moment',
      ),
      row('tool_choice', 'scope', { type: 'none' }),
      row('tool_choice', 'default', { type: 'auto' }),
      row(
        'mcp_servers',
        'uncacheable',
        [{ type: 'url', url: 'https://example.com', name: 'x' }],
        'the answer depends on the moment',
      ),
      row('container', 'uncacheable', 'c', 'state at the server'),
      row('cache_control', 'ignored', { type: 'ephemeral' }, SERVER_TRANSPORT),
      row('stream', 'ignored', true, 'one stored form answers both'),
      row('metadata', 'ignored', { user_id: 'u' }, SERVER_TRANSPORT),
      row('service_tier', 'ignored', 'auto', SERVER_TRANSPORT),
      row('anything_else', 'scope', 1, 'what is not understood may matter'),
    ],
  },
  ...(['/api/embed', '/v1/embeddings'] as const).map((route): RouteFields => ({
    route,
    base: { model: 'm', input: QUESTION },
    rows: [
      row('model', 'scope', 'other', 'and the digest of its weights'),
      row('input', 'scope', 'Why is it blue?', 'embeddings are always exact, on their own route only'),
      row(
        route === '/api/embed' ? 'keep_alive' : 'user',
        'ignored',
        route === '/api/embed' ? '5m' : 'u',
        SERVER_TRANSPORT,
      ),
      row('dimensions', 'scope', 64),
      row('anything_else', 'scope', 1, 'what is not understood may matter'),
    ],
  })),
];

/** The base request with a row's value in it. A field named `a.b` or with words behind it is set at its first word. */
export function requestWith({ base }: RouteFields, { field, value }: FieldRow): JsonObject {
  const name = /^\w+/.exec(field)?.[0] ?? field;
  return { ...base, [name]: value };
}
