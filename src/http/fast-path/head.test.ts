import { createServer, type IncomingMessage } from 'node:http';
import { duplexPair } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPlainHead, type PlainHead } from './head.ts';

const LIMIT = 16_384;
const read = (text: string): PlainHead | null => readPlainHead(Buffer.from(text, 'latin1'), LIMIT);
const withFields = (...fields: string[]): string =>
  `POST /api/chat HTTP/1.1\r\nhost: here\r\n${fields.map((field) => `${field}\r\n`).join('')}\r\n`;

/** What `node:http` makes of the same bytes; null when it refuses them or waits for more. */
async function readByNode(
  bytes: Buffer,
): Promise<Pick<IncomingMessage, 'method' | 'url' | 'headers'> | null> {
  const server = createServer();
  const [near, far] = duplexPair();
  near.on('error', () => undefined).resume();
  far.on('error', () => undefined);
  return new Promise((resolve) => {
    server.on('request', (request) => {
      resolve(request);
    });
    for (const event of ['clientError', 'upgrade', 'checkContinue', 'checkExpectation', 'connect'])
      server.on(event, () => {
        resolve(null);
      });
    server.emit('connection', far);
    near.end(bytes);
    far.on('end', () => {
      setImmediate(resolve, null);
    });
  });
}

describe('a plain head', () => {
  it('is read as it stands', () => {
    const head =
      'POST /v1/chat/completions?a=b HTTP/1.1\r\nHost: a:1\r\nContent-Length: 12\r\nX-Empty:\r\nX-Wide: \t a b \t\r\n\r\n';
    expect(read(`${head}{"a":"body"}`)).toEqual({
      method: 'POST',
      target: '/v1/chat/completions?a=b',
      headers: { host: 'a:1', 'content-length': '12', 'x-empty': '', 'x-wide': 'a b' },
      length: 12,
      close: false,
      end: head.length,
    });
    expect(read(withFields('Connection: Close'))).toMatchObject({ close: true, length: 0 });
    expect(read(withFields('connection: Keep-Alive'))).toMatchObject({ close: false });
    expect(read(withFields(`x-obs: ${String.fromCharCode(0xe9)}`))?.headers['x-obs']).toBe('é');
    expect(read('GET / HTTP/1.1\r\nhost: x\r\n\r\n')).toMatchObject({ method: 'GET', length: 0 });
  });

  it.each([
    ['another method', 'PUT /api/chat HTTP/1.1\r\nhost: x\r\n\r\n'],
    ['a method in small letters', 'post /api/chat HTTP/1.1\r\nhost: x\r\n\r\n'],
    ['an older version', 'POST /api/chat HTTP/1.0\r\nhost: x\r\n\r\n'],
    ['a newer version', 'POST /api/chat HTTP/2.0\r\nhost: x\r\n\r\n'],
    ['absolute form', 'POST http://x/api/chat HTTP/1.1\r\nhost: x\r\n\r\n'],
    ['asterisk form', 'GET * HTTP/1.1\r\nhost: x\r\n\r\n'],
    ['a fragment', 'GET /a#b HTTP/1.1\r\nhost: x\r\n\r\n'],
    ['a blank in the target', 'GET /a b HTTP/1.1\r\nhost: x\r\n\r\n'],
    ['two blanks', 'GET  /a HTTP/1.1\r\nhost: x\r\n\r\n'],
    ['a byte beyond ASCII in the target', 'GET /\xe9 HTTP/1.1\r\nhost: x\r\n\r\n'],
    ['an empty line before it', '\r\nGET / HTTP/1.1\r\nhost: x\r\n\r\n'],
    ['no host', 'GET / HTTP/1.1\r\nx: y\r\n\r\n'],
    ['no fields', 'GET / HTTP/1.1\r\n\r\n'],
    ['two hosts', withFields('Host: there')],
    ['no end', 'GET / HTTP/1.1\r\nhost: x\r\n'],
    ['line ends of LF alone', 'GET / HTTP/1.1\nhost: x\n\n'],
    ['one line end of LF alone', 'GET / HTTP/1.1\r\nhost: x\nx: y\r\n\r\n'],
    ['a CR in a value', withFields('x: a\rb')],
    ['a NUL in a value', withFields('x: a\0b')],
    ['a DEL in a value', withFields('x: a\x7fb')],
    ['a blank before the colon', withFields('content-length : 3')],
    ['a tab before the colon', withFields('transfer-encoding\t: chunked')],
    ['a blank before the name', withFields(' content-length: 3')],
    ['a folded field', withFields('x: a', ' b')],
    ['a line without a colon', withFields('content-length')],
    ['no name', withFields(': x')],
    ['a name beyond ASCII', withFields('x\xe9: a')],
    ['a transfer coding', withFields('Transfer-Encoding: chunked')],
    ['a transfer coding that is none', withFields('transfer-encoding: identity')],
    ['length and transfer coding', withFields('content-length: 3', 'transfer-encoding: chunked')],
    ['two lengths', withFields('content-length: 3', 'Content-Length: 4')],
    ['two equal lengths', withFields('content-length: 3', 'content-length: 3')],
    ['a list of lengths', withFields('content-length: 3, 3')],
    ['a signed length', withFields('content-length: +3')],
    ['a negative length', withFields('content-length: -3')],
    ['a hexadecimal length', withFields('content-length: 0x3')],
    ['a length with a blank in it', withFields('content-length: 3 3')],
    ['a length of nothing', withFields('content-length:')],
    ['a length beyond reason', withFields('content-length: 9999999999999')],
    ['a body on GET', 'GET / HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\n'],
    ['an expectation', withFields('expect: 100-continue')],
    ['an upgrade', withFields('connection: upgrade', 'upgrade: websocket')],
    ['an upgrade alone', withFields('upgrade: h2c')],
    ['a field named in connection', withFields('connection: keep-alive, x-hop')],
    ['a repeated field', withFields('x: a', 'X: b')],
    ['what every object has', withFields('constructor: x')],
    ['a prototype', withFields('__proto__: x')],
    ['too many fields', withFields(...Array.from({ length: 200 }, (_, at) => `x-${at}: y`))],
    ['a head that is too long', withFields(`x: ${'y'.repeat(LIMIT)}`)],
  ])('is nothing with %s', (_, text) => {
    expect(read(text)).toBeNull();
  });

  const token = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9!#$%&'*+.^_`|~-]{0,12}$/);
  const value = fc.stringMatching(
    /^[\x21-\x7e\x80-\xff]([\t\x20-\x7e\x80-\xff]{0,20}[\x21-\x7e\x80-\xff])?$/,
  );
  const plain = fc
    .record({
      method: fc.constantFrom('GET', 'POST'),
      target: fc.stringMatching(/^\/[\x21\x22\x24-\x7e]{0,20}$/),
      fields: fc.uniqueArray(fc.tuple(token, value), {
        selector: ([name]) => name.toLowerCase(),
        maxLength: 8,
      }),
      blanks: fc.constantFrom('', ' ', '\t', ' \t '),
    })
    .map(
      ({ method, target, fields, blanks }) =>
        `${method} ${target} HTTP/1.1\r\nHost: x\r\n${fields.map(([name, text]) => `${name}:${blanks}${text}${blanks}\r\n`).join('')}\r\n`,
    );
  /** Plain ones with a few bytes put in, taken out or exchanged: what an attacker would try. */
  const spoiled = fc
    .tuple(
      plain,
      fc.array(
        fc.tuple(
          fc.nat(200),
          fc.constantFrom(0, 1),
          fc.constantFrom(
            '',
            '\r',
            '\n',
            '\r\n',
            ' ',
            '\t',
            ':',
            '\0',
            ',',
            '\x0b',
            'x',
            'content-length: 1\r\n',
            'Transfer-Encoding: chunked\r\n',
          ),
        ),
        { minLength: 1, maxLength: 3 },
      ),
    )
    .map(([text, edits]) =>
      edits.reduce(
        (now, [at, cut, put]) =>
          `${now.slice(0, at % now.length)}${put}${now.slice((at % now.length) + cut)}`,
        text,
      ),
    );

  it('that is read at all is read as node:http reads it', async () => {
    let seen = 0;
    await fc.assert(
      fc.asyncProperty(fc.oneof(plain, spoiled), async (text) => {
        const bytes = Buffer.from(text, 'latin1');
        const own = readPlainHead(bytes, LIMIT);
        if (own === null) return;
        seen += 1;
        const node = await readByNode(
          Buffer.concat([bytes.subarray(0, own.end), Buffer.alloc(own.length, 0x61)]),
        );
        expect(node).not.toBeNull();
        expect([own.method, own.target, { ...own.headers }]).toEqual([
          node?.method,
          node?.url,
          { ...node?.headers },
        ]);
      }),
      { numRuns: 1_500 },
    );
    expect(seen).toBeGreaterThan(300);
  });
});
