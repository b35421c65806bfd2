import { wasm, type WasmMemory } from './web-assembly.ts';

/**
 * The inner loop of the int8 scan as a WebAssembly module with SIMD, put together here instruction by instruction: some two
 * hundred bytes, no build step and nothing to download. It takes four rows at a time, so that the query is loaded
 * once for all four, and notes the best score of each block, so that the caller need not look at the rest.
 *
 * `scan(rows, scales, query, scores, blocks, count, stride)`: all but the last two are addresses. `count` is a multiple of
 * four (rows beyond the last are zero), `stride` of sixteen bytes, the query is int16. Writes `count` float32 scores
 * (dot product × the row's scale), and the largest of each 32 of them.
 */
export type ScanKernel = (
  rows: number,
  scales: number,
  query: number,
  scores: number,
  blocks: number,
  count: number,
  stride: number,
) => void;

export const BLOCK_ROWS = 32;

const I32 = 0x7f;
const V128 = 0x7b;

// Parameters, then locals, in the order of their numbers.
const ROWS = 0;
const SCALES = 1;
const QUERY = 2;
const SCORES = 3;
const BLOCKS = 4;
const COUNT = 5;
const STRIDE = 6;
const ROW = 7;
const AT = 8;
const END = 9;
const LEFT = 10;
const SUMS = [11, 12, 13, 14] as const;
const LOW = 15;
const HIGH = 16;
const BYTES = 17;
const BEST = 18;

function unsigned(value: number): number[] {
  const out: number[] = [];
  let rest = value;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    out.push(rest === 0 ? low : low | 0x80);
  } while (rest !== 0);
  return out;
}

function signed(value: number): number[] {
  const out: number[] = [];
  for (let rest = value; ;) {
    const low = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) return [...out, low];
    out.push(low | 0x80);
  }
}

const get = (local: number): number[] => [0x20, local];
const set = (local: number): number[] => [0x21, local];
const tee = (local: number): number[] => [0x22, local];
const constant = (value: number): number[] => [0x41, ...signed(value)];
const add = [0x6a];
const subtract = [0x6b];
const simd = (opcode: number): number[] => [0xfd, ...unsigned(opcode)];
/** Aligned to four bytes at least; the offset is part of the instruction. */
const load = (offset: number): number[] => [...simd(0), 2, ...unsigned(offset)];
const store = (offset: number): number[] => [...simd(11), 2, ...unsigned(offset)];
const splatF32 = (value: number[]): number[] => [...value, ...simd(19)];
const f32 = (value: number): number[] => [0x43, ...new Uint8Array(Float32Array.of(value).buffer)];
const extendLow = simd(135);
const extendHigh = simd(136);
const dot16 = simd(186);
const addI32x4 = simd(174);
const toF32x4 = simd(250);
const multiplyF32x4 = simd(230);
const maxF32x4 = simd(233);
const shuffle = (lanes: readonly number[]): number[] => [...simd(13), ...lanes];
const words = (...picked: number[]): number[] =>
  picked.flatMap((word) => [0, 1, 2, 3].map((byte) => word * 4 + byte));

const step = (local: number, by: number[]): number[] => [...get(local), ...by, ...add, ...set(local)];

/** Sixteen values of one of the four rows: sum += row × query. */
function accumulate(sum: number): number[] {
  return [
    ...get(ROW),
    ...load(0),
    ...tee(BYTES),
    ...extendLow,
    ...get(LOW),
    ...dot16,
    ...get(BYTES),
    ...extendHigh,
    ...get(HIGH),
    ...dot16,
    ...addI32x4,
    ...get(sum),
    ...addI32x4,
    ...set(sum),
    ...step(ROW, get(STRIDE)),
  ];
}

/** [a0+a2 …] and so on: the four sums of four lanes each become one vector of four sums. */
function transposeAndAdd(): number[] {
  const [a, b, c, d] = SUMS;
  const pair = (left: number, right: number): number[] => [
    ...get(left),
    ...get(right),
    ...shuffle(words(0, 4, 1, 5)),
    ...get(left),
    ...get(right),
    ...shuffle(words(2, 6, 3, 7)),
    ...addI32x4,
  ];
  return [
    ...pair(a, b),
    ...set(LOW),
    ...pair(c, d),
    ...set(HIGH),
    ...get(LOW),
    ...get(HIGH),
    ...shuffle(words(0, 1, 4, 5)),
    ...get(LOW),
    ...get(HIGH),
    ...shuffle(words(2, 3, 6, 7)),
    ...addI32x4,
  ];
}

function loop(body: number[], again: number[]): number[] {
  return [0x03, 0x40, ...body, ...again, 0x0d, 0, 0x0b];
}

function sixteenColumns(): number[] {
  return [
    ...get(AT),
    ...load(0),
    ...set(LOW),
    ...get(AT),
    ...load(16),
    ...set(HIGH),
    ...SUMS.flatMap((sum) => accumulate(sum)),
    // From behind the fourth row back to the first, sixteen bytes on.
    ...get(ROW),
    ...get(STRIDE),
    ...constant(2),
    0x74,
    ...subtract,
    ...constant(16),
    ...add,
    ...set(ROW),
    ...step(AT, constant(32)),
  ];
}

function fourRows(): number[] {
  const zero = [...simd(12), ...new Array<number>(16).fill(0)];
  return [
    ...get(ROWS),
    ...set(ROW),
    ...get(QUERY),
    ...set(AT),
    ...SUMS.flatMap((sum) => [...zero, ...set(sum)]),
    ...loop(sixteenColumns(), [...get(AT), ...get(END), 0x49]),
    ...get(SCORES),
    ...transposeAndAdd(),
    ...toF32x4,
    ...get(SCALES),
    ...load(0),
    ...multiplyF32x4,
    ...tee(LOW),
    ...store(0),
    ...get(BEST),
    ...get(LOW),
    ...maxF32x4,
    ...set(BEST),
    ...step(ROWS, [...get(STRIDE), ...constant(2), 0x74]),
    ...step(SCALES, constant(16)),
    ...step(SCORES, constant(16)),
    ...get(COUNT),
    ...constant(4),
    ...subtract,
    ...set(COUNT),
    ...get(LEFT),
    ...constant(1),
    ...subtract,
    ...set(LEFT),
  ];
}

/** Up to 32 rows, then the largest of their scores. */
function block(): number[] {
  const lane = (picked: readonly number[]): number[] => [...get(BEST), ...get(BEST), ...shuffle(picked)];
  return [
    ...splatF32(f32(-Infinity)),
    ...set(BEST),
    ...constant(BLOCK_ROWS / 4),
    ...set(LEFT),
    ...loop(fourRows(), [...get(LEFT), ...constant(0), 0x47, ...get(COUNT), ...constant(0), 0x47, 0x71]),
    ...get(BEST),
    ...lane(words(2, 3, 0, 1)),
    ...maxF32x4,
    ...set(BEST),
    ...get(BLOCKS),
    ...get(BEST),
    ...lane(words(1, 0, 3, 2)),
    ...maxF32x4,
    ...simd(31),
    0,
    0x38,
    2,
    0,
    ...step(BLOCKS, constant(4)),
  ];
}

/** The most pages that a memory can have: an import of a shared one has to say a number. */
const MAX_PAGES = 65_536;

function moduleBytes(shared: boolean): Uint8Array<ArrayBuffer> {
  const section = (id: number, content: number[]): number[] => [id, ...unsigned(content.length), ...content];
  const name = (text: string): number[] => [...unsigned(text.length), ...Buffer.from(text, 'latin1')];
  const limits = shared ? [3, 1, ...unsigned(MAX_PAGES)] : [0, 1];
  const code = [
    // Two groups of locals: four int32, eight vectors.
    ...[2, 4, I32, 8, V128],
    // END = QUERY + 2 × STRIDE
    ...get(QUERY),
    ...get(STRIDE),
    ...constant(1),
    0x74,
    ...add,
    ...set(END),
    ...loop(block(), [...get(COUNT), ...constant(0), 0x47]),
    0x0b,
  ];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [1, 0x60, 7, ...new Array<number>(7).fill(I32), 0]),
    ...section(2, [1, ...name('env'), ...name('memory'), 2, ...limits]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...name('scan'), 0, 0]),
    ...section(10, [1, ...unsigned(code.length), ...code]),
  ]);
}

const compiled = new Map<boolean, object | null>();

/** The kernel over this memory; null where the machine has no SIMD, and the plain scan does the work. */
export function instantiateKernel(memory: WasmMemory): ScanKernel | null {
  const shared = memory.buffer instanceof SharedArrayBuffer;
  let module = compiled.get(shared);
  if (module === undefined) {
    try {
      module = new wasm.Module(moduleBytes(shared));
    } catch {
      module = null;
    }
    compiled.set(shared, module);
  }
  if (module === null) return null;
  const { exports } = new wasm.Instance(module, { env: { memory } });
  return exports['scan'] as ScanKernel;
}
