import { describe, expect, it } from 'vitest';
import type { Exchange, GatewayResponse } from '../core/request.ts';
import { ManualClock } from '../runtime/manual-clock.ts';
import { createJudge } from './judge.ts';

const completion = (content: string): GatewayResponse => ({
  status: 200,
  headers: [],
  streaming: false,
  outcome: 'success',
  body: Buffer.from(
    JSON.stringify({
      model: 'j',
      choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    }),
  ),
});

describe('the judge', () => {
  it.each<[string, GatewayResponse | Error, boolean | null]>([
    ['the word same', completion('SAME.'), true],
    ['the word different', completion('They are different'), false],
    ['another word', completion('Perhaps'), null],
    ['an error', { ...completion('SAME'), status: 503 }, null],
    ['a stream', { ...completion('SAME'), body: null }, null],
    ['no answer', new Error('gone'), null],
  ])('has an opinion only when it is clear: %s', async (_what, answer, opinion) => {
    const seen: Exchange[] = [];
    const ask = createJudge((exchange) => {
      seen.push(exchange);
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    }, new ManualClock());
    expect(await ask('judge:1b', 'Why?', 'a', 'b')).toBe(opinion);
    expect(seen[0]?.request.facts.json).toMatchObject({ model: 'judge:1b', temperature: 0, stream: false });
    expect(seen[0]?.request.cachePolicy).toBe('bypass');
  });

  it('is asked one thing at a time, and given up after a minute', async () => {
    const clock = new ManualClock();
    let open = 0;
    const ask = createJudge((exchange) => {
      open += 1;
      return new Promise((_, reject) => {
        exchange.cancel.onCancel((reason) => {
          open -= 1;
          reject(reason);
        });
      });
    }, clock);
    const both = Promise.all([ask('j', 'q', 'a', 'b'), ask('j', 'q', 'a', 'b')]);
    await new Promise(setImmediate);
    expect(open).toBe(1);
    clock.advance(60_000);
    await new Promise(setImmediate);
    expect(open).toBe(1);
    clock.advance(60_000);
    expect(await both).toEqual([null, null]);
  });
});
