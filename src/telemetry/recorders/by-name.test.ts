import { describe, expect, it } from 'vitest';
import { ByName } from './by-name.ts';

function create(): { names: ByName<{ name: string }>; dropped: string[] } {
  const dropped: string[] = [];
  return {
    names: new ByName(
      (name) => ({ name }),
      (name) => dropped.push(name),
    ),
    dropped,
  };
}

describe('ByName', () => {
  it('makes a name that nobody announced, once', () => {
    const { names } = create();
    expect(names.at('a')).toEqual({ name: 'a' });
    expect(names.at('a')).toBe(names.ensure('a'));
  });

  it('forgets a removed name and does not bring it back for a late event', () => {
    const { names, dropped } = create();
    names.added('a');
    names.removed('a');
    expect([dropped, names.at('a')]).toEqual([['a'], undefined]);
    names.removed('a');
    expect(dropped).toEqual(['a']);
    names.added('a');
    expect(names.at('a')).toEqual({ name: 'a' });
  });

  it('keeps a name that was added again before its first owner was removed', () => {
    const { names, dropped } = create();
    names.added('a');
    names.added('a');
    names.removed('a');
    expect([dropped, names.at('a')]).toEqual([[], { name: 'a' }]);
    names.removed('a');
    expect(dropped).toEqual(['a']);
  });

  it('remembers a bounded number of removals', () => {
    const { names } = create();
    for (let i = 0; i <= 1_000; i += 1) names.removed(`gone-${i}`);
    expect(names.at('gone-1000')).toBeUndefined();
    expect(names.at('gone-0')).toEqual({ name: 'gone-0' });
  });
});
