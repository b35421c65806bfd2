/**
 * The file of the built-in model, "LSW1", little endian: 4 bytes magic, u32 vocabulary size V, u32 dimensions D,
 * f32 weight of a word that is not in it, V × f32 row scale, V × f32 weight as a name, V × D int8, then the words as UTF-8,
 * most frequent first, each ended by a line feed.
 *
 * A row times its scale is what the word adds to a sentence's meaning: direction and importance in one.
 */
import { createHash } from 'node:crypto';
import { boundedCount, ModelFileError } from './gge1.ts';

export interface WordTable {
  readonly dimensions: number;
  readonly rowOf: ReadonlyMap<string, number>;
  readonly scales: Float32Array;
  /** How much the word counts as itself, whatever it means. */
  readonly nameWeights: Float32Array;
  readonly unknownWeight: number;
  readonly rows: Int8Array;
  readonly digest: string;
}

const MAGIC = 'LSW1';
const HEADER_BYTES = 16;

/** `file` is only for error messages. */
export function parseWordTable(bytes: Uint8Array, file: string): WordTable {
  if (bytes.length < HEADER_BYTES)
    throw new ModelFileError(
      file,
      0,
      `a header of ${String(HEADER_BYTES)} bytes`,
      `${String(bytes.length)} bytes`,
    );
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = String.fromCharCode(...bytes.subarray(0, 4));
  if (magic !== MAGIC) throw new ModelFileError(file, 0, `the magic "${MAGIC}"`, JSON.stringify(magic));
  const size = boundedCount(view, 4, 5_000_000, 'vocabulary size', file);
  const dimensions = boundedCount(view, 8, 8_192, 'number of dimensions', file);
  const rowsAt = HEADER_BYTES + 8 * size;
  const wordsAt = rowsAt + size * dimensions;
  if (bytes.length < wordsAt)
    throw new ModelFileError(
      file,
      bytes.length,
      `${String(wordsAt)} bytes before the words`,
      'the end of the file',
    );
  const numbers = readNumbers(view, 12, 1 + 2 * size, file);
  const words = new TextDecoder().decode(bytes.subarray(wordsAt)).split('\n');
  if (words.length !== size + 1 || words.at(-1) !== '')
    throw new ModelFileError(file, wordsAt, `${String(size)} lines, each a word`, String(words.length - 1));
  words.pop();
  return {
    dimensions,
    rowOf: new Map(words.map((word, row) => [word, row])),
    unknownWeight: numbers[0] as number,
    scales: numbers.slice(1, 1 + size),
    nameWeights: numbers.slice(1 + size),
    // A copy, so that the file's buffer can be freed.
    rows: Int8Array.from(new Int8Array(bytes.buffer, bytes.byteOffset + rowsAt, size * dimensions)),
    digest: createHash('sha256').update(bytes).digest('hex').slice(0, 12),
  };
}

function readNumbers(view: DataView, at: number, count: number, file: string): Float32Array {
  const numbers = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const value = view.getFloat32(at + 4 * i, true);
    if (!Number.isFinite(value)) throw new ModelFileError(file, at + 4 * i, 'a finite number', String(value));
    numbers[i] = value;
  }
  return numbers;
}

export type WordTableContent = Omit<WordTable, 'digest'>;

export function writeWordTable(table: WordTableContent): Uint8Array {
  const { dimensions, rowOf, scales, nameWeights, unknownWeight, rows } = table;
  const header = new Uint8Array(HEADER_BYTES + 8 * rowOf.size);
  const view = new DataView(header.buffer);
  header.set(new TextEncoder().encode(MAGIC));
  view.setUint32(4, rowOf.size, true);
  view.setUint32(8, dimensions, true);
  view.setFloat32(12, unknownWeight, true);
  for (const [i, value] of [...scales, ...nameWeights].entries())
    view.setFloat32(HEADER_BYTES + 4 * i, value, true);
  const words = new TextEncoder().encode([...rowOf.keys()].map((word) => `${word}\n`).join(''));
  return Buffer.concat([header, new Uint8Array(rows.buffer, rows.byteOffset, rows.length), words]);
}
