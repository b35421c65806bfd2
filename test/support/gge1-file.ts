/** A GGE1 file's bytes: one row and one scale per token. */
export function gge1Bytes(
  tokens: readonly (string | Uint8Array)[],
  rows: readonly (readonly number[])[],
  scales: readonly number[] = tokens.map(() => 1),
): Buffer {
  const dimensions = rows[0]?.length ?? 0;
  const head = Buffer.alloc(12 + 4 * scales.length);
  head.write('GGE1', 0, 'latin1');
  head.writeUInt32LE(tokens.length, 4);
  head.writeUInt32LE(dimensions, 8);
  for (const [index, scale] of scales.entries()) head.writeFloatLE(scale, 12 + 4 * index);
  const parts: Buffer[] = [head, Buffer.from(Int8Array.from(rows.flat()).buffer)];
  for (const token of tokens) {
    const bytes = Buffer.from(token);
    const length = Buffer.alloc(2);
    length.writeUInt16LE(bytes.length);
    parts.push(length, bytes);
  }
  return Buffer.concat(parts);
}
