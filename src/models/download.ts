/**
 * One file over HTTP. It grows beside its place (`.part`), is checked there, and is moved by the caller when all is
 * well: whatever breaks off leaves what was there before. What has arrived is gone on from, when the server says that its file
 * is still the same (ETag) or when the checksum will tell; else it starts over.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { ModelFailure, reasonOf } from './failure.ts';
import { ask, refusal, STALL_MS, type Reply } from './http.ts';

export interface FileRequest {
  readonly url: string;
  /** Where it is to be in the end. */
  readonly path: string;
  /** In hexadecimal; null: whatever comes is taken. */
  readonly sha256: string | null;
  readonly stallMs?: number;
  /** `total` 0: the server does not say. */
  readonly progress: (done: number, total: number) => void;
}

export interface Arrived {
  /** Move it to `path`. */
  readonly part: string;
  readonly sha256: string;
  readonly bytes: number;
  /** Bytes that an earlier attempt had fetched. */
  readonly resumedAt: number;
}

/** Rejects with `ModelFailure`. */
export async function download(request: FileRequest): Promise<Arrived> {
  const first = await attempt(request);
  if (fits(first, request)) return first;
  await forget(first.part);
  // Half of one file and half of another: nobody is to blame yet.
  const last = first.resumedAt > 0 ? await attempt(request) : first;
  if (fits(last, request)) return last;
  await forget(last.part);
  throw new ModelFailure(
    `${request.url}: expected the SHA-256 ${String(request.sha256)}, got ${last.sha256}; what came was thrown away`,
  );
}

/** Removes what is kept for going on. */
export async function forget(part: string): Promise<void> {
  await Promise.all([rm(part, { force: true }), rm(tagFile(part), { force: true })]);
}

export function tagFile(part: string): string {
  return `${part}.etag`;
}

function fits(arrived: Arrived, { sha256 }: FileRequest): boolean {
  return sha256 === null || arrived.sha256 === sha256.toLowerCase();
}

async function attempt(request: FileRequest): Promise<Arrived> {
  const { url, path, sha256, stallMs = STALL_MS } = request;
  const part = `${path}.part`;
  const had = await sizeOf(part);
  const tag = await readFile(tagFile(part), 'utf8').catch(() => null);
  const resume = had > 0 && (tag !== null || sha256 !== null);
  const range = { range: `bytes=${String(had)}-`, ...(tag === null ? {} : { 'if-range': tag }) };
  let reply = await ask(url, resume ? range : {}, stallMs);
  if (resume && reply.status === 416) {
    await reply.drop();
    if (reply.headers.get('content-range') === `bytes */${String(had)}`) return measure(part, had);
    reply = await ask(url, {}, stallMs);
  }
  const goesOn = resume && startsAt(reply, had);
  if (!goesOn && reply.status !== 200) {
    await reply.drop();
    throw refusal(url, reply.status);
  }
  const resumedAt = goesOn ? had : 0;
  await receive(request, reply, part, resumedAt);
  return measure(part, resumedAt);
}

async function receive(request: FileRequest, reply: Reply, part: string, resumedAt: number): Promise<void> {
  const { url, progress } = request;
  const length = Number(reply.headers.get('content-length') ?? 0);
  const total = length === 0 ? 0 : resumedAt + length;
  const tag = reply.headers.get('etag');
  let done = resumedAt;
  const file = await writing(part, async () => {
    // A weak tag does not vouch for every byte.
    if (tag?.startsWith('"') === true) await writeFile(tagFile(part), tag);
    else await rm(tagFile(part), { force: true });
    return open(part, resumedAt > 0 ? 'a' : 'w');
  });
  try {
    progress(done, total);
    for await (const chunk of arriving(
      url,
      reply,
      () => `${String(done)} of ${total === 0 ? '?' : String(total)}`,
    )) {
      await writing(part, () => file.writeFile(chunk));
      done += chunk.length;
      progress(done, total);
    }
    await writing(part, () => file.sync());
  } finally {
    await file.close();
  }
}

async function* arriving(
  url: string,
  { chunks }: Reply,
  soFar: () => string,
): AsyncGenerator<Uint8Array, void> {
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    for (;;) {
      let next: IteratorResult<Uint8Array>;
      try {
        next = await iterator.next();
      } catch (error) {
        throw new ModelFailure(
          `${url} broke off after ${soFar()} bytes (${reasonOf(error)}); ask again to go on from there`,
          { cause: error },
        );
      }
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}

/** Runs what touches the disk, and says in plain words what the disk said. */
export async function writing<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const full = (error as NodeJS.ErrnoException).code === 'ENOSPC';
    const why = full ? 'the disk is full; make room and ask again to go on from there' : reasonOf(error);
    throw new ModelFailure(`${path} cannot be written: ${why}`, { cause: error });
  }
}

function startsAt({ status, headers }: Reply, byte: number): boolean {
  return status === 206 && headers.get('content-range')?.startsWith(`bytes ${String(byte)}-`) === true;
}

async function measure(part: string, resumedAt: number): Promise<Arrived> {
  return { part, resumedAt, bytes: await sizeOf(part), sha256: await sha256Of(part) };
}

export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** 0 for a file that is not there. */
async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => null))?.size ?? 0;
}
