import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseOllamaHost } from './ollama-host.ts';

describe('OLLAMA_HOST', () => {
  it.each([
    [undefined, 'http://127.0.0.1:11434'],
    ['', 'http://127.0.0.1:11434'],
    ['   ', 'http://127.0.0.1:11434'],
    ['1.2.3.4', 'http://1.2.3.4:11434'],
    ['1.2.3.4:99', 'http://1.2.3.4:99'],
    [':99', 'http://127.0.0.1:99'],
    ['0.0.0.0', 'http://127.0.0.1:11434'],
    ['0.0.0.0:8000', 'http://127.0.0.1:8000'],
    ['[::]:8000', 'http://127.0.0.1:8000'],
    ['http://example.com', 'http://example.com:80'],
    ['https://example.com', 'https://example.com:443'],
    ['https://example.com/', 'https://example.com:443'],
    ['https://example.com:8443/ollama/', 'https://example.com:8443/ollama'],
    ['example.com/ollama', 'http://example.com:11434/ollama'],
    ['[::1]', 'http://[::1]:11434'],
    ['::1', 'http://[::1]:11434'],
    ['[2001:db8::1]:99', 'http://[2001:db8::1]:99'],
    ['example.com:99999', 'http://example.com:11434'],
    ['https://example.com:bad', 'https://example.com:443'],
    ['"http://1.2.3.4:5"', 'http://1.2.3.4:5'],
    [" '1.2.3.4' ", 'http://1.2.3.4:11434'],
    ['ftp://example.com', 'http://example.com:11434'],
  ])('%j is %s', (value, expected) => {
    expect(parseOllamaHost(value)).toBe(expected);
  });

  it('never throws and always names a scheme and a port', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        expect(parseOllamaHost(value)).toMatch(/^https?:\/\/.*:\d+/s);
      }),
    );
  });
});
