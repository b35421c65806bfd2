import { describe, expect, it } from 'vitest';
import { readPrompts, readTrace, WorkloadFileError } from './files.ts';
import { builtInTopics, nearMisses, type Topic } from './questions.ts';
import { planWorkload, type WorkloadSpec } from './workload.ts';

const SPEC: WorkloadSpec = {
  requests: 2_000,
  warmUp: 10,
  arrivals: { kind: 'closed', clients: 10, thinkMs: 0 },
  topics: 10,
  zipf: 1,
  paraphrased: 0.3,
  nearMisses: 0.1,
  streamed: 0.5,
};

describe('a planned workload', () => {
  it('is the same for the same seed, and another for another', () => {
    const plan = (seed: number): string => JSON.stringify(planWorkload(SPEC, builtInTopics(), seed));
    expect(plan(3)).toBe(plan(3));
    expect(plan(4)).not.toBe(plan(3));
  });

  it('asks popular topics often, in several wordings, half of it as streams', () => {
    const { warmUp, measured } = planWorkload({ ...SPEC, nearMisses: 0 }, builtInTopics(), 1);
    expect([warmUp.length, measured.length]).toEqual([10, 2_000]);
    const byAnswer = new Map<string | null, number>();
    for (const { expected } of measured) byAnswer.set(expected, (byAnswer.get(expected) ?? 0) + 1);
    const shares = [...byAnswer.values()].sort((a, b) => b - a).map((count) => count / 2_000);
    // Zipf over ten: the first has 1 / H(10) = 0.34 of all, the second half of that.
    expect(shares[0]).toBeCloseTo(0.34, 1);
    expect(shares[1]).toBeCloseTo(0.17, 1);
    expect(measured.filter(({ stream }) => stream).length / 2_000).toBeCloseTo(0.5, 1);
    expect(new Set(measured.map(({ question }) => question)).size).toBeGreaterThan(byAnswer.size);
    const kinds = measured.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'repeat').length).toBeGreaterThan(1_900);
    expect(new Set([...warmUp, ...measured].map(({ id }) => id)).size).toBe(2_010);
  });

  it('can ask nothing twice', () => {
    const { measured } = planWorkload({ ...SPEC, unique: true }, builtInTopics(), 1);
    expect(new Set(measured.map(({ question }) => question)).size).toBe(2_000);
    expect(measured.every(({ expected, kind }) => expected === null && kind !== 'repeat')).toBe(true);
  });

  it('comes at random when open, and at its times when traced', () => {
    const open = planWorkload({ ...SPEC, arrivals: { kind: 'open', perSecond: 20 } }, builtInTopics(), 1);
    const times = open.measured.map(({ atMs }) => atMs ?? -1);
    expect([...times].sort((a, b) => a - b)).toEqual(times);
    expect(times.at(-1)).toBeGreaterThan(90_000);
    expect(times.at(-1)).toBeLessThan(110_000);
    const traced = planWorkload(
      { ...SPEC, requests: 3, arrivals: { kind: 'trace', atMs: [0, 5, 9] } },
      builtInTopics(),
      1,
    );
    expect(traced.measured.map(({ atMs }) => atMs)).toEqual([0, 5, 9]);
  });

  it('knows which topic a careless cache would confuse with which', () => {
    const topics: Topic[] = [
      { wordings: ['What is the capital of France?'], answer: 'Paris' },
      { wordings: ['What is the capital of Japan?'], answer: 'Tokyo' },
      { wordings: ['Who painted the Mona Lisa?'], answer: 'Leonardo' },
    ];
    expect(nearMisses(topics).map((topic) => topic?.answer ?? null)).toEqual(['Tokyo', 'Paris', null]);
  });
});

describe('prompts from a file', () => {
  it('are lines, or objects that say which belong together', () => {
    expect(readPrompts('Why?\n\nHow?\r\n', 'p.txt')).toEqual([
      { wordings: ['Why?'], answer: null },
      { wordings: ['How?'], answer: null },
    ]);
    const lines = [
      '{"prompt":"a?","topic":"t","answer":"A"}',
      '{"prompt":"a, please?","topic":"t"}',
      '{"prompt":"b?"}',
    ];
    expect(readPrompts(lines.join('\n'), 'p.jsonl')).toEqual([
      { wordings: ['a?', 'a, please?'], answer: 'A' },
      { wordings: ['b?'], answer: null },
    ]);
  });

  it.each([
    ['', 'p: no prompts in it, expected one a line'],
    ['ok\n{"prompt":1}', 'p:2: "{\\"prompt\\":1}", expected {"prompt": "…"} with a text'],
    ['{"prompt":"x","topic":2}', 'p:1: topic 2, expected a text'],
    ['{"prompt":"x","answer":false}', 'p:1: answer false, expected a text'],
    ['{"prompt"', 'p:1: "{\\"prompt\\"" is not JSON'],
  ])('%j is refused with its place', (text, message) => {
    expect(() => readPrompts(text, 'p')).toThrow(WorkloadFileError);
    expect(() => readPrompts(text, 'p')).toThrow(message);
  });
});

describe('a trace from a file', () => {
  it('is read as Azure and Mooncake publish theirs', () => {
    const azure =
      'TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.6805900,374,44\n2023-11-16 18:15:50.9951690,396,109\n';
    expect(readTrace(azure, 'a.csv')).toEqual([0, 4_315]);
    expect(readTrace('{"timestamp":27000,"hash_ids":[]}\n{"timestamp":27500}', 'm.jsonl')).toEqual([0, 500]);
    expect(readTrace('timestamp\n3.5\n1\n', 's.csv')).toEqual([0, 2_500]);
    expect(
      readTrace('{"timestamp":"2024-01-01T00:00:01Z"}\n{"timestamp":"2024-01-01T00:00:03Z"}', 'd'),
    ).toEqual([0, 2_000]);
  });

  it.each([
    ['', 't: empty, expected a trace of arrivals'],
    ['a,b\n1,2', 't:1: "a,b", expected a header with a column "timestamp"'],
    ['timestamp\nsoon', 't:2: "soon", expected a date or a number of seconds'],
    ['timestamp\n', 't: no arrivals in it'],
    ['{"timestamp":null}', 't:1: "{\\"timestamp\\":null}", expected {"timestamp": …}'],
  ])('%j is refused with its place', (text, message) => {
    expect(() => readTrace(text, 't')).toThrow(WorkloadFileError);
    expect(() => readTrace(text, 't')).toThrow(message);
  });
});
