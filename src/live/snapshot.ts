/**
 * History over a restart: rings and log in one file, written whole beside the old one and then put in its place, so that
 * a crash leaves the one or the other. A file that is damaged, of another make or from the future is refused
 * with a sentence and left alone until the next one is written.
 */
import { createHash } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { deserialize, serialize } from 'node:v8';
import type { StoredBaseline } from './baseline.ts';
import type { LogEntry } from './protocol.ts';
import type { Rings } from './rings/rings.ts';
import { CountingTrack } from './rings/track.ts';
import type { Sampler } from './sampler.ts';

const MAGIC = 'llamascope-history 1';

interface StoredTrack {
  readonly source: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly since: number;
  readonly seen: number;
  /** By tier, by place; null where there is nothing. */
  readonly chunks: readonly (readonly (Float64Array | Float32Array | number | null)[])[];
}

interface Stored {
  readonly at: number;
  readonly tiers: readonly {
    readonly stepSeconds: number;
    readonly slots: number;
    readonly now: number;
    readonly oldest: number;
    readonly samples: Uint8Array;
  }[];
  readonly tracks: readonly StoredTrack[];
  readonly log: readonly LogEntry[];
  /** Absent from files of versions that had none. */
  readonly baseline?: StoredBaseline | null;
}

/** What the file holds beside the rings. */
export type Kept = Pick<Stored, 'log' | 'baseline'>;

/** The file cannot be used; the message says why. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError';
}

export async function writeSnapshot(path: string, sampler: Sampler, kept: Kept, at: number): Promise<void> {
  const content = serialize(store(sampler, kept, at));
  const head = `${MAGIC} ${createHash('sha256').update(content).digest('hex')}\n`;
  const beside = `${path}.new`;
  try {
    await writeFile(beside, Buffer.concat([Buffer.from(head), content]), { mode: 0o600 });
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw error;
  }
}

function store(sampler: Sampler, kept: Kept, at: number): Stored {
  const { rings } = sampler;
  const tracks: StoredTrack[] = [];
  for (const source of sampler.sources) {
    for (const { labels, since, seen, chunks } of source.tracks.values()) {
      tracks.push({ source: source.key, labels, since, seen, chunks });
    }
  }
  const tiers = rings.tiers.map(({ stepSeconds, slots, now, oldest, samples }) => ({
    stepSeconds,
    slots,
    now,
    oldest,
    samples,
  }));
  return { at, tiers, tracks, ...kept };
}

/** Null when there is no such file yet. Throws `SnapshotError` when there is one that cannot be used. */
export async function readSnapshot(path: string, sampler: Sampler, nowMs: number): Promise<Kept | null> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new SnapshotError((error as Error).message);
  }
  const stored = parse(bytes);
  if (stored.at > nowMs + 60_000) throw new SnapshotError('it was written in the future');
  adopt(stored, sampler);
  return stored;
}

function parse(bytes: Buffer): Stored {
  const end = bytes.indexOf(10);
  const head = bytes.subarray(0, Math.max(0, end)).toString('latin1');
  if (!head.startsWith(`${MAGIC} `)) throw new SnapshotError('it is not a history of this version');
  const content = bytes.subarray(end + 1);
  const sum = createHash('sha256').update(content).digest('hex');
  if (head.slice(MAGIC.length + 1) !== sum)
    throw new SnapshotError('it is damaged: its checksum does not match');
  // The checksum is ours, so the content is what this program wrote.
  return deserialize(content) as Stored;
}

function adopt(stored: Stored, sampler: Sampler): void {
  const { rings } = sampler;
  const fits =
    stored.tiers.length === rings.tiers.length &&
    stored.tiers.every(
      ({ stepSeconds, slots }, index) =>
        rings.tiers[index]?.stepSeconds === stepSeconds && rings.tiers[index].slots === slots,
    );
  if (!fits) throw new SnapshotError('its history has other resolutions');
  for (const [index, { now, oldest, samples }] of stored.tiers.entries())
    rings.tiers[index]?.restore(now, oldest, samples);
  for (const track of stored.tracks) adoptTrack(track, sampler, rings);
}

/** What no panel reads any more is left out. */
function adoptTrack(stored: StoredTrack, sampler: Sampler, rings: Rings): void {
  const source = sampler.source(stored.source);
  const track = source?.open(stored.labels, rings) ?? null;
  if (source === null || track === null) return;
  if (track instanceof CountingTrack && !isOfWidth(stored, source.width)) return;
  track.since = stored.since;
  track.seen = stored.seen;
  for (const [index, places] of stored.chunks.entries()) {
    const tier = rings.tiers[index];
    if (tier === undefined) continue;
    for (const [place, chunk] of places.entries()) {
      // A copy: what was read is one block of memory that would live as long as any part of it.
      if (chunk !== null) rings.adopt(track, tier, place, typeof chunk === 'number' ? chunk : chunk.slice());
    }
  }
}

/** Buckets may have changed between versions; then the old counts mean something else. */
function isOfWidth({ chunks }: StoredTrack, width: number): boolean {
  return chunks.every((places) =>
    places.every((chunk) => chunk === null || (typeof chunk !== 'number' && chunk.length === 60 * width)),
  );
}
