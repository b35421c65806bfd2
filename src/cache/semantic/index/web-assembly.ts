/** The part of WebAssembly that is used here. Node has it; the types of Node do not say so without those of a browser. */
export interface WasmMemory {
  /** A `SharedArrayBuffer` where the memory is shared. */
  readonly buffer: ArrayBuffer;
}

interface WasmInstance {
  readonly exports: Readonly<Record<string, unknown>>;
}

interface MemorySize {
  readonly initial: number;
  readonly maximum?: number;
  /** Other threads see it too. */
  readonly shared?: boolean;
}

interface WasmApi {
  readonly Memory: new (size: MemorySize) => WasmMemory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => WasmInstance;
}

export const wasm: WasmApi = (globalThis as unknown as { readonly WebAssembly: WasmApi }).WebAssembly;
