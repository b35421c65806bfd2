/**
 * Fetches a model that `cache.modelFile` can name: a model2vec folder or a GGE1 file. Every file is checked before any takes
 * its place, and the model is opened once, so that what is announced as usable is.
 */
import { mkdir, rename, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { TENSORS_FILE, TOKENIZER_FILE } from '../embedding/model2vec.ts';
import { openStaticEmbedder } from '../embedding/static.ts';
import { download, forget, sha256Of, writing, type Arrived } from './download.ts';
import { ModelFailure, reasonOf } from './failure.ts';
import { ask, refusal, STALL_MS } from './http.ts';

/** Where NAME is looked for unless told otherwise. */
export function defaultSource(name: string): string {
  return `https://huggingface.co/${name}/resolve/main`;
}

export interface PullRequest {
  /** `OWNER/NAME` or `NAME`. */
  readonly name: string;
  /** The folder with the model's files, or a GGE1 file. */
  readonly from: string;
  /** Where models are kept. */
  readonly home: string;
  /** Of the GGE1 file or of `model.safetensors`; null: as `SHA256SUMS` beside it says, if it is there. */
  readonly sha256: string | null;
  readonly stallMs?: number;
  readonly progress: (file: string, done: number, total: number) => void;
}

export interface PulledFile {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
  /** Whether somebody had said what its checksum is. */
  readonly checked: boolean;
  /** It was there before, with that very checksum. */
  readonly known: boolean;
}

export interface Pulled {
  /** For `cache.modelFile`. */
  readonly path: string;
  readonly identity: string;
  readonly files: readonly PulledFile[];
}

const GGE1_URL = /\.gge1(?:\.bin)?$/;
const MOST_SUMS_BYTES = 1024 * 1024;

/** Rejects with `ModelFailure`. */
export async function pullModel(request: PullRequest): Promise<Pulled> {
  const { from, home } = request;
  const name = request.name.slice(request.name.lastIndexOf('/') + 1);
  const single = GGE1_URL.test(new URL(from).pathname);
  const folder = single ? home : join(home, name);
  const path = single ? join(home, `${name}.gge1.bin`) : folder;
  const base = single ? from.slice(0, from.lastIndexOf('/')) : from.replace(/\/+$/, '');
  const sources: readonly Source[] = single
    ? [{ remote: from.slice(from.lastIndexOf('/') + 1), path }]
    : [TOKENIZER_FILE, TENSORS_FILE].map((file) => ({ remote: file, path: join(folder, file) }));

  await writing(folder, () => mkdir(folder, { recursive: true }));
  try {
    return await pullInto(request, base, sources, path);
  } catch (error) {
    // A folder in which nothing has arrived is no model that broke off.
    if (!single) await rmdir(folder).catch(() => undefined);
    throw error;
  }
}

async function pullInto(
  request: PullRequest,
  base: string,
  sources: readonly Source[],
  path: string,
): Promise<Pulled> {
  const sums = await readSums(`${base}/SHA256SUMS`, request.stallMs ?? STALL_MS);
  const fetched: Fetched[] = [];
  for (const source of sources) {
    const given = source.remote === TOKENIZER_FILE ? null : request.sha256;
    fetched.push(await fetchOne(request, base, source, given ?? sums.get(source.remote) ?? null));
  }
  for (const { file, arrived } of fetched)
    if (arrived !== null) {
      await writing(file.path, () => rename(arrived.part, file.path));
      await forget(arrived.part);
    }
  return { path, identity: await identityOf(path), files: fetched.map(({ file }) => file) };
}

interface Source {
  /** Its name at the server. */
  readonly remote: string;
  readonly path: string;
}

interface Fetched {
  readonly file: PulledFile;
  /** Null: there is nothing to move. */
  readonly arrived: Arrived | null;
}

async function fetchOne(
  { progress, stallMs = STALL_MS }: PullRequest,
  base: string,
  { remote, path }: Source,
  sha256: string | null,
): Promise<Fetched> {
  const there = await stat(path).catch(() => null);
  if (there !== null && sha256 !== null && (await sha256Of(path)) === sha256)
    return { file: { path, sha256, bytes: there.size, checked: true, known: true }, arrived: null };
  const url = `${base}/${remote}`;
  const arrived = await download({
    url,
    path,
    sha256,
    stallMs,
    progress: (done, total) => {
      progress(remote, done, total);
    },
  });
  const { bytes } = arrived;
  return {
    file: { path, sha256: arrived.sha256, bytes, checked: sha256 !== null, known: false },
    arrived,
  };
}

/** Checksums by name, as `sha256sum` writes them; none when the server has no such file. */
async function readSums(url: string, stallMs: number): Promise<ReadonlyMap<string, string>> {
  const reply = await ask(url, {}, stallMs);
  if (reply.status !== 200) {
    await reply.drop();
    if (reply.status === 404) return new Map();
    throw refusal(url, reply.status);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of reply.chunks) {
      bytes += chunk.length;
      if (bytes > MOST_SUMS_BYTES) throw new Error('it is larger than 1 MiB');
      chunks.push(chunk);
    }
  } catch (error) {
    throw new ModelFailure(`${url} cannot be read: ${reasonOf(error)}`, { cause: error });
  }
  const lines = Buffer.concat(chunks).toString('utf8').split('\n');
  const pairs = lines.map((line) => /^([0-9a-f]{64}) [ *](?:\.\/)?(\S+)\s*$/i.exec(line));
  return new Map(
    pairs.flatMap((pair) => (pair === null ? [] : [[pair[2] ?? '', (pair[1] ?? '').toLowerCase()]])),
  );
}

async function identityOf(path: string): Promise<string> {
  try {
    const embedder = await openStaticEmbedder(path);
    await embedder.close();
    return embedder.identity;
  } catch (error) {
    throw new ModelFailure(`it was fetched, but it cannot be used: ${reasonOf(error)}`, { cause: error });
  }
}
