import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import type { TextEmbedder } from '../../core/embedder.ts';
import { openInProcessEmbedder } from '../../embedding/in-process.ts';
import { BUILT_IN_ANSWERS } from './built-in.ts';
import { AnswerTable, parseAnswers } from './table.ts';
import { stem, wordsOf } from './words.ts';

interface Fixtures {
  readonly paraphrases: readonly { readonly base: string; readonly paraphrase: string }[];
  readonly nearMisses: readonly { readonly base: string; readonly nearMiss: string }[];
}
const fixtures = JSON.parse(
  readFileSync(new URL('../../../test/fixtures/paraphrases.json', import.meta.url), 'utf8'),
) as Fixtures;

let opened: Promise<TextEmbedder> | null = null;
const embedder = (): Promise<TextEmbedder> => (opened ??= openInProcessEmbedder());
afterAll(async () => {
  await (await opened)?.close();
});

describe('the built-in answers', () => {
  const table = new AnswerTable(BUILT_IN_ANSWERS, embedder);

  it.each(fixtures.paraphrases)(
    'gives "$base" and "$paraphrase" one answer',
    async ({ base, paraphrase }) => {
      const answer = await table.find(base);
      expect(answer).not.toBeNull();
      expect(await table.find(paraphrase)).toBe(answer);
    },
  );

  it.each(fixtures.nearMisses)('tells "$base" from "$nearMiss"', async ({ base, nearMiss }) => {
    const answer = await table.find(base);
    expect(answer).not.toBeNull();
    expect(await table.find(nearMiss)).not.toBe(answer);
  });

  it.each([
    ["what's the capital city of france", 'Paris'],
    ['At which temperature does water start boiling?', '100 degrees'],
    ['Could you tell me who wrote Hamlet?', 'Hamlet'],
    ['Why does the sky look blue?', 'scatters'],
    ['how to reverse a python list', 'items.reverse()'],
    ['What currency do they use in Japan?', 'yen'],
  ])('knows what "%s" means', async (question, part) => {
    expect(await table.find(question)).toContain(part);
  });

  it.each([
    'What is the capital of Spain?',
    'capital of spain',
    'who wrote macbeth',
    'What is the second largest planet in the solar system?',
    'Why is the sky not blue?',
    'Explain quantum gravity',
    'How do I reverse a string in Python?',
    'What is the square root of 196?',
    'How many bones does a dog have?',
    'Write a poem about Paris',
    '',
    '!?',
  ])('does not claim to know "%s"', async (question) => {
    expect(await table.find(question)).toBeNull();
  });

  it('has about forty entries, each with more than one phrasing', () => {
    expect(table.size).toBeGreaterThanOrEqual(40);
    const phrasings = Map.groupBy(BUILT_IN_ANSWERS, ({ answer }) => answer);
    for (const [answer, rows] of phrasings) expect(rows.length, answer).toBeGreaterThan(1);
  });
});

describe('a table', () => {
  const rows = [
    { question: 'How long does the battery of the Model 7 last?', answer: 'Ten hours.' },
    { question: 'How long does the battery of the Model 9 last?', answer: 'Twelve hours.' },
  ];

  it('falls back to words when there is no embedder, or one that is out of order', async () => {
    for (const broken of [
      (): Promise<null> => Promise.resolve(null),
      (): Promise<never> => Promise.reject(new Error('gone')),
    ]) {
      const table = new AnswerTable(rows, broken);
      expect(await table.find('How long will the battery of a Model 7 last?')).toBe('Ten hours.');
      expect(await table.find('How long will the battery of a Model 9 last?')).toBe('Twelve hours.');
      expect(await table.find('How long will the battery of a Model 8 last?')).toBeNull();
      expect(
        await table.find('Is the battery of the Model 7 removable by me or by a technician only?'),
      ).toBeNull();
    }
  });

  it('asks the embedder once per new question, and not for those whose words already decide', async () => {
    let asked = 0;
    const real = await embedder();
    const counting: TextEmbedder = {
      ...real,
      embed: (texts) => {
        asked += 1;
        return real.embed(texts);
      },
    };
    const table = new AnswerTable(rows, () => Promise.resolve(counting));
    await table.find('How long does the battery of the Model 7 last?');
    await table.find('Something else entirely');
    expect(asked).toBe(0);
    await table.find('For how many hours does the battery of the Model 7 last?');
    const first = asked;
    expect(first).toBeGreaterThan(0);
    await table.find('For how many hours does the battery of the Model 7 last?');
    expect(asked).toBe(first);
    for (let i = 0; i < 5_000; i += 1) await table.find(`Unknown ${String(i)}`);
    expect(await table.find('How long does the battery of the Model 7 last?')).toBe('Ten hours.');
  });

  it('is read from JSONL, and a bad line is named', () => {
    const text = '{"question": "A?", "answer": "a"}\n\n{"question": "B?", "answer": "b", "note": 1}\n';
    expect(parseAnswers(text, 'x.jsonl')).toEqual([
      { question: 'A?', answer: 'a' },
      { question: 'B?', answer: 'b' },
    ]);
    expect(() => parseAnswers('{"question": "A?"', 'x.jsonl')).toThrow('x.jsonl:1: not JSON');
    expect(() => parseAnswers('\n{"question": 7, "answer": "a"}', 'x.jsonl')).toThrow('x.jsonl:2: expected');
    expect(() => parseAnswers('null', 'x.jsonl')).toThrow('x.jsonl:1: expected');
    expect(() => parseAnswers('\n \n', 'x.jsonl')).toThrow('x.jsonl: empty');
  });
});

describe('words', () => {
  it('join the forms of a word', () => {
    for (const [a, b] of [
      ['boils', 'boiling'],
      ['largest', 'largest'],
      ['countries', 'country'],
      ['stopped', 'stop'],
      ['painted', 'paint'],
      ['bones', 'bone'],
    ] as const) {
      expect(stem(a)).toBe(stem(b));
    }
    expect(stem('1945s')).toBe('1945s');
  });

  it('see numbers, names and negation', () => {
    const words = wordsOf("Isn't the second film from 1977 by George Lucas?");
    expect(words.negated).toBe(true);
    expect([...words.names].sort()).toEqual(['1977', 'georg', 'luca', 'second']);
    expect(wordsOf('Never say never').negated).toBe(false);
    expect(wordsOf('WHAT is, the—Capital?').plain).toBe('what is the capital');
  });
});
