import type { TextEmbedder } from '../core/embedder.ts';
import type { WordModel } from '../core/word-model.ts';
import { openBuiltinEmbedder } from './builtin.ts';
import { openStaticEmbedder } from './static.ts';
import { openUseLiteEmbedder } from './use-lite.ts';

/** An embedder that needs no upstream. */
export interface InProcessEmbedder extends TextEmbedder {
  /** Its words, for the pair scorer that was fitted to it; absent where none was. */
  readonly words?: WordModel;
}

/** Opens the built-in model, or the model at `modelFile`. Rejects when that cannot be read or is malformed. */
export async function openInProcessEmbedder(modelFile: string | null = null): Promise<InProcessEmbedder> {
  return modelFile === null ? openBuiltinEmbedder() : openStaticEmbedder(modelFile);
}

let sharedUseLite: Promise<TextEmbedder> | null = null;
let users = 0;

/**
 * USE-lite, one worker for the process: started by the first that opens it and ended when the last one closes. Each
 * caller closes its own handle.
 */
export async function openSharedUseLite(): Promise<TextEmbedder> {
  users += 1;
  const opening = (sharedUseLite ??= openUseLiteEmbedder());
  let embedder: TextEmbedder;
  try {
    embedder = await opening;
  } catch (error) {
    users -= 1;
    if (sharedUseLite === opening) sharedUseLite = null;
    throw error;
  }
  let open = true;
  return {
    identity: embedder.identity,
    dimensions: embedder.dimensions,
    recommendedThreshold: embedder.recommendedThreshold,
    embed(texts: readonly string[]): Promise<Float32Array[]> {
      return open ? embedder.embed(texts) : Promise.reject(new Error('embedder use-lite is closed'));
    },
    async close(): Promise<void> {
      if (!open) return;
      open = false;
      users -= 1;
      if (users > 0) return;
      sharedUseLite = null;
      await embedder.close();
    },
  };
}
