import { access } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TextEmbedder } from '../core/embedder.ts';
import { openStaticEmbedder } from './static.ts';
import { openUseLiteEmbedder } from './use-lite.ts';

/**
 * The embedder that needs no upstream: an explicit model file, else the small model in the shared folder when
 * it is there, else USE-lite. One USE-lite worker serves the whole process: it is started by the first that opens it
 * and ended when the last one closes.
 */
export interface InProcessOptions {
  /** A GGE1 file. Null or omitted: look for one, see above. */
  readonly modelFile?: string | null;
  /** Where to look for `LLAMASCOPE_SHARED`. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

const SHARED_MODEL = join('models', 'potion-base-2M-int8', 'potion-base-2M.gge1.bin');

/** Rejects when an explicit file cannot be read or is malformed, or when no embedder can be loaded. */
export async function openInProcessEmbedder(options: InProcessOptions = {}): Promise<TextEmbedder> {
  if (options.modelFile !== undefined && options.modelFile !== null)
    return openStaticEmbedder(options.modelFile);
  const shared = await findSharedModel(options.environment ?? process.env);
  return shared === null ? openSharedUseLite() : openStaticEmbedder(shared);
}

/** The small model's path when it is present, else null. */
export async function findSharedModel(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string | null> {
  const configured = environment['LLAMASCOPE_SHARED'];
  const folder =
    configured === undefined || configured === ''
      ? resolve(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'shared')
      : resolve(configured);
  const file = join(folder, SHARED_MODEL);
  try {
    await access(file);
    return file;
  } catch {
    return null;
  }
}

let sharedUseLite: Promise<TextEmbedder> | null = null;
let users = 0;

/** USE-lite, one worker for the process. Each caller closes its own handle. */
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
