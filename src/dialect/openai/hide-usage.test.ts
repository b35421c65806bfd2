import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageHider } from './hide-usage.ts';

const data = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
const content = (text: string): string =>
  data({ choices: [{ index: 0, delta: { content: text } }], usage: null });
const USAGE = data({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 5 } });
const DONE = 'data: [DONE]\n\n';

/** What comes out when the text arrives cut at these places. */
function through(text: string, cuts: readonly number[] = []): string {
  const bytes = Buffer.from(text);
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  const hider = new UsageHider();
  const out: Uint8Array[] = [];
  for (let i = 1; i < places.length; i += 1)
    out.push(hider.push(new Uint8Array(bytes.subarray(places[i - 1], places[i]))));
  out.push(hider.end());
  return Buffer.concat(out).toString();
}

describe('the usage hider', () => {
  it('takes out the usage item and nothing else, however the stream is cut', () => {
    const words = ['Hello', ' "usage"', ' choices', ': []', '\n\ndata: ', '"choices":[]'].map(content);
    const shown = `: ping\n\n${words.join('')}event: x\r\ndata: {}\r\n\r\n`;
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 12 }), (cuts) => {
        expect(through(shown + USAGE + DONE, cuts)).toBe(shown + DONE);
      }),
    );
  });

  it('leaves items with choices, with no usage, and what is no JSON', () => {
    for (const text of [
      data({ choices: [{ delta: {} }], usage: { prompt_tokens: 1 } }),
      data({ choices: [], prompt_filter_results: [], usage: null }),
      data({ choices: [] }),
      'data: {"choices":[],"usage":{\n\n',
    ])
      expect(through(text)).toBe(text);
  });

  it('hands on at the end what it held, unless that is the usage', () => {
    expect(through('data: {"choices":[{"delta":')).toBe('data: {"choices":[{"delta":');
    expect(through(USAGE.trimEnd())).toBe('');
  });

  it('holds no event that is larger than any usage item', () => {
    const large = content('x'.repeat(40_000));
    const hider = new UsageHider();
    const first = hider.push(Buffer.from(large.slice(0, 20_000)));
    expect(first.length).toBe(20_000);
    expect(Buffer.from(hider.push(Buffer.from(large.slice(20_000, 30_000)))).length).toBe(10_000);
    expect(Buffer.from(hider.push(Buffer.from(large.slice(30_000) + USAGE + DONE))).toString()).toBe(
      large.slice(30_000) + DONE,
    );
  });
});
