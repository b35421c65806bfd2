import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonScanner } from './json-scanner.ts';
import { inside, keep, mark, watch } from './watch.ts';

const DONE = 0;
const TEXT = 1;
const CALLS = 2;
const NAME = 3;
const COUNT = 4;
const FLAG = 5;

const TREE = watch({
  done: mark(DONE),
  message: inside({ content: mark(TEXT), calls: mark(CALLS) }),
  choices: inside({ delta: inside({ content: mark(TEXT) }) }),
  name: keep(NAME, { message: keep(NAME) }),
  count: keep(COUNT),
  flag: keep(FLAG),
});

function scan(text: string, cuts: readonly number[] = []): JsonScanner {
  const scanner = new JsonScanner(TREE);
  const bytes = Buffer.from(text);
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  let start = 0;
  for (const end of [...places, bytes.length]) {
    scanner.feed(bytes, start, end);
    start = end;
  }
  return scanner;
}

/** An array where an object may stand is looked through, one level deep. */
const elements = (value: unknown): unknown[] =>
  Array.isArray(value) ? (value as unknown[]).filter((one) => !Array.isArray(one)) : [value];
const says = (value: unknown): boolean => {
  if (Array.isArray(value)) return value.length > 0;
  return value !== undefined && value !== null && value !== false && value !== '';
};
const inner = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;

/** Keys that are watched somewhere, everywhere: at the right place and at wrong ones. */
const key = fc.constantFrom(
  'done',
  'message',
  'content',
  'calls',
  'choices',
  'delta',
  'name',
  'count',
  'x"y',
  'é',
);
const tricky = fc.constantFrom(
  '"done":true',
  '\\"done\\":true',
  '[DONE]',
  '{"message":{"content":"x"}}',
  '\\',
  '"',
  '',
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(null, true, false),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string({ unit: 'grapheme' }),
    tricky,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 4 }),
  ),
}));
const object = fc.dictionary(key, value, { maxKeys: 6 });
const cuts = fc.array(fc.nat(), { maxLength: 12 });
const indent = fc.constantFrom(undefined, 1, '\t');

describe('JsonScanner', () => {
  it('agrees with JSON.parse about every watched value, for any split', () => {
    fc.assert(
      fc.property(object, cuts, indent, (item, places, space) => {
        const scanner = scan(JSON.stringify(item, null, space), places);
        expect(scanner.closed).toBe(true);
        const parsed = JSON.parse(JSON.stringify(item)) as Record<string, unknown>;
        expect(scanner.has(DONE)).toBe(says(inner(parsed, 'done')));
        const messages = elements(inner(parsed, 'message'));
        const deltas = elements(inner(parsed, 'choices')).flatMap((one) => elements(inner(one, 'delta')));
        const texts = [...messages, ...deltas].map((one) => inner(one, 'content'));
        expect(scanner.has(TEXT)).toBe(texts.some(says));
        expect(scanner.has(CALLS)).toBe(messages.some((one) => says(inner(one, 'calls'))));
        const name = inner(parsed, 'name');
        if (typeof name === 'string') expect(scanner.text(NAME)).toBe(name);
        const count = inner(parsed, 'count');
        expect(scanner.number(COUNT)).toBe(typeof count === 'number' ? count : Number.NaN);
      }),
      { numRuns: 500 },
    );
  });

  it('reads keys that are spelt with escapes', () => {
    expect(scan('{"\\u0064one":true}').has(DONE)).toBe(true);
    expect(scan('{"\\u0064one":true}', [4, 9]).has(DONE)).toBe(true);
  });

  it('ignores what follows the object, however the bytes are split', () => {
    for (let cut = 0; cut < 20; cut += 1) expect(scan('{"done":true} {"x', [cut]).closed).toBe(true);
  });

  it('is the same after a reset as when new', () => {
    const scanner = scan('{"done":true,"count":3,"name":"x","choices":[{');
    scanner.reset();
    expect([scanner.has(DONE), scanner.number(COUNT), scanner.text(NAME), scanner.closed]).toEqual([
      false,
      Number.NaN,
      null,
      false,
    ]);
    scanner.feed(Buffer.from('{"count":4}'), 0, 11);
    expect([scanner.number(COUNT), scanner.closed]).toEqual([4, true]);
  });

  it.each([
    ...['', '{', '{"a"', '{"a":', '{"a":1', '{"a":[', '{"choices":[{"delta":{}}', 'x', '[1]', '"a"', '{a:1}'],
    ...['{"a" 1}', '{"a":}', '{"a":1]', '{"choices":[}', '{"choices":[1}]', '{"a":?}', '{"done":]}'],
  ])('is not closed by what is no whole object: %s', (text) => {
    expect(scan(text).closed).toBe(false);
  });

  it('keeps no more than a bounded part of a long text', () => {
    const scanner = scan(JSON.stringify({ name: '\n' + 'é'.repeat(10_000) }), [50, 5_000]);
    expect(scanner.closed).toBe(true);
    expect(scanner.text(NAME)?.length).toBeLessThanOrEqual(4_096);
    expect(scan(JSON.stringify({ name: 'e'.repeat(10_000) })).text(NAME)).toHaveLength(4_096);
  });

  it('looks into an object in the place of a kept text', () => {
    const scanner = scan('{"name":{"message":"why","x":{}},"flag":true}');
    expect([scanner.has(NAME), scanner.text(NAME)]).toEqual([true, 'why']);
    expect([scanner.has(FLAG), scanner.number(FLAG), scanner.text(FLAG)]).toEqual([true, Number.NaN, null]);
    expect(scan('{"name":{}}').has(NAME)).toBe(true);
  });

  it('survives nesting of any depth', () => {
    const depth = 100_000;
    const deep = `{"choices":${'['.repeat(depth)}${']'.repeat(depth)},"done":true}`;
    expect(scan(deep).has(DONE)).toBe(true);
  });
});
