import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../core/json.ts';
import { dialects } from '../dialect/dialects.ts';
import { CacheBench, routeFor, WordEmbedder, type Asked } from './test-support.ts';

/** Everything a chat can differ in besides its last question, one alternative each. */
interface Setting {
  readonly tenant: string;
  readonly model: string;
  readonly digest: string;
  readonly system: string | null;
  readonly history: boolean;
  readonly temperature: number;
  readonly seed: number | null;
  readonly format: 'json' | null;
  readonly tools: boolean;
  readonly extra: string | null;
}

const BASE: Setting = {
  tenant: 'anonymous',
  model: 'llama3.2:1b',
  digest: 'sha256:1',
  system: null,
  history: false,
  temperature: 0,
  seed: null,
  format: null,
  tools: false,
  extra: null,
};

const QUESTION = 'What is the capital city of France?';
const REWORDED = 'what is the capital city of France, please?';

const ROUTES = ['/api/chat', '/v1/chat/completions'] as const;
type Template = (typeof ROUTES)[number];

function body(template: Template, setting: Setting, question: string): JsonObject {
  const { model, system, history, temperature, seed, format, tools, extra } = setting;
  const messages: JsonObject[] = [];
  if (system !== null) messages.push({ role: 'system', content: system });
  if (history) messages.push({ role: 'user', content: 'Hello' }, { role: 'assistant', content: 'Hi' });
  messages.push({ role: 'user', content: question });
  const drawn: JsonObject = { temperature, ...(seed === null ? {} : { seed }) };
  return {
    model,
    messages,
    stream: false,
    ...(tools ? { tools: [{ type: 'function', function: { name: 'find', parameters: {} } }] } : {}),
    ...(extra === null ? {} : { unknown_field: extra }),
    ...(template === '/api/chat'
      ? { options: drawn, ...(format === null ? {} : { format }) }
      : { ...drawn, ...(format === null ? {} : { response_format: { type: 'json_object' } }) }),
  };
}

async function ask(bench: CacheBench, template: Template, setting: Setting, question: string) {
  bench.digest = setting.digest;
  const given: Asked = { route: routeFor(template), tenant: setting.tenant };
  return bench.ask(body(template, setting, question), given);
}

function open(): CacheBench {
  const bench = new CacheBench(dialects, { mode: 'on', sampled: true });
  bench.cache.setEmbedder(new WordEmbedder());
  return bench;
}

const VARIANTS: readonly Partial<Setting>[] = [
  { tenant: 'other' },
  { model: 'llama3.2:3b' },
  { digest: 'sha256:2' },
  { system: 'Be brief.' },
  { history: true },
  { temperature: 0.5 },
  { seed: 7 },
  { format: 'json' },
  { tools: true },
  { extra: 'x' },
];

describe.each(ROUTES)('%s: no answer crosses over to another', (template) => {
  it.each(VARIANTS)('%j', async (variant) => {
    const bench = open();
    const other = { ...BASE, ...variant };
    await ask(bench, template, BASE, QUESTION);
    expect((await ask(bench, template, other, QUESTION)).result).toBe('miss');
    expect((await ask(bench, template, BASE, QUESTION)).body).toContain('answer 1');
    expect((await ask(bench, template, other, QUESTION)).body).toContain('answer 2');
    // The first question in another setting is not even compared, whichever way it is worded.
    const fresh = open();
    await ask(fresh, template, BASE, QUESTION);
    expect((await ask(fresh, template, other, REWORDED)).result).toBe('miss');
    expect(fresh.of('cache.looked-up')[1]).toMatchObject({ similarity: null, semanticMs: null });
  });
});

describe('any two settings', () => {
  const setting: fc.Arbitrary<Setting> = fc.record({
    tenant: fc.constantFrom('anonymous', 'other'),
    model: fc.constantFrom('llama3.2:1b', 'llama3.2:3b'),
    digest: fc.constantFrom('sha256:1', 'sha256:2'),
    system: fc.constantFrom(null, '', 'Be brief.', 'Be brief. '),
    history: fc.boolean(),
    temperature: fc.constantFrom(0, 0.5, 1),
    seed: fc.constantFrom(null, 0, 7),
    format: fc.constantFrom(null, 'json' as const),
    tools: fc.boolean(),
    extra: fc.constantFrom(null, 'x', 'y'),
  });
  const request = fc.record({
    template: fc.constantFrom(...ROUTES),
    setting,
    question: fc.constantFrom(QUESTION, REWORDED, 'How do I boil an egg?'),
  });

  it('share answers only when they are equal, and every request reports one result', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 2, maxLength: 25 }), async (requests) => {
        const bench = open();
        /** Which setting each numbered answer was given in. */
        const givenIn = new Map<string, string>();
        for (const { template, setting: asked, question } of requests) {
          const before = bench.asked;
          const { body: text, result } = await ask(bench, template, asked, question);
          const answer = /answer \d+/.exec(text)![0];
          const name = JSON.stringify(asked);
          if (bench.asked > before) {
            expect(result).toBe('miss');
            givenIn.set(answer, name);
          } else expect(givenIn.get(answer)).toBe(name);
        }
        expect(bench.of('cache.looked-up').length).toBe(requests.length);
        expect(bench.of('cache.stored').length).toBe(bench.asked);
        const { entries } = bench.cache.snapshot();
        const stored = bench.of('cache.stored').filter(({ result }) => result === 'stored').length;
        expect(entries).toBe(stored - bench.of('cache.evicted').length);
        await bench.cache.close();
      }),
      { numRuns: 60 },
    );
  });
});

describe('the fill', () => {
  it('is exact at all times: what was stored less what was evicted, within both limits', async () => {
    const step = fc.record({
      question: fc.integer({ min: 0, max: 8 }),
      policy: fc.constantFrom('default' as const, 'refresh' as const, 'no-store' as const),
      wait: fc.constantFrom(0, 0, 0, 400, 1_000),
      purge: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const bench = new CacheBench(dialects, { mode: 'on', maxEntries: 4, maxBytes: 8_000, ttlMs: 1_500 });
        bench.cache.setEmbedder(new WordEmbedder());
        for (const { question, policy, wait, purge } of steps) {
          bench.clock.advance(wait);
          if (purge && question === 0) await bench.cache.purge();
          await bench.ask(
            { model: 'm', prompt: `question number ${question}`, stream: false, options: { temperature: 0 } },
            { route: routeFor('/api/generate'), policy },
          );
          const { entries, bytes, maxEntries, maxBytes } = bench.cache.snapshot();
          const stored = bench.of('cache.stored').filter(({ result }) => result === 'stored').length;
          expect(entries).toBe(stored - bench.of('cache.evicted').length);
          expect(entries).toBeLessThanOrEqual(maxEntries);
          expect(bytes).toBeLessThanOrEqual(maxBytes);
          expect(bytes > 0).toBe(entries > 0);
        }
        await bench.cache.close();
        expect(bench.clock.pending).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});
