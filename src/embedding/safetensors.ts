/**
 * Tensors by name, as the safetensors format keeps them: u64 length of a JSON head, the head (type, shape and place of each
 * tensor), then their bytes, little endian. Every place is checked before it is read.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts';
import { ModelFileError } from './gge1.ts';

export interface Tensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

const MAX_HEAD_BYTES = 100_000_000;

/** `file` is only for error messages. */
export function parseSafetensors(bytes: Uint8Array, file: string): ReadonlyMap<string, Tensor> {
  if (bytes.length < 8)
    throw new ModelFileError(file, 0, 'the length of the head in 8 bytes', `${String(bytes.length)} bytes`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > BigInt(Math.min(MAX_HEAD_BYTES, bytes.length - 8)))
    throw new ModelFileError(
      file,
      0,
      `a head that fits into ${String(bytes.length)} bytes`,
      `a length of ${String(length)}`,
    );
  const dataAt = 8 + Number(length);
  const tensors = new Map<string, Tensor>();
  for (const [name, value] of Object.entries(readHead(bytes.subarray(8, dataAt), file)))
    if (name !== '__metadata__' && value !== undefined)
      tensors.set(name, readTensor(name, value, bytes.subarray(dataAt), file));
  return tensors;
}

function readHead(bytes: Uint8Array, file: string): JsonObject {
  let head: JsonValue = null;
  try {
    head = JSON.parse(new TextDecoder().decode(bytes)) as JsonValue;
  } catch {
    // Said below.
  }
  if (!isJsonObject(head)) throw new ModelFileError(file, 8, 'a head that is a JSON object', 'other bytes');
  return head;
}

const BYTES: Readonly<Record<string, number>> = { F64: 8, F32: 4, F16: 2, I64: 8, I32: 4, I8: 1 };

function readTensor(name: string, value: JsonValue, data: Uint8Array, file: string): Tensor {
  const place = `tensor "${name}"`;
  const { dtype, shape, data_offsets: offsets }: JsonObject = isJsonObject(value) ? value : {};
  if (typeof dtype !== 'string' || !isCounts(shape) || !isCounts(offsets) || offsets.length !== 2)
    throw new ModelFileError(file, place, 'dtype, shape and data_offsets', JSON.stringify(value));
  const [start, end] = offsets as [number, number];
  if (start > end || end > data.length)
    throw new ModelFileError(
      file,
      place,
      `data_offsets within ${String(data.length)} bytes`,
      JSON.stringify(offsets),
    );
  const width = BYTES[dtype];
  const needed = shape.reduce((product, side) => product * side, width ?? 0);
  // A type that we do not know is nobody's business until it is read.
  if (width !== undefined && needed !== end - start)
    throw new ModelFileError(
      file,
      place,
      `${String(needed)} bytes for ${dtype} ${JSON.stringify(shape)}`,
      String(end - start),
    );
  return { dtype, shape, bytes: data.subarray(start, end) };
}

function isCounts(value: JsonValue | undefined): value is number[] {
  return Array.isArray(value) && value.every((one) => Number.isSafeInteger(one) && (one as number) >= 0);
}

/** The numbers of a tensor; int8 as they are, floats as f32; null for a type that is neither. Copies: the file can be freed. */
export function numbersOf({ dtype, bytes }: Tensor): Int8Array | Float32Array | null {
  const copy = new Uint8Array(bytes).buffer;
  if (dtype === 'I8') return new Int8Array(copy);
  if (dtype === 'F32') return new Float32Array(copy);
  if (dtype === 'F64') return Float32Array.from(new Float64Array(copy));
  if (dtype === 'F16') return Float32Array.from(new Uint16Array(copy), halfToNumber);
  return null;
}

/** The whole numbers of a tensor; null for a type that is none. */
export function integersOf({ dtype, bytes }: Tensor): Int32Array | null {
  const copy = new Uint8Array(bytes).buffer;
  if (dtype === 'I32') return new Int32Array(copy);
  if (dtype === 'I64') return Int32Array.from(new BigInt64Array(copy), (one) => Number(one));
  return null;
}

function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
