import { describe, expect, it } from 'vitest';
import { explainSystemError } from './system-error.ts';

const error = (
  fields: Partial<NodeJS.ErrnoException & { address: string; port: number; hostname: string }>,
): Error => Object.assign(new Error('raw'), fields);

describe('what the system refused', () => {
  it.each([
    [
      { code: 'EADDRINUSE', address: '127.0.0.1', port: 80 },
      /^127\.0\.0\.1:80 is already in use; .*--listen/,
    ],
    [{ code: 'EADDRINUSE', address: '::1', port: 80 }, /^\[::1\]:80 is already in use/],
    [{ code: 'EADDRINUSE' }, /^the address is already in use/],
    [
      { code: 'EADDRNOTAVAIL', address: '10.9.9.9', port: 1 },
      /^10\.9\.9\.9:1 is not an address of this machine/,
    ],
    [
      { code: 'EACCES', syscall: 'listen', address: '127.0.0.1', port: 80 },
      /^no permission to listen on 127\.0\.0\.1:80/,
    ],
    [{ code: 'ENOTFOUND', hostname: 'nowhere' }, /^the name nowhere cannot be resolved/],
    [{ code: 'EAI_AGAIN', hostname: 'nowhere' }, /^the name nowhere cannot be resolved/],
  ])('%j', (fields, message) => {
    expect(explainSystemError(error(fields))).toMatch(message);
  });

  it('says nothing about what it does not know', () => {
    expect(explainSystemError(error({ code: 'EACCES', syscall: 'open' }))).toBeNull();
    expect(explainSystemError(error({ code: 'EPIPE' }))).toBeNull();
    expect(explainSystemError('text')).toBeNull();
  });
});
