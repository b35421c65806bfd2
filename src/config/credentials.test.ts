import { describe, expect, it } from 'vitest';
import { loadConfig, type ConfigSources } from './load.ts';
import { hideCredentials } from './problems.ts';

function refusal(sources: Partial<ConfigSources>): string {
  try {
    loadConfig({ flags: {}, env: {}, file: null, cwd: '/', quickstart: null, ...sources });
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('it was taken');
}

describe('credentials in a URL', () => {
  it.each([
    ['http://me:word@host/path', 'http://…@host/path'],
    ['a=https://token@host b=http://me:word@other', 'a=https://…@host b=http://…@other'],
    ['http://host/@scope', 'http://host/@scope'],
    ['me@host', 'me@host'],
  ])('%s is shown as %s', (text, shown) => {
    expect(hideCredentials(text)).toBe(shown);
  });

  it('are not shown when a flag is refused', () => {
    expect(refusal({ flags: { upstream: ['http://me:word@host'] } })).toContain(
      '\n  upstreams: expected NAME=URL or NAME=openai+URL, got "http://…@host" (flag --upstream)',
    );
    expect(refusal({ flags: { upstream: ['a=http://me:word@host'] } })).toContain(
      'got "http://…@host" (flag --upstream)',
    );
  });

  it('are not shown when a variable is refused', () => {
    const message = refusal({
      env: { LLAMASCOPE_UPSTREAMS: '[{"name":"a","url":"http://me:word@host"}]' },
    });
    expect(message).toContain('got "http://…@host" (environment LLAMASCOPE_UPSTREAMS)');
  });
});
