import { describe, expect, it } from 'vitest';
import { seededRng } from '../runtime/rng.ts';
import { hourAt, HOUR_MS, INCIDENTS, incidentsAt, nextQuestion, requestsPerSecond, SERVERS } from './day.ts';

describe('the scripted day', () => {
  it('begins at eight, passes an hour in a minute, and comes again', () => {
    expect(hourAt(0, 1)).toBe(8);
    expect(hourAt(90_000, 1)).toBe(9.5);
    expect(hourAt(90_000, 2)).toBe(11);
    expect(hourAt(24 * HOUR_MS, 1)).toBe(8);
  });

  it('has every server fail once, two of them together, and all well in between', () => {
    expect(new Set(INCIDENTS.map(({ server }) => server))).toEqual(new Set(SERVERS));
    expect(incidentsAt(16.75).map(({ server }) => server)).toEqual(['gpu-2', 'gpu-3']);
    expect([8, 11, 15, 18, 3].flatMap(incidentsAt)).toEqual([]);
  });

  it('is quiet at night and busy in the afternoon', () => {
    expect(requestsPerSecond(3)).toBeLessThan(2);
    expect(requestsPerSecond(15)).toBeGreaterThan(12);
  });

  it('asks the same with the same seed: repeated, in other words, and new', () => {
    const day = (seed: number): string[] => {
      const rng = seededRng(seed);
      return Array.from({ length: 500 }, (_, number) => JSON.stringify(nextQuestion(rng, number)));
    };
    expect(day(4)).toEqual(day(4));
    expect(day(4)).not.toEqual(day(5));
    const questions = day(4).map((text) => (JSON.parse(text) as { text: string }).text);
    expect(questions).toContain('What is the capital of France?');
    expect(questions).toContain('Which city is the capital of France?');
    expect(new Set(questions).size).toBeGreaterThan(200);
    expect(new Set(questions).size).toBeLessThan(400);
  });
});
