import type { CacheEntry } from './port.ts';

/** An entry for tests and measurements; its id is `id-` and its key. */
export function sampleEntry(key: string, given: Partial<CacheEntry> = {}): CacheEntry {
  return {
    id: `id-${key}`,
    key,
    scope: 'scope',
    tenant: 'anonymous',
    model: 'llama3.2:1b',
    text: 'What is the capital of France?',
    answer: {
      kind: 'text',
      model: 'llama3.2:1b',
      createdAt: 1_700_000_000_000,
      text: 'Paris.',
      thinking: null,
      toolCalls: [],
      finish: 'stop',
      usage: { promptTokens: 11, completionTokens: 3 },
      times: null,
      native: null,
    },
    storedAt: 1_700_000_000_000,
    costMs: 1_000,
    embedding: null,
    ...given,
  };
}
