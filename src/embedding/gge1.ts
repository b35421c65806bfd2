import { readFile } from 'node:fs/promises';

/**
 * A static sentence-embedding model in the "GGE1" form, little endian: 4 bytes magic, u32 vocabulary size V,
 * u32 dimensions D, V × f32 row scales, V × D int8 rows, then V × (u16 byte length, UTF-8 token).
 */
export interface Gge1Model {
  readonly dimensions: number;
  /** Row number by token; a continuation piece starts with `##`. */
  readonly rowOf: ReadonlyMap<string, number>;
  readonly scales: Float32Array;
  /** V × D, row after row; multiply by the row's scale. */
  readonly rows: Int8Array;
}

/** A model file that is not what it should be; the message names the file, the byte or field, and the expectation. */
export class ModelFileError extends Error {
  override readonly name = 'ModelFileError';

  constructor(file: string, place: number | string, expectation: string, found: string) {
    const where = typeof place === 'number' ? `at byte ${String(place)}` : place;
    super(`${file}: ${where}: expected ${expectation}, found ${found}`);
  }
}

const MAGIC = 'GGE1';
const HEADER_BYTES = 12;
const MAX_VOCABULARY = 5_000_000;
const MAX_DIMENSIONS = 8_192;

/** Reads and checks a GGE1 file. Rejects with `ModelFileError`, or with the system's error when unreadable. */
export async function readGge1(file: string): Promise<Gge1Model> {
  return parseGge1(await readFile(file), file);
}

/** `file` is only for error messages. */
export function parseGge1(bytes: Uint8Array, file: string): Gge1Model {
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
  const vocabulary = boundedCount(view, 4, MAX_VOCABULARY, 'vocabulary size', file);
  const dimensions = boundedCount(view, 8, MAX_DIMENSIONS, 'number of dimensions', file);

  const rowsAt = HEADER_BYTES + 4 * vocabulary;
  const tokensAt = rowsAt + vocabulary * dimensions;
  if (bytes.length < tokensAt)
    throw new ModelFileError(
      file,
      bytes.length,
      `${String(tokensAt)} bytes of scales and rows for ${String(vocabulary)} × ${String(dimensions)}`,
      'the end of the file',
    );

  const scales = new Float32Array(vocabulary);
  for (let row = 0; row < vocabulary; row++) {
    const offset = HEADER_BYTES + 4 * row;
    const scale = view.getFloat32(offset, true);
    if (!Number.isFinite(scale)) throw new ModelFileError(file, offset, 'a finite row scale', String(scale));
    scales[row] = scale;
  }
  // A copy, so that the file's buffer with its token text can be freed.
  const rows = Int8Array.from(new Int8Array(bytes.buffer, bytes.byteOffset + rowsAt, tokensAt - rowsAt));
  return { dimensions, rowOf: readTokens(bytes, view, tokensAt, vocabulary, file), scales, rows };
}

export function boundedCount(
  view: DataView,
  offset: number,
  max: number,
  what: string,
  file: string,
): number {
  const value = view.getUint32(offset, true);
  if (value < 1 || value > max)
    throw new ModelFileError(file, offset, `a ${what} from 1 to ${String(max)}`, String(value));
  return value;
}

function readTokens(
  bytes: Uint8Array,
  view: DataView,
  start: number,
  count: number,
  file: string,
): Map<string, number> {
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  const rowOf = new Map<string, number>();
  let offset = start;
  for (let row = 0; row < count; row++) {
    const which = `token ${String(row)} of ${String(count)}`;
    if (offset + 2 > bytes.length)
      throw new ModelFileError(file, offset, `the length of ${which}`, 'the end of the file');
    const length = view.getUint16(offset, true);
    const end = offset + 2 + length;
    if (end > bytes.length)
      throw new ModelFileError(file, offset, `${String(length)} bytes of ${which}`, 'the end of the file');
    let token: string;
    try {
      token = utf8.decode(bytes.subarray(offset + 2, end));
    } catch {
      throw new ModelFileError(file, offset + 2, `UTF-8 in ${which}`, 'other bytes');
    }
    if (!rowOf.has(token)) rowOf.set(token, row);
    offset = end;
  }
  if (offset !== bytes.length)
    throw new ModelFileError(
      file,
      offset,
      `the end of the file after ${String(count)} tokens`,
      `${String(bytes.length - offset)} more bytes`,
    );
  return rowOf;
}
