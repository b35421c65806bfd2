import { describe, expect, it } from 'vitest';
import type { Answer } from '../../core/answer.ts';
import { textAnswer } from '../test-support.ts';
import { answerClass, compareAnswers } from './answers.ts';

describe('two answers', () => {
  it.each<[string, string, string]>([
    ['Paris.', 'paris', 'same'],
    ['**Paris** is the capital.', 'Paris is the  capital', 'same'],
    ['It is 1,000 km.', 'It is 1000 km', 'same'],
    ['It is 3.5 m.', 'It is 35 m', 'different'],
    ['The capital is Paris.', 'The capital is Lyon.', 'different'],
    ['In 1889 it opened.', 'In 1890 it opened.', 'different'],
    ['It opened in 1889, to much applause.', 'Much applause met it when it opened in 1889.', 'unsure'],
    ['She lives in Oslo now.', 'Now she lives in Oslo.', 'unsure'],
  ])('%s / %s: %s', (a, b, verdict) => {
    expect(compareAnswers(textAnswer(a), textAnswer(b))).toBe(verdict);
    expect(compareAnswers(textAnswer(b), textAnswer(a))).toBe(verdict);
    expect(answerClass(textAnswer(a)) === answerClass(textAnswer(b))).toBe(verdict === 'same');
  });

  it('are never the same when one is no text', () => {
    const call = textAnswer('x', { toolCalls: [{ id: null, name: 'f', arguments: {} }] });
    const embedding = { kind: 'embedding' } as Answer;
    expect(compareAnswers(call, call)).toBe('different');
    expect(compareAnswers(embedding, textAnswer('x'))).toBe('different');
    expect(answerClass(embedding)).toBe('');
  });
});
