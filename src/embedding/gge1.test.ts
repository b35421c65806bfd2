import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { gge1Bytes } from '../../test/support/gge1-file.ts';
import { ModelFileError, parseGge1, readGge1 } from './gge1.ts';

const good = (): Buffer =>
  gge1Bytes(
    ['cat', '##s'],
    [
      [1, -2, 3],
      [4, 5, -128],
    ],
    [0.5, 2],
  );
const TOKENS_AT = 12 + 2 * 4 + 2 * 3;

function patched(change: (bytes: Buffer) => void): Buffer {
  const bytes = good();
  change(bytes);
  return bytes;
}

describe('parseGge1', () => {
  it('reads dimensions, scales, rows and tokens', () => {
    const model = parseGge1(good(), 'm');
    expect(model.dimensions).toBe(3);
    expect([...model.scales]).toEqual([0.5, 2]);
    expect([...model.rows]).toEqual([1, -2, 3, 4, 5, -128]);
    expect([...model.rowOf]).toEqual([
      ['cat', 0],
      ['##s', 1],
    ]);
  });

  it('reads from the middle of a larger buffer', () => {
    const bytes = good();
    const larger = Buffer.concat([Buffer.alloc(5), bytes, Buffer.alloc(5)]);
    expect(parseGge1(larger.subarray(5, 5 + bytes.length), 'm')).toEqual(parseGge1(bytes, 'm'));
  });

  it('keeps the first row of a token that comes twice', () => {
    expect([...parseGge1(gge1Bytes(['a', 'a'], [[1], [2]]), 'm').rowOf]).toEqual([['a', 0]]);
  });

  it.each<[string, Buffer, string]>([
    ['a short header', good().subarray(0, 11), 'm: at byte 0: expected a header of 12 bytes, found 11 bytes'],
    [
      'another magic',
      patched((b) => b.write('GGE2', 0, 'latin1')),
      'm: at byte 0: expected the magic "GGE1", found "GGE2"',
    ],
    [
      'no vocabulary',
      patched((b) => b.writeUInt32LE(0, 4)),
      'm: at byte 4: expected a vocabulary size from 1 to 5000000, found 0',
    ],
    [
      'a vocabulary too large',
      patched((b) => b.writeUInt32LE(5_000_001, 4)),
      'm: at byte 4: expected a vocabulary size from 1 to 5000000, found 5000001',
    ],
    [
      'no dimensions',
      patched((b) => b.writeUInt32LE(0, 8)),
      'm: at byte 8: expected a number of dimensions from 1 to 8192, found 0',
    ],
    [
      'too many dimensions',
      patched((b) => b.writeUInt32LE(8_193, 8)),
      'm: at byte 8: expected a number of dimensions from 1 to 8192, found 8193',
    ],
    [
      'rows cut off',
      good().subarray(0, TOKENS_AT - 1),
      `m: at byte ${String(TOKENS_AT - 1)}: expected ${String(TOKENS_AT)} bytes of scales and rows for 2 × 3, found the end of the file`,
    ],
    [
      'a scale that is not finite',
      patched((b) => b.writeFloatLE(NaN, 16)),
      'm: at byte 16: expected a finite row scale, found NaN',
    ],
    [
      'no token lengths',
      good().subarray(0, TOKENS_AT + 1),
      `m: at byte ${String(TOKENS_AT)}: expected the length of token 0 of 2, found the end of the file`,
    ],
    [
      'a token cut off',
      good().subarray(0, -1),
      `m: at byte ${String(TOKENS_AT + 5)}: expected 3 bytes of token 1 of 2, found the end of the file`,
    ],
    [
      'a token that is not UTF-8',
      gge1Bytes([Buffer.from([0xc3, 0x28])], [[1]]),
      'm: at byte 19: expected UTF-8 in token 0 of 1, found other bytes',
    ],
    [
      'bytes after the tokens',
      Buffer.concat([good(), Buffer.alloc(2)]),
      `m: at byte ${String(TOKENS_AT + 10)}: expected the end of the file after 2 tokens, found 2 more bytes`,
    ],
  ])('refuses %s', (_what, bytes, message) => {
    expect(() => parseGge1(bytes, 'm')).toThrow(ModelFileError);
    expect(() => parseGge1(bytes, 'm')).toThrow(message);
  });
});

describe('readGge1', () => {
  it('names the file in its errors and passes on the errors of the system', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gge1-'));
    try {
      const file = join(folder, 'broken.gge1.bin');
      await writeFile(file, 'GG');
      await expect(readGge1(file)).rejects.toThrow(`${file}: at byte 0`);
      await expect(readGge1(join(folder, 'absent'))).rejects.toMatchObject({ code: 'ENOENT' });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
