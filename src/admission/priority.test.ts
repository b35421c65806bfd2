import { describe, expect, it } from 'vitest';
import { readRequestHead } from '../http/request-head.ts';
import { requestId } from '../core/ids.ts';
import { createPriorities, type PriorityOptions } from './priority.ts';

/** The priority that a request with these header fields gets. */
function priority(headers: Record<string, string>, options: Partial<PriorityOptions> = {}): number {
  const of = createPriorities({ default: 0, headerMax: 0, keys: [], clients: {}, ...options });
  return of(readRequestHead(headers, () => requestId('r')));
}

describe('priority', () => {
  it('is the default, and what a caller asks for only downwards', () => {
    expect(priority({})).toBe(0);
    expect(priority({ 'x-llamascope-priority': '-5' })).toBe(-5);
    expect(priority({ 'x-llamascope-priority': '50' })).toBe(0);
    expect(priority({ 'x-llamascope-priority': '50' }, { default: 3 })).toBe(3);
  });

  it('rises by header up to the cap', () => {
    expect(priority({ 'x-llamascope-priority': '7' }, { headerMax: 10 })).toBe(7);
    expect(priority({ 'x-llamascope-priority': '70' }, { headerMax: 10 })).toBe(10);
  });

  it('comes with an API key, in either field', () => {
    const keys = [{ key: 'sk-fast', priority: 20 }];
    expect(priority({ authorization: 'Bearer sk-fast' }, { keys })).toBe(20);
    expect(priority({ 'x-api-key': 'sk-fast' }, { keys })).toBe(20);
    expect(priority({ authorization: 'Bearer sk-other' }, { keys })).toBe(0);
    expect(priority({ authorization: 'Bearer sk-fast', 'x-llamascope-priority': '5' }, { keys })).toBe(5);
    expect(priority({ authorization: 'Bearer sk-fast', 'x-llamascope-priority': '99' }, { keys })).toBe(20);
  });

  it('is lowered by a name and never raised by one', () => {
    const clients = { batch: -10, boss: 50 };
    expect(priority({ 'x-llamascope-client': 'batch' }, { clients })).toBe(-10);
    expect(priority({ 'x-llamascope-client': 'boss' }, { clients })).toBe(0);
    expect(priority({ 'x-llamascope-client': 'other' }, { clients })).toBe(0);
    // Naming oneself otherwise, or asking, gains nothing over what anybody has.
    expect(priority({ 'x-llamascope-client': 'batch', 'x-llamascope-priority': '9' }, { clients })).toBe(0);
  });

  it.each(['high', '1.5', '101', '-101', ''])('%j is refused', (value) => {
    expect(() => priority({ 'x-llamascope-priority': value })).toThrow(
      `header x-llamascope-priority: ${JSON.stringify(value)} is not valid, expected a whole number from -100 to 100`,
    );
  });
});
