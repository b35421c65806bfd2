import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readNdjson, readSse } from './items.ts';
import { NdjsonFramer } from './ndjson.ts';
import { SseFramer } from './sse.ts';

/** The same bytes as one array of chunks, cut at the given places. */
function split(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  const chunks: Buffer[] = [];
  let start = 0;
  for (const place of [...places, bytes.length]) {
    chunks.push(bytes.subarray(start, place));
    start = place;
  }
  return chunks;
}

function lines(chunks: readonly Uint8Array[]): { lines: string[]; atBoundary: boolean } {
  const out: string[] = [];
  let parts: Buffer[] = [];
  const framer = new NdjsonFramer({
    item: (bytes, start, end) => parts.push(Buffer.from(bytes.slice(start, end))),
    itemEnd: () => {
      out.push(Buffer.concat(parts).toString('utf8'));
      parts = [];
    },
  });
  for (const chunk of chunks) framer.push(chunk);
  return { lines: out, atBoundary: framer.atBoundary };
}

interface SeenEvent {
  readonly data: string;
  readonly isError: boolean;
}

function events(chunks: readonly Uint8Array[]): { events: SeenEvent[]; atBoundary: boolean } {
  const out: SeenEvent[] = [];
  let data: string[] = [];
  let line: Buffer[] = [];
  const framer = new SseFramer({
    data: (bytes, start, end) => line.push(Buffer.from(bytes.slice(start, end))),
    dataLineEnd: () => {
      data.push(Buffer.concat(line).toString('utf8'));
      line = [];
    },
    dispatch: (isError) => {
      out.push({ data: data.join('\n'), isError });
      data = [];
    },
  });
  for (const chunk of chunks) framer.push(chunk);
  return { events: out, atBoundary: framer.atBoundary };
}

const cuts = fc.array(fc.nat(), { maxLength: 40 });

describe('NDJSON framing', () => {
  it('finds the same lines however the bytes are split', () => {
    const text = fc.string({ unit: 'grapheme' }).map((value) => JSON.stringify({ value }));
    const ending = fc.constantFrom('\n', '\r\n', '\n\n', '\r\n\r\n');
    fc.assert(
      fc.property(fc.array(fc.tuple(text, ending)), cuts, fc.boolean(), (items, places, bom) => {
        const wire = `${bom ? '\uFEFF' : ''}${items.map(([item, end]) => item + end).join('')}`;
        const seen = lines(split(Buffer.from(wire), places));
        expect(seen.lines.map((line) => line.trimEnd())).toEqual(items.map(([item]) => item));
        expect(seen.atBoundary).toBe(true);
      }),
    );
  });

  it('is at a boundary only between lines', () => {
    const { atBoundary } = lines([]);
    expect(atBoundary).toBe(true);
    expect(lines([Buffer.from('{"a"')]).atBoundary).toBe(false);
    expect(lines([Buffer.from('{"a":1}')]).atBoundary).toBe(false);
    expect(lines([Buffer.from('{"a":1}\r')]).atBoundary).toBe(false);
    expect(lines([Buffer.from('{"a":1}\n')]).atBoundary).toBe(true);
  });

  it('passes bytes that only begin like a byte order mark', () => {
    expect(lines([Buffer.from([0xef, 0xbb]), Buffer.from('x\n')]).lines).toEqual(['x']);
  });
});

describe('SSE framing', () => {
  const eol = fc.constantFrom('\n', '\r\n', '\r');
  const line = fc.string({ unit: 'grapheme' }).map((text) => text.replace(/[\r\n]/g, ''));
  const noise = fc.constantFrom('', ': a comment', 'id: 7', 'retry: 10', 'nonsense', 'database: no', ':');
  const event = fc.record({
    name: fc.constantFrom(null, 'error', 'errors', 'erro', 'message'),
    data: fc.array(line, { minLength: 1, maxLength: 3 }),
    space: fc.boolean(),
    noise,
    eol,
  });

  it('finds the same events however the bytes are split and lines are ended', () => {
    fc.assert(
      fc.property(fc.array(event), cuts, fc.boolean(), (list, places, bom) => {
        const wire = list.map((one) => {
          const fields = one.data.map(
            (text) => `data:${one.space || text.startsWith(' ') ? ' ' : ''}${text}`,
          );
          if (one.name !== null) fields.unshift(`event: ${one.name}`);
          if (one.noise !== '') fields.unshift(one.noise);
          return fields.map((field) => field + one.eol).join('') + one.eol;
        });
        const seen = events(split(Buffer.from((bom ? '\uFEFF' : '') + wire.join('')), places));
        expect(seen.events).toEqual(
          list.map((one) => ({ data: one.data.join('\n'), isError: one.name === 'error' })),
        );
        expect(seen.atBoundary).toBe(true);
      }),
    );
  });

  it('does not dispatch an event without data, and forgets its name', () => {
    expect(events([Buffer.from('event: error\n\ndata: x\n\n')]).events).toEqual([
      { data: 'x', isError: false },
    ]);
  });

  it('takes a bare field name as an empty value', () => {
    expect(events([Buffer.from('data\n\ndata:\n\n')]).events).toEqual([
      { data: '', isError: false },
      { data: '', isError: false },
    ]);
  });

  it('is at a boundary only between events; comments may end anywhere', () => {
    expect(events([Buffer.from('')]).atBoundary).toBe(true);
    expect(events([Buffer.from('data: x\n')]).atBoundary).toBe(false);
    expect(events([Buffer.from('da')]).atBoundary).toBe(false);
    expect(events([Buffer.from('event: error\n')]).atBoundary).toBe(false);
    expect(events([Buffer.from(': ping')]).atBoundary).toBe(false);
    expect(events([Buffer.from(': ping\n')]).atBoundary).toBe(true);
    expect(events([Buffer.from('data: x\r\n\r')]).atBoundary).toBe(true);
  });
});

describe('recorded streams', () => {
  it('gives the items of NDJSON, also without the last line feed', () => {
    expect(readNdjson(Buffer.from('{"a":1}\n{"b":"é"}'))).toEqual({
      items: [{ a: 1 }, { b: 'é' }],
      done: false,
    });
  });

  it('gives the data of SSE and whether it was done', () => {
    const body = 'data: {"a":\ndata: 1}\n\n: ping\n\ndata: {"b":2}\n\ndata: [DONE]\n\n';
    expect(readSse(Buffer.from(body))).toEqual({ items: [{ a: 1 }, { b: 2 }], done: true });
    expect(readSse(Buffer.from('data: {"a":1}\n\n'))).toEqual({ items: [{ a: 1 }], done: false });
  });

  it.each(['{"a":1', '[1]', 'null', '{"a":1}{"b":2}', '1,2', '{"a":1\n"b":2}', '{"a":1},{"b":2}'])(
    'is null for what is not understood: %s',
    (body) => {
      expect(readNdjson(Buffer.from(`${body}\n`))).toBeNull();
    },
  );

  it('is null when an event says error, whatever its data', () => {
    expect(readSse(Buffer.from('event: error\ndata: {"a":1}\n\ndata: [DONE]\n\n'))).toBeNull();
  });

  it('is null when an item is longer than the bound', () => {
    expect(readNdjson(Buffer.from('{"a":12345678}\n'), 10)).toBeNull();
    expect(readSse(Buffer.from('data: {"a":12345678}\n\n'), 10)).toBeNull();
    expect(readNdjson(Buffer.from('{"a":12}\n{"a":34}\n'), 10)?.items).toHaveLength(2);
  });
});
