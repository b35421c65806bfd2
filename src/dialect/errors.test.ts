import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ERROR_CATALOGUE, GatewayError, type ErrorCode } from '../core/errors.ts';
import type { Route } from '../core/route.ts';
import { ROUTES } from '../http/routes.ts';
import { dialects } from './dialects.ts';

const CODES = Object.keys(ERROR_CATALOGUE) as ErrorCode[];
const route = (template: string): Route => ROUTES.find((one) => one.template === template)!;
const json = (bytes: Buffer): unknown => JSON.parse(bytes.toString('utf8'));

const OPENAI_TYPES: Record<number, string> = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
};
const ANTHROPIC_TYPES: Record<number, string> = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  503: 'overloaded_error',
  504: 'timeout_error',
};

describe.each(CODES)('%s', (code) => {
  const error = new GatewayError(code, 'said "so"\nin two lines é');
  const { message, status } = error;

  it('has the shape of each protocol', () => {
    expect(json(dialects.ollama.errorBody(error))).toEqual({ error: message, code });
    const type = OPENAI_TYPES[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error');
    expect(json(dialects.openai.errorBody(error))).toEqual({ error: { message, type, param: null, code } });
    const theirs = ANTHROPIC_TYPES[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error');
    expect(json(dialects.anthropic.errorBody(error))).toEqual({
      type: 'error',
      error: { type: theirs, message, code },
    });
  });

  it('is seen by the observer of its own route when it comes in a stream, cut item or not', () => {
    const partial = { '/api/chat': '{"model":"m","mess', '/v1/chat/completions': 'data: {"id":"x","cho' };
    for (const template of ['/api/chat', '/v1/chat/completions', '/v1/responses', '/v1/messages']) {
      const dialect = dialects[route(template).dialect];
      for (const atBoundary of [true, false]) {
        const observer = dialect.observeStream(route(template));
        if (!atBoundary)
          observer.push(
            Buffer.from(partial[template as '/api/chat'] ?? 'event: x\ndata: {"type":"response.outp'),
          );
        expect(observer.atBoundary).toBe(atBoundary);
        observer.push(dialect.inBandError(route(template), error, atBoundary));
        expect([observer.error, observer.complete, observer.atBoundary]).toEqual([message, false, true]);
      }
    }
  });
});

describe('docs/errors.md', () => {
  const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `(\w+)` \| (\d+) \| (yes|no) \| (.+) \|$/gm)].map(
    ([, code, status, retry, meaning]) => ({
      code,
      status: Number(status),
      retryable: retry === 'yes',
      meaning,
    }),
  );

  it('lists every code with its status, whether a retry can work, and its meaning, in the order of the catalogue', () => {
    expect(rows).toEqual(CODES.map((code) => ({ code, ...ERROR_CATALOGUE[code] })));
  });

  it('shows the shapes as they are written', () => {
    const error = new GatewayError('queue_full', 'the queue in front of "local" is full');
    for (const dialect of Object.values(dialects))
      expect(page).toContain(dialect.errorBody(error).toString());
    for (const template of ['/api/chat', '/v1/chat/completions', '/v1/responses', '/v1/messages']) {
      const written = dialects[route(template).dialect].inBandError(route(template), error, true).toString();
      expect(page).toContain(written.trimEnd());
    }
  });
});

describe('inspectBody', () => {
  const inspect = (template: string, body: string): unknown =>
    dialects[route(template).dialect].inspectBody(route(template), Buffer.from(body));
  const nothing = { valid: true, error: null, usage: null, times: null };

  it.each(['/api/chat', '/v1/chat/completions', '/v1/messages', '/api/embed', '/v1/models', '/api/tags'])(
    '%s: what is no JSON object is not valid',
    (template) => {
      for (const body of ['<html>', '{"a":', '[1]', 'null'])
        expect(inspect(template, body)).toMatchObject({ valid: false });
    },
  );

  it('an empty answer is malformed where one was generated, and nothing where one was read', () => {
    expect(inspect('/api/chat', '')).toMatchObject({ valid: false });
    expect(inspect('/v1/completions', '')).toMatchObject({ valid: false });
    expect(inspect('/api/tags', '')).toEqual(nothing);
    expect(inspect('/v1/models', '')).toEqual(nothing);
    expect(inspect('/', 'Ollama is running')).toEqual(nothing);
  });

  it('tells usage and times', () => {
    expect(inspect('/api/chat', '{"prompt_eval_count":2,"eval_count":3,"total_duration":9}')).toEqual({
      ...nothing,
      usage: { promptTokens: 2, completionTokens: 3 },
      times: { totalNs: 9, loadNs: 0, promptEvalNs: 0, evalNs: 0 },
    });
    expect(inspect('/api/embed', '{"prompt_eval_count":2,"load_duration":1}')).toMatchObject({
      usage: { promptTokens: 2, completionTokens: 0 },
      times: { totalNs: 0, loadNs: 1 },
    });
    expect(
      inspect('/api/generate', '{"eval_count":3,"eval_duration":4,"prompt_eval_duration":"x"}'),
    ).toMatchObject({
      usage: { promptTokens: 0, completionTokens: 3 },
      times: { totalNs: 0, evalNs: 4 },
    });
    const usage = { promptTokens: 2, completionTokens: 3 };
    expect(inspect('/v1/completions', '{"usage":{"prompt_tokens":2,"completion_tokens":3}}')).toEqual({
      ...nothing,
      usage,
    });
    expect(inspect('/v1/responses', '{"usage":{"input_tokens":2,"output_tokens":3},"error":null}')).toEqual({
      ...nothing,
      usage,
    });
    expect(inspect('/v1/messages', '{"usage":{"input_tokens":2,"output_tokens":3}}')).toEqual({
      ...nothing,
      usage,
    });
    expect(inspect('/v1/messages', '{"usage":{"output_tokens":3}}')).toMatchObject({
      usage: { promptTokens: 0 },
    });
    expect(inspect('/v1/messages', '{"usage":{"input_tokens":3}}')).toMatchObject({
      usage: { completionTokens: 0 },
    });
    expect(inspect('/v1/messages', '{}')).toEqual(nothing);
    expect(inspect('/v1/embeddings', '{"usage":{}}')).toEqual(nothing);
  });

  it('tells an error inside a 200 answer', () => {
    expect(inspect('/api/chat', '{"error":"no"}')).toMatchObject({ valid: true, error: 'no' });
    expect(inspect('/v1/responses', '{"status":"failed","error":{"message":"no"}}')).toMatchObject({
      error: 'no',
    });
    expect(inspect('/v1/messages', '{"type":"error","error":{"message":"no"}}')).toMatchObject({
      error: 'no',
    });
    expect(inspect('/api/chat', '{"error":7}')).toMatchObject({
      error: expect.stringMatching(/without a message/) as string,
    });
    for (const none of ['null', 'false', '""'])
      expect(inspect('/api/chat', `{"error":${none}}`)).toEqual(nothing);
  });

  it('remembers a body for as long as it lives, so that storing it parses nothing again', () => {
    const body = Buffer.from('{"model":"m","message":{"content":"x"},"done":true}');
    const facts = { model: 'm' as never, stream: false, json: {} };
    dialects.ollama.inspectBody(route('/api/chat'), body);
    body.fill(' ');
    const answer = dialects.ollama.readAnswer(route('/api/chat'), facts, body, false);
    expect(answer).toMatchObject({
      text: 'x',
      native: { text: expect.stringContaining('"done":true') as string },
    });
  });
});
