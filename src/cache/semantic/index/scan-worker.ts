/** The thread behind `scan-thread.ts`: searches memories that it shares with the gateway's own thread, one after the other. */
import { parentPort } from 'node:worker_threads';
import { scan, viewsOf, type ScanLayout } from './scan-memory.ts';
import type { ScanReply, ScanRequest } from './scan-protocol.ts';

const port = parentPort;
if (port === null) throw new Error('scan-worker must run in a worker thread');

const layouts = new Map<number, ScanLayout>();

port.on('message', (request: ScanRequest) => {
  if (request.kind === 'open') {
    const layout = viewsOf(request.shape);
    if (layout !== null) layouts.set(request.key, layout);
  } else if (request.kind === 'close') layouts.delete(request.key);
  else port.postMessage(answer(request));
});

function answer({ id, key, query, size, limit }: ScanRequest & { readonly kind: 'scan' }): ScanReply {
  const layout = layouts.get(key);
  if (layout === undefined) return { id, positions: null };
  layout.query.set(query);
  return { id, positions: Uint32Array.from(scan(layout, size, limit)) };
}
