import { describe, expect, it } from 'vitest';
import { recommendedPrefixFor, recommendedThresholdFor, UNKNOWN_MODEL_THRESHOLD } from './thresholds.ts';

describe('recommendedThresholdFor', () => {
  it.each([
    ['potion-base-2M', 'potion-base-2m'],
    ['potion-base-2M-int8', 'potion-base-2m'],
    ['all-minilm:l6-v2', 'all-minilm'],
    ['library/all-MiniLM-L6-v2', 'all-minilm'],
    ['registry.example/some/bge-large-en-v1.5:f16', 'bge-large'],
    ['snowflake-arctic-embed2:568m', 'snowflake-arctic-embed2'],
    ['nomic-embed-text-v2-moe:latest', 'nomic-embed-text-v2-moe'],
  ])('%s is of the family %s', (model, family) => {
    expect(recommendedThresholdFor(model)).toBe(recommendedThresholdFor(family));
    expect(recommendedThresholdFor(model)).not.toBe(UNKNOWN_MODEL_THRESHOLD);
  });

  it.each(['', 'nobody-knows', 'all-minilmish'])('%j is unknown', (model) => {
    expect(recommendedThresholdFor(model)).toBe(UNKNOWN_MODEL_THRESHOLD);
  });
});

describe('recommendedPrefixFor', () => {
  it('follows the family and is empty where none is wanted', () => {
    expect(recommendedPrefixFor('nomic-embed-text:v1.5')).toBe('clustering: ');
    expect(recommendedPrefixFor('nomic-embed-text-v1.5')).toBe('clustering: ');
    expect(recommendedPrefixFor('google/embeddinggemma:300m')).toBe('task: sentence similarity | query: ');
    expect(recommendedPrefixFor('all-minilm')).toBe('');
    expect(recommendedPrefixFor('nobody-knows')).toBe('');
  });
});

describe('a model named like a property of every object', () => {
  it.each(['constructor', 'toString', '__proto__'])('%s is an unknown model', (model) => {
    expect(recommendedThresholdFor(model)).toBe(UNKNOWN_MODEL_THRESHOLD);
    expect(recommendedPrefixFor(model)).toBe('');
  });
});
