/** Answers that stand ready are the very bytes that would be written anew, in every dialect. */
import { describe, expect, it } from 'vitest';
import type { TextAnswer } from '../../src/core/answer.ts';
import { requestId } from '../../src/core/ids.ts';
import type { Exchange } from '../../src/core/request.ts';
import { ReadyAnswers, type ReadyHolder } from '../../src/cache/ready-answers.ts';
import type { CacheEntry } from '../../src/cache/store/port.ts';
import { exchangeFor } from '../../src/cache/test-support.ts';
import { dialects } from '../../src/dialect/dialects.ts';
import { ROUTES } from '../../src/http/routes.ts';

const ANSWER: TextAnswer = {
  kind: 'text',
  model: 'm',
  createdAt: Date.UTC(2026, 0, 1),
  text: 'Paris, “the city” \n of lights: 日本',
  thinking: 'Where?',
  toolCalls: [],
  finish: 'stop',
  usage: { promptTokens: 5, completionTokens: 7 },
  times: null,
  native: null,
};
const CALLING: TextAnswer = {
  ...ANSWER,
  toolCalls: [{ id: null, name: 'look_up', arguments: { where: 'there' } }],
  finish: 'tool_calls',
};

const entryOf = (id: string, answer: TextAnswer): CacheEntry => ({
  id,
  key: 'k',
  scope: 's',
  tenant: 't',
  model: 'm',
  text: 'q',
  answer,
  storedAt: 0,
  costMs: 1,
  embedding: null,
});

const BODY = {
  model: 'm',
  prompt: 'What?',
  input: 'What?',
  max_tokens: 9,
  messages: [{ role: 'user', content: 'What?' }],
  stream_options: { include_usage: true },
};
const GENERATING = ROUTES.filter(({ cacheable, operation }) => cacheable && operation !== 'embed');
const FORMS = GENERATING.flatMap((route) =>
  [true, false].flatMap((stream) => [ANSWER, CALLING].map((answer) => ({ route, stream, answer }))),
);

const asking = (exchange: Exchange, id: string): Exchange => ({
  ...exchange,
  request: { ...exchange.request, id: requestId(id) },
});

describe('an answer that stands ready', () => {
  it.each(FORMS)('is what $route.template writes, stream: $stream', ({ route, stream, answer }) => {
    const dialect = dialects[route.dialect];
    const exchange = exchangeFor(dialect, { ...BODY, stream }, { route });
    const entry = entryOf('e-1', answer);
    const ready = new ReadyAnswers();
    const holder: ReadyHolder = { ready: null, hit: false };
    for (const id of ['r-1', 'r-2', 'a/b:c@d+e=f', 'r-4']) {
      const { request } = asking(exchange, id);
      const written = ready.write(asking(exchange, id), entry, holder);
      const anew = dialect.writeAnswer(request.route, request.facts, answer, id);
      expect(written === null ? null : Buffer.concat(written.chunks).toString()).toBe(
        anew === null ? null : Buffer.concat(anew.chunks).toString(),
      );
      expect([written?.contentType, written?.streaming]).toEqual([anew?.contentType, anew?.streaming]);
    }
    const writable = dialect.writeAnswer(route, exchange.request.facts, answer, 'x') !== null;
    expect(holder.ready !== null).toBe(writable);
  });

  const dialect = dialects.openai;
  const route = ROUTES.find(({ template }) => template === '/v1/chat/completions')!;
  const exchange = exchangeFor(dialect, { ...BODY, stream: false }, { route });
  const textOf = (ready: ReadyAnswers, entry: CacheEntry, holder: ReadyHolder): string =>
    Buffer.concat(ready.write(exchange, entry, holder)?.chunks ?? []).toString();
  const newHolder = (): ReadyHolder => ({ ready: null, hit: false });

  it('is not that of another entry', () => {
    const ready = new ReadyAnswers();
    const holder = newHolder();
    for (let at = 0; at < 3; at += 1) textOf(ready, entryOf('old', ANSWER), holder);
    for (let at = 0; at < 3; at += 1)
      expect(textOf(ready, entryOf('new', { ...ANSWER, text: 'Rome' }), holder)).toContain('Rome');
  });

  it('is not kept when it is long, nor when it was asked for once, nor after a purge', () => {
    const ready = new ReadyAnswers();
    const [long, once, purged] = [newHolder(), newHolder(), newHolder()];
    for (let at = 0; at < 3; at += 1) {
      textOf(ready, entryOf('long', { ...ANSWER, text: 'x'.repeat(10_000) }), long);
      textOf(ready, entryOf('e', ANSWER), purged);
    }
    textOf(ready, entryOf('e', ANSWER), once);
    expect([long.ready, once.ready]).toEqual([null, null]);
    expect(purged.ready).not.toBeNull();
    ready.clear();
    expect(purged.ready).toBeNull();
  });

  it('is one of few: the oldest makes room', () => {
    const ready = new ReadyAnswers();
    const holders = Array.from({ length: 600 }, newHolder);
    for (const holder of holders)
      for (let at = 0; at < 2; at += 1) textOf(ready, entryOf('e', ANSWER), holder);
    expect(holders.map((holder) => holder.ready !== null)).toEqual(holders.map((_, at) => at >= 88));
  });
});
