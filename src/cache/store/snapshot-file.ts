/**
 * A whole cache in one file: a mark with the version of the form, the counts, every entry, and a digest over all of it.
 * Written beside the old file and moved over it, so that there is always a whole one. A file whose digest
 * does not fit is refused as a whole.
 */
import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { decodeEntry, encodeEntry } from './entry-codec.ts';
import type { CacheEntry, Counts } from './port.ts';

const MARK = Buffer.from('LSS1', 'latin1');
const FAMILY = MARK.subarray(0, 3);
const DIGEST_BYTES = 32;
/** Entries between two pauses for requests. */
const SLICE = 64;

export class SnapshotRefused extends Error {}

/** Takes entries while it writes: one that is gone by its turn is left out. Answers how many there are. */
export async function writeSnapshot(
  path: string,
  counts: readonly (readonly [string, Counts])[],
  keys: readonly string[],
  find: (key: string) => CacheEntry | null,
): Promise<number> {
  await mkdir(dirname(path), { recursive: true });
  const beside = `${path}.writing`;
  const digest = createHash('sha256');
  const file = await open(beside, 'w', 0o600);
  let written = 0;
  try {
    const write = async (parts: readonly Uint8Array[]): Promise<void> => {
      const bytes = Buffer.concat(parts);
      digest.update(bytes);
      await file.writeFile(bytes);
    };
    await write([MARK, ...framed(Buffer.from(JSON.stringify(counts)))]);
    for (let at = 0; at < keys.length; at += SLICE) {
      const entries = keys.slice(at, at + SLICE).map(find);
      const present = entries.filter((entry) => entry !== null);
      await write(present.flatMap((entry) => framed(encodeEntry(entry))));
      written += present.length;
    }
    await file.writeFile(digest.digest());
    await file.sync();
  } catch (error) {
    await file.close();
    await rm(beside, { force: true });
    throw error;
  }
  await file.close();
  await rename(beside, path);
  return written;
}

export interface Snapshot {
  readonly counts: readonly (readonly [string, Counts])[];
  /** In the order they were written. */
  readonly entries: () => Generator<CacheEntry>;
}

/** Null when there is no file. Throws `SnapshotRefused` for one that is not whole. */
export async function readSnapshot(path: string): Promise<Snapshot | null> {
  const bytes = await readFile(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  });
  if (bytes === null) return null;
  if (!bytes.subarray(0, FAMILY.length).equals(FAMILY)) throw new SnapshotRefused('it is no snapshot');
  if (!bytes.subarray(0, MARK.length).equals(MARK))
    throw new SnapshotRefused('its form is not the one that this version reads');
  const body = bytes.subarray(0, Math.max(MARK.length, bytes.length - DIGEST_BYTES));
  if (!createHash('sha256').update(body).digest().equals(bytes.subarray(body.length)))
    throw new SnapshotRefused('it is cut off or its bytes have changed');
  const frames = unframed(body);
  const counts = JSON.parse(String(frames.next().value)) as Snapshot['counts'];
  return {
    counts,
    *entries(): Generator<CacheEntry> {
      for (const frame of frames) {
        const entry = decodeEntry(frame);
        if (entry !== null) yield entry;
      }
    },
  };
}

function framed(bytes: Uint8Array): [Uint8Array, Uint8Array] {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return [length, bytes];
}

function* unframed(body: Buffer): Generator<Buffer, undefined> {
  for (let at = MARK.length; at < body.length;) {
    const length = body.readUInt32LE(at);
    yield body.subarray(at + 4, at + 4 + length);
    at += 4 + length;
  }
}
