/**
 * One series in all tiers. A counting track holds what was added in each slot (one number, or one per histogram
 * bucket); a level track holds the values a gauge had (their sum, least, greatest, last and how many). A chunk in which
 * nothing happened is not kept: no memory for a counter that stands still or a gauge that does not move.
 */
import { CHUNK_SLOTS, type Tier } from './tier.ts';

export type Chunk = Float64Array | Float32Array;

/** Fields of a level in the coarser tiers; the finest has one sample per slot and so one field. */
export const LEVEL_FIELDS = 5;
const SUM = 0;
const LEAST = 1;
const MOST = 2;
const LAST = 3;
const COUNT = 4;

/** Bytes gained or given up, told to whoever keeps account. */
export type Account = (bytes: number) => void;

export abstract class Track {
  readonly labels: Readonly<Record<string, string>>;
  /** Unix milliseconds of the first and the latest sample that had it. */
  since = 0;
  seen = 0;
  /** By tier, by place. */
  abstract readonly chunks: (Chunk | number | null)[][];

  constructor(labels: Readonly<Record<string, string>>) {
    this.labels = labels;
  }

  abstract free(tier: Tier, place: number, account: Account): void;
  /** The chunk is full: keeps it in less room if it can. */
  abstract seal(tier: Tier, place: number, account: Account): void;
}

const emptyPlaces = (tiers: readonly Tier[]): (Chunk | null)[][] =>
  tiers.map(({ places }) => new Array<Chunk | null>(places).fill(null));

export class CountingTrack extends Track {
  readonly width: number;
  /** Null: nothing was added. */
  readonly chunks: (Chunk | null)[][];

  /** `width` above 1: a histogram's buckets. Those are whole numbers below 2^24 per slot, which 4 bytes hold exactly. */
  constructor(labels: Readonly<Record<string, string>>, width: number, tiers: readonly Tier[]) {
    super(labels);
    this.width = width;
    this.chunks = emptyPlaces(tiers);
  }

  add(tier: Tier, slot: number, field: number, amount: number, account: Account): void {
    const places = this.chunks[tier.index] ?? [];
    const place = tier.place(slot);
    let chunk = places[place] ?? null;
    if (chunk === null) {
      const length = CHUNK_SLOTS * this.width;
      chunk = this.width > 1 ? new Float32Array(length) : new Float64Array(length);
      places[place] = chunk;
      account(chunk.byteLength);
    }
    const at = (slot % CHUNK_SLOTS) * this.width + field;
    chunk[at] = (chunk[at] ?? 0) + amount;
  }

  /** Adds up the slots from `from` up to but not including `to` into `into`. */
  sum(tier: Tier, from: number, to: number, into: Float64Array): void {
    const { width } = this;
    const places = this.chunks[tier.index] ?? [];
    for (let slot = from; slot < to;) {
      const end = Math.min(to, (Math.floor(slot / CHUNK_SLOTS) + 1) * CHUNK_SLOTS);
      const chunk = places[tier.place(slot)] ?? null;
      if (chunk !== null) {
        const first = (slot % CHUNK_SLOTS) * width;
        const last = first + (end - slot) * width;
        if (width === 1) for (let at = first; at < last; at++) into[0] = (into[0] ?? 0) + (chunk[at] ?? 0);
        else
          for (let at = first, field = 0; at < last; at++) {
            into[field] = (into[field] ?? 0) + (chunk[at] ?? 0);
            field = field + 1 === width ? 0 : field + 1;
          }
      }
      slot = end;
    }
  }

  free(tier: Tier, place: number, account: Account): void {
    const places = this.chunks[tier.index] ?? [];
    account(-(places[place]?.byteLength ?? 0));
    places[place] = null;
  }

  seal(): void {
    // A chunk is made by the first addition, so there is none to give up.
  }
}

export interface Level {
  readonly sum: number;
  readonly least: number;
  readonly most: number;
  readonly last: number;
  readonly count: number;
}

export class LevelTrack extends Track {
  /** A number: it was that throughout. Null: it was not there. */
  readonly chunks: (Chunk | number | null)[][];

  constructor(labels: Readonly<Record<string, string>>, tiers: readonly Tier[]) {
    super(labels);
    this.chunks = emptyPlaces(tiers);
  }

  set(tier: Tier, slot: number, value: number, account: Account): void {
    const places = this.chunks[tier.index] ?? [];
    const place = tier.place(slot);
    const fields = tier.index === 0 ? 1 : LEVEL_FIELDS;
    let chunk = places[place] ?? null;
    if (typeof chunk === 'number' || chunk === null) {
      chunk = new Float64Array(CHUNK_SLOTS * fields).fill(NaN);
      places[place] = chunk;
      account(chunk.byteLength);
    }
    const at = (slot % CHUNK_SLOTS) * fields;
    if (fields === 1) {
      chunk[at] = value;
      return;
    }
    const fresh = Number.isNaN(chunk[at + COUNT]);
    chunk[at + SUM] = fresh ? value : (chunk[at + SUM] ?? 0) + value;
    chunk[at + LEAST] = fresh ? value : Math.min(chunk[at + LEAST] ?? value, value);
    chunk[at + MOST] = fresh ? value : Math.max(chunk[at + MOST] ?? value, value);
    chunk[at + LAST] = value;
    chunk[at + COUNT] = fresh ? 1 : (chunk[at + COUNT] ?? 0) + 1;
  }

  /** What it was in these slots, or null when it was not there. */
  read(tier: Tier, from: number, to: number): Level | null {
    let [sum, least, most, last, count] = [0, Infinity, -Infinity, NaN, 0];
    for (let slot = from; slot < to; slot++) {
      const level = this.#at(tier, slot);
      if (level === null) continue;
      sum += level.sum;
      least = Math.min(least, level.least);
      most = Math.max(most, level.most);
      last = level.last;
      count += level.count;
    }
    return count === 0 ? null : { sum, least, most, last, count };
  }

  #at(tier: Tier, slot: number): Level | null {
    const chunk = this.chunks[tier.index]?.[tier.place(slot)] ?? null;
    if (chunk === null) return null;
    if (typeof chunk === 'number') {
      const count = tier.samples[slot % tier.samples.length] ?? 0;
      return count === 0 ? null : { sum: chunk * count, least: chunk, most: chunk, last: chunk, count };
    }
    if (tier.index === 0) {
      const value = chunk[slot % CHUNK_SLOTS] ?? NaN;
      return Number.isNaN(value) ? null : { sum: value, least: value, most: value, last: value, count: 1 };
    }
    const at = (slot % CHUNK_SLOTS) * LEVEL_FIELDS;
    const count = chunk[at + COUNT] ?? NaN;
    if (Number.isNaN(count)) return null;
    return {
      sum: chunk[at + SUM] ?? 0,
      least: chunk[at + LEAST] ?? 0,
      most: chunk[at + MOST] ?? 0,
      last: chunk[at + LAST] ?? 0,
      count,
    };
  }

  free(tier: Tier, place: number, account: Account): void {
    const places = this.chunks[tier.index] ?? [];
    const chunk = places[place] ?? null;
    if (chunk !== null && typeof chunk !== 'number') account(-chunk.byteLength);
    places[place] = null;
  }

  /** A chunk in which every sample was the same is that one number. */
  seal(tier: Tier, place: number, account: Account): void {
    const places = this.chunks[tier.index] ?? [];
    const chunk = places[place] ?? null;
    if (chunk === null || typeof chunk === 'number') return;
    const fields = tier.index === 0 ? 1 : LEVEL_FIELDS;
    const value = chunk[fields === 1 ? 0 : LAST] ?? NaN;
    for (let at = 0; at < chunk.length; at += fields) {
      const same =
        fields === 1 ? chunk[at] === value : chunk[at + LEAST] === value && chunk[at + MOST] === value;
      if (!same) return;
    }
    places[place] = value;
    account(-chunk.byteLength);
  }
}
