import { describe, expect, it } from 'vitest';
import type { Dialect } from '../core/dialect.ts';
import { ROUTES } from '../http/routes.ts';
import { dialects } from './dialects.ts';
import { KnownBodies } from './known-bodies.ts';

const routeOf = (template: string): (typeof ROUTES)[number] =>
  ROUTES.find((route) => route.template === template) as (typeof ROUTES)[number];
const CHAT = routeOf('/v1/chat/completions');

/** A dialect that counts how often it reads. */
function counting(dialect: Dialect): { readonly dialect: Dialect; reads(): number } {
  let reads = 0;
  return {
    dialect: {
      ...dialect,
      readRequest: (route, body) => {
        reads += 1;
        return dialect.readRequest(route, body);
      },
    },
    reads: () => reads,
  };
}

const bodyOf = (model: string, content = 'x'): Buffer =>
  Buffer.from(JSON.stringify({ model, messages: [{ role: 'user', content }] }));

describe('a body that comes again and again', () => {
  it('is read twice and then known, and means the same', () => {
    const { dialect, reads } = counting(dialects.openai);
    const bodies = new KnownBodies();
    const answers = Array.from({ length: 5 }, () => bodies.read(dialect, CHAT, bodyOf('m')));
    expect(reads()).toBe(2);
    for (const { facts } of answers) expect(facts).toEqual(answers[0]?.facts);
    expect(answers.map(({ hash }) => hash !== null)).toEqual([false, true, true, true, true]);
    expect(answers[0]?.facts).toEqual(dialects.openai.readRequest(CHAT, bodyOf('m')));
  });

  it('is another one on another route', () => {
    const bodies = new KnownBodies();
    const native = routeOf('/api/chat');
    for (let at = 0; at < 4; at += 1) {
      expect(bodies.read(dialects.openai, CHAT, bodyOf('m')).facts.stream).toBe(false);
      expect(bodies.read(dialects.ollama, native, bodyOf('m')).facts.stream).toBe(true);
    }
  });

  it('is read each time when it is long, and refused each time when it is wrong', () => {
    const { dialect, reads } = counting(dialects.openai);
    const bodies = new KnownBodies();
    for (let at = 0; at < 4; at += 1) bodies.read(dialect, CHAT, bodyOf('m', 'x'.repeat(3_000)));
    expect(reads()).toBe(4);
    for (let at = 0; at < 3; at += 1)
      expect(() => bodies.read(dialect, CHAT, Buffer.from('{"model":'))).toThrow('not valid JSON');
  });

  it('is told apart from all others', () => {
    const bodies = new KnownBodies();
    for (let round = 0; round < 3; round += 1)
      for (let at = 0; at < 3_000; at += 1)
        expect(bodies.read(dialects.openai, CHAT, bodyOf(`m-${at}`)).facts.model).toBe(`m-${at}`);
  });
});
