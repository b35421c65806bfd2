import { describe, expect, it } from 'vitest';
import { formatListenAddress, isLoopback, parseListenAddress } from './listen-address.ts';
import { nearest } from './nearest.ts';
import { parseOllamaHost } from './ollama-host.ts';

describe('a listening address', () => {
  it.each([
    ['127.0.0.1:11435', '127.0.0.1', 11_435],
    [':0', '127.0.0.1', 0],
    ['8080', '127.0.0.1', 8_080],
    ['[::1]:80', '::1', 80],
    ['localhost:65535', 'localhost', 65_535],
    ['my-host.example:1', 'my-host.example', 1],
  ])('%s', (text, host, port) => {
    expect(parseListenAddress(text)).toEqual({ host, port });
  });

  it.each([
    '',
    'localhost',
    ':',
    ':65536',
    '1.2.3:80',
    '256.0.0.1:80',
    '[::x]:80',
    '[]:80',
    '::1:80',
    '-a:80',
    'a b:80',
    'http://a:80',
    ':-1',
  ])('not %j', (text) => {
    expect(parseListenAddress(text)).toBeNull();
  });

  it('is written as it is read', () => {
    expect(formatListenAddress({ host: '::1', port: 1 })).toBe('[::1]:1');
    expect(formatListenAddress({ host: '127.0.0.1', port: 1 })).toBe('127.0.0.1:1');
  });

  it('is loopback only when it surely is', () => {
    expect(
      ['localhost', '::1', '127.9.9.9', '::ffff:127.0.0.1', 'LOCALHOST'].filter((host) => !isLoopback(host)),
    ).toEqual([]);
    expect(
      ['0.0.0.0', '::', '10.0.0.1', 'my-host', '127.evil.example', '::ffff:10.0.0.1', ''].filter(isLoopback),
    ).toEqual([]);
  });
});

describe('OLLAMA_HOST, as Ollama reads it', () => {
  it.each([
    [undefined, 'http://127.0.0.1:11434'],
    ['', 'http://127.0.0.1:11434'],
    ['1.2.3.4', 'http://1.2.3.4:11434'],
    ['1.2.3.4:', 'http://1.2.3.4:11434'],
    [':1234', 'http://127.0.0.1:1234'],
    ['example.com:56789', 'http://example.com:56789'],
    ['example.com:56789/', 'http://example.com:56789'],
    ['http://1.2.3.4', 'http://1.2.3.4:80'],
    ['https://1.2.3.4', 'https://1.2.3.4:443'],
    ['https://example.com/ollama/', 'https://example.com:443/ollama'],
    ['example.com/ollama', 'http://example.com:11434/ollama'],
    ['example.com:66000', 'http://example.com:11434'],
    ['example.com:x', 'http://example.com:11434'],
    ['::1', 'http://[::1]:11434'],
    ['[::1]', 'http://[::1]:11434'],
    ['[::1]:1337', 'http://[::1]:1337'],
    ['0.0.0.0', 'http://127.0.0.1:11434'],
    ['[::]:5', 'http://127.0.0.1:5'],
    ['[]:5', 'http://127.0.0.1:5'],
    [' "1.2.3.4" ', 'http://1.2.3.4:11434'],
    ["' 1.2.3.4 '", 'http://1.2.3.4:11434'],
  ])('%j', (value, url) => {
    expect(parseOllamaHost(value)).toBe(url);
  });
});

describe('the nearest name', () => {
  it.each([
    ['maxEntires', 'maxEntries'],
    ['max_entries', 'maxEntries'],
    ['mode', 'mode'],
    ['mdoe', 'mode'],
    ['zzzz', null],
    ['', null],
  ])('%j', (word, meant) => {
    expect(nearest(word, ['mode', 'maxEntries', 'ttlMs'])).toBe(meant);
  });
});
