/**
 * The past of every series that a panel shows, in three resolutions.
 *
 * Guarantees: bounded memory. Beyond `maxBytes` the oldest hours go first, so history becomes shorter and no series
 * disappears; beyond `maxTracks` new series are refused and counted. Additions of a slot are in every tier at once, so
 * that a window is right whichever tier answers it. Nothing here knows a clock: each sample brings its time.
 */
import { CountingTrack, LevelTrack, type Account, type Level, type Track } from './track.ts';
import { CHUNK_SLOTS, Tier, TIER_SIZES, type TierSize } from './tier.ts';

export const MAX_BYTES: number = 64 * 1_048_576;
export const MAX_TRACKS = 4_000;
/** A track without a chunk: its places and itself, as measured. */
export const TRACK_BYTES = 1_100;

export interface RingsOptions {
  readonly maxBytes?: number;
  readonly maxTracks?: number;
  readonly tiers?: readonly TierSize[];
}

/** A stretch of slots of one tier; `seconds` is how much time of it has passed. */
export interface Stretch {
  readonly tier: Tier;
  readonly from: number;
  readonly to: number;
  readonly seconds: number;
}

export class Rings {
  readonly tiers: readonly Tier[];
  readonly tracks: Set<Track> = new Set();
  readonly #maxBytes: number;
  readonly #maxTracks: number;
  #bytes = 0;
  #refused = 0;
  readonly #account: Account = (bytes) => {
    this.#bytes += bytes;
  };

  constructor(options: RingsOptions = {}) {
    this.tiers = (options.tiers ?? TIER_SIZES).map((size, index) => new Tier(index, size));
    this.#maxBytes = options.maxBytes ?? MAX_BYTES;
    this.#maxTracks = options.maxTracks ?? MAX_TRACKS;
  }

  /** Memory held, bytes. */
  get bytes(): number {
    return this.#bytes + this.tracks.size * TRACK_BYTES;
  }

  /** Series turned away because there were too many. */
  get refused(): number {
    return this.#refused;
  }

  /** The end of the newest slot, unix milliseconds; 0 before the first sample. */
  get end(): number {
    return (this.#finest.now + 1) * this.#finest.stepSeconds * 1_000;
  }

  get #finest(): Tier {
    return this.tiers[0] as Tier;
  }

  /** A track for a new series, or null when there are too many. `width` 0: a level. */
  open(labels: Readonly<Record<string, string>>, width: number): CountingTrack | LevelTrack | null {
    if (this.tracks.size >= this.#maxTracks) {
      this.#refused += 1;
      return null;
    }
    const track =
      width === 0 ? new LevelTrack(labels, this.tiers) : new CountingTrack(labels, width, this.tiers);
    this.tracks.add(track);
    return track;
  }

  /** Begins the slot that ends at `endMs`: a sample is being taken now. */
  begin(endMs: number): void {
    const second = Math.round(endMs / 1_000) - 1;
    for (const tier of this.tiers) {
      const before = tier.now;
      const slot = Math.max(tier.now, Math.floor(second / tier.stepSeconds));
      const freed = tier.advance(slot);
      if (freed.length === 0) continue;
      for (const track of this.tracks) {
        for (const place of freed) track.free(tier, place, this.#account);
        if (before >= 0) track.seal(tier, tier.place(before), this.#account);
      }
    }
    this.#keepWithinBounds();
  }

  add(track: CountingTrack, field: number, amount: number): void {
    for (const tier of this.tiers) track.add(tier, tier.now, field, amount, this.#account);
  }

  set(track: LevelTrack, value: number): void {
    for (const tier of this.tiers) track.set(tier, tier.now, value, this.#account);
  }

  /** The sum over a stretch; `into` is as wide as the track. */
  sum(track: CountingTrack, { tier, from, to }: Stretch, into: Float64Array): void {
    track.sum(tier, from, to, into);
  }

  level(track: LevelTrack, { tier, from, to }: Stretch): Level | null {
    return track.read(tier, from, to);
  }

  /**
   * The slots for a window of so many seconds up to `endMs`: of the finest tier that reaches back so far.
   * Null when nothing was sampled in it.
   */
  stretch(endMs: number, seconds: number): Stretch | null {
    const fromMs = endMs - seconds * 1_000;
    const tier =
      this.tiers.find((one) => one.oldest * one.stepSeconds * 1_000 <= fromMs) ?? this.#oldestTier();
    const stepMs = tier.stepSeconds * 1_000;
    const wanted = Math.ceil((endMs - stepMs / 2) / stepMs);
    const to = Math.min(Math.max(wanted, 0), tier.now + 1);
    const from = wanted - Math.max(1, Math.round(seconds / tier.stepSeconds));
    if (to <= from || !tier.sampled(from, to)) return null;
    // The slot being filled has not passed entirely, and what lies beyond it not at all.
    const unpassed = to === tier.now + 1 ? Math.max(0, to * stepMs - this.end) / 1_000 : 0;
    const length = (to - from) * tier.stepSeconds - unpassed;
    return { tier, from: Math.max(from, tier.oldest), to, seconds: length };
  }

  /** Unix milliseconds from which on there is anything at all. */
  get since(): number | null {
    const starts = this.tiers
      .filter(({ now }) => now >= 0)
      .map(({ oldest, stepSeconds }) => oldest * stepSeconds * 1_000);
    return starts.length === 0 ? null : Math.min(...starts);
  }

  /** The tier that reaches back farthest; the finest of those that began together, to a slot of theirs. */
  #oldestTier(): Tier {
    const start = (tier: Tier): number => tier.oldest * tier.stepSeconds;
    let found = this.#finest;
    for (const tier of this.tiers) {
      if (start(tier) + tier.stepSeconds <= start(found)) found = tier;
    }
    return found;
  }

  #keepWithinBounds(): void {
    const coarsestFirst = [...this.tiers].reverse();
    while (this.bytes > this.#maxBytes) {
      const tier = coarsestFirst.find((one) => one.now - one.oldest >= CHUNK_SLOTS);
      const place = tier?.forgetOldest() ?? null;
      if (tier === undefined || place === null) return;
      for (const track of this.tracks) track.free(tier, place, this.#account);
    }
  }

  /** Forgets series that nobody has seen within the longest tier. */
  sweep(nowMs: number): readonly Track[] {
    const longest = Math.max(...this.tiers.map(({ stepSeconds, slots }) => stepSeconds * slots)) * 1_000;
    const gone = [...this.tracks].filter(({ seen }) => seen < nowMs - longest);
    for (const track of gone) this.#release(track);
    return gone;
  }

  /** Forgets everything: time was set back, or the past does not fit this program. */
  clear(): void {
    for (const track of this.tracks) this.#release(track);
    for (const tier of this.tiers) {
      tier.now = -1;
      tier.oldest = 0;
      tier.samples.fill(0);
    }
  }

  #release(track: Track): void {
    for (const tier of this.tiers) {
      for (let place = 0; place < tier.places; place++) track.free(tier, place, this.#account);
    }
    this.tracks.delete(track);
  }

  /** A chunk read back from a file. */
  adopt(track: Track, tier: Tier, place: number, chunk: Float64Array | Float32Array | number): void {
    const places = track.chunks[tier.index];
    if (places === undefined) return;
    places[place] = chunk;
    if (typeof chunk !== 'number') this.#account(chunk.byteLength);
  }
}
