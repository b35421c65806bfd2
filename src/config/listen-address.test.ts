import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatListenAddress, isLoopback, parseListenAddress } from './listen-address.ts';

describe('listening addresses', () => {
  it.each([
    ['127.0.0.1:11435', '127.0.0.1', 11435],
    [':0', '127.0.0.1', 0],
    ['11435', '127.0.0.1', 11435],
    ['[::1]:8080', '::1', 8080],
    ['[::]:1', '::', 1],
    ['0.0.0.0:65535', '0.0.0.0', 65535],
    ['localhost:80', 'localhost', 80],
    ['gateway.internal:443', 'gateway.internal', 443],
  ])('reads %s', (text, host, port) => {
    expect(parseListenAddress(text)).toEqual({ host, port });
  });

  it.each([
    '',
    'localhost',
    '127.0.0.1:65536',
    '127.0.0.1:',
    '127.0.0.1:-1',
    '127.0.0.1:1.5',
    '256.0.0.1:80',
    '1.2.3:80',
    '::1:80',
    '[::1]',
    '[localhost]:80',
    'http://127.0.0.1:80',
    'a b:80',
    '-a:80',
    ' 127.0.0.1:80',
    '127.0.0.1:80/x',
  ])('refuses %j', (text) => {
    expect(parseListenAddress(text)).toBeNull();
  });

  it('reads back what it wrote', () => {
    const host = fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain());
    fc.assert(
      fc.property(host, fc.integer({ min: 0, max: 65_535 }), (name, port) => {
        const address = { host: name, port };
        expect(parseListenAddress(formatListenAddress(address))).toEqual(address);
      }),
    );
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        parseListenAddress(text);
      }),
    );
  });

  it.each([
    ['127.0.0.1', true],
    ['127.9.9.9', true],
    ['::1', true],
    ['localhost', true],
    ['LOCALHOST', true],
    ['::ffff:127.0.0.1', true],
    ['0.0.0.0', false],
    ['::', false],
    ['10.0.0.1', false],
    ['127.evil.example', false],
    ['gateway', false],
  ])('knows whether %s is this machine only', (host, expected) => {
    expect(isLoopback(host)).toBe(expected);
  });
});
