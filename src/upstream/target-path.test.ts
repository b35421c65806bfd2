import { describe, expect, it } from 'vitest';
import { TargetPath } from './target-path.ts';

describe('TargetPath', () => {
  it.each([
    ['http://host:11434', '/api/chat', '/api/chat'],
    ['http://host:11434/', '/api/chat?x=1', '/api/chat?x=1'],
    ['http://host/base', '/v1/models', '/base/v1/models'],
    ['https://host/base//', '/api/tags', '/base/api/tags'],
    ['https://host/v1', '/v1/chat/completions', '/v1/chat/completions'],
    ['https://host/openai/v1/', '/v1/chat/completions?a=b', '/openai/v1/chat/completions?a=b'],
    ['https://host/v1', '/v1beta/x', '/v1/v1beta/x'],
    ['https://host/v1', '/other', '/v1/other'],
    ['https://host/xv1', '/v1/models', '/xv1/v1/models'],
  ])('%s and %s make %s', (url, target, expected) => {
    const path = new TargetPath(url);
    expect(path.of(target)).toBe(expected);
    expect(path.origin).toBe(new URL(url).origin);
  });

  it.each(['', 'host:11434/x', 'file:///etc/passwd', 'ws://host'])('%o is refused and shown', (url) => {
    expect(() => new TargetPath(url)).toThrow(TypeError);
    expect(() => new TargetPath(url)).toThrow(JSON.stringify(url));
  });
});
