import { describe, expect, it } from 'vitest';
import { MAX_CHARACTERS, MAX_WORDS, semanticEligibility } from './eligibility.ts';

describe('semanticEligibility', () => {
  it.each([
    'What is the capital of France?',
    'How do I reverse a list in Python?',
    'Can you please tell me why the sky is blue?',
    'Could you explain to me how magnets work?',
    'I am wondering how vaccines work',
    'Where do penguins live?',
    'What is an electric current?',
    'How old is our planet?',
    'Should I use tabs or spaces?',
    'When should I avoid a tourniquet?',
    'Which screws should I buy for oak?',
    'How much current is 500 mA?',
    'Is it legal to park here?',
    'What does the word kindly mean?',
    'What is a normal resting pulse for men?',
    'How long should I bake salmon?',
    'How would I say good night in Thai?',
    "I'd like to know who painted the ceiling",
    "I'm looking for fruit trees that are hardy in zone 3",
    'What current does a motor draw at 12 volts?',
    'Give me a summary of Breaking Bad',
  ])('takes %j', (text) => {
    expect(semanticEligibility(text)).toBeNull();
  });

  it.each([
    ['empty', ''],
    ['empty', ' \n\t '],
    ['freshness', "What is today's date?"],
    ['freshness', 'who is the current president of france'],
    ['freshness', 'latest news about mars'],
    ['freshness', 'what is the weather in Oslo'],
    ['freshness', 'Who won the match last night?'],
    ['freshness', 'live scores please'],
    ['freshness', 'what is bitcoin worth right now'],
    ['personal', 'What is my account balance?'],
    ['personal', 'I lost a card'],
    ['freshness', 'breaking news'],
    ['personal', 'am I eligible for a loan'],
    ['personal', 'write a speech about me'],
    ['side_effect', 'Send an email to Anna'],
    ['side_effect', 'please, could you turn on the lights'],
    ['side_effect', 'can you please book a table for two'],
    ['side_effect', 'hey, delete that file'],
    ['code', 'what is wrong here:\n```js\nfoo\n```'],
    ['code', 'explain `const x = 1`'],
    ['code', 'def f(x):\n  return x'],
    ['code', 'why does x => x fail'],
    ['code', 'if (a) {\n b;\n}'],
    ['code', 'what does <div class="a"> do'],
    ['long', 'a'.repeat(MAX_CHARACTERS + 1)],
    ['long', 'is it so '.repeat(MAX_WORDS / 3 + 1)],
  ])('%s: %j', (reason, text) => {
    expect(semanticEligibility(text)).toBe(reason);
  });

  it('takes time in proportion to the text, whatever it is made of', () => {
    for (const part of [
      'please ',
      'please,',
      'could you ',
      ' ',
      '_',
      '(a',
      '<a ',
      'my ',
      'f(',
      'i am ',
      '{',
    ]) {
      const start = performance.now();
      semanticEligibility(part.repeat(MAX_CHARACTERS / part.length));
      expect(performance.now() - start, part).toBeLessThan(200);
    }
  });
});
