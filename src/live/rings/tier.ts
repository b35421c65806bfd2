/**
 * One resolution of the past: so many slots of so many seconds, kept in chunks of sixty. Every track has its own
 * chunks; where time stands, what was sampled at all and how far back it reaches is the same for all of them and kept here.
 */
export const CHUNK_SLOTS = 60;

export interface TierSize {
  readonly stepSeconds: number;
  readonly slots: number;
}

/** 15 minutes by the second, 6 hours by ten, 48 hours by the minute. Finest first. */
export const TIER_SIZES: readonly TierSize[] = [
  { stepSeconds: 1, slots: 900 },
  { stepSeconds: 10, slots: 2_160 },
  { stepSeconds: 60, slots: 2_880 },
];

export class Tier {
  readonly index: number;
  readonly stepSeconds: number;
  readonly slots: number;
  /** Places for chunks: those that are full, and the one being filled. */
  readonly places: number;
  /** The slot being filled; slots are counted from 1970. -1 before the first sample. */
  now = -1;
  /** The oldest slot that is still kept. */
  oldest = 0;
  /** Samples per slot, by slot modulo its length: 0 is a gap. */
  readonly samples: Uint8Array;

  constructor(index: number, { stepSeconds, slots }: TierSize) {
    this.index = index;
    this.stepSeconds = stepSeconds;
    this.slots = slots;
    this.places = Math.ceil(slots / CHUNK_SLOTS) + 1;
    this.samples = new Uint8Array(this.places * CHUNK_SLOTS);
  }

  /** Where the chunk of a slot is kept. */
  place(slot: number): number {
    return Math.floor(slot / CHUNK_SLOTS) % this.places;
  }

  /** Moves to `slot`, counts the sample, and answers the places whose chunks are too old to be kept. */
  advance(slot: number): readonly number[] {
    const freed: number[] = [];
    if (slot > this.now) {
      const jump = this.now < 0 ? this.samples.length : slot - this.now;
      if (jump >= this.samples.length) this.samples.fill(0);
      else for (let gap = this.now + 1; gap <= slot; gap++) this.samples[gap % this.samples.length] = 0;
      const before = this.now < 0 ? -1 : Math.floor(this.now / CHUNK_SLOTS);
      const after = Math.floor(slot / CHUNK_SLOTS);
      if (before >= 0) {
        const from = Math.max(before + 1, after - this.places + 1);
        for (let chunk = from; chunk <= after; chunk++) freed.push(chunk % this.places);
      } else this.oldest = slot;
      this.now = slot;
      this.oldest = Math.max(this.oldest, slot - this.slots + 1);
    }
    const at = slot % this.samples.length;
    this.samples[at] = Math.min(255, (this.samples[at] ?? 0) + 1);
    return freed;
  }

  /** Takes up where an earlier run ended; the time between is a gap. */
  restore(now: number, oldest: number, samples: Uint8Array): void {
    this.now = now;
    this.oldest = oldest;
    this.samples.set(samples);
  }

  /** Gives up the oldest chunk and answers its place, or null when only one is left. */
  forgetOldest(): number | null {
    const chunk = Math.floor(this.oldest / CHUNK_SLOTS);
    if (this.now < 0 || chunk >= Math.floor(this.now / CHUNK_SLOTS)) return null;
    this.oldest = (chunk + 1) * CHUNK_SLOTS;
    return chunk % this.places;
  }

  /** Whether anything was sampled in these slots, the last one not included. */
  sampled(from: number, to: number): boolean {
    for (let slot = Math.max(from, this.oldest); slot < Math.min(to, this.now + 1); slot++) {
      if ((this.samples[slot % this.samples.length] ?? 0) > 0) return true;
    }
    return false;
  }
}
