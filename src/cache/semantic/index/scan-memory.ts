/** Where the SIMD scan has its rows: one WebAssembly memory, which another thread may see as well, and how it is searched. */
import { kthLargest } from './kth-largest.ts';
import { BLOCK_ROWS, instantiateKernel, type ScanKernel } from './scan-kernel.ts';
import { wasm, type WasmMemory } from './web-assembly.ts';

const PAGE = 65_536;

/** A memory and what lies where in it: all that another thread needs. */
export interface ScanShape {
  readonly memory: WasmMemory;
  /** Rows that there is room for. */
  readonly capacity: number;
  /** Bytes of a row, a multiple of sixteen. */
  readonly stride: number;
}

/** Views into one memory; a larger one is another. */
export interface ScanLayout extends ScanShape {
  readonly kernel: ScanKernel;
  readonly rows: Int8Array;
  readonly scales: Float32Array;
  readonly query: Int16Array;
  readonly scores: Float32Array;
  readonly blocks: Float32Array;
}

/** Null where there is no SIMD, or no memory to be had. */
export function allocate(wanted: number, stride: number, shared: boolean): ScanLayout | null {
  const capacity = Math.ceil(wanted / BLOCK_ROWS) * BLOCK_ROWS;
  const { end } = addresses(capacity, stride);
  const pages = Math.ceil(end / PAGE);
  try {
    const memory = new wasm.Memory(shared ? { initial: pages, maximum: pages, shared } : { initial: pages });
    return viewsOf({ memory, capacity, stride });
  } catch {
    return null;
  }
}

/** Null where there is no SIMD. */
export function viewsOf(shape: ScanShape): ScanLayout | null {
  const { memory, capacity, stride } = shape;
  const kernel = instantiateKernel(memory);
  if (kernel === null) return null;
  const { buffer } = memory;
  const { scales, query, scores, blocks } = addresses(capacity, stride);
  return {
    ...shape,
    kernel,
    rows: new Int8Array(buffer, 0, capacity * stride),
    scales: new Float32Array(buffer, scales, capacity),
    query: new Int16Array(buffer, query, stride),
    scores: new Float32Array(buffer, scores, capacity),
    blocks: new Float32Array(buffer, blocks, capacity / BLOCK_ROWS),
  };
}

function addresses(
  capacity: number,
  stride: number,
): Readonly<Record<'scales' | 'query' | 'scores' | 'blocks' | 'end', number>> {
  const scales = capacity * stride;
  const query = scales + capacity * 4;
  const scores = query + stride * 2;
  const blocks = scores + capacity * 4;
  return { scales, query, scores, blocks, end: blocks + (capacity / BLOCK_ROWS) * 4 };
}

/**
 * Positions of the (at most) `limit` rows of the first `size` nearest to the query that is in the layout, nearest first. Where
 * another thread writes rows meanwhile, those may be judged by half of one and half of the other.
 */
export function scan(layout: ScanLayout, size: number, limit: number): readonly number[] {
  const count = Math.ceil(size / 4) * 4;
  const { rows, scales, query, scores, blocks } = layout;
  layout.kernel(
    rows.byteOffset,
    scales.byteOffset,
    query.byteOffset,
    scores.byteOffset,
    blocks.byteOffset,
    count,
    layout.stride,
  );
  return best(scores, blocks.subarray(0, Math.ceil(count / BLOCK_ROWS)), size, limit);
}

/** Positions of the `limit` largest scores, largest first. Blocks whose best is too small are not looked at. */
function best(scores: Float32Array, blocks: Float32Array, size: number, limit: number): readonly number[] {
  // At least `limit` rows reach the limit-th best block's best, so no row below it is among the best.
  const least =
    blocks.length > limit
      ? kthLargest(blocks, limit)
      : size > limit
        ? kthLargest(scores.subarray(0, size), limit)
        : -Infinity;
  const found: number[] = [];
  for (let block = 0; block < blocks.length; block += 1) {
    if ((blocks[block] as number) < least) continue;
    const end = Math.min(size, (block + 1) * BLOCK_ROWS);
    for (let row = block * BLOCK_ROWS; row < end; row += 1)
      if ((scores[row] as number) >= least) found.push(row);
  }
  found.sort((a, b) => (scores[b] as number) - (scores[a] as number));
  return found.length > limit ? found.slice(0, limit) : found;
}
